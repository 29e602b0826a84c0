"""The beat remembers by the ledger of runs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError
from django.utils import timezone

from common import task_runs
from common.models import TaskRun
from ganzhou.beat import LedgerScheduler
from ganzhou.celery import TIMETABLE, app

pytestmark = pytest.mark.django_db

DAILY = [entry.key for entry in TIMETABLE if entry.key in {"drafts", "prune"}]


def due() -> set[str]:
    return {key for key, entry in LedgerScheduler(app=app).schedule.items() if entry.is_due().is_due}


def ran(key: str, *, hours_ago: float, ok: bool | None = True) -> None:
    TaskRun.objects.create(name=key, ok=ok, started_at=timezone.now() - dt.timedelta(hours=hours_ago))


def test_it_is_the_scheduler_in_use() -> None:
    assert app.conf.beat_scheduler == "ganzhou.beat:LedgerScheduler"


def test_on_the_first_day_everything_waits_for_its_turn() -> None:
    assert due() == set()


def test_a_turn_that_came_while_the_beat_was_away_is_rung_at_once() -> None:
    for key in DAILY:
        ran(key, hours_ago=25)
    ran("heartbeat", hours_ago=0)
    assert due() == set(DAILY)


def test_what_had_its_turn_is_not_rung_again() -> None:
    for entry in TIMETABLE:
        ran(entry.key, hours_ago=0)
    assert due() == set()


@pytest.mark.parametrize("ok", [False, None])
def test_a_turn_that_failed_or_was_killed_is_rung_again(ok: bool | None) -> None:
    ran("drafts", hours_ago=25)
    ran("drafts", hours_ago=0, ok=ok)
    assert due() == {"drafts"}


def test_the_beat_starts_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(names: list[str]) -> None:
        raise DatabaseError

    monkeypatch.setattr(task_runs, "last_successes", away)
    assert set(LedgerScheduler(app=app).schedule) == {entry.key for entry in TIMETABLE}
