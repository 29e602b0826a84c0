"""值班表 from and to spreadsheets: one row a window and day, the name of the morning and of the afternoon."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from grids.models import Organisation
from imports.cells import Day, Reference, Text, Wrong, close_to
from imports.choices import Verdict
from imports.registry import Column, Planned, Record, Sheet, register
from rosters import grid, rights, services
from rosters.choices import COVERS, Half
from rosters.models import DutyShift, Residency


@dataclass
class Look:
    """The residences whose duty the person plans, and who is on duty there on the days the file speaks of."""

    today: dt.date
    lines: dict[int, Residency] = field(default_factory=dict)
    centres: dict[str, Organisation] = field(default_factory=dict)
    bodies: dict[str, Organisation] = field(default_factory=dict)
    there: dict[tuple[int, dt.date], list[DutyShift]] = field(default_factory=dict)
    accounts: dict[int, dict[str, int | None]] = field(default_factory=dict)


def _known(kind: str) -> Any:
    def find(text: str, look: Look) -> Organisation:
        known: dict[str, Organisation] = getattr(look, kind)
        if text in known:
            return known[text]
        raise Wrong(f"您安排的值班里没有“{text[:30]}”。{close_to(text, known) or '请写全称或者机构代码。'}")

    return Reference(
        find=find,
        name=lambda body, look: body.name,
        names=lambda look: sorted({body.name for body in getattr(look, kind).values()}),
        width=28,
    )


@register
class Duty(Sheet):
    key, title, unit, order = "duty", "值班表", "天", 50
    about = "今天起的值班，一个窗口一天一行。先在“入驻值班”里登记入驻单位；过去的值班不能用表格改。"
    roles = rights.ARRANGERS
    keys = ("centre", "organisation", "window", "day")
    columns = (
        Column("centre", "综治中心", _known("centres"), required=True, hint="全称或者机构代码", example="甘州区社会治安综合治理中心"),
        Column("organisation", "入驻单位", _known("bodies"), required=True, hint="全称或者机构代码", example="甘州区人力资源和社会保障局"),
        Column("window", "窗口", Text(20), hint="与入驻登记的一致；只有一个窗口的可以空着", example="3"),
        Column("day", "日期", Day(), required=True, example="2026-12-01"),
        Column("morning", "上午", Text(20), hint="值班人姓名；没有人的空着", example="示例甲"),
        Column("afternoon", "下午", Text(20), hint="值班人姓名；全天一个人的两格都写", example="示例甲"),
    )  # fmt: skip

    def load(self, user: Any, rows: Sequence[Mapping[str, Any]] | None = None) -> Look:
        look = Look(timezone.localdate())
        residences = Residency.objects.between(look.today, look.today + dt.timedelta(days=grid.LAST_DAYS))
        for line in residences.select_related("organisation", "centre__division").order_by(
            "centre__code", "organisation__code", "window", "pk"
        ):
            if not rights.may_arrange(user, line.centre):
                continue
            look.lines[line.pk] = line
            for known, body in ((look.centres, line.centre), (look.bodies, line.organisation)):
                known |= {name: body for name in (body.code, body.name, body.short_name) if name}
        shifts = DutyShift.objects.filter(residency__in=list(look.lines), day__gte=look.today).order_by("day", "pk")
        for shift in shifts:
            look.there.setdefault((shift.residency_id, shift.day), []).append(shift)
        look.accounts = services.people_of({line.organisation_id for line in look.lines.values()})
        return look

    def count(self, user: Any) -> int:
        return len(self.load(user).there)

    def records(self, user: Any, look: Look) -> Iterator[Record]:
        order = {pk: place for place, pk in enumerate(look.lines)}
        for pk, day in sorted(look.there, key=lambda one: (one[1], order[one[0]])):
            yield self._record(look.lines[pk], day, look)

    @staticmethod
    def _record(line: Residency, day: dt.date, look: Look) -> Record:
        names = {half: shift.name for shift in look.there.get((line.pk, day), ()) for half in COVERS[Half(shift.half)]}
        values = {
            "centre": line.centre, "organisation": line.organisation, "window": line.window, "day": day,
            "morning": names.get(Half.MORNING, ""), "afternoon": names.get(Half.AFTERNOON, ""),
        }  # fmt: skip
        codes = line.centre.division.path.strip("/").split("/")
        label = f"{day} {line.organisation} {line.where}".strip()
        return Record(f"{line.pk}/{day}", values, label, codes[3] if len(codes) > 3 else "")

    def match(self, values: Mapping[str, Any], look: Look) -> Record | None:
        centre, body, day = values.get("centre"), values.get("organisation"), values.get("day")
        if not centre or not body or not day:
            return None
        window = re.sub(r"号?窗口$", "", values.get("window") or "").strip()
        here = [line for line in look.lines.values() if line.centre_id == centre.pk and line.organisation_id == body.pk]
        found = [line for line in here if not window or re.sub(r"号?窗口$", "", line.window).strip() == window]
        if not found:
            raise Wrong(
                f"{body.name}在{centre.name}没有登记入驻{'这个窗口' if here else ''}，请先在“入驻值班”里登记。",
                "window" if here else "organisation",
            )
        found = [line for line in found if line.is_on(day)]
        if not found:
            raise Wrong("这一天不在入驻期内。", "day")
        if len(found) > 1:
            raise Wrong(f"有几个窗口：{'、'.join(line.window or '（空）' for line in found)}，请写明窗口。", "window")
        return self._record(found[0], day, look)

    def identity(self, values: Mapping[str, Any]) -> Any:
        return None  # the residence and the day say it: see ``match``

    def check(self, row: Planned, user: Any, look: Look) -> None:
        row.values["window"] = row.record.values["window"] if row.record else None
        if row.values["day"] < look.today:
            row.refuse("day", "过去的值班不能用表格改。")
        elif row.values["day"] > look.today + dt.timedelta(days=grid.LAST_DAYS):
            row.refuse("day", f"最多安排到 {look.today + dt.timedelta(days=grid.LAST_DAYS)}，请核对年份。")
        for key in ("morning", "afternoon"):
            try:
                asked = grid.read(row.values.get(key) or "")
            except grid.Unreadable as error:
                row.refuse(key, str(error))
            else:
                if len({half for half, _ in asked}) > 1:
                    row.refuse(key, "一格只写一个人。")

    def check_whole(self, rows: list[Planned], user: Any, look: Look) -> None:
        """Nobody is at two windows at a time, given everything that the file changes."""
        changed = {grid.cell_name(*_key(row)): row for row in rows if row.verdict == Verdict.CHANGED and not row.errors}
        for name, sentence in services.clashes(_wanted(changed.values(), look), look.lines).items():
            changed[name].refuse("morning", sentence)

    def lock(self, keys: Sequence[Any]) -> None:
        lines = sorted({int(str(key).split("/")[0]) for key in keys})
        list(
            Residency.objects.filter(pk__in=lines)
            .select_for_update(no_key=True, of=("self",))
            .order_by("pk")
            .values_list("pk")
        )

    def apply(self, rows: Sequence[Planned], by: Any, look: Look) -> None:
        wanted = _wanted(rows, look)
        services.place(wanted, look.lines, look.there)


def _key(row: Planned) -> tuple[int, dt.date]:
    pk, day = str(row.record.pk if row.record else "").split("/")
    return int(pk), dt.date.fromisoformat(day)


def _wanted(rows: Any, look: Look) -> services.Wanted:
    """Per residence and day who is wanted for which half, in the words of ``services``."""
    wanted: services.Wanted = {}
    for row in rows:
        pk, day = _key(row)
        was = row.record.values
        names = [row.values.get(key, was[key]) or "" for key in ("morning", "afternoon")]
        known = look.accounts.get(look.lines[pk].organisation_id, {})
        wanted[pk, day] = [(half, name, known.get(name)) for half, name in grid.read(grid.written(*names))]
    return wanted
