"""People's mediation committees and their mediators (人民调解法 第二、三章)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from common.pinyin import full, initials, sort_key
from mediators.choices import CommitteeKind, Grade, Ground, Language, MediatorKind, MediatorStatus, MemberPost
from mediators.querysets import (
    CommitteeQuerySet,
    CourtListQuerySet,
    MediatorQuerySet,
    MinorityPlaceQuerySet,
    OfCommitteeQuerySet,
    OfMediatorQuerySet,
    StatusChangeQuerySet,
)

#: 人民调解法 第9条.
TERM_YEARS = 3


def term_ends(starts_on: dt.date) -> dt.date:
    """The last day of a term of three years that begins on that day."""
    try:
        same_day = starts_on.replace(year=starts_on.year + TERM_YEARS)
    except ValueError:  # 29 February
        same_day = dt.date(starts_on.year + TERM_YEARS, 3, 1)
    return same_day - dt.timedelta(days=1)


class Committee(models.Model):
    """A 人民调解委员会; name, place and phone are those of its organisation.

    ``places`` are the divisions it answers for where these are not simply the place where it stands.
    """

    organisation = models.OneToOneField(
        "grids.Organisation", models.PROTECT, verbose_name="机构", primary_key=True, related_name="committee"
    )
    kind = models.CharField("类别", max_length=12, choices=CommitteeKind)
    fields = ArrayField(
        models.CharField(max_length=8),
        verbose_name="专业领域",
        default=list,
        blank=True,
        help_text="官方纠纷分类代码；空表示不限",
    )
    places = models.ManyToManyField(
        "grids.Division", verbose_name="管辖区域", blank=True, related_name="+", help_text="空表示所在地"
    )
    established_on = models.DateField("设立日期", null=True, blank=True)
    seal_name = models.CharField("印章名称", max_length=100, blank=True)
    seal_keeper = models.CharField("印章保管人", max_length=50, blank=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人民调解委员会"
        ordering = ["organisation__code"]

    def __str__(self) -> str:
        return str(self.organisation)

    @property
    def name(self) -> str:
        return self.organisation.name


class Mediator(models.Model):
    """A 人民调解员: a member of a committee, or appointed by one (人民调解法 第13条).

    ``phone`` is the number for work; private numbers and ID numbers are not kept.  ``status`` and what follows it are
    a copy of the last row of ``status_changes``.
    """

    committee = models.ForeignKey(Committee, models.PROTECT, verbose_name="所在调委会", related_name="mediators")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="账号", null=True, blank=True, related_name="mediator"
    )
    name = models.CharField("姓名", max_length=50)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)
    #: ``mxy maxiuying``: initials and the whole reading, for typing without choosing characters.
    pinyin = models.CharField(max_length=300, blank=True, editable=False)
    phone = models.CharField("工作电话", max_length=30, blank=True)
    kind = models.CharField("类别", max_length=12, choices=MediatorKind, default=MediatorKind.PART_TIME)
    specialities = ArrayField(models.CharField(max_length=8), verbose_name="擅长类型", default=list, blank=True)
    languages = ArrayField(
        models.CharField(max_length=4, choices=Language), verbose_name="语言", default=list, blank=True
    )
    grade = models.CharField("等级", max_length=1, choices=Grade, blank=True, default=Grade.NONE)
    appointed_on = models.DateField("聘任日期", null=True, blank=True)
    status = models.CharField("状态", max_length=12, choices=MediatorStatus, default=MediatorStatus.SERVING)
    status_reason = models.CharField("状态原因", max_length=200, blank=True)
    status_on = models.DateField("状态起始日期", null=True, blank=True)

    objects = MediatorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解员"
        ordering = ["sort_key", "id"]
        indexes = [models.Index(fields=["committee", "status"], name="mediator_committee_status")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MediatorStatus.values), name="mediator_status_is_known"),
            models.CheckConstraint(condition=Q(kind__in=MediatorKind.values), name="mediator_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_serving(self) -> bool:
        return self.status == MediatorStatus.SERVING

    @property
    def language_names(self) -> str:
        spoken = set(self.languages)
        return "、".join(str(one.label) for one in Language if one in spoken)

    def fill_derived(self) -> None:
        self.sort_key = sort_key(self.name)[:200]
        self.pinyin = f"{initials(self.name, name=True)} {full(self.name, name=True)}"[:300]


class CommitteeMember(models.Model):
    """A seat on a committee, held by one of its mediators for a term (人民调解法 第8、9、13条).

    Members are mediators by law, so the name is the mediator's and is not typed twice.  Of sex and nationality only a
    yes or no is kept, as the committee gave it, because 第8条 asks no more than whether there are women, and members of
    a smaller nationality where several live together.  A seat that ended keeps its row.
    """

    committee = models.ForeignKey(Committee, models.PROTECT, verbose_name="调委会", related_name="members")
    mediator = models.ForeignKey(Mediator, models.PROTECT, verbose_name="调解员", related_name="seats")
    post = models.CharField("职务", max_length=12, choices=MemberPost, default=MemberPost.MEMBER)
    is_woman = models.BooleanField("妇女委员", default=False)
    is_minority = models.BooleanField("人数较少民族委员", default=False)
    starts_on = models.DateField("任期起")
    ends_on = models.DateField("任期止")
    left_on = models.DateField("离任日期", null=True, blank=True)
    left_why = models.CharField("离任原因", max_length=100, blank=True)

    objects = OfCommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "委员"
        ordering = ["committee", "starts_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee"],
                condition=Q(post=MemberPost.CHAIR, left_on=None),
                name="committee_has_one_chair",
                violation_error_message="这个调委会已经有主任。",
            ),
            models.UniqueConstraint(
                fields=["mediator"],
                condition=Q(left_on=None),
                name="mediator_holds_one_seat",
                violation_error_message="这名调解员已经是委员。",
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="member_term_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("starts_on")), name="member_leaves_after_the_start"
            ),
        ]

    @property
    def is_current(self) -> bool:
        return self.left_on is None


class StatusChange(models.Model):
    """One line of a mediator's history of service.  Append-only."""

    mediator = models.ForeignKey(Mediator, models.PROTECT, verbose_name="调解员", related_name="status_changes")
    from_status = models.CharField("原状态", max_length=12, choices=MediatorStatus)
    to_status = models.CharField("现状态", max_length=12, choices=MediatorStatus)
    ground = models.CharField("原因", max_length=12, choices=Ground)
    note = models.CharField("说明", max_length=200, blank=True)
    effective_on = models.DateField("生效日期")
    open_cases = models.PositiveSmallIntegerField("当时在办（件）", default=0)
    handed_over = models.PositiveSmallIntegerField("当时移交（件）", default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "状态变动"
        ordering = ["-effective_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_status=F("to_status")), name="status_change_changes_status"),
        ]


class Training(models.Model):
    """A course somebody attended: when, about what, for how many hours."""

    mediator = models.ForeignKey(Mediator, models.CASCADE, verbose_name="调解员", related_name="trainings")
    held_on = models.DateField("日期")
    topic = models.CharField("内容", max_length=100)
    hours = models.DecimalField("学时", max_digits=4, decimal_places=1)
    organiser = models.CharField("组织单位", max_length=100, blank=True)

    objects = OfMediatorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gt=0, hours__lte=200), name="training_hours_are_sensible"),
            models.UniqueConstraint(fields=["mediator", "held_on", "topic"], name="training_is_entered_once"),
        ]


class MinorityPlace(models.Model):
    """A place where several nationalities live together: committees there should have members of the smaller ones."""

    division = models.OneToOneField(
        "grids.Division", models.PROTECT, verbose_name="区划", primary_key=True, related_name="+"
    )

    objects = MinorityPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "多民族居住地区"
        ordering = ["division_id"]


class CourtList(models.Model):
    """A list of all committees and mediators for the court (人民调解法 第10条), frozen when it was made.

    ``content`` is what was sent, word for word; a trigger refuses to change it.  What changed since the list before is
    worked out when the list is made and kept in it.  Afterwards only the sending can be noted, once.
    """

    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("序号")
    as_of = models.DateField("截至日期")
    content = models.JSONField("名单", editable=False)
    committee_count = models.PositiveIntegerField("调委会（个）")
    mediator_count = models.PositiveIntegerField("调解员（名）")
    change_count = models.PositiveIntegerField("变动（项）")
    previous = models.OneToOneField(
        "self", models.PROTECT, verbose_name="上一份", null=True, blank=True, related_name="next"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="制作人", related_name="+")
    made_at = models.DateTimeField("制作时间", default=timezone.now)
    court = models.ForeignKey(
        "grids.Organisation", models.PROTECT, verbose_name="通报法院", null=True, blank=True, related_name="+"
    )
    sent_on = models.DateField("通报日期", null=True, blank=True)
    sent_how = models.CharField("通报方式", max_length=100, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="通报人", null=True, blank=True, related_name="+"
    )

    objects = CourtListQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报名单"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="court_list_number_is_unique"),
            models.CheckConstraint(
                condition=Q(sent_on=None, sent_by=None, court=None)
                | Q(sent_on__isnull=False, sent_by__isnull=False, court__isnull=False),
                name="court_list_sending_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年第 {self.number} 号"

    @property
    def is_sent(self) -> bool:
        return self.sent_on is not None

    @property
    def changes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.content["changes"]
        return found
