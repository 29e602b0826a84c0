"""Named sets of officers, of what they hold, and of who is away; the only home of their row scope.

Names and office numbers of those who answer for a village are public (便民联系卡): everyone who works for a place
reads those of its township, everyone who works for the county those of the county.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery

from accounts.choices import ADMIN_ROLES, Role
from grids.choices import CODE_DIGITS, Level

if TYPE_CHECKING:
    from posts.models import Leave, Officer, PostHolding  # noqa: F401  (named in strings)

#: Codes in a path down to a township: province, city, county, township.
TO_TOWNSHIP = list(CODE_DIGITS).index(Level.TOWNSHIP) + 1
#: Administrators who read no posts: they need none for what they do.
BLIND = ADMIN_ROLES - {Role.SYSTEM_ADMIN}


def reading_paths(user: Any) -> tuple[str, ...]:
    """Paths of the places whose people ``user`` may read: those worked for, widened from a village to its township."""
    if not user.is_authenticated:
        return ()
    held = (
        holding.division.path if holding.division else holding.organisation.division.path
        for holding in user.holdings
        if holding.role not in BLIND
    )
    return tuple(sorted({"/" + "/".join(path.strip("/").split("/")[:TO_TOWNSHIP]) + "/" for path in held}))


def _below(paths: tuple[str, ...], column: str) -> Q:
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{column}__startswith": path})
    return condition


def covering(day: dt.date, prefix: str = "") -> Q:
    """Rows whose days, both included, cover ``day``."""
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gte": day})
    )


class DatedQuerySet(models.QuerySet[Any]):
    """Rows that hold from one day to another, both included."""

    def on(self, day: dt.date) -> Any:
        return self.filter(covering(day))

    def not_over(self, day: dt.date) -> Any:
        """Those of ``day`` and those that begin later."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day))


class OfficerQuerySet(models.QuerySet["Officer"]):
    def active(self) -> OfficerQuerySet:
        return self.filter(is_active=True)

    def visible_to(self, user: Any) -> OfficerQuerySet:
        """Officers of bodies in the reader's places or above them, and whoever holds or held a post there."""
        paths = reading_paths(user)
        codes = {code for path in paths for code in path.strip("/").split("/")}
        return self.filter(
            _below(paths, "organisation__division__path")
            | Q(organisation__division_id__in=codes)
            | Q(pk__in=self._of("post_holdings").filter(_below(paths, "division__path")).values("officer"))
        )

    def _of(self, related: str) -> Any:
        model: Any = self.model._meta.get_field(related).related_model
        return model.objects


class PostHoldingQuerySet(DatedQuerySet):
    def visible_to(self, user: Any) -> PostHoldingQuerySet:
        return self.filter(_below(reading_paths(user), "division__path"))

    def on(self, day: dt.date) -> PostHoldingQuerySet:
        """What is held on that day; a holding that was entered by mistake never was."""
        return self.filter(covering(day), withdrawn_at=None)

    def standing(self) -> PostHoldingQuerySet:
        return self.filter(withdrawn_at=None)

    def with_substitute(self, day: dt.date) -> PostHoldingQuerySet:
        """Beside each holding: ``acting``, the substitution of that day, and ``away_until``, the end of a leave.

        One statement; a holding has one substitution a day and an officer one leave (exclusion constraints), so no
        row comes twice.
        """
        leave: Any = self.model._meta.get_field("officer").related_model._meta.get_field("leaves").related_model
        away = leave.objects.filter(covering(day), officer=OuterRef("officer"))
        return self.annotate(
            acting=FilteredRelation("substitutions", condition=covering(day, "substitutions__")),
            away_until=Subquery(away.values("ends_on")[:1]),
        )


class LeaveQuerySet(DatedQuerySet):
    def visible_to(self, user: Any) -> LeaveQuerySet:
        officer: Any = self.model._meta.get_field("officer").related_model
        return self.filter(officer__in=officer.objects.visible_to(user))


class SubstitutionQuerySet(DatedQuerySet):
    def visible_to(self, user: Any) -> SubstitutionQuerySet:
        return self.filter(_below(reading_paths(user), "holding__division__path"))


class ChiefAreaQuerySet(DatedQuerySet):
    def visible_to(self, user: Any) -> ChiefAreaQuerySet:
        return self.filter(_below(reading_paths(user), "township__path"))

    def in_order(self) -> ChiefAreaQuerySet:
        return self.order_by("township", F("starts_on").desc())
