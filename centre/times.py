"""Stretches of time in words, and the grid they stand on."""

from __future__ import annotations

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

WEEKDAYS = "一二三四五六日"


def span(begin: dt.datetime, end: dt.datetime) -> DateTimeTZRange:
    """From ``begin`` up to, not including, ``end``: what ends at 10:00 leaves 10:00 free."""
    return DateTimeTZRange(begin, end, "[)")


def weekday(day: dt.date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}"


def clock(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def day_words(day: dt.date, today: dt.date | None = None) -> str:
    """``11-24 周二``; of another year with it."""
    today = today or timezone.localdate()
    return f"{day:%m-%d} {weekday(day)}" if day.year == today.year else f"{day:%Y-%m-%d} {weekday(day)}"


def words(begin: dt.datetime, end: dt.datetime, today: dt.date | None = None) -> str:
    """``11-24 周二 09:00～10:30``."""
    return f"{day_words(timezone.localdate(begin), today)} {clock(begin)}～{clock(end)}"


def full_words(begin: dt.datetime, end: dt.datetime) -> str:
    """``2026 年 11 月 24 日（周二）09:00～10:30``, as a notice says it."""
    day = timezone.localdate(begin)
    return f"{day.year} 年 {day.month} 月 {day.day} 日（{weekday(day)}）{clock(begin)}～{clock(end)}"


def length_words(length: dt.timedelta) -> str:
    """``1 小时 30 分``."""
    hours, minutes = divmod(int(length.total_seconds() // 60), 60)
    return " ".join(part for part in (f"{hours} 小时" if hours else "", f"{minutes} 分" if minutes else "") if part)
