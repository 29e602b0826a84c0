"""People's mediation committees and their mediators (人民调解法 第二、三章)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.pinyin import sort_key
from mediators.choices import CommitteeKind, MediatorKind, MediatorStatus
from mediators.querysets import CommitteeQuerySet, MediatorQuerySet


class Committee(models.Model):
    """A 人民调解委员会; name, place and phone are those of its organisation."""

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
    established_on = models.DateField("设立日期", null=True, blank=True)

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
    """A 人民调解员: a member of a committee, or appointed by one (人民调解法 第13条)."""

    committee = models.ForeignKey(Committee, models.PROTECT, verbose_name="所在调委会", related_name="mediators")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="账号", null=True, blank=True, related_name="mediator"
    )
    name = models.CharField("姓名", max_length=50)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    kind = models.CharField("类别", max_length=12, choices=MediatorKind, default=MediatorKind.PART_TIME)
    status = models.CharField("状态", max_length=12, choices=MediatorStatus, default=MediatorStatus.SERVING)
    status_reason = models.CharField("状态原因", max_length=200, blank=True)
    specialities = ArrayField(models.CharField(max_length=8), verbose_name="擅长类型", default=list, blank=True)

    objects = MediatorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解员"
        ordering = ["sort_key", "id"]
        indexes = [models.Index(fields=["committee", "status"], name="mediator_committee_status")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_serving(self) -> bool:
        return self.status == MediatorStatus.SERVING

    def fill_derived(self) -> None:
        self.sort_key = sort_key(self.name)[:200]
