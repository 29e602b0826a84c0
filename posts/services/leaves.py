"""Being away, and who stands in meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts import audit
from common.errors import Conflict, Missing, NotPermitted, WrongState
from posts import rights
from posts.models import Leave, Officer, PostHolding, Substitution
from posts.services.officers import officer_places


@transaction.atomic
def take_leave(
    officer: Officer,
    *,
    by: Any,
    starts_on: dt.date,
    ends_on: dt.date,
    reason: str,
    substitutes: Mapping[PostHolding, Officer] | None = None,
) -> Leave:
    """Enter days of absence, and for each post named who stands in, as long as the post is held in those days."""
    rights.require_any(by, officer_places(officer))
    if not officer.is_active:
        raise WrongState(f"{officer.name}已经离任。")
    if ends_on < starts_on:
        raise Missing({"ends_on": "止期不能早于起期。"})
    try:
        with transaction.atomic():
            leave = Leave.objects.create(officer=officer, starts_on=starts_on, ends_on=ends_on, reason=reason)
    except IntegrityError as fault:
        if "one_leave_at_a_time" not in str(fault):
            raise
        raise Conflict("这几天里已经登记过请假，请先看清已登记的日期。") from fault
    for holding, other in (substitutes or {}).items():
        substitute(holding, other, by=by, starts_on=starts_on, ends_on=ends_on)
    audit.record(
        "officer.leave", actor=by, object_type="officer", object_id=str(officer.pk), leave=leave.pk,
        starts_on=f"{starts_on}", ends_on=f"{ends_on}", substitutes=len(substitutes or {}),
    )  # fmt: skip
    return leave


def substitute(holding: PostHolding, other: Officer, *, by: Any, starts_on: dt.date, ends_on: dt.date) -> Substitution:
    """``other`` stands in on those days, cut to the days of the holding.  In the caller's transaction."""
    if not rights.may_change(by, holding.division):
        raise NotPermitted(f"{holding.division}的代理人由本乡镇综治中心或者区级安排。")
    if other.pk == holding.officer_id:
        raise Missing({"substitute": "代理人不能是本人。"})
    if not other.is_active:
        raise Missing({"substitute": f"{other.name}已经离任，请选择别人。"})
    starts_on, ends_on = max(starts_on, holding.starts_on), min(ends_on, holding.ends_on or ends_on)
    try:
        with transaction.atomic():
            return Substitution.objects.create(holding=holding, officer=other, starts_on=starts_on, ends_on=ends_on)
    except IntegrityError as fault:
        if "one_substitute_at_a_time" not in str(fault):
            raise
        raise Conflict(f"{holding.division}的{holding.get_kind_display()}这几天已经安排了代理人。") from fault


@transaction.atomic
def end_leave(leave: Leave, *, by: Any, last_day: dt.date) -> None:
    """Back earlier: away no longer than ``last_day``.  A leave that then has no day never was."""
    rights.require_any(by, officer_places(leave.officer))
    Officer.objects.select_for_update(no_key=True).get(pk=leave.officer_id)
    if last_day > leave.ends_on:
        raise Missing({"last_day": f"登记的止期是 {leave.ends_on}；要延长请另登记一段请假。"})
    begun = Substitution.objects.filter(
        holding__officer=leave.officer, starts_on__gte=leave.starts_on, starts_on__lte=leave.ends_on
    )
    begun.filter(starts_on__gt=last_day).delete()
    begun.filter(ends_on__gt=last_day).update(ends_on=last_day)
    number = leave.pk
    if last_day < leave.starts_on:
        leave.delete()
    else:
        leave.ends_on = last_day
        leave.save(update_fields=["ends_on"])
    audit.record(
        "officer.return", actor=by, object_type="officer", object_id=str(leave.officer_id), leave=number,
        last_day=f"{last_day}",
    )  # fmt: skip
