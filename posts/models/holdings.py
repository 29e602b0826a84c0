"""What officers hold and where: one holder of a post at a time, one substitute, one chief for a township."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts.models import DateRange
from posts.choices import ChiefKind, PostKind
from posts.models.officers import Officer
from posts.querysets import ChiefAreaQuerySet, PostHoldingQuerySet, SubstitutionQuerySet

DAYS = DateRange("starts_on", "ends_on", RangeBoundary(True, True))


class PostHolding(models.Model):
    """One post of one village, held by one officer from one day to another, both included; open-ended without an end.

    Rows are ended, never overwritten: "who answered on that day" has an answer for every day of the past.  One that
    was entered by mistake and never began counts for nothing from then on, and its row says so.
    """

    division = models.ForeignKey(
        "grids.Division", models.PROTECT, verbose_name="村（社区）", related_name="post_holdings"
    )
    kind = models.CharField("岗位", max_length=12, choices=PostKind)
    officer = models.ForeignKey(Officer, models.PROTECT, verbose_name="人员", related_name="post_holdings")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)
    note = models.CharField("依据", max_length=100, blank=True, help_text="如：任命文件的文号")
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", null=True, blank=True, related_name="+"
    )
    appointed_at = models.DateTimeField("登记时间", auto_now_add=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True, help_text="登记有误，从未生效")

    objects = PostHoldingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位任职"
        ordering = ["division", "kind", "-starts_on", "-id"]
        indexes = [
            models.Index(
                fields=["ends_on"], condition=Q(ends_on__isnull=False, withdrawn_at=None), name="post_holding_ends"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PostKind.values), name="post_is_one_of_the_six"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="post_ends_after_it_starts"
            ),
            ExclusionConstraint(
                name="one_holder_of_a_post_at_a_time",
                expressions=[
                    ("division", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at=None),
                violation_error_message="这个岗位在这段时间已经有人担任。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.get_kind_display()}"


class Substitution(models.Model):
    """Somebody stands in for the holder of a post, from one day to another, both included."""

    holding = models.ForeignKey(PostHolding, models.PROTECT, verbose_name="代理的岗位", related_name="substitutions")
    officer = models.ForeignKey(Officer, models.PROTECT, verbose_name="代理人", related_name="substitutions")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代理"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="substitution_ends_after_it_starts"),
            ExclusionConstraint(
                name="one_substitute_at_a_time",
                expressions=[("holding", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
                violation_error_message="这个岗位在这段时间已经安排了代理人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}～{self.ends_on}"


class ChiefArea(models.Model):
    """A township of the 片区 of one of the four chiefs, from one day to another, both included."""

    township = models.ForeignKey(
        "grids.Division", models.PROTECT, verbose_name="乡镇（街道）", related_name="chief_areas"
    )
    kind = models.CharField("四长", max_length=14, choices=ChiefKind)
    officer = models.ForeignKey(Officer, models.PROTECT, verbose_name="人员", related_name="chief_areas")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    objects = ChiefAreaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "四长片区"
        ordering = ["township", "-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChiefKind.values), name="chief_is_one_of_the_four"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="chief_area_ends_after_it_starts"
            ),
            ExclusionConstraint(
                name="one_chief_of_a_township_at_a_time",
                expressions=[("township", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
                violation_error_message="这个乡镇（街道）在这段时间已经有包片的负责人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.township} {self.get_kind_display()}"
