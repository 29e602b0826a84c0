"""Schedules of the timetable: in words, and when they are due next."""

from __future__ import annotations

import datetime as dt

from celery.schedules import crontab

#: How late a run may begin before somebody should look.
GRACE = dt.timedelta(minutes=10)
SHORTEST_GRACE = dt.timedelta(seconds=60)

_WEEKDAYS = "日一二三四五六"
_UNITS = ((3600, "小时"), (60, "分钟"), (1, "秒"))


def in_words(schedule: float | crontab) -> str:
    """``每 5 秒``, ``每 10 分钟``, ``每天 03:20``, ``每周一 08:00``, ``每月 1 日 02:30``."""
    if not isinstance(schedule, crontab):
        seconds = int(schedule)
        return next(f"每 {seconds // size} {unit}" for size, unit in _UNITS if seconds % size == 0)
    days = _days_in_words(schedule)
    minutes, hours = sorted(schedule.minute), sorted(schedule.hour)
    if len(hours) == 24:
        step = _step(minutes, 60)
        often = f"每 {step} 分钟" if step else f"每小时第 {'、'.join(map(str, minutes))} 分"
        return often if days == "每天" else f"{days}{often}"
    if len(minutes) == 1:
        clock = [f"{hour:02}:{minutes[0]:02}" for hour in hours]
        run = hours == list(range(hours[0], hours[-1] + 1))
        return f"{days} {clock[0]} 至 {clock[-1]} 每小时" if run and len(hours) > 3 else f"{days} {'、'.join(clock)}"
    return f"{days} {hours[0]} 时至 {hours[-1]} 时，每小时第 {'、'.join(map(str, minutes))} 分"


def _days_in_words(schedule: crontab) -> str:
    months = "" if len(schedule.month_of_year) == 12 else f"{'、'.join(map(str, sorted(schedule.month_of_year)))} 月"
    if len(schedule.day_of_month) < 31:
        days = "、".join(map(str, sorted(schedule.day_of_month)))
        return f"每年 {months} {days} 日" if months else f"每月 {days} 日"
    if len(schedule.day_of_week) < 7:
        days = "、".join(_WEEKDAYS[day] for day in sorted(schedule.day_of_week, key=lambda day: day or 7))
        return f"{months}每周{days}"
    return f"{months}每天"


def _step(values: list[int], span: int) -> int:
    """10 for 0, 10, 20 … below ``span``; 0 when the values are not evenly spread."""
    step = span // len(values)
    return step if values == list(range(0, span, step)) else 0


def due_after(schedule: float | crontab, moment: dt.datetime) -> dt.datetime:
    """The first time after ``moment`` at which the schedule is due."""
    if not isinstance(schedule, crontab):
        return moment + dt.timedelta(seconds=schedule)
    last, delta, _ = schedule.remaining_delta(moment)
    return last + delta


def grace(schedule: float | crontab) -> dt.timedelta:
    """How much later than due a run may begin: three paces for what runs often, ten minutes for the rest."""
    if isinstance(schedule, crontab):
        return GRACE
    return max(SHORTEST_GRACE, dt.timedelta(seconds=3 * schedule))
