"""The case itself: one record, one code, one timeline; what it is about, and its unfinished beginnings."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from common.fields import EncryptedTextField
from disputes.choices import (
    OPEN_STATES,
    ApplicationForm,
    LinkKind,
    NoticeForm,
    Outcome,
    PartyRole,
    Risk,
    Source,
    Status,
    Willingness,
)
from disputes.querysets import CategoryQuerySet, DisputeQuerySet, DraftQuerySet, OfDisputeQuerySet
from mediators.choices import Language

if TYPE_CHECKING:
    from disputes.models.endings import Agreement
    from disputes.models.parties import Party

USER = settings.AUTH_USER_MODEL


class Category(models.Model):
    """Kind of dispute: first level the official 18 of the justice statistics (locked), second level local."""

    code = models.CharField("代码", max_length=8, primary_key=True)
    name = models.CharField("名称", max_length=40)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级", null=True, blank=True, related_name="children"
    )
    written_only_law = models.CharField("须书面协议的依据", max_length=80, blank=True)
    initials = models.CharField("拼音首字母", max_length=40, blank=True)
    is_active = models.BooleanField("在用", default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "纠纷类型"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.parent.name} › {self.name}" if self.parent else self.name

    @property
    def official_code(self) -> str:
        """Code among the official 18, whatever the level of this row."""
        return self.code[:2]


class Dispute(models.Model):
    """One dispute from registration to the archive.

    ``applied_on`` is evidence: asking a committee interrupts the limitation period on that day
    (诉讼时效规定 第12条), so a database trigger refuses to change it.
    """

    code = models.CharField("案件码", max_length=20, unique=True)
    submission_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    status = models.CharField("状态", max_length=16, choices=Status, default=Status.REGISTERED)
    outcome = models.CharField("结果", max_length=16, choices=Outcome, blank=True, default=Outcome.NONE)
    outcome_on = models.DateField("结果日期", null=True, blank=True)

    source = models.CharField("来源", max_length=16, choices=Source, default=Source.WINDOW)
    source_organisation = models.ForeignKey(
        "grids.Organisation",
        models.PROTECT,
        verbose_name="移送机构",
        null=True,
        blank=True,
        related_name="disputes_sent",
    )
    source_number = models.CharField("来源文号", max_length=60, blank=True, help_text="如法院案号、信访件编号")
    visit = models.ForeignKey(
        "posts.Visit", models.PROTECT, verbose_name="来自入格日志", null=True, blank=True, related_name="disputes"
    )
    application_form = models.CharField(
        "申请方式", max_length=12, choices=ApplicationForm, default=ApplicationForm.ORAL
    )
    applied_on = models.DateField("申请日期")
    registered_at = models.DateTimeField("登记时间", default=timezone.now)
    registered_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")

    category = models.ForeignKey(Category, models.PROTECT, verbose_name="纠纷类型", related_name="disputes")
    division = models.ForeignKey("grids.Division", models.PROTECT, verbose_name="发生地", related_name="disputes")
    township = models.ForeignKey(
        "grids.Division", models.PROTECT, verbose_name="乡镇（街道）", null=True, blank=True, related_name="+"
    )
    place_path = models.CharField(max_length=80, db_collation="C", editable=False)
    place_detail = models.CharField("详细地点", max_length=100, blank=True)
    happened_on = models.DateField("发生日期", null=True, blank=True)
    summary = models.TextField("简要情况", max_length=2000)
    claim = models.TextField("调解请求", max_length=1000, blank=True)
    people_count = models.PositiveIntegerField("涉及人数", default=2, validators=[MinValueValidator(1)])
    amount = models.DecimalField("涉及金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)

    willingness = models.CharField("申请人意愿", max_length=12, choices=Willingness, default=Willingness.WILLING)
    notice_form = models.CharField(
        "权利义务告知", max_length=10, choices=NoticeForm, blank=True, default=NoticeForm.NONE
    )
    notice_at = models.DateTimeField("告知时间", null=True, blank=True)
    risk = models.CharField("风险程度", max_length=8, choices=Risk, default=Risk.LOW)
    may_escalate = models.BooleanField("可能引起治安、刑事案件", default=False)
    police_told_at = models.DateTimeField("报告公安时间", null=True, blank=True)
    has_minor = models.BooleanField("涉未成年人", default=False)

    language = models.CharField(
        "当事人需要的语言", max_length=4, choices=Language, blank=True, help_text="不填为不需要翻译"
    )
    wanted_mediator = models.ForeignKey(
        "mediators.Mediator", models.PROTECT, verbose_name="当事人选择的调解员", null=True, blank=True, related_name="+"
    )

    committee = models.ForeignKey(
        "mediators.Committee", models.PROTECT, verbose_name="调委会", null=True, blank=True, related_name="disputes"
    )
    mediator = models.ForeignKey(
        "mediators.Mediator", models.PROTECT, verbose_name="调解员", null=True, blank=True, related_name="disputes"
    )
    transferred_to = models.ForeignKey(
        "grids.Organisation",
        models.PROTECT,
        verbose_name="转往机构",
        null=True,
        blank=True,
        related_name="disputes_received",
    )

    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    next_due_on = models.DateField("最近期限", null=True, blank=True, editable=False)
    next_clock = models.CharField(max_length=16, blank=True, editable=False)
    has_pending_obligations = models.BooleanField(default=False, editable=False)
    session_count = models.PositiveIntegerField("调解次数", default=0, editable=False)
    times_reopened = models.PositiveIntegerField("重开次数", default=0, editable=False)
    changed_at = models.DateTimeField("最近办理", default=timezone.now, editable=False)
    grams = ArrayField(models.IntegerField(), default=list, editable=False)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "纠纷"
        ordering = ["-registered_at", "-id"]
        indexes = [
            models.Index(fields=["-registered_at", "-id"], name="dispute_newest"),
            models.Index(fields=["township", "-registered_at", "-id"], name="dispute_township_newest"),
            models.Index(fields=["place_path", "-registered_at"], name="dispute_place"),
            models.Index(fields=["committee", "status"], name="dispute_committee_status"),
            models.Index(fields=["mediator", "status"], name="dispute_mediator_status"),
            models.Index(
                fields=["status", "next_due_on"], name="dispute_open_due", condition=Q(status__in=sorted(OPEN_STATES))
            ),
            models.Index(fields=["next_due_on"], name="dispute_next_due", condition=Q(next_due_on__isnull=False)),
            # The counts of the views and the to-do lists read nothing but this, however long the archive grows.
            models.Index(
                fields=["place_path", "status", "next_due_on"],
                include=["id", "registered_at", "committee", "mediator", "has_pending_obligations"],
                condition=~Q(status=Status.ARCHIVED),
                name="dispute_in_hand",
            ),
            GinIndex(fields=["grams"], name="dispute_grams"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(place_path__endswith="/"), name="dispute_place_path_ends_in_slash"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="dispute_status_is_known"),
            models.CheckConstraint(
                condition=Q(happened_on=None) | Q(happened_on__lte=F("applied_on")),
                name="dispute_happened_before_applied",
            ),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="dispute_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(mediator=None) | Q(committee__isnull=False), name="dispute_mediator_has_committee"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.MEDIATING, Status.SUSPENDED, Status.SETTLED])
                | Q(mediator__isnull=False),
                name="dispute_under_mediation_has_mediator",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("disputes:detail", args=[self.code])

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATES

    @property
    def applicants(self) -> list[Party]:
        return [party for party in self.parties.all() if party.role == PartyRole.APPLICANT]

    @property
    def respondents(self) -> list[Party]:
        return [party for party in self.parties.all() if party.role == PartyRole.RESPONDENT]

    @property
    def current_agreement(self) -> Agreement | None:
        """The agreement in force or being signed; earlier ones are kept but superseded."""
        return next((a for a in self.agreements.all() if not a.is_superseded), None)

    @property
    def place_name(self) -> str:
        """上秦镇 徐赵寨村 三组."""
        parts = (
            [self.township.name] if self.township_id and self.township and self.township_id != self.division_id else []
        )
        return " ".join([*parts, self.division.name, *([self.place_detail] if self.place_detail else [])])


class DisputeLink(models.Model):
    """Two cases that a person compared: the same dispute coming back, related, or expressly not the same."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="links")
    other = models.ForeignKey(Dispute, models.PROTECT, related_name="+")
    kind = models.CharField("关系", max_length=12, choices=LinkKind)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "关联纠纷"
        constraints = [
            models.UniqueConstraint(fields=["dispute", "other"], name="dispute_link_once"),
            models.CheckConstraint(condition=~Q(dispute=F("other")), name="dispute_link_is_to_another"),
        ]


class DisputeEvent(models.Model):
    """What happened, who did it, when.  Append-only (a trigger refuses UPDATE and DELETE); the truth of every figure.

    ``at`` is when it was recorded; ``happened_on`` the day it is said to have happened, when that is earlier.
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField("序号")
    name = models.CharField("动作", max_length=24)
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16)
    at = models.DateTimeField("记录时间", default=timezone.now)
    happened_on = models.DateField("发生日期", null=True, blank=True)
    actor = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    actor_name = models.CharField("办理人", max_length=50)
    actor_post = models.CharField("岗位", max_length=120, blank=True)
    text = models.TextField("内容", blank=True)
    detail = models.JSONField(default=dict, blank=True)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["dispute", "number"], name="dispute_event_number_once")]
        indexes = [models.Index(fields=["name", "at"], name="dispute_event_name_at")]


class IntakeDraft(models.Model):
    """A half-typed registration, kept for its author.  The whole form is one encrypted text."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    author = models.ForeignKey(USER, models.CASCADE, related_name="intake_drafts")
    body = EncryptedTextField("内容", default="")
    saved_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登记草稿"
        ordering = ["-saved_at"]
