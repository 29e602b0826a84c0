"""What came of it: agreement, marks, obligations, other endings, the visit afterwards, the file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from common import workdays
from disputes import deadlines
from disputes.choices import (
    AgreementForm,
    DeclineReason,
    EndReason,
    FollowUpWay,
    ObligationKind,
    ObligationState,
    Outcome,
    Retention,
    Route,
    Satisfaction,
    SignManner,
)
from disputes.models.cases import Dispute
from disputes.models.parties import Party
from disputes.querysets import OfAgreementQuerySet, OfDisputeQuerySet

USER = settings.AUTH_USER_MODEL

#: 人民调解法 第33条, 民事诉讼法 第205条.
CONFIRMATION_DAYS = deadlines.BY_KEY["confirm"].days


class Agreement(models.Model):
    """What the parties agreed.  Written: in force on the last of three marks; oral: on the day (人民调解法 第29、30条)."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="agreements")
    form = models.CharField("形式", max_length=8, choices=AgreementForm)
    agreed_on = models.DateField("达成日期")
    facts = models.TextField("主要事实、争议事项及各方责任", max_length=4000, blank=True)
    content = models.TextField("协议内容", max_length=4000)
    amount = models.DecimalField("协议涉及金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    copies = models.PositiveSmallIntegerField("份数", default=3)
    is_partial = models.BooleanField("部分达成", default=False)
    unresolved = models.TextField("未达成部分", max_length=2000, blank=True)
    mediator_signed_on = models.DateField("调解员签名日期", null=True, blank=True)
    sealed_on = models.DateField("调委会印章日期", null=True, blank=True)
    seal_recorded_by = models.ForeignKey(
        USER, models.PROTECT, verbose_name="印章登记人", null=True, blank=True, related_name="+"
    )
    effective_on = models.DateField("生效日期", null=True, blank=True)
    is_superseded = models.BooleanField("已被取代", default=False)
    superseded_why = models.CharField("取代原因", max_length=300, blank=True)
    recorded_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解协议"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(is_superseded=False), name="one_agreement_in_force"
            ),
            models.CheckConstraint(
                condition=Q(form=AgreementForm.ORAL)
                | Q(effective_on=None)
                | Q(mediator_signed_on__isnull=False, sealed_on__isnull=False),
                name="written_agreement_in_force_has_its_marks",
            ),
            models.CheckConstraint(
                condition=Q(effective_on=None) | Q(effective_on__gte=F("agreed_on")),
                name="agreement_in_force_after_agreed",
            ),
        ]

    @property
    def confirmable_until(self) -> dt.date | None:
        """Last day to apply jointly for judicial confirmation: 30 days from effect (人民调解法 第33条), rolled on past a
        day off (民法典 第203条)."""
        return workdays.add_days(self.effective_on, CONFIRMATION_DAYS) if self.effective_on else None

    @property
    def may_still_be_confirmed(self) -> bool:
        until = self.confirmable_until
        return until is not None and not self.is_superseded and until >= timezone.localdate()


class Signature(models.Model):
    """A party's own mark on a written agreement."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    manner = models.CharField("方式", max_length=12, choices=SignManner, default=SignManner.SIGNED)
    signed_on = models.DateField("日期")

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "当事人签章"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["agreement", "party"], name="party_signs_once")]


class Obligation(models.Model):
    """One thing one side must do under an agreement: what, how, where, by when; instalments are several rows."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="obligations")
    number = models.PositiveSmallIntegerField("项次")
    debtor = models.ForeignKey(Party, models.PROTECT, verbose_name="义务人", related_name="+")
    kind = models.CharField("种类", max_length=8, choices=ObligationKind, default=ObligationKind.MONEY)
    what = models.CharField("内容", max_length=300)
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    how = models.CharField("履行方式", max_length=100, blank=True)
    where = models.CharField("履行地点", max_length=100, blank=True)
    due_on = models.DateField("履行期限")
    state = models.CharField("履行情况", max_length=8, choices=ObligationState, default=ObligationState.PENDING)
    performed_on = models.DateField("履行日期", null=True, blank=True)
    performed_amount = models.DecimalField("已付金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "履行义务"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="obligation_number_once"),
            models.CheckConstraint(
                condition=~Q(kind=ObligationKind.MONEY) | Q(amount__gt=Decimal(0)), name="money_obligation_has_amount"
            ),
            models.CheckConstraint(
                condition=~Q(state=ObligationState.DONE) | Q(performed_on__isnull=False),
                name="done_obligation_has_its_day",
            ),
        ]

    @property
    def is_settled(self) -> bool:
        return self.state in (ObligationState.DONE, ObligationState.WAIVED, ObligationState.BROKEN)


class Ending(models.Model):
    """How a case ended without an agreement, kept as a normal result with what the next body needs.

    Undisputed facts and concessions are kept apart: the first may be relied on later, the second never
    (人民法院特邀调解规定 第22条).
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="endings")
    kind = models.CharField("结果", max_length=16, choices=Outcome)
    reason = models.CharField("事由", max_length=20, choices=[*EndReason.choices, *DeclineReason.choices], blank=True)
    note = models.TextField("说明", max_length=2000, blank=True)
    routes_told = ArrayField(models.CharField(max_length=16, choices=Route), verbose_name="已告知途径", default=list)
    undisputed_facts = models.TextField("无争议事实", max_length=4000, blank=True)
    concessions = models.TextField("为调解所作的让步（不得作为对其不利的依据）", max_length=4000, blank=True)
    destination = models.CharField("告知的去处", max_length=100, blank=True)
    ended_on = models.DateField("结束日期")
    recorded_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "未达成协议的结果"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=[Outcome.FAILED, Outcome.TERMINATED, Outcome.DECLINED])
                | Q(routes_told__len__gt=0),
                name="ending_tells_other_routes",
            )
        ]


class FollowUp(models.Model):
    """A return visit: is it performed, are people content, does anything smoulder."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="follow_ups")
    visited_on = models.DateField("回访日期")
    way = models.CharField("方式", max_length=8, choices=FollowUpWay, default=FollowUpWay.PHONE)
    whom = models.CharField("回访对象", max_length=100, blank=True)
    record = models.TextField("回访情况", max_length=2000)
    satisfaction = models.CharField(
        "满意程度", max_length=10, choices=Satisfaction, blank=True, default=Satisfaction.UNRATED
    )
    went_to_court = models.BooleanField("已起诉", default=False)
    smoulders = models.BooleanField("有反复、激化苗头", default=False)
    visited_by = models.ForeignKey(USER, models.PROTECT, verbose_name="回访人", related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回访"
        ordering = ["-visited_on", "-id"]


class Filing(models.Model):
    """A case put into the archive: its number, who filed and checked it, what was missing and why."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="filings")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("卷号")
    filed_on = models.DateField("立卷日期")
    filed_by = models.ForeignKey(USER, models.PROTECT, verbose_name="立卷人", related_name="+")
    checked_by = models.CharField("检查人", max_length=50, blank=True)
    retention = models.CharField("保管期限", max_length=10, choices=Retention, default=Retention.LONG)
    missing = ArrayField(models.CharField(max_length=40), verbose_name="缺件", default=list, blank=True)
    missing_reason = models.CharField("缺件说明", max_length=500, blank=True)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "归档"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="file_number_once"),
            models.CheckConstraint(
                condition=Q(missing__len=0) | ~Q(missing_reason=""), name="missing_documents_are_explained"
            ),
        ]

    @property
    def file_number(self) -> str:
        return f"〔{self.year}〕甘州人调字第 {self.number} 号"
