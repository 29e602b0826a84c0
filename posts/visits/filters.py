"""Conditions of the list of visits: place, kind, period.  There is none for a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone

from common.formfields import TypedDateField
from grids.choices import Level
from grids.models import Division
from posts.choices import VisitKind
from posts.models import Visit

PERIODS = {"week": "本周", "month": "本月", "30d": "近 30 天", "year": "本年"}


class TypedDateFilter(django_filters.Filter):
    field_class = TypedDateField


def _townships(request: Any) -> QuerySet[Division]:
    return _of_level(request, Level.TOWNSHIP)


def _villages(request: Any) -> QuerySet[Division]:
    """Those of the chosen township; without one, those of the reader's own townships, else too many to choose from."""
    rows = _of_level(request, Level.VILLAGE)
    township = request.GET.get("township", "")
    return rows.filter(parent=township) if township else rows


def _of_level(request: Any, level: str) -> QuerySet[Division]:
    return Division.objects.active().visible_to(request.user).filter(level=level).order_by("code")


class VisitFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="事由", choices=VisitKind.choices, empty_label="全部事由")
    period = django_filters.ChoiceFilter(
        label="日期", choices=list(PERIODS.items()), method="by_period", empty_label="不限"
    )
    township = django_filters.ModelChoiceFilter(
        label="乡镇（街道）", queryset=_townships, method="by_place", empty_label="全部乡镇"
    )
    village = django_filters.ModelChoiceFilter(
        label="村（社区）", queryset=_villages, field_name="village", empty_label="全部村社区"
    )
    since = TypedDateFilter(label="自", field_name="visited_on", lookup_expr="gte")
    until = TypedDateFilter(label="至", field_name="visited_on", lookup_expr="lte")

    class Meta:
        model = Visit
        fields: list[str] = []

    def by_period(self, rows: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        today = timezone.localdate()
        begins = {
            "week": today - dt.timedelta(days=today.weekday()),
            "month": today.replace(day=1),
            "30d": today - dt.timedelta(days=29),
            "year": today.replace(month=1, day=1),
        }[value]
        return rows.filter(visited_on__gte=begins)

    def by_place(self, rows: QuerySet[Visit], name: str, value: Division) -> QuerySet[Visit]:
        return rows.filter(village__path__startswith=value.path)
