"""Who could fill a post, the likeliest first, each with the reason in words.

Suggested, never chosen: those who hold posts of the kind in the same township, the mediators of the village's own
committee, then those who hold such posts elsewhere.  Whoever has fewer villages comes first among equals.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q

from grids.models import Division
from mediators.models import Mediator
from posts.choices import PostKind
from posts.models import Leave, Officer, PostHolding

#: As many as one can look through; the rest is found by name.
MOST = 8
#: Before the number of a mediator who is not in the book of officers yet.
MEDIATOR = "m"


@dataclass(frozen=True)
class Candidate:
    value: str
    name: str
    organisation: str
    title: str
    reason: str


def suggested(village: Division, kind: str, user: Any, day: dt.date) -> list[Candidate]:
    """At most ``MOST``, without whoever holds the post now.  Four statements."""
    now = PostHolding.objects.on(day).filter(kind=kind)
    there = now.filter(division=village).values_list("officer", flat=True)
    of_kind = Q(post_holdings__in=now)
    found = (
        Officer.objects.active()
        .visible_to(user)
        .exclude(pk__in=there)
        .filter(post_holdings__kind=kind)
        .annotate(
            nearby=Count("post_holdings", filter=of_kind & Q(post_holdings__division__parent=village.parent_id), distinct=True),
            all_of_kind=Count("post_holdings", filter=of_kind, distinct=True),
            was_here=Max("post_holdings__ends_on", filter=Q(post_holdings__division=village, post_holdings__kind=kind)),
        )
        .select_related("organisation")
    )  # fmt: skip
    away = dict(Leave.objects.on(day).values_list("officer", "ends_on"))
    ranked = sorted(found, key=lambda one: (not one.nearby, one.was_here is None, one.all_of_kind, one.sort_key))
    own = list(_own_mediators(village, user)) if kind == PostKind.MEDIATOR else []
    near = [_shown(one, village, kind, away.get(one.pk)) for one in ranked if one.nearby][
        : MOST - min(len(own), MOST // 2)
    ]
    far = [_shown(one, village, kind, away.get(one.pk)) for one in ranked if not one.nearby]
    return [*near, *own, *far][:MOST]


def _shown(one: Any, village: Division, kind: str, away_until: dt.date | None) -> Candidate:
    label = PostKind(kind).label
    parts = []
    if one.was_here:
        parts.append(f"曾任本村（社区）{label}，至 {one.was_here}")
    if one.nearby:
        parts.append(f"现任{village.parent.name} {one.nearby} 个村（社区）的{label}")  # type: ignore[union-attr]
    if elsewhere := one.all_of_kind - one.nearby:
        parts.append(
            f"{'其他乡镇还有' if one.nearby else '现任其他乡镇'} {elsewhere} 个{'' if one.nearby else f'村（社区）的{label}'}"
        )
    if away_until:
        parts.append(f"请假至 {away_until}")
    return Candidate(str(one.pk), one.name, str(one.organisation), one.title, "，".join(parts) or f"曾任{label}")


def _own_mediators(village: Division, user: Any) -> Any:
    """Serving mediators of the village's committee who are not in the book of officers yet."""
    rows = (
        Mediator.objects.serving()
        .visible_to(user)
        .filter(committee__organisation__division=village, officer=None)
        .select_related("committee__organisation")
    )
    for one in rows.order_by("sort_key")[: MOST // 2]:
        yield Candidate(
            f"{MEDIATOR}{one.pk}", one.name, str(one.committee.organisation), "人民调解员", "本村（社区）调委会的调解员"
        )
