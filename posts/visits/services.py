"""Verbs on visits: write one down, correct one's own."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from common.errors import Missing, NotPermitted, Refusal
from grids.models import Division
from posts.choices import VisitKind
from posts.models import Visit
from posts.visits import querysets
from posts.visits.cases import cases

ACTIONS: Final = {
    "visit.record": "入格日志：记录",
    "visit.amend": "入格日志：更正",
    "visit.open_note": "入格日志：查看心理疏导情况",
    "visit.export": "入格日志：导出",
}


def record(
    *,
    by: User,
    village: Division,
    visited_on: dt.date,
    kind: str,
    said: str,
    people_reached: int | None = None,
    case: Any = None,
    uid: uuid.UUID | None = None,
) -> tuple[Visit, bool]:
    """Write a visit down; with True, or with False when this very page was sent before.

    Raises NotPermitted for a village outside the person's places, Missing for a day to come.
    """
    _check(by, village, visited_on)
    with transaction.atomic():
        visit = Visit(uid=uid or uuid.uuid4(), village=village, author=by, author_name=by.name)
        _fill(visit, visited_on, kind, said, people_reached)
        try:
            with transaction.atomic():
                visit.save(force_insert=True)
        except IntegrityError:
            earlier = Visit.objects.filter(uid=visit.uid).first()
            if earlier is None:
                raise
            if earlier.author_id != by.pk:
                raise Refusal("这一页已经失效，请重新打开。") from None
            return earlier, False
        if case is not None:
            cases().link(visit, case, by=by)
        _note("visit.record", visit, by)
    return visit, True


@transaction.atomic
def amend(
    visit: Visit, *, by: User, village: Division, visited_on: dt.date, kind: str, said: str, people_reached: int | None
) -> Visit:
    """Correct one's own visit."""
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if visit.author_id != by.pk:
        raise NotPermitted("入格日志由记录人本人更正。")
    if village.pk != visit.village_id:
        _check(by, village, visited_on)
    visit.village = village
    _fill(visit, visited_on, kind, said, people_reached)
    visit.save()
    _note("visit.amend", visit, by)
    return visit


def opened_note(visit: Visit, *, by: User) -> None:
    """Somebody other than the author read what was said in 心理疏导."""
    if visit.author_id != by.pk:
        _note("visit.open_note", visit, by)


def _check(by: User, village: Division, visited_on: dt.date) -> None:
    if not querysets.villages_of(by).filter(pk=village.pk).exists():
        raise NotPermitted("只能记录您工作的村（社区）。")
    if visited_on > timezone.localdate():
        raise Missing({"visited_on": "日期不能晚于今天。"})


def _fill(visit: Visit, visited_on: dt.date, kind: str, said: str, people_reached: int | None) -> None:
    visit.visited_on, visit.kind, visit.people_reached = visited_on, kind, people_reached
    sealed = kind == VisitKind.COUNSELLING
    visit.text, visit.note = ("", said) if sealed else (said, "")


def _note(action: str, visit: Visit, by: User) -> None:
    """Which visit, where and of what kind; never a word of it."""
    audit.record(
        action, actor=by, object_type="visit", object_id=str(visit.uid), kind=visit.kind, village=visit.village_id
    )
