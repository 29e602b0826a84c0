"""Every time limit of a case as rows, and the rules of limits and warnings that may be changed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from disputes.choices import ExtensionState, WarnLevel
from disputes.models.cases import Dispute
from disputes.querysets import ClockQuerySet, ExtensionQuerySet, RuleQuerySet
from grids.choices import Level

USER = settings.AUTH_USER_MODEL


class ClockRow(models.Model):
    """One limit of a case, running, met or run out.  Its rule is a row of ``deadlines``; its days are derived.

    ``due_on`` follows from ``started_on``, ``limit``, ``extended_days`` and the suspensions that stop this clock;
    ``warn_days`` from ``due_on``.  ``warned`` is the highest level that stands: a due day that moved away from
    ``warned_due_on`` takes back the levels whose day is to come once more (reckoning.py).  ``met_on`` is the day the
    clock ended; ``was_left`` says that nobody did what it asked for (the case was sent back, the applicant withdrew).
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="clocks")
    key = models.CharField("规则", max_length=20, default="")
    kind = models.CharField("期限", max_length=16)
    label = models.CharField(max_length=20)
    started_on = models.DateField("起算")
    due_on = models.DateField("届满")
    is_provisional = models.BooleanField("暂按周末推算", default=False)
    met_on = models.DateField("办结", null=True, blank=True)
    was_left = models.BooleanField("未办而止", default=False)
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
        constraints = [
            models.CheckConstraint(
                condition=Q(was_left=False) | Q(met_on__isnull=False), name="clock_was_left_on_a_day"
            )
        ]
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
