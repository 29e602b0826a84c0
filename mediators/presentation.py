"""Committees and mediators as pages and the API show them: words and badges, no decisions of a template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.urls import reverse

from mediators.choices import (
    COMMITTEE_KIND_SHORT,
    GONE,
    MEDIATOR_STATUS_BADGE,
    CommitteeKind,
    Grade,
    MediatorKind,
    MediatorStatus,
    MemberPost,
)
from mediators.models import Committee, CommitteeMember, Mediator, StatusChange
from mediators.slots import work
from mediators.warnings import BY_KEY

KIND_SHORT: Final = {kind.value: label for kind, label in COMMITTEE_KIND_SHORT.items()}
KIND_LABEL: Final = {kind.value: str(kind.label) for kind in CommitteeKind}
MEDIATOR_KIND: Final = {kind.value: str(kind.label) for kind in MediatorKind}
STATUS_LABEL: Final = {status.value: str(status.label) for status in MediatorStatus}
STATUS_COLOR: Final = {status.value: color for status, color in MEDIATOR_STATUS_BADGE.items()}
GRADE_LABEL: Final = {grade.value: str(grade.label) for grade in Grade}
POST_LABEL: Final = {post.value: str(post.label) for post in MemberPost}
POST_ORDER: Final = {post: place for place, post in enumerate(MemberPost.values)}


def names(codes: Iterable[str], kinds: dict[str, str]) -> str:
    """Kinds of disputes by name; a code nobody knows stays as it is."""
    return "、".join(kinds.get(code, code) for code in codes)


def kinds() -> dict[str, str]:
    return dict(work().kinds())


def warnings(keys: Iterable[str]) -> list[dict[str, str]]:
    return [
        {"key": key, "label": BY_KEY[key].label, "sentence": BY_KEY[key].sentence, "law": BY_KEY[key].law, "color": BY_KEY[key].tone}
        for key in keys
    ]  # fmt: skip


def committee_row(row: Any, names_of: dict[str, str], today: dt.date) -> dict[str, Any]:
    """A row of the list; ``row`` comes from ``with_warnings``, ``with_mediator_counts`` and has its load."""
    place = row.organisation.division
    return {
        "pk": row.pk,
        "url": reverse("mediators:committee", args=[row.pk]),
        "name": row.organisation.short_name or row.organisation.name,
        "kind": KIND_SHORT[row.kind],
        "place": place.full_name(),
        "fields": names(row.fields, names_of),
        "chair": row.chair_name or "",
        "members": row.member_count,
        "women": row.women_count,
        "term_ends_on": row.term_ends_on,
        "term_is_over": bool(row.term_ends_on and row.term_ends_on < today),
        "mediators": row.serving_count,
        "mediators_url": f"{reverse('mediators:mediators')}?status=serving&committee={row.pk}",
        "load": row.load,
        "load_url": work().list_url(row) if row.load else "",
        "warnings": warnings(row.warning_keys),
        "is_active": row.organisation.is_active,
    }


def seat_row(seat: CommitteeMember, today: dt.date) -> dict[str, Any]:
    return {
        "pk": seat.pk,
        "name": seat.mediator.name,
        "url": reverse("mediators:mediator", args=[seat.mediator_id]),
        "post": POST_LABEL[seat.post],
        "said": "、".join(
            word for word, holds in (("妇女", seat.is_woman), ("人数较少民族", seat.is_minority)) if holds
        ),
        "term": f"{seat.starts_on} ～ {seat.ends_on}",
        "is_over": seat.is_current and seat.ends_on < today,
        "left_on": seat.left_on,
        "left_why": seat.left_why,
    }


def mediator_row(row: Any, names_of: dict[str, str], today: dt.date) -> dict[str, Any]:
    """A row of the list; ``row`` has ``load``, ``training_hours`` and ``post``."""
    return {
        "pk": row.pk,
        "url": reverse("mediators:mediator", args=[row.pk]),
        "name": row.name,
        "post": POST_LABEL.get(row.post or "", ""),
        "committee": str(row.committee.organisation),
        "committee_url": reverse("mediators:committee", args=[row.committee_id]),
        "kind": MEDIATOR_KIND[row.kind],
        "grade": GRADE_LABEL[row.grade],
        "specialities": names(row.specialities, names_of),
        "languages": row.language_names,
        "hours": hours(row.training_hours),
        "load": row.load,
        "is_stuck": bool(row.load) and row.status != MediatorStatus.SERVING,
        "status": STATUS_LABEL[row.status],
        "color": STATUS_COLOR[row.status],
        "phone": row.phone,
    }


def hours(value: Any) -> str:
    """8、4.5: without a zero that says nothing."""
    return f"{value:.1f}".removesuffix(".0")


def change_row(row: StatusChange) -> dict[str, Any]:
    """A line of the history as ``components/timeline.html`` wants it."""
    parts = [row.get_ground_display()]
    if row.note:
        parts.append(row.note)
    if row.open_cases:
        parts.append(f"当时在办 {row.open_cases} 件，移交 {row.handed_over} 件")
    tone = {MediatorStatus.SERVING: "green", MediatorStatus.PAUSED: "amber"}.get(MediatorStatus(row.to_status), "red")
    return {
        "title": f"{STATUS_LABEL[row.from_status]} → {STATUS_LABEL[row.to_status]}",
        "who": row.made_by.name if row.made_by else "",
        "at": f"{row.effective_on:%Y-%m-%d}",
        "iso": row.effective_on.isoformat(),
        "text": "；".join(parts) + "。",
        "tone": tone,
    }


def account_note(mediator: Mediator) -> str:
    """What is left to do about the account of somebody who left the list."""
    if mediator.status not in GONE or mediator.user is None or not mediator.user.is_active:
        return ""
    return f"账号 {mediator.user.username} 还在用。不再担任调解员的，请安全管理员收回角色或者停用。"


def committee_names(rows: Iterable[Committee]) -> list[tuple[int, str]]:
    return [(row.pk, str(row.organisation)) for row in rows]
