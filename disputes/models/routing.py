"""分派规则 as rows: where a case of some kind, place, source and weight goes, in versions that are kept.

A rule is read in its order; the first whose conditions a case meets and whose committee there is decides.
Triggers (migrations) hold what no column can say: only the rules of a draft change, and one version is always in force.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from disputes.choices import Destination, Risk, RoutingState, Source
from disputes.models.cases import Category
from disputes.querysets import RuleQuerySet

USER = settings.AUTH_USER_MODEL


class RoutingVersion(models.Model):
    """One whole set of rules.  ``revision`` counts the changes of a draft, so that nobody publishes what they did not see."""

    number = models.PositiveIntegerField("版本", unique=True)
    state = models.CharField("状态", max_length=10, choices=RoutingState, default=RoutingState.DRAFT)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, verbose_name="底稿", null=True, blank=True, related_name="copies"
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    made_by = models.ForeignKey(USER, models.PROTECT, verbose_name="起草人", null=True, blank=True, related_name="+")
    made_at = models.DateTimeField("起草时间", default=timezone.now)
    reason = models.CharField("发布理由", max_length=200, blank=True)
    published_by = models.ForeignKey(
        USER, models.PROTECT, verbose_name="发布人", null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    superseded_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分派规则版本"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=RoutingState.PUBLISHED), name="one_routing_is_in_force"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=RoutingState.DRAFT), name="one_routing_is_drafted"
            ),
            models.CheckConstraint(
                condition=Q(state=RoutingState.DRAFT, published_at=None)
                | (~Q(state=RoutingState.DRAFT) & Q(published_at__isnull=False) & ~Q(reason="")),
                name="routing_is_published_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None, state__in=[RoutingState.DRAFT, RoutingState.PUBLISHED])
                | Q(superseded_at__isnull=False, state=RoutingState.SUPERSEDED),
                name="routing_superseded_when",
            ),
            models.CheckConstraint(condition=~Q(copied_from=F("id")), name="routing_is_not_copied_from_itself"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版"

    @property
    def is_draft(self) -> bool:
        return self.state == RoutingState.DRAFT


class RoutingRule(models.Model):
    """One line: all the conditions that are filled in must hold; an empty one holds for every case."""

    version = models.ForeignKey(RoutingVersion, models.CASCADE, verbose_name="版本", related_name="rules")
    position = models.PositiveSmallIntegerField("次序")
    category = models.ForeignKey(
        Category, models.PROTECT, verbose_name="纠纷类型", null=True, blank=True, related_name="+"
    )
    place = models.ForeignKey(
        "grids.Division", models.PROTECT, verbose_name="发生地", null=True, blank=True, related_name="+"
    )
    source = models.CharField("来源", max_length=16, choices=Source, blank=True)
    risk_from = models.CharField(
        "风险程度", max_length=8, choices=[(Risk.MEDIUM, "中以上"), (Risk.HIGH, "高")], blank=True
    )
    people_from = models.PositiveIntegerField("涉及人数", null=True, blank=True, validators=[MinValueValidator(2)])
    has_organisation = models.BooleanField("有一方是单位", default=False)
    destination = models.CharField("去向", max_length=10, choices=Destination)
    committee = models.ForeignKey(
        "mediators.Committee", models.PROTECT, verbose_name="指定的调委会", null=True, blank=True, related_name="+"
    )
    reason = models.CharField("理由", max_length=100, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分派规则"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"],
                name="routing_rule_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(destination=Destination.NAMED, committee__isnull=False)
                | (~Q(destination=Destination.NAMED) & Q(committee=None)),
                name="routing_rule_names_a_committee_or_a_level",
            ),
            models.CheckConstraint(
                condition=Q(people_from=None) | Q(people_from__gte=2), name="routing_rule_counts_from_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} 第 {self.position} 条"
