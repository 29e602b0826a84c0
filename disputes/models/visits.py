"""Visits (入格日志) that belong to a case which was there before them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from disputes.models.cases import Dispute
from disputes.querysets import OfDisputeQuerySet


class CaseVisit(models.Model):
    """A visit was about this case.  The visit that a case came of stands on the case itself."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="case_visits")
    visit = models.OneToOneField("posts.Visit", models.PROTECT, related_name="about")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "相关入格日志"
        ordering = ["-id"]
