"""Arithmetic of legal time limits over the table of working days.

民法典 第201—203条: the day on which a limit begins is not counted; a limit of months ends on the day of the same
number, or on the last of the month where there is none; a limit whose last day is a day off ends on the next
working day.  A limit of working days counts only those, 调休 Saturdays included.

Days that the table does not know (a year whose notice is not out yet) are taken as Monday to Friday.  That is a
guess and must be shown as one: ask ``is_provisional`` and say ``PROVISIONAL_NOTE``.  Worked out again when the
year is loaded, such a date may move.

The whole table is kept in memory (some 8,000 days).  A process notices a change made elsewhere within
``RECHECK_SECONDS``; one made in the same process at once.
"""

from __future__ import annotations

import calendar
import datetime as dt
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import chinese_calendar
from chinese_calendar import constants as notices
from django.apps import apps as installed
from django.db import connection, transaction
from django.db.models import Count, Max, Sum
from django.db.models.functions import Now

from common.models import Workday

PROVISIONAL_NOTE: Final = "暂按周末推算"
RECHECK_SECONDS: Final = 30.0
#: From this day of a year on, next year's notice ought to be loaded.
ALARM_FROM: Final = (11, 1)
STATE_SOURCE: Final = "国务院办公厅节假日安排通知"

_MONDAY_ORDINAL: Final = dt.date(2001, 1, 1).toordinal()  # a Monday


def _weekdays_up_to(ordinal: int) -> int:
    """Mondays to Fridays from an arbitrary fixed day up to and including ``ordinal``."""
    weeks, rest = divmod(ordinal - _MONDAY_ORDINAL, 7)
    return weeks * 5 + min(rest + 1, 5)


def _nth_weekday(n: int) -> int:
    """The ordinal of the weekday whose ``_weekdays_up_to`` is ``n``."""
    weeks, rest = divmod(n - 1, 5)
    return _MONDAY_ORDINAL + weeks * 7 + rest


@dataclass(frozen=True, slots=True)
class Calendar:
    """A snapshot of the table: known days within [first, last], Monday to Friday for every other day.

    Pure: no database.  Days are proleptic ordinals (``date.toordinal``).
    """

    first: int
    last: int
    workdays: tuple[int, ...]
    unknown: tuple[int, ...] = ()

    @classmethod
    def of(cls, days: Mapping[dt.date, bool]) -> Calendar:
        """From the known days; those missing between the first and the last are filled in as unknown."""
        if not days:
            return cls(1, 0, ())
        known = {day.toordinal(): is_workday for day, is_workday in days.items()}
        first, last = min(known), max(known)
        span = range(first, last + 1)
        return cls(
            first,
            last,
            tuple(day for day in span if known.get(day, (day - _MONDAY_ORDINAL) % 7 < 5)),
            tuple(day for day in span if day not in known),
        )

    def count_up_to(self, day: int) -> int:
        """Working days after the day before ``first``, up to and including ``day``; negative before that."""
        if day < self.first or self.last < self.first:
            return _weekdays_up_to(day) - _weekdays_up_to(self.first - 1)
        beyond = _weekdays_up_to(day) - _weekdays_up_to(self.last) if day > self.last else 0
        return bisect_right(self.workdays, day) + beyond

    def nth(self, n: int) -> int:
        """The working day whose ``count_up_to`` is ``n``."""
        if 1 <= n <= len(self.workdays):
            return self.workdays[n - 1]
        if n < 1 or self.last < self.first:
            return _nth_weekday(n + _weekdays_up_to(self.first - 1))
        return _nth_weekday(n - len(self.workdays) + _weekdays_up_to(self.last))

    def is_workday(self, day: int) -> bool:
        return self.count_up_to(day) > self.count_up_to(day - 1)

    def guesses(self, start: int, end: int) -> bool:
        """Whether any day of [start, end] is not in the table."""
        if start > end:
            return False
        if start < self.first or end > self.last:
            return True
        return bisect_left(self.unknown, start) < bisect_right(self.unknown, end)


# -- the snapshot of this process ----------------------------------------------------------------------------------

_Stamp = tuple[Any, ...]
_kept: tuple[Calendar, _Stamp, float] | None = None


def forget() -> None:
    """Read the table again at the next question."""
    global _kept
    _kept = None


def current() -> Calendar:
    """The calendar as the table has it, at most ``RECHECK_SECONDS`` old."""
    global _kept
    now = time.monotonic()
    if _kept is not None and now - _kept[2] < RECHECK_SECONDS:
        return _kept[0]
    stamp = _stamp()
    if _kept is None or _kept[1] != stamp:
        calendar_ = Calendar.of(dict(Workday.objects.values_list("day", "is_workday")))
    else:
        calendar_ = _kept[0]
    _kept = (calendar_, stamp, now)
    return calendar_


def _stamp() -> _Stamp:
    # The sum tells apart what the latest time cannot: a change committed late by a transaction begun early.
    facts = Workday.objects.aggregate(Count("day"), Sum("index"), Max("changed_at"))
    return tuple(facts.values())


# -- questions -----------------------------------------------------------------------------------------------------


def is_workday(day: dt.date) -> bool:
    """Whether people work on that day."""
    return current().is_workday(day.toordinal())


def next_workday(day: dt.date) -> dt.date:
    """``day`` itself when it is a working day, else the first one after it."""
    known = current()
    return dt.date.fromordinal(known.nth(known.count_up_to(day.toordinal() - 1) + 1))


def add_workdays(start: dt.date, n: int) -> dt.date:
    """The ``n``-th working day after ``start``; ``start`` itself is not counted (民法典 201条).

    ``start`` may be a day off.  ``n`` = 0 gives ``start``, or the next working day when it is a day off.
    Raises ValueError for a negative ``n``.
    """
    _not_negative(n)
    if n == 0:
        return next_workday(start)
    known = current()
    return dt.date.fromordinal(known.nth(known.count_up_to(start.toordinal()) + n))


def add_days(start: dt.date, n: int, roll: bool = True) -> dt.date:
    """``n`` calendar days after ``start``, rolled on to a working day unless ``roll`` is False (民法典 203条).

    Raises ValueError for a negative ``n``.
    """
    _not_negative(n)
    day = start + dt.timedelta(days=n)
    return next_workday(day) if roll else day


def add_months(start: dt.date, n: int, roll: bool = True) -> dt.date:
    """The same day ``n`` months on, the last of the month where it has none (民法典 202条), rolled like ``add_days``.

    Raises ValueError for a negative ``n``.
    """
    _not_negative(n)
    year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
    month += 1
    day = dt.date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
    return next_workday(day) if roll else day


def count_workdays(start: dt.date, end: dt.date) -> int:
    """Working days after ``start`` up to and including ``end``: how much of a limit is used.  0 when end <= start."""
    known = current()
    return max(0, known.count_up_to(end.toordinal()) - known.count_up_to(start.toordinal()))


def is_provisional(start: dt.date, end: dt.date) -> bool:
    """Whether anything worked out from ``start`` to ``end`` rests on a day that is not in the table."""
    return current().guesses(start.toordinal(), end.toordinal())


def missing_year(today: dt.date) -> int | None:
    """The first year that ought to be loaded by ``today`` and is not complete, or None.

    This year always; next year from 1 November, when its notice is usually out.
    """
    wanted = [today.year] + ([today.year + 1] if (today.month, today.day) >= ALARM_FROM else [])
    return next((year for year in wanted if is_provisional(dt.date(year, 1, 1), dt.date(year, 12, 31))), None)


def _not_negative(n: int) -> None:
    if n < 0:
        raise ValueError("a time limit cannot be negative")


# -- loading -------------------------------------------------------------------------------------------------------


def published_years() -> range:
    """The years whose notices the installed chinesecalendar knows."""
    return range(min(notices.holidays).year, max(notices.holidays).year + 1)


@cache
def year_from_package(year: int) -> Mapping[dt.date, tuple[bool, str]]:
    """Every day of a published year with its note.  Raises NotImplementedError for any other year."""
    days: dict[dt.date, tuple[bool, str]] = {}
    for day in _days_of(year):
        off, holiday = chinese_calendar.get_holiday_detail(day)
        festival = chinese_calendar.Holiday(holiday).chinese if holiday else ""
        worked = f"{festival}调休上班" if festival else ""
        days[day] = (False, festival or "周末") if off else (True, worked)
    return days


def year_from_notice(
    year: int, *, off: Mapping[dt.date, str], on: Mapping[dt.date, str]
) -> dict[dt.date, tuple[bool, str]]:
    """Every day of a year from the two lists of a notice, day to name: days ``off`` and days worked (``on``).

    Raises ValueError when a day is of another year or in both lists.
    """
    for day in (*off, *on):
        if day.year != year:
            raise ValueError(f"{day} 不在 {year} 年。")
    if both := sorted(set(off) & set(on)):
        raise ValueError(f"{both[0]} 既放假又上班。")
    days: dict[dt.date, tuple[bool, str]] = {}
    for day in _days_of(year):
        if day in off:
            days[day] = (False, off[day])
        elif day in on:
            days[day] = (True, f"{on[day]}调休上班")
        else:
            days[day] = (True, "") if day.weekday() < 5 else (False, "周末")
    return days


def _days_of(year: int) -> Iterable[dt.date]:
    first = dt.date(year, 1, 1)
    return (first + dt.timedelta(days=n) for n in range(366 if calendar.isleap(year) else 365))


def load_published() -> list[int]:
    """Load every published year that the table has no day of, and return these years.

    Years already there are left alone: the county may have changed them.  For migrations too: reads and writes
    only the columns the table began with.
    """
    there = set(Workday.objects.order_by().values_list("day__year", flat=True).distinct())
    missing = [year for year in published_years() if year not in there]
    if missing:
        with transaction.atomic():
            _write({day: fact for year in missing for day, fact in year_from_package(year).items()}, STATE_SOURCE)
            renumber()
    return missing


def load_after_migrating(using: str, apps: Any = installed, **kwargs: Any) -> None:
    """Receiver of ``post_migrate``: a newer chinesecalendar brings its years along; a flushed table is refilled."""
    try:
        apps.get_model("common", "Workday")
    except LookupError:
        return
    if using == connection.alias:
        load_published()


def set_year(year: int, days: Mapping[dt.date, tuple[bool, str]], source: str) -> None:
    """Put a whole year into the table, in place of what is there.

    Raises ValueError when ``days`` is not exactly the days of ``year``.
    """
    if set(days) != set(_days_of(year)):
        raise ValueError(f"应给出 {year} 年的每一天。")
    with transaction.atomic():
        Workday.objects.filter(day__year=year).delete()
        _write(days, source)
        renumber()


def set_day(day: dt.date, is_workday: bool, *, note: str, source: str) -> None:
    """Change or add one day: a decision of the county, with its source."""
    with transaction.atomic():
        Workday.objects.update_or_create(
            day=day, defaults={"is_workday": is_workday, "note": note, "source": source, "changed_at": Now()}
        )
        renumber()


def _write(days: Mapping[dt.date, tuple[bool, str]], source: str) -> None:
    # Three arrays instead of eight thousand model instances: six times as fast.
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO common_workday (day, is_workday, note, source, "index")'
            " SELECT d, w, n, %s, 0 FROM unnest(%s::date[], %s::boolean[], %s::text[]) AS day(d, w, n)",
            [source, list(days), [works for works, _ in days.values()], [note for _, note in days.values()]],
        )


def renumber() -> None:
    """Bring the running count up to date after rows were changed, and make this process read them again.

    Touches only rows whose number changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE common_workday AS w SET "index" = n.up_to FROM ('
            "SELECT day, count(*) FILTER (WHERE is_workday) OVER (ORDER BY day) AS up_to FROM common_workday"
            ') AS n WHERE w.day = n.day AND w."index" <> n.up_to'
        )
    forget()
    transaction.on_commit(forget)
