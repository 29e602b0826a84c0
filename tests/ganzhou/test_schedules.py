"""Schedules in words, and when they are due."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab

from ganzhou.celery import TIMETABLE
from ganzhou.system.schedules import due_after, grace, in_words

BEIJING = ZoneInfo("Asia/Shanghai")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (5.0, "每 5 秒"),
        (90.0, "每 90 秒"),
        (120.0, "每 2 分钟"),
        (7200.0, "每 2 小时"),
        (crontab(minute="*/10"), "每 10 分钟"),
        (crontab(), "每 1 分钟"),
        (crontab(minute="5"), "每小时第 5 分"),
        (crontab(minute="20", hour="3"), "每天 03:20"),
        (crontab(minute="0", hour="8,14"), "每天 08:00、14:00"),
        (crontab(minute="0", hour="7-20"), "每天 07:00 至 20:00 每小时"),
        (crontab(minute="*/30", hour="8-18"), "每天 8 时至 18 时，每小时第 0、30 分"),
        (crontab(minute="0", hour="8", day_of_week="mon"), "每周一 08:00"),
        (crontab(minute="0", hour="8", day_of_week="sun,sat"), "每周六、日 08:00"),
        (crontab(minute="*/10", day_of_week="1-5"), "每周一、二、三、四、五每 10 分钟"),
        (crontab(minute="30", hour="2", day_of_month="1"), "每月 1 日 02:30"),
        (crontab(minute="0", hour="1", day_of_month="1", month_of_year="11"), "每年 11 月 1 日 01:00"),
    ],
)
def test_a_schedule_is_told_in_words(schedule: float | crontab, words: str) -> None:
    assert in_words(schedule) == words


@pytest.mark.parametrize(
    ("schedule", "moment", "due"),
    [
        (30.0, "2026-11-23 10:00:00", "2026-11-23 10:00:30"),
        (crontab(minute="*/10"), "2026-11-23 10:01", "2026-11-23 10:10"),
        (crontab(minute="20", hour="3"), "2026-11-23 03:19:59", "2026-11-23 03:20"),
        (crontab(minute="20", hour="3"), "2026-11-23 03:20:01", "2026-11-24 03:20"),
        (crontab(minute="20", hour="3"), "2026-12-31 12:00", "2027-01-01 03:20"),
        (crontab(minute="0", hour="8", day_of_week="mon"), "2026-11-23 08:00:01", "2026-11-30 08:00"),
    ],
)
def test_the_next_time_is_worked_out_in_beijing_time(schedule: float | crontab, moment: str, due: str) -> None:
    assert due_after(schedule, at(moment)) == at(due)
    assert due_after(schedule, at(moment).astimezone(dt.UTC)) == at(due)


def test_what_runs_often_is_late_sooner() -> None:
    assert grace(5.0) == dt.timedelta(seconds=60)
    assert grace(30.0) == dt.timedelta(seconds=90)
    assert grace(crontab(minute="*/10")) == dt.timedelta(minutes=10)


def test_every_line_of_the_timetable_explains_itself() -> None:
    assert len({entry.key for entry in TIMETABLE}) == len(TIMETABLE)
    for entry in TIMETABLE:
        assert entry.label and entry.purpose and in_words(entry.schedule).startswith("每"), entry.key
