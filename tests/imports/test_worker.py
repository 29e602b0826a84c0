"""A real worker that dies in the middle: the job goes on or says so, and nothing is ever half written."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from common import outbox
from imports import registry, services
from imports.choices import State
from imports.models import ImportFile, ImportJob, PlannedRow
from mediators.models import Mediator
from tests.factories import CommitteeFactory
from tests.ganzhou.test_celery import eventually
from tests.imports.files import xlsx

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROWS = 3_000
PATIENCE = 90


def names(count: int = ROWS) -> bytes:
    head = ["姓名", "所在调委会", "类别", "工作电话"]
    rows = [[f"甲{n}", "上秦镇人民调解委员会", "兼职", f"181{n:08d}"] for n in range(count)]
    return xlsx([head, *rows], name="调解员")


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts Celery workers on the test database, each in a process group of its own."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    env = {**os.environ, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))}
    started = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "ganzhou.celery:app", "worker", "-c", "1", "-l", "WARNING",
             "--without-gossip", "--without-mingle"],
            cwd=settings.BASE_DIR, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """The worker and its children, without a word of farewell."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def state(job: ImportJob) -> str:
    job.refresh_from_db()
    return job.state


def test_a_file_goes_through_a_real_worker_from_upload_to_done(worker, justice):
    CommitteeFactory()
    worker()
    job = services.upload(registry.get("mediators"), by=justice, name="a.xlsx", content=names(50))
    outbox.relay()
    assert eventually(lambda: state(job) == State.READY, PATIENCE), job.said
    assert job.new == 50
    services.commit(job, by=justice)
    outbox.relay()
    assert eventually(lambda: state(job) == State.DONE, PATIENCE), job.said
    assert Mediator.objects.count() == 50
    assert not ImportFile.objects.exists()
    assert not PlannedRow.objects.exists()


def test_a_worker_killed_while_it_looks_at_the_file_is_followed_by_another(worker, justice):
    CommitteeFactory()
    first = worker()
    job = services.upload(registry.get("mediators"), by=justice, name="a.xlsx", content=names())
    outbox.relay()
    assert eventually(lambda: state(job) == State.READING and job.attempts == 1, PATIENCE)
    kill(first)
    assert state(job) == State.READING
    services.look_after(timezone.now() + 2 * services.LEASE)  # what the timetable does every ten seconds
    worker()
    outbox.relay()
    assert eventually(lambda: state(job) == State.READY, PATIENCE), job.said
    assert (job.new, job.refused, job.rows.count()) == (ROWS, 0, ROWS)


def test_a_worker_killed_while_it_writes_leaves_nothing_half_written_and_is_followed_by_another(worker, justice):
    CommitteeFactory()
    job = services.upload(registry.get("mediators"), by=justice, name="a.xlsx", content=names())
    services.read(job.pk)
    job.refresh_from_db()
    services.commit(job, by=justice)
    # A lock that the writing waits for when it has written its rows: its audit row is the last of all.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_auditevent IN SHARE ROW EXCLUSIVE MODE")
        first = worker()
        threading.Thread(target=relay_elsewhere).start()
        assert eventually(waits_for_the_audit_trail, PATIENCE)
        kill(first)
    assert eventually(nobody_writes)
    assert state(job) == State.COMMITTING
    assert Mediator.objects.count() == 0  # all of it went with the worker
    services.look_after(timezone.now() + 2 * services.LEASE)
    worker()
    outbox.relay()
    assert eventually(lambda: state(job) == State.DONE, PATIENCE), job.said
    assert Mediator.objects.count() == ROWS
    assert AuditEvent.objects.filter(action="import.commit").count() == 1


def relay_elsewhere() -> None:
    outbox.relay()
    connection.close()


def _activity(condition: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # looked at once a transaction otherwise
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {condition}")  # noqa: S608
        return int(cursor.fetchone()[0])


def waits_for_the_audit_trail() -> bool:
    return _activity("wait_event_type = 'Lock' AND query LIKE '%accounts_auditevent%'") > 0


def nobody_writes() -> bool:
    return _activity("state <> 'idle' AND pid <> pg_backend_pid()") == 0


def test_two_workers_with_one_job_write_it_once(justice):
    CommitteeFactory()
    job = services.upload(registry.get("mediators"), by=justice, name="a.xlsx", content=names(200))
    services.read(job.pk)
    job.refresh_from_db()
    services.commit(job, by=justice)
    gate = threading.Barrier(2)

    def both() -> None:
        gate.wait()
        services.write(job.pk)
        connection.close()

    threads = [threading.Thread(target=both) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state(job) == State.DONE
    assert Mediator.objects.count() == 200
    assert AuditEvent.objects.filter(action="import.commit").count() == 1


def test_while_an_import_writes_others_add_and_edit_without_waiting(justice, monkeypatch):
    """The transaction is held open at its end; a new mediator and an edit of another one are saved meanwhile."""
    committee = CommitteeFactory()
    other = Mediator.objects.create(committee=committee, name="别人")
    job = services.upload(registry.get("mediators"), by=justice, name="a.xlsx", content=names(100))
    services.read(job.pk)
    job.refresh_from_db()
    services.commit(job, by=justice)
    written, go_on = threading.Event(), threading.Event()
    record = services.audit.record

    def slowly(*args: object, **kwargs: object) -> object:
        written.set()
        assert go_on.wait(30)
        return record(*args, **kwargs)

    monkeypatch.setattr(services.audit, "record", slowly)

    def write() -> None:
        services.write(job.pk)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert written.wait(30)
        began = time.monotonic()
        Mediator.objects.create(committee=committee, name="新来的")
        Mediator.objects.filter(pk=other.pk).update(phone="0936-8212345")
        took = dt.timedelta(seconds=time.monotonic() - began)
    finally:
        go_on.set()
        thread.join()
    assert took < dt.timedelta(seconds=1)
    assert state(job) == State.DONE
    assert Mediator.objects.count() == 102
