"""When cases come in: the calendar of a seeding, the same for every run with the same numbers."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from bisect import bisect_left
from dataclasses import dataclass, field

from ganzhou.demo import moments, scenes
from ganzhou.demo.matters import GROUPS

CHUNK = 1000
#: Before the names of the running numbers that say what this database was filled with, and which chunks are there.
MARK = "demo:"


@dataclass(frozen=True)
class Size:
    cases: int
    days: int
    growth: float  # from one year to the next


SIZES = {"S": Size(12_000, 365, 1.0), "M": Size(60_000, 5 * 365, 1.1)}


@dataclass
class Plan:
    """Every registration in order of time, with its code, and which of them are told by hand (``scenes``)."""

    seed: int
    as_of: int
    size: Size
    starts: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    special: dict[int, str] = field(default_factory=dict)
    per_year: dict[int, int] = field(default_factory=dict)

    @classmethod
    def make(cls, seed: int, as_of: dt.datetime, size: Size, prefix: str) -> Plan:
        plan = cls(seed, moments.of(as_of), size)
        plan._place(scenes.starts(plan.as_of, size.cases))
        for moment in plan.starts:
            year = moments.date(moment).year
            plan.per_year[year] = plan.per_year.get(year, 0) + 1
            plan.codes.append(f"{prefix}{year}-{plan.per_year[year]:06d}")
        return plan

    @property
    def chunks(self) -> int:
        return -(-len(self.starts) // CHUNK)

    def chunk(self, number: int) -> range:
        return range(number * CHUNK, min((number + 1) * CHUNK, len(self.starts)))

    def _place(self, by_hand: dict[str, int]) -> None:
        rng = random.Random(f"{self.seed}/plan")
        today = self.as_of // moments.DAY
        weights = [self._weight(day, today) for day in range(today - self.size.days, today + 1)]
        reached = list(itertools.accumulate(weights))
        count = self.size.cases - len(by_hand)
        ordinary = []
        for number in range(count):
            day = today - self.size.days + bisect_left(reached, (number + 0.5) / count * reached[-1])
            ordinary.append(self._time(rng, day))
        order = sorted([(moment, "") for moment in ordinary] + [(moment, name) for name, moment in by_hand.items()])
        self.starts = [moment for moment, _ in order]
        self.special = {index: name for index, (_, name) in enumerate(order) if name}

    def _weight(self, day: int, today: int) -> float:
        on = dt.date.fromordinal(day)
        season = sum(share * months[on.month - 1] for share, _, months, _ in GROUPS.values())
        grown = self.size.growth ** ((day - today) / 365)
        part = 1.0
        if day == today:  # only what has passed of today
            part = min(1.0, max(0.0, (self.as_of - moments.at(day, 8, 30)) / (9.5 * 3600)))
        return season * grown * part * (1.0 if moments.is_workday(day) else 0.1)

    def _time(self, rng: random.Random, day: int) -> int:
        """Most come in the morning; people call and scan outside office hours too."""
        while True:
            draw = rng.random()
            if not moments.is_workday(day):
                hour = rng.triangular(8.5, 21, 11)
            elif draw < 0.06:
                hour = rng.uniform(18, 21.5)
            elif draw < 0.62:
                hour = rng.triangular(8.5, 12, 9.6)
            else:
                hour = rng.triangular(14.5, 18, 15.4)
            moment = day * moments.DAY + int(hour * 3600)
            if moment <= self.as_of - 60:
                return moment
            if self.as_of < moments.at(day, 9):
                return (
                    moments.at(day, 8, 0) + int(rng.random() * 1800)
                    if self.as_of > moments.at(day, 8, 31)
                    else self.as_of - 60
                )
