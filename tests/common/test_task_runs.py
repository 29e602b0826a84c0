"""The ledger of periodic work: written by Celery's signals, never in a task's way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from celery import shared_task
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent
from common import task_runs
from common.models import TaskRun

pytestmark = pytest.mark.django_db


@shared_task(name="tests.counts")
def counts() -> int:
    return 7


@shared_task(name="tests.fails")
def fails() -> None:
    raise ValueError("号码 13812345678\n坏了")


@shared_task(name="tests.leaves_a_trace")
def leaves_a_trace() -> str:
    audit.record("test.trace")
    return "好"


@shared_task(name="tests.unwatched")
def unwatched() -> None:
    pass


@pytest.fixture(autouse=True)
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_runs, "_names", {})
    task_runs.watch({task.name: task.name.removeprefix("tests.") for task in (counts, fails, leaves_a_trace)})


def test_a_run_is_written_down_with_its_end_and_its_result() -> None:
    before = timezone.now()
    result = counts.apply()
    run = TaskRun.objects.get()
    assert (run.name, run.ok, run.said, run.reference) == ("counts", True, "处理 7 项", result.id[:8])
    assert before <= run.started_at <= run.finished_at <= timezone.now()


def test_a_failed_run_says_why_in_one_line_without_personal_data() -> None:
    fails.apply()
    run = TaskRun.objects.get()
    assert (run.ok, run.said) == (False, "ValueError: 号码 [电话]\\n坏了")


def test_what_a_run_writes_carries_its_reference_and_what_follows_does_not() -> None:
    leaves_a_trace.apply()
    audit.record("test.afterwards")
    traces = dict(AuditEvent.objects.values_list("action", "request_id"))
    assert traces == {"test.trace": TaskRun.objects.get().reference, "test.afterwards": ""}


def test_other_tasks_leave_no_run() -> None:
    unwatched.apply()
    assert not TaskRun.objects.exists()


@pytest.mark.parametrize("broken", ["create", "update"])
def test_a_task_runs_although_its_ledger_cannot_be_written(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(type(TaskRun.objects.all()), broken, away)
    assert counts.apply().get() == 7


def test_a_ledger_that_fails_does_not_spoil_the_transaction_around_it() -> None:
    assert task_runs.begin("x" * 61) is None  # longer than the column
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    ("said", "line"),
    [(None, ""), (True, ""), (0, "处理 0 项"), ("a\x1b[31m\nb", "a\\x1b[31m\\nb"), ("甲" * 400, "甲" * 300)],
)
def test_what_a_run_says_is_one_line(said: Any, line: str) -> None:
    assert task_runs.in_one_line(said) == line


def test_the_newest_run_of_each_task_is_found_in_one_query(django_assert_num_queries: Any) -> None:
    for name in ("a", "b", "a"):
        task_runs.begin(name)
    with django_assert_num_queries(1):
        latest = task_runs.latest(["a", "b", "never"])
    assert {name: run.pk for name, run in latest.items()} == {
        "a": TaskRun.objects.filter(name="a").order_by("-pk")[0].pk,
        "b": TaskRun.objects.get(name="b").pk,
    }
    assert task_runs.latest([]) == {}


def test_failures_are_counted_by_task_since_a_time() -> None:
    now = timezone.now()
    for name, ok, hours in [("a", False, 1), ("a", False, 2), ("a", True, 1), ("a", False, 30), ("b", True, 1)]:
        TaskRun.objects.create(name=name, ok=ok, started_at=now - dt.timedelta(hours=hours))
    assert task_runs.failures_since(now - dt.timedelta(days=1)) == {"a": 2}


def test_old_runs_go_but_the_newest_of_a_rare_task_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_runs, "KEEP_NEWEST", 3)
    now = timezone.now()
    ages = {"often": [72, 60, 48, 36, 30, 2, 1], "daily": [72, 48]}
    for name, hours in ages.items():
        for age in hours:
            TaskRun.objects.create(name=name, started_at=now - dt.timedelta(hours=age))
    assert task_runs.prune(now) == 4
    kept = [(run.name, round((now - run.started_at).total_seconds() / 3600)) for run in TaskRun.objects.order_by("pk")]
    assert kept == [("often", 30), ("often", 2), ("often", 1), ("daily", 72), ("daily", 48)]
