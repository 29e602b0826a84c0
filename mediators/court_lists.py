"""What a list for the court says, and how two of them differ (人民调解法 第10条).  Reads only; services write.

The court is told who mediates where, in which post and whether somebody left: no phone of a person, no reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Prefetch

from mediators.choices import CommitteeKind, MediatorKind, MediatorStatus, MemberPost
from mediators.models import Committee, CommitteeMember, Mediator

ADDED, LEFT, CHANGED = "added", "left", "changed"
CHANGE_LABEL: Final = {ADDED: "新增", LEFT: "退出", CHANGED: "变更"}
CHANGE_COLOR: Final = {ADDED: "green", LEFT: "red", CHANGED: "amber"}

#: Columns whose change the court is told, with their names.
OF_COMMITTEE: Final = {"name": "名称", "kind": "类别", "chair": "主任", "seal": "印章"}
OF_PERSON: Final = {"name": "姓名", "committee": "调委会", "post": "职务", "kind": "类别", "status": "状态"}


def snapshot() -> list[dict[str, Any]]:
    """Every committee in use with everyone on its list of mediators, in the order of codes.  Three queries."""
    seats = CommitteeMember.objects.current().only("mediator_id", "committee_id", "post", "ends_on")
    people = Mediator.objects.not_gone().order_by("sort_key", "pk")
    rows = (
        Committee.objects.active()
        .select_related("organisation__division__parent__parent")
        .prefetch_related(Prefetch("members", seats), Prefetch("mediators", people))
        .order_by("organisation__code")
    )
    return [_committee(row) for row in rows]


def _committee(row: Committee) -> dict[str, Any]:
    seats = {seat.mediator_id: seat for seat in row.members.all()}
    order = {post: place for place, post in enumerate(MemberPost.values)}
    people = [_person(one, seats.get(one.pk)) for one in row.mediators.all()]
    posts = {one.pk: order.get(seats[one.pk].post, 9) if one.pk in seats else 9 for one in row.mediators.all()}
    people.sort(key=lambda one: posts[one["id"]])
    chair = next((one["name"] for one in people if one["post"] == MemberPost.CHAIR.label), "")
    place = row.organisation.division
    ends = min((seat.ends_on for seat in seats.values()), default=None)
    return {
        "id": row.pk,
        "name": row.organisation.name,
        "kind": str(CommitteeKind(row.kind).label),
        "place": place.full_name(),
        "phone": row.organisation.phone,
        "chair": chair,
        "seal": row.seal_name,
        "members": len(seats),
        "term_ends_on": ends.isoformat() if ends else "",
        "people": people,
    }


def _person(one: Mediator, seat: CommitteeMember | None) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "post": str(MemberPost(seat.post).label) if seat else "聘任",
        "kind": str(MediatorKind(one.kind).label),
        "status": str(MediatorStatus(one.status).label),
    }


def changes(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the second snapshot has that the first has not: committees first, then people, each in the list's order."""
    return [*_differences(_by_id(before), _by_id(now), OF_COMMITTEE, "committee"),
            *_differences(_people(before), _people(now), OF_PERSON, "mediator")]  # fmt: skip


def _by_id(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {row["id"]: row | {"committee": ""} for row in rows}


def _people(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {one["id"]: one | {"committee": row["name"]} for row in rows for one in row["people"]}


def _differences(
    before: dict[int, dict[str, Any]], now: dict[int, dict[str, Any]], columns: dict[str, str], about: str
) -> Iterator[dict[str, Any]]:
    for pk, row in now.items():
        if pk not in before:
            yield _line(ADDED, about, row, "")
        elif said := _said(before[pk], row, columns):
            yield _line(CHANGED, about, row, said)
    for pk, row in before.items():
        if pk not in now:
            yield _line(LEFT, about, row, "")


def _said(before: dict[str, Any], now: dict[str, Any], columns: dict[str, str]) -> str:
    parts = [
        f"{label}由“{before[name] or '空'}”改为“{now[name] or '空'}”"
        for name, label in columns.items()
        if before.get(name, "") != now[name]
    ]
    return "；".join(parts)


def _line(what: str, about: str, row: dict[str, Any], said: str) -> dict[str, Any]:
    return {
        "what": what,
        "about": about,
        "id": row["id"],
        "name": row["name"],
        "committee": row["committee"],
        "said": said,
    }


def count_people(rows: list[dict[str, Any]]) -> int:
    return sum(len(row["people"]) for row in rows)
