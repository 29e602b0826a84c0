"""The case: one record, one code, one timeline, and everything that hangs on it.

Columns, constraints and facts about one row.  Changes are made by ``disputes.services`` alone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from common.fields import EncryptedTextField
from common.idnumbers import ID_KINDS, Sex
from disputes.choices import (
    OPEN_STATES,
    AgreementForm,
    ApplicationForm,
    ChosenBy,
    DeclineReason,
    EndReason,
    ExtensionState,
    FollowUpWay,
    LinkKind,
    NoticeForm,
    ObligationKind,
    ObligationState,
    Outcome,
    PartyKind,
    PartyRole,
    RecusalGround,
    Retention,
    Risk,
    Route,
    Satisfaction,
    SessionMode,
    SignManner,
    Source,
    Status,
    SupervisionKind,
    SuspendReason,
    WarnLevel,
    Willingness,
)
from disputes.querysets import (
    CategoryQuerySet,
    ClockQuerySet,
    DisputeQuerySet,
    DraftQuerySet,
    ExtensionQuerySet,
    OfAgreementQuerySet,
    OfDisputeQuerySet,
    RuleQuerySet,
    SupervisionQuerySet,
)
from grids.choices import Level

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


class Party(models.Model):
    """Someone on one side of a dispute.  Numbers, phone and address are stored encrypted."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dispute = models.ForeignKey(Dispute, models.PROTECT, verbose_name="纠纷", related_name="parties")
    role = models.CharField("地位", max_length=12, choices=PartyRole)
    number = models.PositiveSmallIntegerField("次序", default=1)
    kind = models.CharField("类别", max_length=14, choices=PartyKind, default=PartyKind.PERSON)
    name = models.CharField("姓名或名称", max_length=100)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)
    id_kind = models.CharField("证件类型", max_length=20, choices=ID_KINDS, blank=True)
    id_number = EncryptedTextField("证件号码", blank=True, default="")
    id_number_index = models.CharField(max_length=32, blank=True, editable=False, db_index=True)
    no_id_reason = models.CharField("无证件原因", max_length=60, blank=True)
    id_is_checked = models.BooleanField("号码校验通过", default=False)
    sex = models.CharField("性别", max_length=6, choices=Sex, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    phone = EncryptedTextField("联系电话", blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, editable=False, db_index=True)
    address = EncryptedTextField("住址", blank=True, default="")
    contact_name = models.CharField("负责人", max_length=50, blank=True)
    guardian_name = models.CharField("监护人", max_length=50, blank=True)
    agent_name = models.CharField("代理人", max_length=50, blank=True)
    refuses = models.BooleanField("明确拒绝调解", default=False)

    objects = OfDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "当事人"
        ordering = ["role", "number", "id"]
        indexes = [models.Index(fields=["name"], name="party_name")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.number}"

    def age(self, on: dt.date) -> int | None:
        """Full years on a day, or None when the birth date is not known."""
        if not self.birth_date:
            return None
        before_birthday = (on.month, on.day) < (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - before_birthday

    def is_minor(self, on: dt.date) -> bool:
        """Under 18 (民法典 第17条)."""
        age = self.age(on)
        return age is not None and age < 18


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
        """Last day to apply jointly for judicial confirmation: 30 days from effect (人民调解法 第33条)."""
        return self.effective_on + CONFIRMATION_WINDOW if self.effective_on else None

    @property
    def may_still_be_confirmed(self) -> bool:
        until = self.confirmable_until
        return until is not None and not self.is_superseded and until >= timezone.localdate()


#: 人民调解法 第33条, 民事诉讼法 第205条.
CONFIRMATION_WINDOW = dt.timedelta(days=30)


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


class ClockRow(models.Model):
    """One limit of a case, running, met or run out.  Its rule is a row of ``deadlines``; its days are derived.

    ``due_on`` follows from ``started_on``, ``limit``, ``extended_days`` and the suspensions that stop this clock;
    ``warn_days`` from ``due_on``.  ``warned`` says how far the warnings for ``warned_due_on`` have gone: a due day
    that moved is a new chance to warn (reckoning.py).
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="clocks")
    key = models.CharField("规则", max_length=20, default="")
    kind = models.CharField("期限", max_length=16)
    label = models.CharField(max_length=20)
    started_on = models.DateField("起算")
    due_on = models.DateField("届满")
    is_provisional = models.BooleanField("暂按周末推算", default=False)
    met_on = models.DateField("办结", null=True, blank=True)
    expired_on = models.DateField("期满升级", null=True, blank=True)
    pause_began_on = models.DateField("暂停自", null=True, blank=True)
    paused_days = models.PositiveIntegerField("已暂停天数", default=0)
    limit = models.PositiveIntegerField("期限长度", null=True, blank=True)
    extended_days = models.PositiveIntegerField("已延长", default=0)
    unit = models.CharField("单位", max_length=8, blank=True)
    source = models.CharField("依据", max_length=80, blank=True)
    warned = models.PositiveSmallIntegerField("已警示到", choices=WarnLevel, default=WarnLevel.NONE)
    warned_due_on = models.DateField(null=True, blank=True)
    warn_days = ArrayField(models.DateField(null=True), verbose_name="警示日", default=list, blank=True)
    next_warn_level = models.PositiveSmallIntegerField("下一警示", choices=WarnLevel, null=True, blank=True)
    next_warn_on = models.DateField("下一警示日", null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["due_on"], name="clock_running_due", condition=Q(met_on=None)),
            # What the sweep reads: nothing else, however many clocks run.
            models.Index(
                fields=["next_warn_on", "id"],
                condition=Q(met_on=None, expired_on=None, pause_began_on=None, next_warn_on__isnull=False),
                name="clock_next_warning",
            ),
        ]

    @property
    def is_running(self) -> bool:
        return self.met_on is None and self.expired_on is None

    @property
    def is_paused(self) -> bool:
        return self.pause_began_on is not None and self.is_running


class LocalLimit(models.Model):
    """A local limit changed by the centre, from a day on.  Clocks that already run keep the limit they began with."""

    key = models.CharField("规则", max_length=20)
    days = models.PositiveSmallIntegerField("期限", validators=[MinValueValidator(1)])
    since = models.DateField("自")
    reason = models.CharField("理由", max_length=200)
    changed_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "本地期限"
        ordering = ["-since", "-id"]
        constraints = [models.CheckConstraint(condition=Q(days__gte=1), name="local_limit_is_a_day_at_least")]


class WarningRule(models.Model):
    """When a clock warns, in place of the table's own steps.  The newest row for a key, type and level counts."""

    key = models.CharField("规则", max_length=20)
    category = models.CharField("纠纷类型", max_length=4, blank=True, help_text="官方一级类别代码；空为全部")
    level = models.CharField("区划层级", max_length=10, choices=Level, blank=True, help_text="空为全部")
    remind = models.PositiveSmallIntegerField("提醒（届满前工作日）", null=True, blank=True)
    yellow = models.PositiveSmallIntegerField("黄牌（届满后工作日）", null=True, blank=True)
    red = models.PositiveSmallIntegerField("红牌（届满后工作日）", null=True, blank=True)
    leader = models.PositiveSmallIntegerField("领导关注（届满后工作日）", null=True, blank=True)
    reason = models.CharField("理由", max_length=200)
    changed_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "警示规则"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(yellow=None) | Q(yellow__gte=1), name="yellow_after_the_last_day"),
            models.CheckConstraint(
                condition=Q(red=None) | Q(yellow__isnull=False, red__gt=F("yellow")), name="red_exceeds_yellow"
            ),
            models.CheckConstraint(
                condition=Q(leader=None) | Q(red__isnull=False, leader__gt=F("red")), name="leader_exceeds_red"
            ),
        ]


class Extension(models.Model):
    """A longer limit, asked for and decided.  Days are in the clock's own unit."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="extensions")
    clock = models.ForeignKey(ClockRow, models.PROTECT, related_name="extensions")
    days_asked = models.PositiveSmallIntegerField("申请延长", validators=[MinValueValidator(1)])
    reason = models.CharField("理由", max_length=300)
    all_parties_agreed = models.BooleanField("各方当事人同意", default=False)
    agreed_on = models.DateField("同意日期", null=True, blank=True)
    asked_by = models.ForeignKey(USER, models.PROTECT, verbose_name="申请人", related_name="+")
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    state = models.CharField("结果", max_length=8, choices=ExtensionState, default=ExtensionState.ASKED)
    days_granted = models.PositiveSmallIntegerField("批准延长", default=0)
    decided_by = models.ForeignKey(USER, models.PROTECT, verbose_name="审批人", null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decision_reason = models.CharField("审批意见", max_length=300, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(state=ExtensionState.ASKED), name="one_extension_asked_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state=ExtensionState.ASKED) | Q(decided_at__isnull=False), name="extension_decided_when"
            ),
            models.CheckConstraint(
                condition=Q(days_granted__lte=F("days_asked")), name="extension_grants_no_more_than_asked"
            ),
        ]


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
