"""区划: the official list of the National Bureau of Statistics, under the rules of ``grids.loading``.

The file is the whole list of the county: what it leaves out is marked abolished, never deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.choices import Role
from grids import loading
from grids.choices import DivisionKind, Level
from grids.models import Division
from grids.signals import divisions_changed
from imports.cells import Code, OneOf, Text
from imports.choices import Verdict
from imports.registry import Column, Planned, Record, Sheet, register

TWELVE = r"\d{12}"
LEVELS = {level.value: str(level.label) for level in Level}
KINDS = {kind.value: str(kind.label) for kind in DivisionKind if kind.value}
SHORT = {"村": Level.VILLAGE, "社区": Level.VILLAGE, "乡镇": Level.TOWNSHIP, "街道": Level.TOWNSHIP, "县": Level.COUNTY,
         "区": Level.COUNTY}  # fmt: skip


@dataclass
class Look:
    by_code: dict[str, Division]


@register
class Divisions(Sheet):
    key, title, unit, order = "divisions", "区划", "个", 10
    about = "国家统计局统计用区划代码全表。文件里没有的村（社区）标为撤销，不删除，案件不受影响。"
    roles = frozenset({Role.SYSTEM_ADMIN})
    keys = ("code",)
    columns = (
        Column("code", "区划代码", Code(TWELVE, "应为 12 位数字"), required=True, hint="12 位统计用区划代码", example="620702101299"),
        Column("name", "全称", Text(100), required=True, hint="官方全称，村写到“村村民委员会”", example="示例村村民委员会"),
        Column("level", "级别", OneOf(lambda look: LEVELS, SHORT), required=True, example="村（社区）"),
        Column("kind", "类别", OneOf(lambda look: KINDS), hint="乡级写街道、镇、乡，村级写社区、村；县以上不填", example="村"),
        Column("parent_code", "上级代码", Code(TWELVE, "应为 12 位数字"), hint="省级不填", example="620702101000"),
        Column("replaces", "取代的代码", Text(200), hint="撤并时填被取代的区划代码，几个用空格隔开", example="620702101207"),
    )  # fmt: skip

    def load(self, user: Any, rows: Sequence[Mapping[str, Any]] | None = None) -> Look:
        return Look({place.pk: place for place in Division.objects.order_by("code")})

    def count(self, user: Any) -> int:
        return len(self._listed(self.load(user)))

    def records(self, user: Any, look: Look) -> Iterator[Record]:
        yield from (self._record(place) for place in self._listed(look))

    @staticmethod
    def _listed(look: Look) -> list[Division]:
        """The county, what lies in it, and what it lies in."""
        county = look.by_code.get(settings.COUNTY_CODE)
        if county is None:
            return []
        above = set(county.path.strip("/").split("/"))
        return [
            place
            for place in look.by_code.values()
            if place.is_active and (place.pk in above or place.path.startswith(county.path))
        ]

    @staticmethod
    def _record(place: Division) -> Record:
        values = {
            "code": place.pk, "name": place.official_name, "level": place.level, "kind": place.kind or None,
            "parent_code": place.parent_id, "replaces": None,
        }  # fmt: skip
        return Record(place.pk, values, label=place.name)

    def match(self, values: Mapping[str, Any], look: Look) -> Record | None:
        place = look.by_code.get(values.get("code") or "")
        return self._record(place) if place and place.is_active else None

    def identity(self, values: Mapping[str, Any]) -> Any:
        return values.get("code")

    def check(self, row: Planned, user: Any, look: Look) -> None:
        for column, sentence in loading.problems_of(_official(row)):
            row.refuse(column, _in_words(sentence))

    def check_whole(self, rows: list[Planned], user: Any, look: Look) -> None:
        by_line = {row.number: row for row in rows}
        official = [_official(row) for row in rows if not row.errors]
        for line, column, sentence in loading.problems_between(official):
            if "重复" not in sentence:  # said of every sheet
                by_line[line].refuse(column, sentence)
        for row in rows:  # which codes a place takes over from is no fact about the place, and done when they are gone
            taken_over = (row.values.get("replaces") or "").split()
            if not any(code in look.by_code and look.by_code[code].is_active for code in taken_over):
                row.changes.pop("replaces", None)
            if row.verdict == Verdict.CHANGED and not row.changes:
                row.verdict = Verdict.UNCHANGED
        if any(row.errors for row in rows):
            return
        listed = {row.values.get("code") for row in rows}
        counties = {row.code[:6] for row in official if row.level == Level.COUNTY}
        for place in look.by_code.values():
            is_gone = place.is_active and place.pk not in listed and place.pk[:6] in counties
            if is_gone and place.level not in (Level.PROVINCE, Level.CITY):
                record = self._record(place)
                rows.append(
                    Planned(
                        0,
                        Verdict.ENDED,
                        label=place.full_name(),
                        cells=self.written(record.values, look),
                        record=record,
                    )
                )

    def apply(self, rows: Sequence[Planned], by: Any, look: Look) -> None:
        ended = {row.record.pk for row in rows if row.verdict == Verdict.ENDED and row.record}
        official = {place.pk: _of(place) for place in self._listed(look) if place.pk not in ended}
        official |= {row.values["code"]: _official(row) for row in rows if row.verdict != Verdict.ENDED}
        change = loading.apply(Division, list(official.values()), on=timezone.localdate())
        divisions_changed.send(sender=Division, change=change)


def _official(row: Planned) -> loading.Row:
    """The row as ``grids.loading`` reads it; what the file leaves out is as it was."""
    was = row.record.values if row.record else {}
    value = {name: row.values.get(name, was.get(name)) or "" for name in (*loading.COLUMNS, "replaces")}
    return loading.Row(row.number, **value)


def _of(place: Division) -> loading.Row:
    return loading.Row(0, place.pk, place.official_name, place.level, place.kind, place.parent_id or "")


def _in_words(sentence: str) -> str:
    """Levels and kinds by the names the file has for them."""
    for value, label in (LEVELS | KINDS).items():
        sentence = sentence.replace(f"“{value}”", f"“{label}”")
    return sentence
