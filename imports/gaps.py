"""缺项: records that are there but not ready for use, by place; derived from the tables, never filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grids.choices import Level
from grids.models import Division
from imports.registry import Column, Record, Sheet, missing

COUNTY = ""


@dataclass
class PlaceLine:
    """One township: how many records lack each of the needed fields."""

    code: str
    name: str
    counts: dict[str, int] = field(default_factory=dict)
    records: int = 0


@dataclass(frozen=True)
class Gap:
    record: Record
    empty: Sequence[Column]
    place: str


@dataclass
class Report:
    sheet: Sheet
    places: list[PlaceLine]
    gaps: list[Gap]

    @property
    def records(self) -> int:
        return len(self.gaps)

    def narrowed(self, township: str | None, column: str) -> list[Gap]:
        """Of one township ('' for the county's own) and one field; None and '' leave them all."""
        return [
            gap
            for gap in self.gaps
            if (township is None or gap.record.township == township)
            and (not column or any(one.key == column for one in gap.empty))
        ]


def report(sheet: Sheet, user: Any) -> Report:
    """What is missing in one table, among the records the person may see."""
    names = dict(Division.objects.filter(level=Level.TOWNSHIP).values_list("code", "name"))
    places: dict[str, PlaceLine] = {}
    gaps = []
    for record, empty in missing(sheet, user):
        code = record.township
        line = places.setdefault(code, PlaceLine(code, names.get(code, "区直")))
        line.records += 1
        for column in empty:
            line.counts[column.key] = line.counts.get(column.key, 0) + 1
        gaps.append(Gap(record, empty, line.name))
    gaps.sort(key=lambda gap: (gap.record.township, -len(gap.empty)))
    return Report(sheet, sorted(places.values(), key=lambda line: line.code), gaps)
