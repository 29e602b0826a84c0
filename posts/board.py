"""The coverage board: villages by posts on a day, by township, gaps first.  Two statements, whatever the size.

A gap is a gap and nobody's fault: it is counted, never ranked by person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from common.sheets import Column, Value
from grids.choices import Level
from grids.models import Division
from posts.choices import ChiefKind, PostKind
from posts.expiry import is_ending
from posts.models import ChiefArea, PostHolding
from posts.querysets import reading_paths

COLUMNS = (
    "division", "kind", "officer", "officer__name", "starts_on", "ends_on", "acting__officer__name", "away_until",
    "is_ending", "pk",
)  # fmt: skip


class Held(NamedTuple):
    """What a cell shows of a holding, as ``COLUMNS`` reads it."""

    division: str
    kind: str
    officer: int
    name: str
    starts_on: dt.date
    ends_on: dt.date | None
    substitute: str | None
    away_until: dt.date | None
    is_ending: bool
    pk: int


@dataclass(frozen=True)
class Cell:
    """One post of one village on the day."""

    kind: PostKind
    held: Held | None = None

    @property
    def is_ending(self) -> bool:
        return self.held is not None and self.held.is_ending

    @property
    def is_gap(self) -> bool:
        return self.held is None

    @property
    def is_away(self) -> bool:
        return self.held is not None and self.held.away_until is not None


@dataclass
class Row:
    """A village."""

    place: Division
    cells: list[Cell]

    @property
    def gaps(self) -> int:
        return sum(cell.is_gap for cell in self.cells)


@dataclass
class Town:
    """A township with its villages."""

    place: Division
    rows: list[Row] = field(default_factory=list)
    chief: str = ""
    chief_kind: str = ""
    chief_officer: int | None = None

    @property
    def posts(self) -> int:
        return sum(len(row.cells) for row in self.rows)

    @property
    def gaps(self) -> int:
        return sum(row.gaps for row in self.rows)

    @property
    def filled(self) -> int:
        return self.posts - self.gaps


#: What a row must have at least one of: name of a view of the board to a test of a cell.
SHOWN = {
    "all": lambda cell: True,
    "gaps": lambda cell: cell.is_gap,
    "expiring": lambda cell: cell.is_ending,
    "away": lambda cell: cell.is_away,
}


@dataclass
class Board:
    """The whole of it for one reader, one day, one township or all, one kind of post or the six."""

    day: dt.date
    kinds: list[PostKind]
    towns: list[Town]

    @property
    def rows(self) -> list[Row]:
        return [row for town in self.towns for row in town.rows]

    @property
    def posts(self) -> int:
        return sum(town.posts for town in self.towns)

    @property
    def gaps(self) -> int:
        return sum(town.gaps for town in self.towns)

    def cells(self, show: str) -> int:
        """How many cells a view is about; of all, the villages."""
        return sum(SHOWN[show](cell) for row in self.rows for cell in row.cells) if show != "all" else len(self.rows)

    def narrowed(self, show: str) -> list[Town]:
        """The townships with the villages a view shows, gaps first; townships without any are left out."""
        towns = []
        for town in self.towns:
            rows = [row for row in town.rows if any(SHOWN[show](cell) for cell in row.cells)]
            if rows:
                rows.sort(key=lambda row: -row.gaps)
                towns.append(Town(town.place, rows, town.chief, town.chief_kind, town.chief_officer))
        return sorted(towns, key=lambda town: -town.gaps)


def places_of(user: Any, day: dt.date) -> list[Division]:
    """Townships and villages in the reader's reach, in the order of their codes; each township with its chief of the
    day as ``chief`` ({name, kind, officer}, or None).  One statement."""
    rows = Division.objects.within(reading_paths(user)).active().filter(level__in=[Level.TOWNSHIP, Level.VILLAGE])
    chief = ChiefArea.objects.on(day).filter(township=OuterRef("pk")).values(
        found=JSONObject(name="officer__name", kind="kind", officer="officer")
    )  # fmt: skip
    return list(rows.annotate(chief=Subquery(chief[:1])).defer("former_names", "initials", "sort_key").order_by("code"))


def read(user: Any, places: Iterable[Division], day: dt.date, *, township: str = "", kind: str = "") -> Board:
    """The board of ``places`` (as ``places_of`` gives them), or of one township.  One statement."""
    kinds = [PostKind(kind)] if kind else list(PostKind)
    held = _held(user, day, township, kind)
    towns: dict[str, Town] = {}
    villages: list[Division] = []
    for place in places:
        if place.level == Level.VILLAGE:
            villages.append(place)
        elif township in ("", place.pk):
            towns[place.pk] = _town(place)
    for village in villages:
        if village.parent_id in towns:
            cells = [Cell(one, held.get((village.pk, one.value))) for one in kinds]
            towns[village.parent_id].rows.append(Row(village, cells))
    # A township-level unit without villages has no posts: it is on no board.
    return Board(day, kinds, [town for town in towns.values() if town.rows])


def _town(place: Any) -> Town:
    if place.chief is None:
        return Town(place)
    return Town(place, [], place.chief["name"], str(ChiefKind(place.chief["kind"]).label), place.chief["officer"])


def _held(user: Any, day: dt.date, township: str, kind: str) -> dict[tuple[str, str], Held]:
    rows = PostHolding.objects.visible_to(user).on(day)
    if township:
        rows = rows.filter(division__parent_id=township)
    if kind:
        rows = rows.filter(kind=kind)
    found = rows.with_substitute(day).annotate(is_ending=is_ending(day)).values_list(*COLUMNS)
    return {(one[0], one[1]): Held(*one) for one in found}


# ---- as a file

SHEET = tuple(
    Column(label, lambda one, row: "", width)
    for label, width in (
        ("乡镇（街道）", 14), ("村（社区）", 16), ("区划代码", 15), ("岗位", 12), ("情况", 8), ("姓名", 10), ("单位", 28),
        ("职务", 14), ("工作电话", 16), ("起", 12), ("止", 12), ("代理人", 10), ("请假至", 12),
    )
)  # fmt: skip


def lines(board: Board, show: str) -> Iterator[list[Value]]:
    """One line a post, in the order of the page; the people behind them in one statement."""
    rows = [
        (row, cell) for town in board.narrowed(show) for row in town.rows for cell in row.cells if SHOWN[show](cell)
    ]
    people = PostHolding.objects.filter(pk__in=[cell.held.pk for _, cell in rows if cell.held]).select_related(
        "officer__organisation"
    )
    officers = {holding.pk: holding.officer for holding in people}
    names = {town.place.pk: town.place.name for town in board.towns}
    for row, cell in rows:
        head: list[Value] = [names[row.place.parent_id or ""], row.place.name, row.place.pk, str(cell.kind.label)]
        if cell.held is None:
            yield [*head, "空缺", *[""] * 8]
            continue
        officer = officers[cell.held.pk]
        state = "代理" if cell.held.substitute else "请假" if cell.is_away else "在任"
        yield [
            *head, state, officer.name, str(officer.organisation), officer.title,
            officer.phone or officer.organisation.phone, _day(cell.held.starts_on), _day(cell.held.ends_on),
            cell.held.substitute or "", _day(cell.held.away_until),
        ]  # fmt: skip


def _day(day: dt.date | None) -> str:
    return f"{day}" if day else ""
