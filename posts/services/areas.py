"""Which of the four chiefs looks after a township."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import audit
from common.errors import Missing, NotPermitted, WrongState
from grids.choices import Level
from grids.models import Division
from posts import rights
from posts.models import ChiefArea, Officer
from posts.services.holdings import ONE_DAY, lock


@transaction.atomic
def assign_area(township: Division, officer: Officer, kind: str, *, by: Any, starts_on: dt.date) -> ChiefArea | None:
    """``officer`` looks after ``township`` from that day on; whoever did so before does so until the day before.

    Returns None when nothing changes.
    """
    if not rights.for_county(by):
        raise NotPermitted("四长片区由区级分流员、中心督办安排。")
    if township.level != Level.TOWNSHIP or not township.is_active:
        raise WrongState("片区由在用的乡镇（街道）组成。")
    if not officer.is_active:
        raise Missing({"officer": f"{officer.name}已经离任，请选择别人。"})
    lock(township)
    there = ChiefArea.objects.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), township=township)
    current = there.on(starts_on).first()
    if current and (current.officer_id, current.kind) == (officer.pk, kind):
        return None
    there.filter(starts_on__gte=starts_on).delete()  # never began
    there.update(ends_on=starts_on - ONE_DAY)
    area = ChiefArea.objects.create(township=township, officer=officer, kind=kind, starts_on=starts_on)
    audit.record(
        "area.assign", actor=by, object_type="area", object_id=township.pk, officer=officer.pk,
        before=current.officer_id if current else None, starts_on=f"{starts_on}",
    )  # fmt: skip
    return area
