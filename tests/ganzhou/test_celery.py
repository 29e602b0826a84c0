"""The background half for real: a worker process of its own, Valkey between, PostgreSQL behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, transaction

from common import outbox
from common.models import Heartbeat
from common.tasks import heartbeat
from ganzhou.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(transactional_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker on the test database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "ganzhou.celery:app", "worker", "-c", "1", "-l", "WARNING",
         "--without-gossip", "--without-mingle"],
        cwd=settings.BASE_DIR, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield process
    process.terminate()
    process.wait(timeout=20)


def eventually(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_worker_takes_a_task_and_writes_to_the_database(worker):
    heartbeat.apply_async(expires=60)
    assert eventually(Heartbeat.objects.exists)


def test_news_of_a_transaction_reaches_the_worker_through_the_outbox(worker):
    outbox.sends_task("test.beat", "common.tasks.heartbeat")
    with transaction.atomic():
        outbox.publish("test.beat", "once")
    assert not Heartbeat.objects.exists()
    outbox.relay()
    assert eventually(Heartbeat.objects.exists)


def test_every_task_of_the_timetable_exists(worker):
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
