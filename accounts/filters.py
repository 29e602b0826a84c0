"""Conditions of the accounts list and of the audit log."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.choices import Role
from accounts.models import ApiToken, AuditEvent, RoleHolding, User
from common.formfields import TypedDateField
from grids.choices import Level
from grids.models import Division


class TypedDateFilter(django_filters.Filter):
    field_class = TypedDateField


class UserFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="账号、姓名或者岗位", method="by_text")
    role = django_filters.ChoiceFilter(label="角色", choices=Role.choices, method="by_role", empty_label="全部")
    place = django_filters.ModelChoiceFilter(
        label="所在乡镇（街道）",
        queryset=Division.objects.filter(level__in=[Level.COUNTY, Level.TOWNSHIP]).order_by("code"),
        method="by_place",
        empty_label="全部",
    )
    state = django_filters.ChoiceFilter(
        label="状态",
        choices=[("active", "在用"), ("disabled", "停用"), ("initial", "未改初始密码"), ("no_role", "没有角色")],
        method="by_state",
        empty_label="全部",
    )

    class Meta:
        model = User
        fields: list[str] = []

    def by_text(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(Q(username__icontains=value) | Q(name__icontains=value) | Q(title__icontains=value))

    def by_role(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(pk__in=self._held().filter(role=value).values("user"))

    def by_place(self, rows: QuerySet[User], name: str, value: Division) -> QuerySet[User]:
        """People who hold a role there; at a township also those of its villages and organisations."""
        at = Q(division=value) | Q(organisation__division=value)
        if value.level != Level.COUNTY:
            at |= Q(division__path__startswith=value.path) | Q(organisation__division__path__startswith=value.path)
        return rows.filter(pk__in=self._held().filter(at).values("user"))

    def by_state(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        match value:
            case "active":
                return rows.filter(is_active=True)
            case "disabled":
                return rows.filter(is_active=False)
            case "initial":
                return rows.filter(is_active=True, must_change_password=True)
        return rows.filter(is_active=True).exclude(pk__in=self._held().values("user"))

    @staticmethod
    def _held() -> QuerySet[RoleHolding]:
        return RoleHolding.objects.active(timezone.localdate())


class TokenFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="用途或者标识", method="by_text")
    state = django_filters.ChoiceFilter(
        label="状态",
        choices=[("usable", "可用"), ("unusable", "到期、吊销或者停用")],
        method="by_state",
        empty_label="全部",
    )

    class Meta:
        model = ApiToken
        fields: list[str] = []

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value) | Q(prefix__startswith=value.removeprefix("gzt_")))

    def by_state(self, rows: Any, name: str, value: str) -> Any:
        usable = ApiToken.objects.usable(timezone.now())
        return rows.filter(pk__in=usable) if value == "usable" else rows.exclude(pk__in=usable)


class AuditFilter(django_filters.FilterSet):
    who = django_filters.CharFilter(label="操作人（账号或者姓名）", method="by_actor")
    action = django_filters.ChoiceFilter(label="动作", choices=lambda: audit.actions(), empty_label="全部")
    since = TypedDateFilter(label="从", method="from_day")
    until = TypedDateFilter(label="到", method="to_day")
    object = django_filters.CharFilter(label="对象编号", field_name="object_id")
    ip = django_filters.CharFilter(label="地址", method="by_ip")
    succeeded = django_filters.ChoiceFilter(
        label="结果", choices=[("true", "成功"), ("false", "失败")], method="by_outcome", empty_label="全部"
    )

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def by_actor(self, rows: QuerySet[AuditEvent], name: str, value: str) -> QuerySet[AuditEvent]:
        return rows.filter(actor__in=User.objects.filter(Q(username=value) | Q(name=value)))

    def from_day(self, rows: QuerySet[AuditEvent], name: str, value: dt.date) -> QuerySet[AuditEvent]:
        return rows.filter(at__gte=_midnight(value))

    def to_day(self, rows: QuerySet[AuditEvent], name: str, value: dt.date) -> QuerySet[AuditEvent]:
        return rows.filter(at__lt=_midnight(value) + dt.timedelta(days=1))

    def by_ip(self, rows: QuerySet[AuditEvent], name: str, value: str) -> QuerySet[AuditEvent]:
        try:
            return rows.filter(ip=forms.GenericIPAddressField().clean(value))
        except forms.ValidationError:
            return rows.none()

    def by_outcome(self, rows: QuerySet[AuditEvent], name: str, value: str) -> QuerySet[AuditEvent]:
        return rows.filter(succeeded=value == "true")


def _midnight(day: dt.date) -> dt.datetime:
    """The day's beginning here; a year nobody meant is drawn into the calendar's middle."""
    day = min(max(day, dt.date(1900, 1, 1)), dt.date(2999, 12, 31))
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
