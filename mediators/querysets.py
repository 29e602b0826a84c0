"""Named sets of committees and mediators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from mediators.choices import MediatorStatus

if TYPE_CHECKING:
    from mediators.models import Committee, Mediator  # noqa: F401  (named in strings)


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def active(self) -> CommitteeQuerySet:
        return self.filter(organisation__is_active=True)

    def visible_to(self, user: Any) -> CommitteeQuerySet:
        """Committees at or below the caller's places, those above them in the same branch, and the caller's own."""
        if not user.is_authenticated:
            return self.none()
        condition = Q(organisation_id__in=user.organisation_ids)
        for path in user.place_paths:
            codes = path.strip("/").split("/")
            condition |= Q(organisation__division__path__startswith=path) | Q(organisation__division_id__in=codes)
        return self.filter(condition)


class MediatorQuerySet(models.QuerySet["Mediator"]):
    def serving(self) -> MediatorQuerySet:
        return self.filter(status=MediatorStatus.SERVING)

    def visible_to(self, user: Any) -> MediatorQuerySet:
        committee: Any = self.model._meta.get_field("committee").related_model
        from_committees = committee.objects.visible_to(user)
        return self.filter(committee__in=from_committees)
