"""六员 from and to spreadsheets: one row a post of a village, the empty ones too, so that a gap is filled by writing a name.

What a file does is what the pages do: another person takes a post over from a day on, the one before ends on the day
before, nothing that was is overwritten.  Taking somebody out without a successor has a page of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from grids.choices import Level
from grids.models import Division, Organisation
from imports.cells import Day, OneOf, Phone, Reference, Text, Wrong, close_to
from imports.choices import Verdict
from imports.registry import Column, Planned, Record, Sheet, register
from posts import rights
from posts.choices import PostKind
from posts.expiry import settle
from posts.models import Officer, PostHolding
from posts.services import holdings

#: Besides those who change posts on the pages, 系统管理员 loads the first lists.
ROLES = frozenset({*rights.CHANGE, Role.SYSTEM_ADMIN})
KINDS = {str(kind.value): str(kind.label) for kind in PostKind}
ALSO = {"检察": PostKind.PROCURATOR, "民警": PostKind.POLICE, "警察": PostKind.POLICE, "律师": PostKind.COUNSEL,
        "调解员": PostKind.MEDIATOR, "心理咨询师": PostKind.COUNSELLOR}  # fmt: skip
#: What says who holds a post; the rest is about that person.
HOLDING = ("starts_on", "ends_on", "note")
OFFICER = ("title", "phone")
ONE_DAY = dt.timedelta(days=1)
BATCH = 1_000


@dataclass
class Look:
    """The villages of the person, who holds their posts, and everybody who could."""

    today: dt.date
    paths: tuple[str, ...] = ()
    is_for_county: bool = False
    villages: dict[str, Division] = field(default_factory=dict)
    by_name: dict[str, list[Division]] = field(default_factory=dict)
    standing: dict[tuple[str, str], list[PostHolding]] = field(default_factory=dict)
    officers: dict[tuple[str, int], list[Officer]] = field(default_factory=dict)
    bodies: dict[str, list[Organisation]] = field(default_factory=dict)
    bodies_by_code: dict[str, Organisation] = field(default_factory=dict)

    def holding(self, village: str, kind: str) -> PostHolding | None:
        """Who holds the post today, or else will first."""
        return next(
            (one for one in self.standing.get((village, kind), ()) if one.ends_on is None or one.ends_on >= self.today),
            None,
        )


def _find_village(text: str, look: Look) -> Division:
    if text in look.villages:
        return look.villages[text]
    found = look.by_name.get(text.replace(" ", "").removeprefix("甘州区"), [])
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(place.full_name() for place in found[:4])
        raise Wrong(f"有几个“{text[:30]}”：{names}。请连乡镇一起写，或者写 12 位区划代码。")
    near = close_to(text, [place.full_name() for place in look.villages.values()])
    raise Wrong(f"您负责的范围内没有“{text[:30]}”。{near or '请写“上秦镇 徐赵寨村”，或者 12 位区划代码。'}")


def _find_body(text: str, look: Look) -> Organisation:
    if text in look.bodies_by_code:
        return look.bodies_by_code[text]
    found = look.bodies.get(text.replace(" ", ""), [])
    if len(found) == 1:
        return found[0]
    if found:
        raise Wrong(f"有几个单位叫“{text[:30]}”，请写机构代码：{'、'.join(one.code for one in found[:4])}。")
    raise Wrong(f"没有“{text[:30]}”这个单位。{close_to(text, look.bodies) or '请写单位全称或者机构代码。'}")


def _body_named(body: Organisation, look: Look) -> str:
    return body.name if len(look.bodies.get(body.name, ())) == 1 else body.code


VILLAGE = Reference(
    find=_find_village,
    name=lambda place, look: place.full_name(),
    names=lambda look: [place.full_name() for place in look.villages.values()],
)
BODY = Reference(find=_find_body, name=_body_named, width=28)


@register
class Posts(Sheet):
    key, title, unit, order = "posts", "三官一师两员", "岗", 40
    about = (
        "每个村（社区）六个岗位各一行，空缺的也列出，填上姓名就补上。换人按起始日期接任，原任到前一天为止，历史保留。"
    )
    roles = ROLES
    keys = ("village", "kind")
    columns = (
        Column("village", "村（社区）", VILLAGE, required=True, hint="乡镇和村名，或者 12 位区划代码", example="示例镇 示例村"),
        Column("kind", "岗位", OneOf(lambda look: KINDS, ALSO), required=True, example="法官"),
        Column("name", "姓名", Text(50), hint="空缺的空着；免去而没有接任的，在村（社区）六员页面办理", example="示例甲", needed="这个岗位没有人"),
        Column("organisation", "所在单位", BODY, hint="全称或者机构代码", example="张掖市甘州区人民法院"),
        Column("title", "职务", Text(50), example="员额法官"),
        Column("phone", "工作电话", Phone(), hint="印在便民联系卡上，不要填私人号码", example="0936-8212345", needed="便民联系卡上没有电话"),
        Column("starts_on", "起", Day(), hint="开始任职的日期；空缺补人不填的，从今天起", example="2026-03-01"),
        Column("ends_on", "止", Day(), hint="最后一天；没有期限的空着", example="2029-02-28"),
        Column("note", "依据", Text(100), hint="如任命文件的文号", example="甘政法〔2026〕3号"),
    )  # fmt: skip

    # ---- what is there

    def load(self, user: Any, rows: Sequence[Mapping[str, Any]] | None = None) -> Look:
        look = Look(timezone.localdate())
        look.paths, look.is_for_county = _reach(user)
        villages = Division.objects.active().within(look.paths).filter(level=Level.VILLAGE)
        for place in villages.select_related("parent__parent").order_by("code"):
            look.villages[place.pk] = place
            for name in {place.name, place.official_name, place.full_name().replace(" ", "")}:
                look.by_name.setdefault(name, []).append(place)
        held = PostHolding.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=look.today), withdrawn_at=None, division__in=list(look.villages)
        )
        for one in held.select_related("officer__organisation").order_by("starts_on", "pk"):
            look.standing.setdefault((one.division_id, one.kind), []).append(one)
        for officer in Officer.objects.active().select_related("organisation").order_by("pk"):
            look.officers.setdefault((officer.name, officer.organisation_id), []).append(officer)
        for body in Organisation.objects.active().order_by("code"):
            look.bodies_by_code[body.code] = body
            for name in {body.name, body.short_name}:
                if name:
                    look.bodies.setdefault(name, []).append(body)
        return look

    def count(self, user: Any) -> int:
        paths, _ = _reach(user)
        return len(PostKind) * Division.objects.active().within(paths).filter(level=Level.VILLAGE).count()

    def records(self, user: Any, look: Look) -> Iterator[Record]:
        for village in look.villages.values():
            for kind in PostKind:
                yield self._record(village, kind.value, look)

    @staticmethod
    def _record(village: Division, kind: str, look: Look) -> Record:
        values: dict[str, Any] = {"village": village, "kind": kind}
        if one := look.holding(village.pk, kind):
            values |= {
                "name": one.officer.name, "organisation": one.officer.organisation, "title": one.officer.title,
                "phone": one.officer.phone, "starts_on": one.starts_on, "ends_on": one.ends_on, "note": one.note,
            }  # fmt: skip
        label = f"{village.full_name()} {KINDS[kind]}"
        return Record(f"{village.pk}/{kind}", values, label, village.parent_id or "")

    def match(self, values: Mapping[str, Any], look: Look) -> Record | None:
        if not values.get("village") or not values.get("kind"):
            return None
        return self._record(values["village"], values["kind"], look)

    def identity(self, values: Mapping[str, Any]) -> Any:
        return values["village"].pk, values["kind"]

    # ---- what may be written

    def check(self, row: Planned, user: Any, look: Look) -> None:
        values, was = row.values, row.record.values if row.record else {}
        person = _person(values)
        if person == _person(was):
            self._check_same(row, look)
        elif not values.get("name"):
            if was.get("name"):
                row.refuse("name", f"现在由{was['name']}担任。免去而没有接任的，请在村（社区）六员页面办理。")
            else:
                row.refuse("name", "没有写姓名。空缺的岗位请把整行其他格子也空着。")
        elif not values.get("organisation"):
            row.refuse("organisation", "写了姓名，还要写所在单位。")
        else:
            self._check_new(row, look)
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            row.refuse("ends_on", f"不能早于起始日期 {starts}。")

    @staticmethod
    def _check_same(row: Planned, look: Look) -> None:
        values, was = row.values, row.record.values if row.record else {}
        if not was.get("name"):
            said = [key for key in (*HOLDING, *OFFICER) if values.get(key)]
            if said:
                row.refuse("name", "没有写姓名。空缺的岗位请把整行其他格子也空着。")
            return
        if "starts_on" in values and values["starts_on"] != was["starts_on"]:
            row.refuse(
                "starts_on", f"{was['name']}从 {was['starts_on']} 起担任，起始日期不能用表格改；连任的只改止期。"
            )
        later = look.standing[values["village"].pk, values["kind"]][1:]
        ends = values.get("ends_on")
        if later and "ends_on" in values and (ends is None or ends >= later[0].starts_on):
            row.refuse("ends_on", f"{later[0].starts_on} 起已经安排了接任的人，止期应当更早。")
        if not look.is_for_county and any(key in values and (values[key] or "") != was[key] for key in OFFICER):
            key = next(key for key in OFFICER if key in values and (values[key] or "") != was[key])
            row.refuse(key, f"{was['name']}的职务和电话由区中心修改，他（她）可能还负责别的乡镇。")

    @staticmethod
    def _check_new(row: Planned, look: Look) -> None:
        values, was = row.values, row.record.values if row.record else {}
        values["starts_on"] = starts = values.get("starts_on") or look.today
        if was.get("name") and starts <= was["starts_on"]:
            row.refuse("starts_on", f"{was['name']}从 {was['starts_on']} 起担任，接任的起始日期应当更晚。")
        later = look.standing.get((values["village"].pk, values["kind"]), [])
        if len(later) > 1 or (later and not was.get("name")):
            row.refuse("", f"已经安排了 {later[-1].starts_on} 起接任的人，请在村（社区）六员页面办理。")
        known = look.officers.get((values["name"], values["organisation"].pk), [])
        if len(known) > 1:
            row.refuse("name", f"{values['organisation'].name}有几名{values['name']}，分不清是哪一个，请在页面办理。")
        elif known and not look.is_for_county:
            for key in OFFICER:
                if values.get(key) and values[key] != getattr(known[0], key):
                    row.refuse(key, f"{values['name']}已经登记，职务和电话由区中心修改；请把这一格空着。")

    def check_whole(self, rows: list[Planned], user: Any, look: Look) -> None:
        """One person in many rows is one person: the rows may not contradict one another."""
        said: dict[tuple[Any, str], tuple[Any, int]] = {}
        for row in rows:
            if row.errors or not row.values.get("name") or not row.values.get("organisation"):
                continue
            for key in OFFICER:
                if row.values.get(key):
                    value, number = said.setdefault((_person(row.values), key), (row.values[key], row.number))
                    if value != row.values[key]:
                        row.refuse(key, f"与第 {number} 行的{row.values['name']}不一致，同一个人请写成一样。")

    # ---- writing

    def lacks(self, record: Record) -> list[Column]:
        """A post without anybody lacks a person, not also a phone."""
        return [column for column in super().lacks(record) if column.key == "name" or record.values.get("name")]

    def url(self, record: Record) -> str:
        return reverse("posts:village", args=[record.values["village"].pk])

    def lock(self, keys: Sequence[Any]) -> None:
        holdings.lock(*Division.objects.filter(pk__in={str(key).split("/")[0] for key in keys}))

    def apply(self, rows: Sequence[Planned], by: Any, look: Look) -> None:
        officers = self._officers(rows, look)
        new: list[PostHolding] = []
        # Warnings are of a township and a kind: one village of each is enough to settle them.
        touched: dict[tuple[str | None, str], Division] = {}
        for row in rows:
            if row.verdict != Verdict.CHANGED or row.record is None:
                continue
            values, village, kind = row.values, row.values["village"], row.values["kind"]
            touched[village.parent_id, kind] = village
            held = look.holding(village.pk, kind)
            if held and _person(values) == _person(row.record.values):
                _amend(held, {key: values[key] for key in ("ends_on", "note") if key in row.changes})
                continue
            if held:
                holdings.end(held, values["starts_on"] - ONE_DAY)
            new.append(
                PostHolding(
                    division=village,
                    kind=kind,
                    officer=officers[_person(values)],
                    starts_on=values["starts_on"],
                    ends_on=values.get("ends_on"),
                    note=values.get("note") or "",
                    appointed_by=by,
                )
            )
        PostHolding.objects.bulk_create(new, batch_size=BATCH)
        for (_, kind), village in touched.items():
            settle(village, kind)

    @staticmethod
    def _officers(rows: Sequence[Planned], look: Look) -> dict[Any, Officer]:
        """Everybody named in the rows: those known, with what the file says of them, and those entered now."""
        found: dict[Any, Officer] = {}
        new, changed = [], {}
        for row in rows:
            person = _person(row.values)
            if not person[0] or person in found:
                continue
            known = look.officers.get(person)
            if known:
                officer = known[0]
            else:
                officer = Officer(name=row.values["name"], organisation=row.values["organisation"])
                officer.fill_derived()
                new.append(officer)
            found[person] = officer
        for row in rows:
            officer = found.get(_person(row.values))  # type: ignore[assignment]
            for key in OFFICER if officer else ():
                is_said = row.values.get(key) or (key in row.changes and "name" not in row.changes)
                if is_said and (row.values[key] or "") != getattr(officer, key):
                    setattr(officer, key, row.values[key] or "")
                    if officer.pk:
                        changed[officer.pk] = officer
        Officer.objects.bulk_create(new, batch_size=BATCH)
        if changed:
            Officer.objects.bulk_update(list(changed.values()), list(OFFICER), batch_size=BATCH)
        return found


def _person(values: Mapping[str, Any]) -> tuple[str, int]:
    body = values.get("organisation")
    return values.get("name") or "", body.pk if body else 0


def _amend(held: PostHolding, changes: Mapping[str, Any]) -> None:
    """The same person, with another last day or another paper."""
    if not changes:
        return
    held.note = changes.get("note", held.note) or ""
    if changes.get("ends_on"):
        holdings.end(held, changes["ends_on"])
    elif "ends_on" in changes:
        held.ends_on = None
    held.save(update_fields=["ends_on", "note"])


def _reach(user: Any) -> tuple[tuple[str, ...], bool]:
    """Paths of the places whose posts this person may import, and whether that is the whole county."""
    of_system = [h.division.path for h in user.holdings if h.role == Role.SYSTEM_ADMIN and h.division]
    return tuple(sorted({*rights.changing_paths(user), *of_system})), rights.for_county(user) or bool(of_system)
