"""Named sets of imports; the only home of their row scope."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.choices import Role
from imports.choices import RUNNING, State

if TYPE_CHECKING:
    from imports.models import ImportJob, PlannedRow  # noqa: F401  (named in strings)


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def visible_to(self, user: Any) -> ImportJobQuerySet:
        """Who uploaded a file sees what became of it, and 系统管理员 sees that of everyone."""
        if not user.is_authenticated:
            return self.none()
        return self if user.holds(Role.SYSTEM_ADMIN) else self.filter(author=user)

    def stalled(self, now: dt.datetime) -> ImportJobQuerySet:
        """Taken up by a worker that has been silent for longer than it may: it is dead."""
        return self.filter(lease_until__lt=now, state__in=RUNNING)

    def waiting_since(self, moment: dt.datetime) -> ImportJobQuerySet:
        """Ready before ``moment``, and nobody has said yes or no."""
        return self.filter(state=State.READY, ready_at__lt=moment)


class PlannedRowQuerySet(models.QuerySet["PlannedRow"]):
    def visible_to(self, user: Any) -> PlannedRowQuerySet:
        job: Any = self.model._meta.get_field("job").related_model
        return self.filter(job__in=job.objects.visible_to(user))
