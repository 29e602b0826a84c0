"""Organisations that reside in a centre, what they are there for, and who of them is on duty when."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, IntegerRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import DateRange
from rosters.choices import COVERS, HOURS, Half, ResidencyKind, SwapState
from rosters.querysets import OfResidencyQuerySet, ResidencyQuerySet, ShiftQuerySet, SwapQuerySet

USER = settings.AUTH_USER_MODEL


class Residency(models.Model):
    """One organisation at one window of one centre, from one day to another (both included).

    A residence that ended keeps its row: who was to be there on a past day is part of the record.  Organisation and
    centre never change (a trigger refuses); an organisation that moves to another centre begins a new residence.
    """

    organisation = models.ForeignKey(
        "grids.Organisation", models.PROTECT, verbose_name="入驻单位", related_name="residencies"
    )
    centre = models.ForeignKey("grids.Organisation", models.PROTECT, verbose_name="综治中心", related_name="residents")
    kind = models.CharField("入驻方式", max_length=10, choices=ResidencyKind)
    window = models.CharField("窗口", max_length=20, blank=True, help_text="如：3、医疗纠纷窗口；随叫随驻的可以不填")
    contact = models.CharField("联系人", max_length=50, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True, help_text="工作电话，会显示在值班表上")
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)

    objects = ResidencyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入驻"
        ordering = ["window", "id"]
        indexes = [models.Index(fields=["centre", "kind"], name="residency_of_centre")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="residency_ends_after_it_starts",
                violation_error_message="止期不能早于起期。",
            ),
            models.CheckConstraint(
                condition=~Q(organisation=F("centre")),
                name="residency_of_another_organisation",
                violation_error_message="中心不能入驻自己。",
            ),
            ExclusionConstraint(
                name="organisation_resides_once_at_a_window",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("centre", RangeOperators.EQUAL),
                    ("window", RangeOperators.EQUAL),
                    (DateRange("since", "until", RangeBoundary(True, True)), RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个单位在这个窗口已经入驻，起止日期有重叠。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.where}".strip()

    def get_absolute_url(self) -> str:
        return reverse("rosters:residency", args=[self.pk])

    @property
    def where(self) -> str:
        """``3 号窗口``; a window that has a name is called by it."""
        return f"{self.window} 号窗口" if self.window.isdigit() else self.window

    def is_on(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def current_duties(self) -> DutyList | None:
        """Of the versions loaded, the newest in effect today."""
        today = timezone.localdate()
        return next((one for one in self.duty_lists.all() if one.effective_on <= today), None)


class DutyList(models.Model):
    """What a department does at the centre: one version, one duty an item.  Another version is added, none is edited."""

    residency = models.ForeignKey(Residency, models.PROTECT, related_name="duty_lists")
    number = models.PositiveSmallIntegerField("版本")
    items = ArrayField(models.CharField(max_length=200), verbose_name="职责")
    basis = models.CharField("依据", max_length=100, blank=True)
    effective_on = models.DateField("施行日期")
    made_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfResidencyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "职责清单"
        ordering = ["-effective_on", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["residency", "number"], name="duty_list_version_once"),
            models.CheckConstraint(condition=Q(items__len__gt=0), name="duty_list_says_something"),
        ]


class Halves(Func):
    """The half days that a shift covers as a range: morning [0,1), afternoon [1,2), whole day both."""

    template = (
        "CASE %(expressions)s WHEN 'am' THEN int4range(0, 1) WHEN 'pm' THEN int4range(1, 2) ELSE int4range(0, 2) END"
    )
    output_field = IntegerRangeField()


class DutyShift(models.Model):
    """Somebody at a window for a day or half of it.

    ``person_key`` says who it is: the account, or the name within the organisation.  A trigger writes it, and refuses
    a day outside the residence.  Both exclusions look at the end of a statement, so that two people can change places
    in one.
    """

    residency = models.ForeignKey(Residency, models.PROTECT, verbose_name="入驻", related_name="shifts")
    day = models.DateField("日期")
    half = models.CharField("时段", max_length=4, choices=Half, default=Half.DAY)
    name = models.CharField("值班人", max_length=20)
    user = models.ForeignKey(
        USER, models.PROTECT, verbose_name="账号", null=True, blank=True, related_name="duty_shifts"
    )
    person_key = models.CharField(max_length=60, editable=False, default="")

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值班"
        ordering = ["day", "half", "id"]
        indexes = [models.Index(fields=["day", "residency"], name="shift_of_day")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="shift_has_a_person"),
            models.CheckConstraint(condition=Q(half__in=Half.values), name="shift_half_is_known"),
            ExclusionConstraint(
                name="person_is_at_one_window_at_a_time",
                expressions=[
                    ("person_key", RangeOperators.EQUAL),
                    ("day", RangeOperators.EQUAL),
                    (Halves("half"), RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="window_has_one_person_at_a_time",
                expressions=[
                    ("residency", RangeOperators.EQUAL),
                    ("day", RangeOperators.EQUAL),
                    (Halves("half"), RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_half_display()}"

    @property
    def starts_at(self) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(self.day, HOURS[COVERS[Half(self.half)][0]][0]))

    @property
    def ends_at(self) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(self.day, HOURS[COVERS[Half(self.half)][-1]][1]))


class SwapRequest(models.Model):
    """One shift to be taken by somebody else, perhaps for one of theirs in return; answered once, never erased.

    What was asked is copied here, so that it can be read when the shifts have changed again.
    """

    residency = models.ForeignKey(Residency, models.PROTECT, related_name="swaps")
    shift = models.ForeignKey(DutyShift, models.SET_NULL, null=True, related_name="swaps")
    other = models.ForeignKey(DutyShift, models.SET_NULL, null=True, blank=True, related_name="swaps_in_return")
    day = models.DateField("日期")
    half = models.CharField("时段", max_length=4, choices=Half)
    from_name = models.CharField("原值班人", max_length=20)
    to_name = models.CharField("接替人", max_length=20)
    to_user = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    other_day = models.DateField("换回的日期", null=True, blank=True)
    other_half = models.CharField("换回的时段", max_length=4, choices=Half, blank=True)
    reason = models.CharField("原因", max_length=200)
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=SwapState, default=SwapState.ASKED)
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "换班"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(state=SwapState.ASKED), name="shift_is_asked_about_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state=SwapState.ASKED, answered_at=None)
                | (~Q(state=SwapState.ASKED) & Q(answered_at__isnull=False)),
                name="swap_is_answered_when_it_is_over",
            ),
            models.CheckConstraint(
                condition=~Q(state=SwapState.REFUSED) | ~Q(answer=""), name="swap_is_refused_with_a_reason"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state == SwapState.ASKED
