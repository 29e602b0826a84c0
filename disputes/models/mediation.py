"""Who mediates a case, when they sat, and what held it up."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from disputes.choices import ChosenBy, RecusalGround, SessionMode, SuspendReason
from disputes.models.cases import Dispute
from disputes.querysets import OfDisputeQuerySet

USER = settings.AUTH_USER_MODEL


class Assignment(models.Model):
    """One dispatch of a case to a committee and mediator, with why, and what was answered."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="assignments")
    committee = models.ForeignKey("mediators.Committee", models.PROTECT, related_name="+")
    mediator = models.ForeignKey("mediators.Mediator", models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    suggestion = models.TextField("建议理由", blank=True)
    followed_suggestion = models.BooleanField("采纳建议", default=True)
    chosen_by = models.CharField("如何选定", max_length=12, choices=ChosenBy, default=ChosenBy.ACCEPTED)
    recusal = models.CharField("回避", max_length=10, choices=RecusalGround, blank=True, default=RecusalGround.NONE)
    reason = models.CharField("说明", max_length=300, blank=True)
    taken_at = models.DateTimeField("接收时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_why = models.CharField("结束原因", max_length=300, blank=True)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分派"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(ended_at=None), name="dispute_assigned_once_at_a_time"
            )
        ]


class MediationSession(models.Model):
    """One mediation and its record.  One sentence is enough; the seven elements of a full record can be filled in."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField("次序")
    held_at = models.DateTimeField("调解时间")
    place = models.CharField("地点", max_length=100, blank=True)
    mode = models.CharField("方式", max_length=8, choices=SessionMode, default=SessionMode.FACE_TO_FACE)
    is_public = models.BooleanField("公开进行", default=False)
    attendees = models.CharField(
        "参加人", max_length=200, blank=True, help_text="受邀协助者和在场人，不含当事人、调解员、记录人"
    )
    invitees_agreed = models.BooleanField("当事人同意邀请", default=False)
    record = models.TextField("调解情况", max_length=4000)
    rights_told = models.BooleanField("已告知权利义务", default=False)
    principles_told = models.BooleanField("已告知调解原则、方式和调解人员身份", default=False)
    statements = models.TextField("双方陈述", max_length=4000, blank=True)
    facts = models.TextField("调查核实与质证", max_length=4000, blank=True)
    risks_told = models.BooleanField("已告知结果风险", default=False)
    result = models.TextField("协议内容或者不成原因及救济途径", max_length=4000, blank=True)
    signed = models.BooleanField("各方已签字", default=False)
    next_at = models.DateTimeField("下次调解时间", null=True, blank=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, verbose_name="记录人", related_name="+")
    recorded_at = models.DateTimeField("记录时间", default=timezone.now)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解记录"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number"], name="session_number_once"),
            models.CheckConstraint(
                condition=Q(attendees="") | Q(invitees_agreed=True), name="session_invitees_with_consent"
            ),
        ]

    @property
    def missing_elements(self) -> list[str]:
        """Which of the seven elements of a full record (调解笔录七要素) are not there yet."""
        elements = (
            ("权利义务告知", self.rights_told),
            ("原则方式与调解人员身份告知", self.principles_told),
            ("双方陈述", self.statements),
            ("调查核实与质证", self.facts),
            ("结果风险告知", self.risks_told),
            ("协议内容或者不成原因及救济途径", self.result),
            ("各方签字", self.signed),
        )
        return [name for name, there in elements if not there]


class Suspension(models.Model):
    """A stretch of time that does not count towards the limits which pause."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="suspensions")
    reason = models.CharField("原因", max_length=12, choices=SuspendReason)
    note = models.CharField("说明", max_length=300, blank=True)
    since = models.DateField("自")
    expected_on = models.DateField("预计恢复", null=True, blank=True)
    until = models.DateField("至", null=True, blank=True)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "中止"
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(until=None), name="dispute_suspended_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="suspension_ends_after_start"
            ),
        ]
