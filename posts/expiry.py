"""Posts that end soon: the township centre is told 30 and 7 days before, once each.

Posts of one kind that end in one township on one day are one matter: the yearly contract of a lawyer for twelve
villages is one message, not twelve.  A post whose successor is entered, or which was renewed, is no matter any more.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.choices import Role
from accounts.models import RoleHolding
from grids.models import Division
from notices import services as notices
from notices.models import Message
from posts.choices import PostKind
from posts.models import PostHolding

#: Days before the last day, the first warning first.
STAGES: Final = (30, 7)
SOON: Final = dt.timedelta(days=STAGES[0])
KIND: Final = "post.expiring"


def is_ending(day: dt.date, within: dt.timedelta = SOON) -> Q:
    """Holdings that end within these days and have no successor from then on.  Of a day of the past: none, for what
    was not yet known then is known now."""
    if day < timezone.localdate():
        return Q(pk__in=())
    next_one = PostHolding.objects.standing().filter(
        division=OuterRef("division"), kind=OuterRef("kind"), starts_on__gt=OuterRef("ends_on")
    )
    return Q(ends_on__isnull=False, ends_on__lte=day + within) & ~Q(Exists(next_one))


def ending(day: dt.date, within: dt.timedelta = SOON) -> Any:
    """What is held on ``day`` and ``is_ending``."""
    return PostHolding.objects.on(day).filter(is_ending(day, within))


def warn(day: dt.date | None = None) -> int:
    """Tell the township centres what ends soon; how many messages that were.  Safe to run as often as one likes."""
    day = day or timezone.localdate()
    matters: dict[tuple[Division, str, dt.date], list[PostHolding]] = defaultdict(list)
    for holding in ending(day).select_related("division__parent").order_by("division", "kind"):
        matters[holding.division.parent, holding.kind, holding.ends_on].append(holding)  # type: ignore[index]
    people: dict[str | None, list[int]] = defaultdict(list)
    seats = RoleHolding.objects.active(day).filter(role=Role.TOWNSHIP_CENTRE)
    for township, user in seats.values_list("division", "user"):
        people[township].append(user)
    return sum(
        _tell(township, kind, last_day, there, people[township.pk], day)
        for (township, kind, last_day), there in matters.items()
    )


def _tell(
    township: Division, kind: str, last_day: dt.date, there: list[PostHolding], people: list[int], day: dt.date
) -> int:
    subject = _subject(township.pk, kind, last_day)
    stage = min(days for days in STAGES if (last_day - day).days <= days)
    where = there[0].division.name if len(there) == 1 else f"{township.name} {len(there)} 个村（社区）"
    query = {"township": township.pk, "show": "expiring", "kind": kind}
    return notices.post(
        f"{subject}/{stage}", people, kind=KIND, title=f"{where}的{PostKind(kind).label} {last_day} 届满，尚未续任",
        url=f"{reverse('posts:board')}?{urlencode(query)}", subject=subject, due_on=last_day,
    )  # fmt: skip


def _subject(township: str | None, kind: str, last_day: dt.date | str) -> str:
    return f"post:{township}/{kind}/{last_day}"


def settle(village: Division, kind: str, day: dt.date | None = None) -> None:
    """After a change: messages of the village's township about this kind leave the lists where nothing is left to do."""
    day = day or timezone.localdate()
    left = set(
        ending(day).filter(kind=kind, division__parent=village.parent_id).values_list("ends_on", flat=True).distinct()
    )
    beginning = _subject(village.parent_id, kind, "")
    for subject in Message.objects.todo().filter(subject__startswith=beginning).values_list("subject").distinct():
        if dt.date.fromisoformat(subject[0].removeprefix(beginning)) not in left:
            notices.settle(subject[0])
