"""Those who can hold a post, and when they are away."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import DateRange
from common.pinyin import sort_key
from posts.choices import LeaveReason
from posts.querysets import LeaveQuerySet, OfficerQuerySet


class Officer(models.Model):
    """A person who can answer for villages: a judge, a procurator, a police officer, a lawyer, a mediator, a counsellor.

    ``phone`` is a number of the office that stands on the card every household gets; private numbers are not kept.
    Whoever left keeps the row: who answered for a village on a day long past is part of the record.
    """

    name = models.CharField("姓名", max_length=50)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)
    organisation = models.ForeignKey(
        "grids.Organisation", models.PROTECT, verbose_name="所在单位", related_name="officers"
    )
    title = models.CharField("职务", max_length=50, blank=True, help_text="如：员额法官、社区民警、执业律师")
    phone = models.CharField(
        "工作电话", max_length=30, blank=True, help_text="印在便民联系卡上的工作号码，不要填写私人号码"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="账号", null=True, blank=True, related_name="officer"
    )
    mediator = models.OneToOneField(
        "mediators.Mediator", models.PROTECT, verbose_name="调解员", null=True, blank=True, related_name="officer"
    )
    is_active = models.BooleanField("在职", default=True)
    left_on = models.DateField("离任日期", null=True, blank=True, help_text="最后一天；已办离任移交的才有")

    objects = OfficerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职人员"
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=True, left_on=None) | Q(is_active=False, left_on__isnull=False),
                name="officer_left_on_a_day_or_not_at_all",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("posts:officer", args=[self.pk])

    def fill_derived(self) -> None:
        self.sort_key = sort_key(self.name)[:200]


class Leave(models.Model):
    """Days on which an officer is away, both included; the posts stay theirs, somebody may stand in."""

    officer = models.ForeignKey(Officer, models.PROTECT, verbose_name="人员", related_name="leaves")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    reason = models.CharField("事由", max_length=12, choices=LeaveReason, default=LeaveReason.HOLIDAY)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="leave_ends_after_it_starts"),
            ExclusionConstraint(
                name="one_leave_at_a_time",
                expressions=[
                    ("officer", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", RangeBoundary(True, True)), RangeOperators.OVERLAPS),
                ],
                violation_error_message="这几天里已经登记过请假。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}～{self.ends_on}"
