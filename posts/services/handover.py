"""Somebody leaves: every post, township and case in hand goes to a successor, or is knowingly left open, at one stroke."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts import audit
from common.errors import Conflict, Missing, NotPermitted, WrongState
from posts import charges, rights
from posts.expiry import settle
from posts.models import ChiefArea, Leave, Officer, PostHolding, Substitution
from posts.services.holdings import ONE_DAY, end, lock

#: What is given to whom; None leaves the post a gap from the day after.
Successors = Mapping[int, Officer | None]


def in_hand(officer: Officer, last_day: dt.date) -> tuple[list[PostHolding], list[ChiefArea], list[Substitution]]:
    """Posts, townships and substitutions that reach beyond ``last_day``."""
    posts = officer.post_holdings.standing().not_over(last_day + ONE_DAY).select_related("division__parent")
    areas = officer.chief_areas.not_over(last_day + ONE_DAY).select_related("township")
    standing_in = officer.substitutions.not_over(last_day + ONE_DAY).select_related(
        "holding__division__parent", "holding__officer"
    )
    return list(posts.order_by("division", "kind")), list(areas.order_by("township")), list(standing_in)


def require(officer: Officer, by: Any, last_day: dt.date) -> None:
    """Raise NotPermitted unless ``by`` may change everything that ``officer`` has in hand."""
    posts, areas, _ = in_hand(officer, last_day)
    if areas and not rights.for_county(by):
        raise NotPermitted(f"{officer.name}还负责四长片区，离任移交由区级分流员、中心督办办理。")
    elsewhere = sorted({one.division.parent.name for one in posts if not rights.may_change(by, one.division)})  # type: ignore[union-attr]
    if elsewhere:
        raise NotPermitted(f"{officer.name}还在{'、'.join(elsewhere)}任职，离任移交由区级分流员、中心督办办理。")
    rights.require_any(by, [one.division for one in posts] or rights.changing_paths(by))


@transaction.atomic
def hand_over(
    officer: Officer,
    *,
    by: Any,
    last_day: dt.date,
    posts: Successors,
    areas: Successors,
    charged: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """``officer`` leaves after ``last_day``; all they have in hand passes on, or nothing is written.

    ``posts`` and ``areas`` must name every post and township in hand (by number): one that was entered after the page
    was opened is a Conflict, so that nothing is lost unseen.  ``charged`` gives, for each registered kind of charge,
    the successor of each of its items.
    """
    locked = Officer.objects.select_for_update().get(pk=officer.pk)
    if not locked.is_active:
        raise WrongState(f"{officer.name}已经办过离任移交（{locked.left_on}）。")
    require(locked, by, last_day)
    held, townships, standing_in = in_hand(locked, last_day)
    if {one.pk for one in held} != set(posts) or {one.pk for one in townships} != set(areas):
        raise Conflict("刚刚有人改动了这个人的任职。已为您刷新，请重新核对后再办理。")
    lock(*(one.division for one in held), *(one.township for one in townships))
    for holding in held:
        _pass_on_post(holding, posts[holding.pk], by, last_day)
    for area in townships:
        _pass_on_area(area, areas[area.pk], last_day)
    for charge in charges.registered():
        charge.pass_on(locked, (charged or {}).get(charge.key, {}), by)
    for stand_in in standing_in:
        _shorten(stand_in, last_day)
    for leave in Leave.objects.filter(officer=locked, ends_on__gt=last_day):
        _shorten(leave, last_day)
    locked.is_active, locked.left_on = False, last_day
    locked.save(update_fields=["is_active", "left_on"])
    audit.record(
        "officer.hand_over", actor=by, object_type="officer", object_id=str(locked.pk), last_day=f"{last_day}",
        posts=len(held), gaps=sum(one is None for one in posts.values()), areas=len(townships),
        charges={key: len(chosen) for key, chosen in (charged or {}).items()},
    )  # fmt: skip


def _pass_on_post(holding: PostHolding, successor: Officer | None, by: Any, last_day: dt.date) -> None:
    begins, term = max(holding.starts_on, last_day + ONE_DAY), holding.ends_on
    end(holding, last_day)
    if successor is not None:
        _fit(successor, holding.officer_id)
        try:
            with transaction.atomic():
                PostHolding.objects.create(
                    division=holding.division, kind=holding.kind, officer=successor, starts_on=begins, ends_on=term,
                    note="离任移交", appointed_by=by,
                )  # fmt: skip
        except IntegrityError as fault:
            if "one_holder_of_a_post_at_a_time" not in str(fault):
                raise
            raise Conflict(
                f"{holding.division}的{holding.get_kind_display()}在 {begins} 以后已经安排了别人，请选“暂不安排”。"
            ) from fault
    settle(holding.division, holding.kind)


def _pass_on_area(area: ChiefArea, successor: Officer | None, last_day: dt.date) -> None:
    begins = max(area.starts_on, last_day + ONE_DAY)
    kind, township = area.kind, area.township
    _shorten(area, last_day)
    if successor is not None:
        _fit(successor, area.officer_id)
        ChiefArea.objects.create(township=township, kind=kind, officer=successor, starts_on=begins)


def _fit(successor: Officer, leaving: int) -> None:
    if successor.pk == leaving:
        raise Missing({"last_day": "接任的人不能是离任的人自己。"})
    if not successor.is_active:
        raise Missing({"last_day": f"{successor.name}已经离任，请选择别人接任。"})


def _shorten(row: Any, last_day: dt.date) -> None:
    """End a row with days on ``last_day``; one that would not have begun is gone."""
    if row.starts_on > last_day:
        row.delete()
    else:
        row.ends_on = last_day
        row.save(update_fields=["ends_on"])
