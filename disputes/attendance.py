"""What the people of an organisation did on a day, from the record of the cases: attendance without checking in.

By organisation, never by person.  Fills the slot of ``rosters.attendance``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ADMIN_ROLES
from accounts.models import RoleHolding
from disputes.models import Dispute, DisputeEvent
from disputes.workflow import TRANSITIONS
from rosters.attendance import Handled
from rosters.models import DutyShift

#: Every step a person can take; the clocks' own events are nobody's work.
STEPS = ("register", *TRANSITIONS)


def people_of(organisations: Collection[int], day: dt.date) -> dict[int, set[int]]:
    """Accounts of each organisation's people: who hold a role in it on that day, and who are on duty for it."""
    found: dict[int, set[int]] = defaultdict(set)
    held = RoleHolding.objects.active(day).filter(organisation_id__in=organisations)
    duty = DutyShift.objects.filter(
        day=day, user__isnull=False, residency__organisation_id__in=organisations
    )  # fmt: skip
    rows = held.exclude(role__in=ADMIN_ROLES).values_list("organisation_id", "user_id").order_by()
    also = duty.values_list("residency__organisation_id", "user_id").order_by()
    for organisation, user in rows.union(also):
        found[organisation].add(user)
    return found


def steps_on(day: dt.date) -> QuerySet[DisputeEvent]:
    """Steps that people took on that day.  Served by the index on name and time."""
    begins = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    return DisputeEvent.objects.filter(name__in=STEPS, at__gte=begins, at__lt=begins + dt.timedelta(days=1))


def handled(organisations: Collection[int], day: dt.date, reader: Any) -> dict[int, Handled]:
    """How many of the cases that ``reader`` may see each organisation handled.  Four queries at most."""
    people = people_of(organisations, day)
    if not people:
        return {}
    everyone = set().union(*people.values())
    taken = steps_on(day).filter(actor__in=everyone)
    seen = taken.filter(dispute__in=Dispute.objects.visible_to(reader)).values_list("actor_id", "dispute_id")
    cases: dict[int, set[int]] = defaultdict(set)
    for actor, dispute in seen.distinct().order_by():
        cases[actor or 0].add(dispute)
    return {
        organisation: Handled(len(set().union(*(cases[user] for user in users))), url_of(organisation, day))
        for organisation, users in people.items()
    }


def cases_of(organisation: int, day: dt.date) -> QuerySet[DisputeEvent]:
    """The cases that an organisation handled on a day, as keys of a sub-query."""
    users = people_of([organisation], day).get(organisation, set())
    return steps_on(day).filter(actor__in=users).values("dispute")  # type: ignore[return-value]


def url_of(organisation: int, day: dt.date) -> str:
    """The list of exactly these."""
    return f"{reverse('disputes:list')}?tab=all&handled_by={organisation}&handled_on={day:%Y-%m-%d}"
