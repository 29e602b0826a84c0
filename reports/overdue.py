"""超期周报: of each office, what was overdue at the end of a week.  Offices are compared, persons never.

Every number is the length of a list of cases, under the conditions beside it.  Weeks of the past are judged by the
clocks as they are recorded now: what was met or extended since counts as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.http import urlencode

from common.sheets import Column, Value
from disputes.choices import SupervisionKind
from disputes.filters import NO_COMMITTEE, midnight
from disputes.models import ClockRow, Supervision
from grids.choices import Level
from grids.models import Division, Organisation

#: An office with fewer cases in hand than this is not ranked: one case more or less would turn the order over.
LEAST_TO_RANK: Final = 10
#: How far back a week may be asked for.
FIRST_WEEK: Final = dt.date(2020, 1, 6)


# ---- weeks


@dataclass(frozen=True)
class Week:
    """An ISO week, and the day at whose end it is judged: its Sunday, or today while it lasts."""

    monday: dt.date
    today: dt.date

    @classmethod
    def read(cls, text: str, today: dt.date) -> Week:
        """``2026-W47``; anything else, the future and times before the portal mean the present week."""
        this = today - dt.timedelta(days=today.weekday())
        match = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text, re.ASCII)
        try:
            monday = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else this
        except ValueError:
            monday = this
        return cls(monday if FIRST_WEEK <= monday <= this else this, today)

    @property
    def sunday(self) -> dt.date:
        return self.monday + dt.timedelta(days=6)

    @property
    def day(self) -> dt.date:
        return min(self.sunday, self.today)

    @property
    def is_over(self) -> bool:
        return self.sunday < self.today

    @property
    def key(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def before(self) -> str:
        return Week(self.monday - dt.timedelta(days=7), self.today).key

    @property
    def after(self) -> str:
        return Week(self.monday + dt.timedelta(days=7), self.today).key if self.is_over else ""


# ---- figures


@dataclass
class Office:
    """One line: a township, or a committee in it.  ``where`` are the conditions of its list."""

    name: str
    where: dict[str, str]
    in_hand: int = 0
    late: int = 0
    red: int = 0
    yellow: int = 0
    since: dt.date | None = None
    rank: int | None = None
    below: list[Office] = field(default_factory=list)

    def add(self, row: dict[str, Any]) -> None:
        for name in ("in_hand", "late", "red", "yellow"):
            setattr(self, name, getattr(self, name) + row[name])
        self.since = min((day for day in (self.since, row["since"]) if day), default=None)

    @property
    def rate(self) -> float:
        return self.late / self.in_hand if self.in_hand else 0.0


def figures(user: Any, week: Week) -> list[dict[str, Any]]:
    """Counts for each township and committee that this person may see, in one statement."""
    clocks = ClockRow.objects.running_on(week.day).visible_to(user)
    late = Q(pk__in=ClockRow.objects.late_on(week.day).values("pk"))
    in_force = Supervision.objects.in_force(midnight(week.day + dt.timedelta(days=1))).heaviest()

    def carded(kind: str) -> Q:
        return late & Q(dispute__in=in_force.filter(kind=kind).values("dispute"))

    return list(
        clocks.order_by()
        .values("dispute__township", "dispute__committee")
        .annotate(
            in_hand=Count("dispute", distinct=True),
            late=Count("dispute", distinct=True, filter=late),
            red=Count("dispute", distinct=True, filter=carded(SupervisionKind.RED)),
            yellow=Count("dispute", distinct=True, filter=carded(SupervisionKind.YELLOW)),
            since=Min("due_on", filter=late),
        )
    )


def offices(user: Any, week: Week) -> list[Office]:
    """Townships with their committees, the most overdue first, ranked where there is enough to rank."""
    rows = figures(user, week)
    towns = dict(Division.objects.filter(pk__in={row["dispute__township"] for row in rows}).values_list("code", "name"))
    names = {
        one.pk: str(one) for one in Organisation.objects.filter(pk__in={row["dispute__committee"] for row in rows})
    }
    county = Division.objects.filter(level=Level.COUNTY).values_list("code", flat=True).first() or ""
    found: dict[str | None, Office] = {}
    for row in rows:
        code, committee = row["dispute__township"], row["dispute__committee"]
        where = {"township": code} if code else {"division": county}
        town = found.setdefault(code, Office(towns.get(code, "区本级"), where))
        town.add(row)
        here = Office(names.get(committee, "未分派到调委会"), {**where, "committee": str(committee or NO_COMMITTEE)})
        here.add(row)
        town.below.append(here)
    every = sorted(found.values(), key=_most_late)
    for town in every:
        town.below.sort(key=_most_late)
    rank(every)
    rank(one for town in every for one in town.below if one.where["committee"] != NO_COMMITTEE)
    return every


def _most_late(one: Office) -> tuple[int, str]:
    return -one.late, one.name


def rank(every: Iterable[Office]) -> None:
    """Number the offices with enough cases, the smallest share of overdue ones first; equal shares share a number."""
    ranked = sorted((one for one in every if one.in_hand >= LEAST_TO_RANK), key=lambda one: one.rate)
    for number, one in enumerate(ranked, start=1):
        before = ranked[number - 2] if number > 1 else None
        one.rank = before.rank if before and before.rate == one.rate else number


def total(every: Iterable[Office]) -> Office:
    """The line below the table."""
    whole = Office("合计", {})
    for one in every:
        whole.add({"in_hand": one.in_hand, "late": one.late, "red": one.red, "yellow": one.yellow, "since": one.since})
    return whole


# ---- as the page and the file show them

COLUMNS: Final = tuple(
    Column(label, lambda one, row: "", width)
    for label, width in (
        ("乡镇（街道）", 16), ("调委会", 30), ("在办（件）", 11), ("超期（件）", 11), ("红牌（件）", 11), ("黄牌（件）", 11),
        ("最久（天）", 11), ("超期率（%）", 12), ("名次", 8),
    )
)  # fmt: skip

NUMBERS: Final = ("in_hand", "late", "red", "yellow")


def conditions(name: str, week: Week) -> dict[str, str]:
    """What makes the list of cases the proof of a number."""
    day = f"{week.day:%Y-%m-%d}"
    return {
        "in_hand": {"clock_on": day},
        "late": {"late_on": day},
        "red": {"late_on": day, "card": SupervisionKind.RED.value},
        "yellow": {"late_on": day, "card": SupervisionKind.YELLOW.value},
    }[name]


def line(one: Office, week: Week) -> dict[str, Any]:
    """An office in words, each number with the list that proves it."""
    cells = {}
    for name in NUMBERS:
        value = getattr(one, name)
        query = urlencode({"tab": "all", **conditions(name, week), **one.where})
        cells[name] = {"value": value, "url": f"{reverse('disputes:list')}?{query}" if value else ""}
    return {
        "name": one.name,
        **cells,
        "share": f"{one.rate * 100:.1f}%" if one.in_hand else "--",
        "oldest": (week.day - one.since).days if one.since else None,
        "rank": one.rank,
        "below": [line(below, week) for below in one.below],
    }


def lines(every: Iterable[Office], week: Week) -> Iterator[list[Value]]:
    """The lines of the file: each township, then its committees."""
    for town in every:
        yield _cells(town, week, town.name, "全部")
        for one in town.below:
            yield _cells(one, week, town.name, one.name)


def _cells(one: Office, week: Week, town: str, committee: str) -> list[Value]:
    oldest: Value = (week.day - one.since).days if one.since else ""
    numbers: list[Value] = [one.in_hand, one.late, one.red, one.yellow]
    return [town, committee, *numbers, oldest, round(one.rate * 100, 1), one.rank or "不排名"]
