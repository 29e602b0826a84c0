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
import contextlib
import datetime as dt
import hashlib
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps as installed
from django.db import connection, transaction
from django.db.models import Count, Max, Sum
from django.db.models.functions import Now
from django.utils import timezone

from common import outbox
from common.daycount import Calendar
from common.holidays import DayFact, covers, days_of, published_years, year_from_package
from common.models import CountyDay, Workday
from common.signals import workdays_changed

PROVISIONAL_NOTE: Final = "暂按周末推算"
RECHECK_SECONDS: Final = 30.0
#: By then every process has noticed a change, and what it began before has ended.
SETTLED_AFTER: Final = dt.timedelta(seconds=2 * RECHECK_SECONDS)
#: From this day of a year on, next year's notice ought to be loaded.
ALARM_FROM: Final = (11, 1)
STATE_SOURCE: Final = "国务院办公厅节假日安排通知"
TOPIC: Final = "common.workdays_changed"


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


def missing_note(today: dt.date) -> str:
    """The same in words for those who look after it; empty when nothing is missing."""
    year = missing_year(today)
    if year is None:
        return ""
    return f"{year} 年的放假安排还没有载入，落在 {year} 年的期限{PROVISIONAL_NOTE}，载入以后自动重新推算。"


def _not_negative(n: int) -> None:
    if n < 0:
        raise ValueError("a time limit cannot be negative")


# -- changing ------------------------------------------------------------------------------------------------------
#
# ``Workday`` holds what counts, ``CountyDay`` why some days differ from the notice and what the notice says of them.


@dataclass(frozen=True)
class DayChange:
    """One day, before and after.  ``before`` is None for a day the table did not know."""

    day: dt.date
    before: bool | None
    after: bool
    note: str
    note_before: str = ""

    @property
    def reckoned(self) -> bool:
        """What limits were worked out with so far: a day that is not known counts by its weekday."""
        return self.day.weekday() < 5 if self.before is None else self.before


@dataclass(frozen=True)
class YearPlan:
    """What loading a year would do.  ``digest`` is the same as long as notice and table are the same."""

    year: int
    source: str
    #: Days that are worked now and were reckoned as off, or the other way round.
    changes: tuple[DayChange, ...]
    #: How many days the table did not know.
    learnt: int
    #: Days whose name or source alone is another.
    renamed: int
    #: Decisions of the county that stay, and those that are withdrawn.
    kept: tuple[CountyDay, ...]
    withdrawn: tuple[CountyDay, ...]
    from_day: dt.date | None
    write: Mapping[dt.date, DayFact]
    stated: Mapping[dt.date, DayFact]
    digest: str

    @property
    def is_empty(self) -> bool:
        return not (self.write or self.withdrawn or self.stated)


class PlanChanged(Exception):
    """The table is no longer as it was when the change was shown."""


def plan_year(
    year: int, days: Mapping[dt.date, DayFact], source: str, *, withdraw: Collection[dt.date] = ()
) -> YearPlan:
    """What ``set_year`` with the same arguments would do.

    Raises ValueError when ``days`` is not exactly the days of ``year`` (and perhaps the last of the year before).
    """
    if not covers(days, year):
        raise ValueError(f"应给出 {year} 年的每一天。")
    there = {row.day: row for row in Workday.objects.filter(day__in=list(days))}
    county = {row.day: row for row in CountyDay.objects.filter(day__in=list(days))}
    kept = tuple(row for day, row in county.items() if day not in withdraw)
    withdrawn = tuple(row for day, row in county.items() if day in withdraw)
    keeps = {row.day for row in kept}
    write, changes, renamed, learnt, moved = {}, [], 0, 0, []
    for day, (works, note) in sorted(days.items()):
        row = there.get(day)
        if day in keeps or (row and (row.is_workday, row.note, row.source) == (works, note, source)):
            continue
        change = DayChange(day, row.is_workday if row else None, works, note, row.note if row else "")
        write[day] = (works, note)
        learnt += row is None
        if change.reckoned != works:
            changes.append(change)
        elif row:
            renamed += 1
        if row is None or row.is_workday != works:
            moved.append(day)
    stated = {
        row.day: days[row.day]
        for row in kept
        if (row.stated_workday, row.stated_note, row.stated_source) != (*days[row.day], source)
    }
    before = [(row.day, row.is_workday, row.note, row.source) for row in there.values()]
    facts = repr((year, source, sorted(days.items()), sorted(before), sorted(county)))
    return YearPlan(
        year=year, source=source, changes=tuple(changes), learnt=learnt, renamed=renamed, kept=kept, withdrawn=withdrawn,
        from_day=min(moved, default=None), write=write, stated=stated,
        digest=hashlib.sha256(facts.encode()).hexdigest(),
    )  # fmt: skip


def set_year(
    year: int,
    days: Mapping[dt.date, DayFact],
    source: str,
    *,
    withdraw: Collection[dt.date] = (),
    expected: str | None = None,
) -> YearPlan:
    """Put a whole year into the table; what was done.  Decisions of the county stay, save those in ``withdraw``.

    The same year a second time changes nothing.  Raises ValueError as ``plan_year`` does, and PlanChanged when
    ``expected`` is not the digest of what would be done now.
    """
    with _changing():
        plan = plan_year(year, days, source, withdraw=withdraw)
        if expected is not None and plan.digest != expected:
            raise PlanChanged
        if plan.is_empty:
            return plan
        CountyDay.objects.filter(day__in=[row.day for row in plan.withdrawn]).delete()
        for day, (works, note) in plan.stated.items():
            CountyDay.objects.filter(day=day).update(stated_workday=works, stated_note=note, stated_source=source)
        _write(plan.write, source)
        renumber()
        _tell(plan.from_day)
    return plan


def set_day(day: dt.date, is_workday: bool, *, note: str, source: str, reason: str = "") -> DayChange | None:
    """A decision of the county on one day, which counts before the notice; None when that was decided already."""
    with _changing():
        row = Workday.objects.filter(day=day).first()
        said = {"is_workday": is_workday, "note": note, "source": source, "reason": reason}
        before = CountyDay.objects.filter(day=day).first()
        if before is not None and said == {name: getattr(before, name) for name in said}:
            return None
        if before is None:
            stated = (row.is_workday, row.note, row.source) if row else (None, "", "")
            names = ("stated_workday", "stated_note", "stated_source")
            CountyDay.objects.create(day=day, **said, **dict(zip(names, stated, strict=True)))
        else:
            CountyDay.objects.filter(day=day).update(**said, decided_at=Now())
        _write({day: (is_workday, note)}, source)
        renumber()
        if row is None or row.is_workday != is_workday:
            _tell(day)
    return DayChange(day, row.is_workday if row else None, is_workday, note, row.note if row else "")


def withdraw_day(day: dt.date) -> bool:
    """Let the notice count again on a day the county had decided on; False when there was no decision."""
    with _changing():
        decision = CountyDay.objects.filter(day=day).first()
        if decision is None:
            return False
        decision.delete()
        if decision.stated_workday is None:
            Workday.objects.filter(day=day).delete()
        else:
            _write({day: (decision.stated_workday, decision.stated_note)}, decision.stated_source)
        renumber()
        if decision.stated_workday != decision.is_workday:
            _tell(day)
    return True


def load_published() -> list[int]:
    """Load every published year that is not whole in the table, and return these years.

    Years already there are left alone.  An empty table is filled without a word to anyone, for nothing rests on it;
    for migrations too: this reads and writes only the columns the table began with.
    """
    there = dict(Workday.objects.order_by().values_list("day__year").annotate(Count("day")))
    missing = [year for year in published_years() if there.get(year, 0) < len(list(days_of(year)))]
    with transaction.atomic():
        if there:
            for year in missing:
                set_year(year, year_from_package(year), STATE_SOURCE)
        elif missing:
            _write({day: fact for year in missing for day, fact in year_from_package(year).items()}, STATE_SOURCE)
            renumber()
    return missing


def load_after_migrating(using: str, apps: Any = installed, **kwargs: Any) -> None:
    """Receiver of ``post_migrate``: a newer chinesecalendar brings its years along; a flushed table is refilled."""
    try:
        apps.get_model("common", "CountyDay")
    except LookupError:
        return
    if using == connection.alias:
        load_published()


@contextlib.contextmanager
def _changing() -> Iterator[None]:
    """One who changes the table at a time: the running number is worked out over all of it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE common_workday IN SHARE ROW EXCLUSIVE MODE")
        yield


def _write(days: Mapping[dt.date, DayFact], source: str) -> None:
    # Three arrays instead of eight thousand model instances: six times as fast.
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO common_workday (day, is_workday, note, source, "index")'
            " SELECT d, w, n, %s, 0 FROM unnest(%s::date[], %s::boolean[], %s::text[]) AS day(d, w, n)"
            " ON CONFLICT (day) DO UPDATE SET is_workday = EXCLUDED.is_workday, note = EXCLUDED.note,"
            " source = EXCLUDED.source, changed_at = statement_timestamp()",
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


# -- telling others ------------------------------------------------------------------------------------------------


def _tell(from_day: dt.date | None) -> None:
    """At once, and again for what other processes worked out with the calendar they still remembered."""
    if from_day is not None:
        key, payload = f"{from_day}:{uuid.uuid4()}", {"from_day": from_day.isoformat()}
        outbox.publish(TOPIC, key, payload)
        outbox.publish(TOPIC, f"{key}:again", payload, due_at=timezone.now() + SETTLED_AFTER)


@outbox.handles(TOPIC)
def announce(from_day: str) -> None:
    """Send ``workdays_changed``, with the calendar read anew in the process that works the dates out again."""
    forget()
    workdays_changed.send(sender=Workday, from_day=dt.date.fromisoformat(from_day))
