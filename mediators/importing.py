"""调委会 and 调解员 from and to spreadsheets (``imports.registry``).

Everybody imports what they keep (``rights.kept_paths``); 系统管理员, who loads the first lists, all of the county.  Where a
committee stands, whose mediator somebody is and whether they serve are not changed from a spreadsheet: each has a page
that asks for what belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.choices import Role
from common.models import Counter
from common.pinyin import initials
from grids.choices import Level, OrganisationKind
from grids.models import Division, Organisation
from imports.cells import Code, Day, OneOf, Phone, Reference, SomeOf, Text, Wrong, close_to
from imports.choices import Verdict
from imports.registry import Column, Planned, Record, Sheet, register, vocabulary
from mediators.choices import CommitteeKind, Grade, Language, MediatorKind, MediatorStatus
from mediators.models import Committee, Mediator
from mediators.rights import OF_COUNTY, kept_paths

ROLES = frozenset({*OF_COUNTY, Role.TOWNSHIP_CENTRE, Role.SYSTEM_ADMIN})
BATCH = 1_000
NOT_YOURS = "不在您负责的范围内，这一行不能由您导入。"


def paths_of(user: Any) -> tuple[str, ...]:
    """Paths of the places whose committees this person may import."""
    of_system = (h.division.path for h in user.holdings if h.role == Role.SYSTEM_ADMIN and h.division)
    return tuple(sorted({*kept_paths(user), *of_system}))


def below(paths: Sequence[str], column: str) -> Q:
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{column}__startswith": path})
    return condition


def township_of(path: str) -> str:
    """Code of the township in a path; '' above it."""
    codes = path.strip("/").split("/")
    return codes[3] if len(codes) > 3 else ""


def _labels(choices: Any) -> Callable[[Any], dict[str, str]]:
    found = {str(value): str(label) for value, label in choices.choices if value}
    return lambda look: found


def _categories(look: Any) -> Mapping[str, str]:
    return look.categories


@dataclass
class Look:
    """What a run needs to know: the places, the committees that are the person's, and their mediators."""

    paths: tuple[str, ...] = ()
    categories: Mapping[str, str] = field(default_factory=dict)
    places: dict[str, Division] = field(default_factory=dict)
    places_by_name: dict[str, list[Division]] = field(default_factory=dict)
    committees: dict[int, Committee] = field(default_factory=dict)
    by_code: dict[str, Committee] = field(default_factory=dict)
    by_name: dict[str, list[Committee]] = field(default_factory=dict)
    mediators: dict[int, Mediator] = field(default_factory=dict)
    by_committee_and_name: dict[tuple[int, str], list[Mediator]] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def is_own(self, path: str) -> bool:
        return path.startswith(self.paths)


def _load(user: Any) -> Look:
    look = Look(paths=paths_of(user), categories=vocabulary("categories"))
    rows = Committee.objects.filter(below(look.paths, "organisation__division__path"))
    for committee in rows.select_related("organisation__division__parent").order_by("organisation__code"):
        look.committees[committee.pk] = committee
        look.by_code[committee.organisation.code] = committee
        for name in {committee.organisation.name, committee.organisation.short_name}:
            if name:
                look.by_name.setdefault(name, []).append(committee)
    return look


# ---- places, by code or by name


def _find_place(text: str, look: Look) -> Division:
    if text in look.places:
        return look.places[text]
    bare = text.replace(" ", "").removeprefix("甘州区")
    found = look.places_by_name.get(bare, [])
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(place.full_name() for place in found[:4])
        raise Wrong(f"有几个“{text[:30]}”：{names}。请连乡镇一起写，或者写 12 位区划代码。")
    near = close_to(text, [place.full_name() for place in look.places.values()])
    raise Wrong(f"没有“{text[:30]}”这个地方。{near or '请写 12 位区划代码，或者“上秦镇 徐赵寨村”。'}")


def _load_places(look: Look) -> None:
    rows = Division.objects.active().filter(level__in=[Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE])
    look.places = {place.pk: place for place in rows.select_related("parent__parent").order_by("code")}
    for place in look.places.values():
        for name in {place.name, place.official_name, place.full_name().replace(" ", "")}:
            look.places_by_name.setdefault(name, []).append(place)


PLACE = Reference(
    find=_find_place,
    name=lambda place, look: place.full_name(),
    names=lambda look: [place.full_name() for place in look.places.values() if look.is_own(place.path)],
)


@register
class Committees(Sheet):
    key, title, unit, order = "committees", "调委会", "个", 20
    about = "人民调解委员会和它的公开电话、地址、印章。委员和任期在调委会页面登记。"
    roles = ROLES
    keys = ("code", "name", "division")
    columns = (
        Column("code", "机构代码", Code(), hint="导出时自动带出，请勿改动；新设的空着，由系统编号", fixed=True),
        Column("name", "名称", Text(100), required=True, hint="全称", example="示例村人民调解委员会"),
        Column("short_name", "简称", Text(30), example="示例村调委会"),
        Column("kind", "类别", OneOf(_labels(CommitteeKind)), required=True, example="村民委员会调委会"),
        Column("division", "所在地", PLACE, required=True, hint="乡镇和村名，或者 12 位区划代码；设立后不能用表格改", example="上秦镇 徐赵寨村"),
        Column("phone", "公开电话", Text(30), hint="对外公布的电话", example="0936-8212345", needed="回执和便民联系卡上没有电话"),
        Column("address", "地址", Text(200), example="示例村委会一楼", needed="当事人不知道到哪里调解"),
        Column("fields", "专业领域", SomeOf(_categories, tail="纠纷"), hint="只收这些类型的纠纷；不限的空着", example="医疗"),
        Column("established_on", "设立日期", Day(), example="2026-03-01", needed="备案和换届提醒缺少依据"),
        Column("seal_name", "印章名称", Text(100), example="示例村人民调解委员会", needed="协议书上的印章无从核对"),
        Column("seal_keeper", "印章保管人", Text(50), example="示例甲", needed="不知道由谁登记用印"),
    )  # fmt: skip

    def load(self, user: Any, rows: Sequence[Mapping[str, Any]] | None = None) -> Look:
        look = _load(user)
        _load_places(look)
        names = {str(row.get("name") or "").strip() for row in rows or ()}
        # Only of the names in the file, and only to keep two committees from having one name.
        others = Organisation.objects.filter(kind=OrganisationKind.COMMITTEE, name__in=names)
        look.taken = frozenset(others.values_list("name", flat=True)) if names else frozenset()
        return look

    def count(self, user: Any) -> int:
        return Committee.objects.filter(below(paths_of(user), "organisation__division__path")).count()

    def records(self, user: Any, look: Look) -> Iterator[Record]:
        yield from (self._record(committee) for committee in look.committees.values())

    @staticmethod
    def _record(committee: Committee) -> Record:
        body = committee.organisation
        values = {
            "code": body.code, "name": body.name, "short_name": body.short_name, "kind": committee.kind,
            "division": body.division, "phone": body.phone, "address": body.address, "fields": committee.fields,
            "established_on": committee.established_on, "seal_name": committee.seal_name,
            "seal_keeper": committee.seal_keeper,
        }  # fmt: skip
        return Record(committee.pk, values, body.name, township_of(body.division.path))

    def url(self, record: Record) -> str:
        return reverse("mediators:committee", args=[record.pk])

    def match(self, values: Mapping[str, Any], look: Look) -> Record | None:
        if code := values.get("code"):
            if code not in look.by_code:
                raise Wrong(f"您负责的范围内没有代码为 {code} 的调委会；新设的请把机构代码空着。", "code")
            return self._record(look.by_code[code])
        named = [
            one for one in look.by_name.get(values.get("name") or "", []) if one.organisation.name == values["name"]
        ]
        return self._record(named[0]) if len(named) == 1 else None

    def identity(self, values: Mapping[str, Any]) -> Any:
        return values.get("name")

    def check(self, row: Planned, user: Any, look: Look) -> None:
        place = row.values["division"]
        if not look.is_own(place.path):
            row.refuse("division", f"{place.full_name()}{NOT_YOURS}")
        elif row.record and row.record.values["division"].pk != place.pk:
            row.refuse("division", "所在地设立后不能用表格改。名称写错的请改名称；迁走的请新设一个。")
        elif (not row.record or row.record.values["name"] != row.values["name"]) and row.values["name"] in look.taken:
            row.refuse("name", "已经有同名的调委会，请写全称，如加上乡镇的名字。")

    def lock(self, keys: Sequence[Any]) -> None:
        _hold(Organisation.objects.filter(pk__in=keys))
        _hold(Committee.objects.filter(pk__in=keys))

    def apply(self, rows: Sequence[Planned], by: Any, look: Look) -> None:
        new = [row for row in rows if row.verdict == Verdict.NEW]
        bodies, committees = [], []
        for row in new:
            place = row.values["division"]
            body = Organisation(
                code=f"TW-{place.pk}-{Counter.take(f'committee:{place.pk}'):02d}", kind=OrganisationKind.COMMITTEE,
                division=place,
            )  # fmt: skip
            committee = Committee(organisation=body)
            _fill(committee, body, row.values)
            bodies.append(body)
            committees.append(committee)
        Organisation.objects.bulk_create(bodies, batch_size=BATCH)
        for committee, body in zip(committees, bodies, strict=True):
            committee.organisation = body
        Committee.objects.bulk_create(committees, batch_size=BATCH)
        changed = []
        for row in rows:
            if row.verdict == Verdict.CHANGED and row.record:
                committee = look.committees[row.record.pk]
                _fill(committee, committee.organisation, {key: row.values[key] for key in row.changes})
                changed.append(committee)
        if changed:
            of_body = ["name", "short_name", "phone", "address", "initials"]
            Organisation.objects.bulk_update([one.organisation for one in changed], of_body, batch_size=BATCH)
            own = ["kind", "fields", "established_on", "seal_name", "seal_keeper"]
            Committee.objects.bulk_update(changed, own, batch_size=BATCH)


def _fill(committee: Committee, body: Organisation, values: Mapping[str, Any]) -> None:
    for name in ("name", "short_name", "phone", "address"):
        if name in values:
            setattr(body, name, values[name] or "")
    for name, empty in (("kind", ""), ("fields", []), ("established_on", None), ("seal_name", ""), ("seal_keeper", "")):
        if name in values:
            setattr(committee, name, values[name] or empty)
    body.initials = initials(body.short_name or body.name)[:100]


# ---- mediators


def _find_committee(text: str, look: Look) -> Committee:
    if text in look.by_code:
        return look.by_code[text]
    found = look.by_name.get(text.replace(" ", ""), [])
    if len(found) == 1:
        return found[0]
    if found:
        codes = "、".join(one.organisation.code for one in found[:4])
        raise Wrong(f"有几个调委会叫“{text[:30]}”，请写机构代码：{codes}。")
    raise Wrong(f"您负责的范围内没有“{text[:30]}”。{close_to(text, look.by_name) or '请写调委会的全称或者机构代码。'}")


def _committee_named(committee: Committee, look: Look) -> str:
    name = committee.organisation.name
    return name if len(look.by_name.get(name, ())) == 1 else committee.organisation.code


COMMITTEE = Reference(
    find=_find_committee,
    name=_committee_named,
    names=lambda look: [_committee_named(committee, look) for committee in look.committees.values()],
    width=32,
)
ON_THE_PAGE = "请在调解员页面办理：要写明原因，有在办案件的要先移交。"


@register
class Mediators(Sheet):
    key, title, unit, order = "mediators", "调解员", "人", 30
    about = "人民调解员名册。在聘、暂停、罢免、解聘在调解员页面办理；不收身份证号和私人电话。"
    roles = ROLES
    keys = ("id", "name", "committee")
    columns = (
        Column("id", "编号", Code(r"\d{1,12}", "应为数字"), hint="导出时自动带出，请勿改动；新聘的空着", fixed=True),
        Column("name", "姓名", Text(50), required=True, example="示例甲"),
        Column("committee", "所在调委会", COMMITTEE, required=True, hint="调委会全称或者机构代码；已有的人不能用表格调动", example="示例村人民调解委员会"),
        Column("kind", "类别", OneOf(_labels(MediatorKind)), required=True, example="兼职"),
        Column("phone", "工作电话", Phone(), hint="手机 11 位，座机带区号；不要填私人号码", example="0936-8212345", needed="派单后窗口和当事人联系不上"),
        Column("appointed_on", "聘任日期", Day(), example="2026-03-01", needed="聘期和通报名单缺少依据"),
        Column("grade", "等级", OneOf(_labels(Grade)), hint="一级至四级；未评定的空着", example="三级"),
        Column("specialities", "擅长类型", SomeOf(_categories, tail="纠纷"), hint="几项用顿号隔开", example="婚姻家庭、邻里", needed="派单时不能按专长推荐"),
        Column("languages", "语言", SomeOf(_labels(Language)), hint="几项用顿号隔开", example="普通话、甘州话", needed="派单时不能按语言推荐"),
        Column("status", "状态", OneOf(_labels(MediatorStatus)), hint="只供查看；变动在调解员页面办理", example="在聘", fixed=True),
    )  # fmt: skip

    def load(self, user: Any, rows: Sequence[Mapping[str, Any]] | None = None) -> Look:
        look = _load(user)
        for mediator in self._kept(user).order_by("committee__organisation__code", "sort_key", "pk"):
            mediator.committee = look.committees[mediator.committee_id]
            look.mediators[mediator.pk] = mediator
            look.by_committee_and_name.setdefault((mediator.committee_id, mediator.name), []).append(mediator)
        return look

    @staticmethod
    def _kept(user: Any) -> Any:
        return Mediator.objects.filter(below(paths_of(user), "committee__organisation__division__path"))

    def count(self, user: Any) -> int:
        return int(self._kept(user).count())

    def records(self, user: Any, look: Look) -> Iterator[Record]:
        yield from (self._record(mediator) for mediator in look.mediators.values())

    @staticmethod
    def _record(one: Mediator) -> Record:
        body = one.committee.organisation
        values = {
            "id": str(one.pk), "name": one.name, "committee": one.committee, "kind": one.kind, "phone": one.phone,
            "appointed_on": one.appointed_on, "grade": one.grade or None, "specialities": one.specialities,
            "languages": one.languages, "status": one.status,
        }  # fmt: skip
        label = f"{one.name}（{body.short_name or body.name}）"
        return Record(one.pk, values, label, township_of(body.division.path))

    def url(self, record: Record) -> str:
        return reverse("mediators:mediator", args=[record.pk])

    def match(self, values: Mapping[str, Any], look: Look) -> Record | None:
        if number := values.get("id"):
            if int(number) not in look.mediators:
                raise Wrong(f"您负责的范围内没有编号为 {number} 的调解员；新聘的请把编号空着。", "id")
            return self._record(look.mediators[int(number)])
        if not values.get("committee"):
            return None
        named = look.by_committee_and_name.get((values["committee"].pk, values.get("name") or ""), [])
        if len(named) > 1:
            named = [one for one in named if one.phone == (values.get("phone") or "")]
            if len(named) != 1:
                raise Wrong("这个调委会有几名同名的调解员，分不清是哪一个。请先导出，用里面的编号。", "name")
        return self._record(named[0]) if named else None

    def identity(self, values: Mapping[str, Any]) -> Any:
        if values.get("id"):
            return values["id"]
        return values["committee"].pk, values["name"], values.get("phone")

    def check(self, row: Planned, user: Any, look: Look) -> None:
        status = row.values.get("status")
        if row.record is None:
            if status not in (None, MediatorStatus.SERVING):
                row.refuse("status", "新聘的调解员只能是“在聘”。")
            return
        if row.record.values["committee"].pk != row.values["committee"].pk:
            row.refuse("committee", "已有的调解员不能用表格调到另一个调委会。")
        if status not in (None, row.record.values["status"]):
            row.refuse("status", f"状态不能用表格改。{ON_THE_PAGE}")

    def lock(self, keys: Sequence[Any]) -> None:
        _hold(Mediator.objects.filter(pk__in=keys))

    def apply(self, rows: Sequence[Planned], by: Any, look: Look) -> None:
        new, changed = [], []
        for row in rows:
            if row.verdict == Verdict.NEW:
                one = Mediator(committee=row.values["committee"], status_on=row.values.get("appointed_on"))
                self._fill(one, row.values)
                new.append(one)
            elif row.verdict == Verdict.CHANGED and row.record:
                one = look.mediators[row.record.pk]
                self._fill(one, {key: row.values[key] for key in row.changes})
                changed.append(one)
        Mediator.objects.bulk_create(new, batch_size=BATCH)
        if changed:
            columns = [
                "name",
                "sort_key",
                "pinyin",
                "kind",
                "phone",
                "appointed_on",
                "grade",
                "specialities",
                "languages",
            ]
            Mediator.objects.bulk_update(changed, columns, batch_size=BATCH)

    @staticmethod
    def _fill(one: Mediator, values: Mapping[str, Any]) -> None:
        for name, empty in (
            ("name", ""), ("kind", ""), ("phone", ""), ("appointed_on", None), ("grade", ""), ("specialities", []),
            ("languages", []),
        ):  # fmt: skip
            if name in values:
                setattr(one, name, values[name] or empty)
        one.fill_derived()


def _hold(rows: Any) -> None:
    list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))
