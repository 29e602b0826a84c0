"""Filling, changing, ending and renewing a post."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from common.errors import Conflict, Missing, WrongState
from grids.choices import Level
from grids.models import Division
from posts import rights
from posts.choices import PostKind
from posts.expiry import settle
from posts.models import Officer, PostHolding, Substitution

ONE_DAY = dt.timedelta(days=1)


@transaction.atomic
def appoint(
    village: Division,
    kind: str,
    officer: Officer,
    *,
    by: Any,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    note: str = "",
    instead_of: PostHolding | None = None,
) -> PostHolding:
    """``officer`` holds a post from ``starts_on`` on.

    ``instead_of`` is the holding that the caller saw there: it ends on the day before, or never was when it would
    not have begun.  When somebody else was faster, Conflict says who entered whom and nothing is written.
    """
    rights.require(by, village)
    _check(village, officer, starts_on, ends_on)
    lock(village)
    if instead_of is not None:
        _give_way(instead_of, starts_on)
    try:
        with transaction.atomic():
            held = PostHolding.objects.create(
                division=village, kind=kind, officer=officer, starts_on=starts_on, ends_on=ends_on, note=note,
                appointed_by=by,
            )  # fmt: skip
    except IntegrityError as fault:
        if "one_holder_of_a_post_at_a_time" not in str(fault):
            raise
        raise Conflict(_who_holds(village, kind, starts_on)) from fault
    settle(village, kind)
    audit.record(
        "post.appoint", actor=by, object_type="post", object_id=f"{village.pk}/{kind}", officer=officer.pk,
        holding=held.pk, instead_of=instead_of.pk if instead_of else None,
    )  # fmt: skip
    return held


@transaction.atomic
def end_holding(holding: PostHolding, *, by: Any, last_day: dt.date, reason: str = "") -> None:
    """The post is a gap from the day after ``last_day`` on; whoever stood in stands in no longer than that."""
    rights.require(by, holding.division)
    lock(holding.division)
    holding.refresh_from_db()
    if last_day < holding.starts_on:
        raise Missing({"last_day": f"不能早于开始任职的日期 {holding.starts_on}。"})
    if holding.withdrawn_at or (holding.ends_on and holding.ends_on < last_day):
        raise WrongState("这个岗位的任职已经结束，请刷新后再看。")
    end(holding, last_day)
    settle(holding.division, holding.kind)
    audit.record(
        "post.end", actor=by, object_type="post", object_id=f"{holding.division_id}/{holding.kind}", reason=reason,
        officer=holding.officer_id, holding=holding.pk, last_day=f"{last_day}",
    )  # fmt: skip


@transaction.atomic
def renew(holding: PostHolding, *, by: Any, ends_on: dt.date | None) -> None:
    """The same person goes on, until ``ends_on`` or without an end."""
    rights.require(by, holding.division)
    lock(holding.division)
    holding.refresh_from_db()
    before = holding.ends_on
    if holding.withdrawn_at or before is None or before < timezone.localdate():
        raise WrongState("这个岗位的任职已经结束或者没有期限，不用续任，请刷新后再看。")
    if ends_on is not None and ends_on <= before:
        raise Missing({"ends_on": f"续任要晚于现在的届满日期 {before}。"})
    holding.ends_on = ends_on
    try:
        with transaction.atomic():
            holding.save(update_fields=["ends_on"])
    except IntegrityError as fault:
        if "one_holder_of_a_post_at_a_time" not in str(fault):
            raise
        raise Conflict(f"{before + ONE_DAY} 起已经安排了继任的人，不能续任到那以后。") from fault
    settle(holding.division, holding.kind)
    audit.record(
        "post.renew", actor=by, object_type="post", object_id=f"{holding.division_id}/{holding.kind}",
        officer=holding.officer_id, holding=holding.pk, before=f"{before}", ends_on=f"{ends_on or ''}",
    )  # fmt: skip


# ---- parts of these and other verbs; the caller has the right and the transaction


def lock(*villages: Division) -> None:
    """Whoever changes the posts of a village does so after one another.

    Without it two inserts under an exclusion constraint may wait for each other, and one dies of the deadlock.
    """
    codes = sorted({village.pk for village in villages})
    list(Division.objects.select_for_update(no_key=True).filter(pk__in=codes).order_by("pk").values_list("pk"))


def end(holding: PostHolding, last_day: dt.date) -> None:
    """Shorten a holding to ``last_day``; one that would not have begun never was.  Substitutions follow."""
    if last_day < holding.starts_on:
        holding.withdrawn_at = timezone.now()
        holding.save(update_fields=["withdrawn_at"])
    else:
        holding.ends_on = last_day
        holding.save(update_fields=["ends_on"])
    standing_in = Substitution.objects.filter(holding=holding)
    standing_in.filter(starts_on__gt=last_day).delete()
    standing_in.filter(ends_on__gt=last_day).update(ends_on=last_day)


def _give_way(seen: PostHolding, starts_on: dt.date) -> None:
    seen.refresh_from_db()
    if seen.withdrawn_at or (seen.ends_on and seen.ends_on < starts_on):
        return  # over anyway; whether somebody else is there now the constraint knows
    end(seen, starts_on - ONE_DAY)


def _check(village: Division, officer: Officer, starts_on: dt.date, ends_on: dt.date | None) -> None:
    if village.level != Level.VILLAGE or not village.is_active:
        raise WrongState("六员安排到在用的村（社区）。")
    if not officer.is_active:
        raise Missing({"officer": f"{officer.name}已经离任，请选择别人。"})
    if ends_on is not None and ends_on < starts_on:
        raise Missing({"ends_on": "届满日期不能早于开始日期。"})


def _who_holds(village: Division, kind: str, day: dt.date) -> str:
    """The sentence for the slower of two people."""
    post = f"{village.name}的{PostKind(kind).label}"
    there = PostHolding.objects.standing().not_over(day).filter(division=village, kind=kind)
    found = there.select_related("officer", "appointed_by").order_by("starts_on").first()
    if found is None:
        return f"{post}刚刚有变动，请刷新后再办理。"
    if found.starts_on > day:
        return f"{post}从 {found.starts_on} 起已经安排由{found.officer.name}担任，请把届满日期写在那以前。"
    at = timezone.localtime(found.appointed_at)
    who = f"{found.appointed_by.name} " if found.appointed_by else ""
    return f"{who}{at:%m-%d %H:%M} 已经登记由{found.officer.name}担任{post}。已为您刷新，请确认后再办理。"
