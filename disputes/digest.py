"""What the daily digest says of cases: each count with the list that proves it, in three queries a person at most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.choices import ADMIN_ROLES, Role
from disputes import slots, todo
from disputes.choices import Status
from disputes.filters import SOON_DAYS, due_between, due_rows, midnight
from disputes.models import Dispute, MediationSession
from disputes.workflow import HANDLE
from notices.digest import Line

if TYPE_CHECKING:
    from accounts.models import User

#: Nobody sits more often in a day.
MOST_MEETINGS = 50
#: Who watches over many cases rather than doing steps.
WATCH = frozenset({Role.LEADER, Role.SUPERVISOR, Role.JUSTICE_BUREAU})


def lines(user: User) -> Iterable[Line]:
    """To-dos by how near they are due, and today's meetings; for those who watch over others, what is late."""
    today = timezone.localdate()
    if not user.roles - ADMIN_ROLES:
        return
    if user.holds(*WATCH) or not todo.has_steps(user):
        yield from _watched(user, today)
        return
    yield from _own(user, today)
    if user.holds(*HANDLE):
        yield Line("今天约好的调解", _meetings(user, today), reverse("disputes:desk"), unit="场")


def _watched(user: User, today: dt.date) -> Iterable[Line]:
    last = today + dt.timedelta(days=SOON_DAYS)
    pressing = Dispute.objects.visible_to(user).filter(next_due_on__lte=last)
    counts = pressing.counts(late=due_rows("late", today), soon=due_between(today, last))
    yield Line("超期未办", counts["late"], _cases(tab="late"), tone="late")
    yield Line("临期", counts["soon"], _cases(tab="soon"), tone="soon")


def _own(user: User, today: dt.date) -> Iterable[Line]:
    counts = Dispute.objects.awaiting(user).counts(
        **{key: due_rows(key, today) for key in ("late", "today", "soon", "later", "none")}
    )
    yield Line("待办超期", counts["late"], _cases(tab="todo", due="late"), tone="late")
    yield Line("今日到期", counts["today"], _cases(tab="todo", due="today"), tone="soon")
    yield Line(f"{SOON_DAYS} 日内到期", counts["soon"], _cases(tab="todo", due="soon"), tone="soon")
    yield Line("其他待办", counts["later"] + counts["none"], _cases(tab="todo", due=["later", "none"]))


def _meetings(user: User, today: dt.date) -> int:
    """Cases that meet today: as the last record of a mediation says, or with a room taken for it."""
    end = midnight(today + dt.timedelta(days=1))
    arranged = {one.dispute for one in slots.appointments(user, midnight(today), MOST_MEETINGS) if one.at < end}
    said = (
        MediationSession.objects.visible_to(user)
        .filter(
            Q(next_at__gte=midnight(today)) & Q(next_at__lt=end),
            number=F("dispute__session_count"),
            dispute__status__in=[Status.MEDIATING, Status.SUSPENDED],
        )
        .values_list("dispute", flat=True)
    )
    return len(arranged.union(said))


def _cases(**conditions: Any) -> str:
    return f"{reverse('disputes:list')}?{urlencode(conditions, doseq=True)}"
