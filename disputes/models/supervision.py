"""What comes of a limit that was missed: the ledger of warnings, cards, and what leaders say."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from disputes.choices import SupervisionKind, WarnLevel
from disputes.models.cases import Dispute
from disputes.models.clocks import ClockRow
from disputes.querysets import OfDisputeQuerySet, SupervisionQuerySet

USER = settings.AUTH_USER_MODEL


class Escalation(models.Model):
    """The ledger of warnings: one row for a clock, a level and a due day, whatever runs twice or dies in between.

    Append-only.  ``office`` answers for it: the committee that has the case, else the nearest centre.
    """

    clock = models.ForeignKey(ClockRow, models.PROTECT, related_name="escalations")
    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="escalations")
    level = models.PositiveSmallIntegerField("级别", choices=WarnLevel)
    due_on = models.DateField("届满")
    fell_on = models.DateField("应警示日")
    issued_at = models.DateTimeField("发出时间", db_default=Now())
    office = models.ForeignKey(
        "grids.Organisation", models.PROTECT, verbose_name="责任单位", null=True, blank=True, related_name="+"
    )

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "警示台账"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["clock", "level", "due_on"], name="a_clock_warns_once_for_a_due_day")
        ]
        indexes = [models.Index(fields=["level", "issued_at"], name="escalation_level_issued")]


class Supervision(models.Model):
    """督办: a card or an order on a case, addressed to an office, to be answered; lifted with a reason, never deleted."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="supervisions")
    kind = models.CharField("种类", max_length=10, choices=SupervisionKind)
    escalation = models.OneToOneField(
        Escalation, models.PROTECT, verbose_name="由警示产生", null=True, blank=True, related_name="supervision"
    )
    number = models.CharField("文号", max_length=40, blank=True)
    office = models.ForeignKey(
        "grids.Organisation", models.PROTECT, verbose_name="责任单位", null=True, blank=True, related_name="+"
    )
    reason = models.CharField("事由", max_length=500)
    reply_by = models.DateField("要求回复", null=True, blank=True)
    issued_at = models.DateTimeField("发出时间", default=timezone.now)
    issued_by = models.ForeignKey(USER, models.PROTECT, verbose_name="发出人", null=True, blank=True, related_name="+")
    reply = models.TextField("回复", max_length=1000, blank=True)
    replied_at = models.DateTimeField("回复时间", null=True, blank=True)
    replied_by = models.ForeignKey(USER, models.PROTECT, verbose_name="回复人", null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lifted_by = models.ForeignKey(USER, models.PROTECT, verbose_name="解除人", null=True, blank=True, related_name="+")
    lifted_why = models.CharField("解除理由", max_length=300, blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="supervision_number_once"),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | ~Q(lifted_why=""), name="supervision_is_lifted_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(escalation=None, issued_by__isnull=False) | Q(escalation__isnull=False, issued_by=None),
                name="supervision_is_issued_by_somebody_or_by_the_clock",
            ),
        ]
        indexes = [models.Index(fields=["dispute"], condition=Q(lifted_at=None), name="supervision_open")]

    @property
    def is_answered(self) -> bool:
        return self.replied_at is not None

    @property
    def is_open(self) -> bool:
        return self.lifted_at is None


class Instruction(models.Model):
    """领导批示: what a leader wants done about a case, and what came of it."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="instructions")
    text = models.CharField("批示", max_length=500)
    given_by = models.ForeignKey(USER, models.PROTECT, verbose_name="批示人", related_name="+")
    given_at = models.DateTimeField("批示时间", default=timezone.now)
    report = models.TextField("落实情况", max_length=1000, blank=True)
    reported_by = models.ForeignKey(
        USER, models.PROTECT, verbose_name="报告人", null=True, blank=True, related_name="+"
    )
    reported_at = models.DateTimeField("报告时间", null=True, blank=True)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "领导批示"
        ordering = ["-given_at", "-id"]


class Sponsorship(models.Model):
    """领导包案: a leader who answers for a case until it is ended."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="sponsorships")
    leader = models.ForeignKey(USER, models.PROTECT, verbose_name="包案领导", related_name="+")
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "领导包案"
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["dispute"], condition=Q(until=None), name="one_sponsor_at_a_time")
        ]
