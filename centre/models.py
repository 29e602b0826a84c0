"""Centres, their rooms and venues, who is booked when, and the checklists of 规范化建设.

Changes are made by ``centre.services`` alone.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from centre import hours
from centre.choices import ChecklistState, Finding, Purpose, RoomKind, VenueKind
from centre.querysets import (
    BookingPersonQuerySet,
    BookingQuerySet,
    CentreQuerySet,
    ChecklistQuerySet,
    CheckMarkQuerySet,
    RoomQuerySet,
    VenueQuerySet,
)
from grids.choices import Level

USER = settings.AUTH_USER_MODEL


class Centre(models.Model):
    """A 综治中心 of the county or of a township; name, place, phone and address are those of its organisation."""

    organisation = models.OneToOneField(
        "grids.Organisation", models.PROTECT, verbose_name="机构", primary_key=True, related_name="centre"
    )
    level = models.CharField(
        "级别",
        max_length=10,
        choices=[(Level.COUNTY, "区级"), (Level.TOWNSHIP, "乡镇（街道）")],
        default=Level.TOWNSHIP,
    )
    is_model = models.BooleanField("示范综治中心", default=False)
    hours = models.CharField("开放时间", max_length=60, default=hours.USUAL)
    area = models.PositiveIntegerField("面积（平方米）", null=True, blank=True, validators=[MinValueValidator(1)])

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "综治中心"
        ordering = ["organisation__division__code"]
        constraints = [
            models.CheckConstraint(condition=Q(hours__regex=hours.PATTERN), name="centre_hours_can_be_read"),
            models.CheckConstraint(condition=Q(level__in=[Level.COUNTY, Level.TOWNSHIP]), name="centre_level_is_known"),
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    @property
    def code(self) -> str:
        return self.organisation.code


class Room(models.Model):
    """A room that people sit in.  One that is used no more keeps its row: records point at it."""

    centre = models.ForeignKey(Centre, models.PROTECT, verbose_name="综治中心", related_name="rooms")
    number = models.PositiveSmallIntegerField("次序", default=1)
    name = models.CharField("名称", max_length=30)
    kind = models.CharField("类别", max_length=12, choices=RoomKind, default=RoomKind.MEDIATION)
    floor = models.CharField("楼层位置", max_length=30, blank=True)
    seats = models.PositiveSmallIntegerField("座位", default=6, validators=[MinValueValidator(2)])
    equipment = ArrayField(models.CharField(max_length=20), verbose_name="设备", default=list, blank=True)
    hours = models.CharField("开放时间", max_length=60, blank=True, help_text="不填即与综治中心相同")
    is_active = models.BooleanField("在用", default=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解室"
        ordering = ["centre__organisation__division__code", "number", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"], name="room_name_once_in_a_centre",
                violation_error_message="这个中心已经有同名的房间。",
            ),
            models.CheckConstraint(condition=Q(seats__gte=2), name="room_seats_two"),
            models.CheckConstraint(condition=Q(hours="") | Q(hours__regex=hours.PATTERN), name="room_hours_can_be_read"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def open_hours(self) -> str:
        return self.hours or self.centre.hours

    @property
    def full_name(self) -> str:
        """甘州区综治中心第三调解室: where a meeting is, in a record or on a notice."""
        return f"{self.centre}{self.name}"


class Venue(models.Model):
    """A 标准化矛调阵地: a named place outside the centres where people of standing mediate."""

    name = models.CharField("名称", max_length=40, unique=True, error_messages={"unique": "已经有同名的阵地。"})
    kind = models.CharField("类别", max_length=12, choices=VenueKind)
    brand = models.CharField("品牌和做法", max_length=200, blank=True)
    division = models.ForeignKey("grids.Division", models.PROTECT, verbose_name="所在地", related_name="venues")
    address = models.CharField("地址", max_length=100, blank=True)
    phone = models.CharField("公开电话", max_length=30, blank=True)
    keepers = models.ManyToManyField("mediators.Mediator", verbose_name="主持人", related_name="venues", blank=True)
    opened_on = models.DateField("启用日期", null=True, blank=True)
    is_active = models.BooleanField("在用", default=True)

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "标准化矛调阵地"
        ordering = ["division__code", "name"]

    def __str__(self) -> str:
        return self.name


# ---- bookings


class Booking(models.Model):
    """A room for a stretch of time, for the mediation of a case or for something else.

    A cancelled booking keeps its row and holds nothing.  One that was moved is cancelled and followed by another
    that ``replaces`` it.
    """

    room = models.ForeignKey(Room, models.PROTECT, verbose_name="房间", related_name="bookings")
    period = DateTimeRangeField("时间")
    purpose = models.CharField("用途", max_length=12, choices=Purpose, default=Purpose.MEDIATION)
    title = models.CharField("事项", max_length=60, blank=True)
    dispute = models.ForeignKey(
        "disputes.Dispute", models.PROTECT, verbose_name="纠纷", null=True, blank=True, related_name="bookings"
    )
    mediator = models.ForeignKey(
        "mediators.Mediator", models.PROTECT, verbose_name="调解员", null=True, blank=True, related_name="bookings"
    )
    note = models.CharField("备注", max_length=200, blank=True)
    made_by = models.ForeignKey(USER, models.PROTECT, verbose_name="预约人", related_name="+")
    made_at = models.DateTimeField("预约时间", default=timezone.now)
    replaces = models.OneToOneField(
        "self", models.PROTECT, verbose_name="改期自", null=True, blank=True, related_name="replaced_by"
    )
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        USER, models.PROTECT, verbose_name="取消人", null=True, blank=True, related_name="+"
    )
    cancelled_why = models.CharField("取消原因", max_length=200, blank=True)
    session = models.OneToOneField(
        "disputes.MediationSession",
        models.PROTECT,
        verbose_name="调解记录",
        null=True,
        blank=True,
        related_name="booking",
    )

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预约"
        ordering = ["period", "id"]
        indexes = [
            models.Index(fields=["dispute", "period"], name="booking_of_case", condition=Q(cancelled_at=None)),
        ]
        constraints = [
            ExclusionConstraint(
                name="room_is_booked_once_at_a_time",
                expressions=[("room", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(cancelled_at=None),
                violation_error_message="这个房间在这一时段已有安排。",
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="booking_begins_and_ends",
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.MEDIATION, dispute__isnull=False, mediator__isnull=False)
                | (~Q(purpose=Purpose.MEDIATION) & Q(dispute=None, mediator=None) & ~Q(title="")),
                name="booking_is_for_a_case_or_says_for_what",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_why="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_why="")),
                name="booking_cancelled_says_why",
            ),
            models.CheckConstraint(
                condition=Q(session=None) | Q(dispute__isnull=False, cancelled_at=None),
                name="booking_held_is_of_a_case",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("centre:booking", args=[self.pk])

    @property
    def starts_at(self):  # type: ignore[no-untyped-def]
        return self.period.lower

    @property
    def ends_at(self):  # type: ignore[no-untyped-def]
        return self.period.upper

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None


#: Whoever it is: a person known by document, whatever the phone.
ANYONE = NumericRange(None, None)


class BookingPerson(models.Model):
    """Somebody whom a booking holds.  ``key`` says who without saying so (people.py); one person may have several.

    ``span`` tells people apart who share a telephone: a known document is one point, an unknown one is everything,
    so that the database itself knows that 138… with document A and 138… with document B are two people, while
    138… without a document may be either.
    """

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="people")
    mediator = models.ForeignKey("mediators.Mediator", models.PROTECT, null=True, blank=True, related_name="+")
    party = models.ForeignKey("disputes.Party", models.PROTECT, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=40)
    span = BigIntegerRangeField(default=ANYONE)
    period = DateTimeRangeField("时间")
    is_held = models.BooleanField(default=True)

    objects = BookingPersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到场人员"
        constraints = [
            ExclusionConstraint(
                name="person_is_booked_once_at_a_time",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                    ("booking", RangeOperators.NOT_EQUAL),
                ],
                condition=Q(is_held=True),
                violation_error_message="有人在这一时段另有安排。",
            ),
            models.UniqueConstraint(fields=["booking", "key"], name="person_named_once_in_a_booking"),
            models.CheckConstraint(
                condition=Q(mediator__isnull=False, party=None) | Q(mediator=None, party__isnull=False),
                name="booked_person_is_mediator_or_party",
            ),
            models.CheckConstraint(
                condition=Q(
                    period__isempty=False, period__lower_inf=False, period__upper_inf=False, span__isempty=False
                ),
                name="booked_person_period_and_span",
            ),
        ]


# ---- checklists


class Checklist(models.Model):
    """One version of a list such as 五有.  A draft can be edited; what is published is replaced, never changed."""

    key = models.SlugField("清单", max_length=20)
    name = models.CharField("名称", max_length=30)
    version = models.PositiveSmallIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=10, choices=ChecklistState, default=ChecklistState.DRAFT)
    source = models.CharField("出处", max_length=200, blank=True)
    note = models.CharField("这一版改了什么", max_length=200, blank=True)
    made_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规范化清单"
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="checklist_version_once"),
            models.UniqueConstraint(
                fields=["key", "state"],
                condition=~Q(state=ChecklistState.RETIRED),
                name="checklist_one_draft_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(state=ChecklistState.DRAFT, published_at=None)
                | (~Q(state=ChecklistState.DRAFT) & Q(published_at__isnull=False)),
                name="checklist_published_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.version} 版"


class ChecklistItem(models.Model):
    """One line of one version.  ``subject`` stays the same from version to version, and marks belong to it."""

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    subject = models.UUIDField(default=uuid.uuid4)
    number = models.PositiveSmallIntegerField("次序")
    title = models.CharField("条目", max_length=60)
    hint = models.CharField("怎样算符合", max_length=200, blank=True)
    to_confirm = models.BooleanField("待本地确认", default=False)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "清单条目"
        ordering = ["checklist", "number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "subject"], name="checklist_subject_once"),
            models.CheckConstraint(condition=~Q(title=""), name="checklist_item_has_words"),
        ]

    def __str__(self) -> str:
        return self.title


class CheckMark(models.Model):
    """What was found about one item at one centre, and what shows it.  A later mark supersedes it; nothing is erased."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="marks")
    subject = models.UUIDField()
    item = models.ForeignKey(ChecklistItem, models.PROTECT, verbose_name="当时的条目", related_name="marks")
    finding = models.CharField("情况", max_length=10, choices=Finding)
    evidence = models.CharField("依据", max_length=500)
    found_on = models.DateField("查看日期")
    made_by = models.ForeignKey(USER, models.PROTECT, verbose_name="登记人", related_name="+")
    made_at = models.DateTimeField("登记时间", default=timezone.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = CheckMarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "清单情况"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "subject"], condition=Q(superseded_at=None), name="checkmark_one_in_force"
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="checkmark_says_what_shows_it"),
        ]
