"""The same questions as ``common.workdays``, answered the slow way: one day after the other.

Kept in the portal so that an installation can check its own table, county decisions and all:
``./portal manage check_workdays``.  Shares no code with what it checks.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from common import workdays

DAY: Final = dt.timedelta(days=1)
WORKING_LIMITS: Final = (0, 1, 1, 2, 2, 3, 5, 7, 7, 10, 15, 30, 60)
CALENDAR_LIMITS: Final = (0, 1, 3, 7, 10, 15, 20, 30, 30, 60)
MONTHS: Final = (0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 13)
#: Disagreements kept for printing; one is enough to be wrong.
SHOWN: Final = 5


class Naive:
    """Known days, worked or not; every other day counts by its weekday."""

    def __init__(self, days: Mapping[dt.date, bool]) -> None:
        self.days = days

    def works(self, day: dt.date) -> bool:
        known = self.days.get(day)
        return day.weekday() < 5 if known is None else known

    def next_workday(self, day: dt.date) -> dt.date:
        while not self.works(day):
            day += DAY
        return day

    def add_workdays(self, start: dt.date, n: int) -> dt.date:
        """The day of the event is not counted; 0 is the day itself, or the first working day after it."""
        if n == 0:
            return self.next_workday(start)
        day = start
        while n:
            day += DAY
            if self.works(day):
                n -= 1
        return day

    def add_days(self, start: dt.date, n: int) -> dt.date:
        day = start
        for _ in range(n):
            day += DAY
        return self.next_workday(day)

    def add_months(self, start: dt.date, n: int) -> dt.date:
        """To the first of the n-th month on, then on to the same number or to the last day the month has."""
        day = start.replace(day=1)
        while n:
            day += DAY
            if day.day == 1:
                n -= 1
        month = day.month
        while day.day < start.day and (day + DAY).month == month:
            day += DAY
        return self.next_workday(day)

    def count_workdays(self, start: dt.date, end: dt.date) -> int:
        found = 0
        day = start
        while day < end:
            day += DAY
            if self.works(day):
                found += 1
        return found

    def is_provisional(self, start: dt.date, end: dt.date) -> bool:
        day = start
        while day <= end:
            if day not in self.days:
                return True
            day += DAY
        return False


@dataclass
class Agreement:
    """How often each question was asked and answered alike, over which kinds of days."""

    asked: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.asked == self.agreed


def compare(days: Mapping[dt.date, bool], cases: int, seed: int) -> Agreement:
    """Ask ``common.workdays`` and the naive way the same, ``cases`` times.  ``days`` is the table behind the former."""
    naive = Naive(days)
    found = Agreement()
    chance = random.Random(seed)  # noqa: S311  to be the same every time, not to be secret
    starts = _starts(days, chance)
    for _ in range(cases):
        kind, start = next(starts)
        found.kinds[kind] += 1
        _case(found, naive, start, chance)
    return found


def _case(found: Agreement, naive: Naive, start: dt.date, chance: random.Random) -> None:
    n, days, months = chance.choice(WORKING_LIMITS), chance.choice(CALENDAR_LIMITS), chance.choice(MONTHS)
    end = start + DAY * chance.randrange(-3, 45)
    _ask(found, "next_workday", naive.next_workday, start)
    _ask(found, "add_workdays", naive.add_workdays, start, n)
    _ask(found, "add_days", naive.add_days, start, days)
    _ask(found, "add_months", naive.add_months, start, months)
    _ask(found, "count_workdays", naive.count_workdays, start, end)
    _ask(found, "is_provisional", naive.is_provisional, start, end)


def _ask(found: Agreement, name: str, slow: Callable[..., Any], *asked: Any) -> None:
    expected, answer = slow(*asked), getattr(workdays, name)(*asked)
    found.asked[name] += 1
    if answer == expected:
        found.agreed[name] += 1
    elif len(found.differences) < SHOWN:
        found.differences.append(f"{name}({', '.join(map(str, asked))})：逐日数得 {expected}，算得 {answer}")


def _starts(days: Mapping[dt.date, bool], chance: random.Random) -> Iterator[tuple[str, dt.date]]:
    """Days of every kind that makes a limit hard to reckon, each as often as the others."""
    first, last = (min(days), max(days)) if days else (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    years = range(first.year, last.year + 1)
    kinds: dict[str, list[dt.date]] = {
        "月末": [dt.date(year, month, 1) - DAY * n for year in years for month in range(1, 13) for n in (1, 2, 3)],
        "闰日前后": [
            dt.date(year, 2, 27) + DAY * n for year in years if (dt.date(year, 3, 1) - DAY).day == 29 for n in range(4)
        ],
        "长假前后": _around(days, _long_holidays(days)),
        "调休上班前后": _around(days, [day for day, works in days.items() if works and day.weekday() >= 5]),
        "年末年初": [
            dt.date(year, 12, 20) + DAY * n for year in range(first.year - 1, last.year + 1) for n in range(24)
        ],
        "未载入的年份": [last + DAY * n for n in range(-20, 800)] + [first - DAY * n for n in range(400)],
        "任意": [first + DAY * n for n in range((last - first).days)],
    }
    names = [name for name, among in kinds.items() if among]
    while True:
        name = chance.choice(names)
        yield name, chance.choice(kinds[name])


def _long_holidays(days: Mapping[dt.date, bool]) -> list[dt.date]:
    """First days of four and more days off in a row."""
    return [
        day
        for day, works in days.items()
        if not works and days.get(day - DAY, True) and not any(days.get(day + DAY * n, True) for n in range(4))
    ]


def _around(days: Mapping[dt.date, bool], middles: list[dt.date]) -> list[dt.date]:
    return [day + DAY * n for day in middles for n in range(-8, 12)]
