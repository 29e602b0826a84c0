"""Named sets of visits, and the only home of who may read them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.choices import ADMIN_ROLES, Role
from grids.choices import Level
from posts.choices import VisitKind
from posts.visits.cases import cases

if TYPE_CHECKING:
    from posts.models import Visit  # noqa: F401  (named in strings)

#: Go to villages, and write down what for.
WRITERS = frozenset({Role.GRID_OFFICER, Role.VILLAGE, Role.MEDIATOR, Role.COMMITTEE_HEAD, Role.TOWNSHIP_CENTRE})
#: Read what is written in their places.  Departments and courts do not: it is about people at home.
READERS = WRITERS | {Role.CLERK, Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER, Role.JUSTICE_BUREAU}
#: Of these, a committee of the whole county reads only what its own people wrote.
OF_COMMITTEES = frozenset({Role.MEDIATOR, Role.COMMITTEE_HEAD})
WIDE = frozenset({Level.PROVINCE, Level.CITY, Level.COUNTY})


def _place(holding: Any) -> Any:
    return holding.division or holding.organisation.division


def posts_of(user: Any, day: dt.date) -> Any:
    """Codes of the villages where the account's officer holds a post, as a sub-query."""
    holding = apps.get_model("posts", "PostHolding")
    return holding.objects.on(day).filter(officer__user=user).values("division")


def _within(paths: set[str]) -> Q:
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(village__path__startswith=path)
    return condition


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: Any) -> VisitQuerySet:
        """Visits in the places one works for or holds a post in, one's own, and those of cases one mediates."""
        if not user.is_authenticated:
            return self.none()
        paths = {
            _place(holding).path
            for holding in user.holdings
            if holding.role in READERS and not (holding.role in OF_COMMITTEES and _place(holding).level in WIDE)
        }
        posts = Q(village__in=posts_of(user, timezone.localdate()))
        return self.filter(_within(paths) | posts | Q(author=user) | cases().owned_by(user))

    def note_open_to(self, user: Any) -> VisitQuerySet:
        """Of 心理疏导, what this person may read: what they wrote, and what belongs to a case they mediate."""
        return self.filter(Q(author=user) | cases().owned_by(user))

    def between(self, first: dt.date | None, last: dt.date | None) -> VisitQuerySet:
        rows = self
        if first:
            rows = rows.filter(visited_on__gte=first)
        if last:
            rows = rows.filter(visited_on__lte=last)
        return rows

    def in_the_open(self) -> VisitQuerySet:
        return self.exclude(kind=VisitKind.COUNSELLING)


def villages_of(user: Any) -> Any:
    """Villages this person may write of: in the places of their roles, and where they hold a post today."""
    division = apps.get_model("grids", "Division")
    paths = [_place(holding).path for holding in user.holdings if holding.role in WRITERS]
    places = division.objects.active().filter(level=Level.VILLAGE)
    # The sub-query of posts is a set of its own: a village may be both.
    return places.filter(Q(pk__in=places.within(paths).values("pk")) | Q(pk__in=posts_of(user, timezone.localdate())))


def may_write(user: Any) -> bool:
    """Whether this person writes visits at all."""
    if not user.is_authenticated or user.roles <= ADMIN_ROLES:  # administrators hold no post: nothing to ask for
        return False
    return bool(user.roles & WRITERS) or posts_of(user, timezone.localdate()).exists()


def may_look(user: Any) -> bool:
    return user.is_authenticated and (bool(user.roles & READERS) or may_write(user))
