"""Counting working days over known days: pure, no database.  ``common.workdays`` asks it with the table's days."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

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

    Days are proleptic ordinals (``date.toordinal``).
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
