"""Named sets of residences and duty; the only home of their row scope."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from accounts.choices import Role
from rosters.choices import Half, SwapState

if TYPE_CHECKING:
    from rosters.models import DutyList, DutyShift, Residency, SwapRequest  # noqa: F401  (named in strings)

#: Administrators whose work does not touch rosters.
STRANGERS = frozenset({Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


def places_of(user: Any) -> list[str]:
    """Paths of the places somebody works for; 系统管理员, who keeps windows and residences, is one of them here."""
    if not user.is_authenticated:
        return []
    places = (
        holding.division or holding.organisation.division for holding in user.holdings if holding.role not in STRANGERS
    )
    return sorted({place.path for place in places})


def in_branch(user: Any, field: str) -> Q:
    """Places at or below the person's own, and those above them in the same branch."""
    condition = Q(pk__in=())
    for path in places_of(user):
        condition |= Q(**{f"{field}__path__startswith": path})
        condition |= Q(**{f"{field}_id__in": [code for code in path.split("/") if code]})
    return condition


class ResidencyQuerySet(models.QuerySet["Residency"]):
    def on(self, day: dt.date) -> ResidencyQuerySet:
        """In force on that day."""
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)

    def between(self, first: dt.date, last: dt.date) -> ResidencyQuerySet:
        """In force on any day of a stretch."""
        return self.filter(Q(until=None) | Q(until__gte=first), since__lte=last)

    def visible_to(self, user: Any) -> ResidencyQuerySet:
        """Residences in the centres of the reader's branch, and those of the reader's own organisations."""
        own = Q(organisation_id__in=user.organisation_ids) if user.is_authenticated else Q(pk__in=())
        return self.filter(in_branch(user, "centre__division") | own)


class OfResidencyQuerySet(models.QuerySet[Any]):
    """Rows that hang on a residence borrow its scope."""

    def visible_to(self, user: Any) -> OfResidencyQuerySet:
        model: Any = self.model._meta.get_field("residency").related_model
        return self.filter(residency__in=model.objects.visible_to(user))


class ShiftQuerySet(OfResidencyQuerySet):
    def between(self, first: dt.date, last: dt.date) -> ShiftQuerySet:
        return self.filter(day__range=(first, last))

    def covering(self, half: str) -> ShiftQuerySet:
        """Shifts of that half day, and of whole days."""
        return self.filter(half__in=(half, Half.DAY))


class SwapQuerySet(OfResidencyQuerySet):
    def waiting(self) -> SwapQuerySet:
        return self.filter(state=SwapState.ASKED)
