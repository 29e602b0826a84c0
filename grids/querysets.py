"""Named sets of places and organisations; the only home of their row scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from grids.models import Division, Organisation  # noqa: F401  (named in strings)


class DivisionQuerySet(models.QuerySet["Division"]):
    def active(self) -> DivisionQuerySet:
        return self.filter(abolished_on=None)

    def within(self, paths: Any) -> DivisionQuerySet:
        """Places at or below any of ``paths`` (each ends in ``/``)."""
        condition = Q(pk__in=())
        for path in paths:
            condition |= Q(path__startswith=path)
        return self.filter(condition)

    def visible_to(self, user: Any) -> DivisionQuerySet:
        """Places at or below the places where ``user`` holds a role."""
        return self.within(user.place_paths)

    def matching(self, typed: str) -> DivisionQuerySet:
        """Places whose name contains what was typed, whose pinyin initials start with it, or that lie in such a township.

        Several words narrow it down: ``上秦 xz`` finds 徐赵寨村 in 上秦镇.
        """
        found = self
        for word in typed.split()[:4]:
            start = word.lower()
            found = found.filter(
                Q(name__icontains=word) | Q(initials__startswith=start) | Q(code=word)
                | Q(parent__name__icontains=word) | Q(parent__initials=start)
            )  # fmt: skip
        return found


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def active(self) -> OrganisationQuerySet:
        return self.filter(is_active=True)

    def visible_to(self, user: Any) -> OrganisationQuerySet:
        """Organisations are a public directory; everyone who signed in with a role may read it."""
        return self if user.is_authenticated and user.holdings else self.none()
