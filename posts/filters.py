"""Conditions of the book of officers."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from posts.choices import PostKind
from posts.models import Leave, Officer, PostHolding


class OfficerFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="姓名、单位或者职务", method="by_text")
    kind = django_filters.ChoiceFilter(label="岗位", choices=PostKind.choices, method="by_kind", empty_label="全部")
    state = django_filters.ChoiceFilter(
        label="情况",
        choices=[("idle", "没有岗位"), ("away", "请假中"), ("left", "已离任")],
        method="by_state",
        empty_label="全部",
    )

    class Meta:
        model = Officer
        fields: list[str] = []

    def by_text(self, rows: QuerySet[Officer], name: str, value: str) -> QuerySet[Officer]:
        return rows.filter(
            Q(name__icontains=value) | Q(organisation__name__icontains=value) | Q(title__icontains=value)
        )

    def by_kind(self, rows: QuerySet[Officer], name: str, value: str) -> QuerySet[Officer]:
        return rows.filter(pk__in=self._held().filter(kind=value).values("officer"))

    def by_state(self, rows: QuerySet[Officer], name: str, value: str) -> QuerySet[Officer]:
        match value:
            case "left":
                return rows.filter(is_active=False)
            case "away":
                return rows.filter(pk__in=Leave.objects.on(timezone.localdate()).values("officer"))
        return rows.filter(is_active=True).exclude(pk__in=self._held().values("officer"))

    @staticmethod
    def _held() -> QuerySet[PostHolding]:
        held: QuerySet[PostHolding] = PostHolding.objects.on(timezone.localdate())
        return held
