"""入格日志: one visit to a village."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from common.fields import EncryptedTextField
from posts.choices import VisitKind
from posts.visits.querysets import VisitQuerySet

MOST_TEXT = 1000


class Visit(models.Model):
    """Who went to a village, when, what for, and what is to be said of it: one sentence is enough.

    ``text`` says it in the open; of 心理疏导 it stands sealed in ``note`` instead.  The cases it belongs to point here.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    village = models.ForeignKey("grids.Division", models.PROTECT, verbose_name="村（社区）", related_name="visits")
    visited_on = models.DateField("日期")
    kind = models.CharField("事由", max_length=12, choices=VisitKind)
    text = models.TextField("情况", max_length=MOST_TEXT, blank=True)
    note = EncryptedTextField("心理疏导情况", blank=True)
    people_reached = models.PositiveIntegerField("覆盖人数", null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="记录人", related_name="visits")
    author_name = models.CharField("记录人姓名", max_length=50)
    recorded_at = models.DateTimeField("记录时间", default=timezone.now)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入格日志"
        ordering = ["-visited_on", "-id"]
        indexes = [
            models.Index(fields=["village", "-visited_on", "-id"], name="visit_of_village"),
            models.Index(fields=["-visited_on", "-id"], name="visit_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=VisitKind.values), name="visit_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind=VisitKind.COUNSELLING, text="") | ~Q(kind=VisitKind.COUNSELLING),
                name="visit_for_counselling_says_nothing_in_the_open",
            ),
            models.CheckConstraint(
                condition=Q(kind=VisitKind.COUNSELLING) | Q(note=""), name="visit_is_sealed_for_counselling_only"
            ),
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(note=""),
                name="visit_says_something",
            ),
            models.CheckConstraint(
                condition=Q(people_reached=None) | Q(people_reached__gte=1), name="visit_reaches_somebody"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("posts:visit", args=[self.uid])

    @property
    def is_sealed(self) -> bool:
        return self.kind == VisitKind.COUNSELLING

    @property
    def said(self) -> str:
        """What was written.  Ask ``VisitQuerySet.note_open_to`` first when it is sealed."""
        return self.note if self.is_sealed else self.text
