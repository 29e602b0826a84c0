"""Accounts, the roles they hold and where, their sessions and tokens, and the audit trail."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from accounts.choices import ADMIN_ROLES, SEATS, Role
from accounts.querysets import (
    ApiTokenQuerySet,
    AuditEventQuerySet,
    LoginSessionQuerySet,
    PortalUserManager,
    RoleHoldingQuerySet,
)


class User(AbstractUser):
    """One person, one account.  What they may do follows from the roles they hold, never from flags here."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=50)
    title = models.CharField("岗位", max_length=50, blank=True, help_text="如：综合窗口 2 号")
    phone = models.CharField("办公电话", max_length=30, blank=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=True)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    initial_password_expires_at = models.DateTimeField(
        "初始密码失效时间", null=True, blank=True, help_text="初始密码未修改前有效到此时；修改后为空"
    )
    preferences = models.JSONField("界面偏好", default=dict, blank=True)

    objects = PortalUserManager()

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def holdings(self) -> list[RoleHolding]:
        """Roles held today, with their places loaded.  One query per request; no cache outlives it."""
        if not self.is_active:
            return []
        rows = self.role_holdings.active(timezone.localdate()).select_related("division", "organisation__division")
        return list(rows)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(holding.role for holding in self.holdings)

    def holds(self, *roles: str) -> bool:
        return bool(self.roles & set(roles))

    @property
    def place_paths(self) -> tuple[str, ...]:
        """Paths of the places this person works for: where a role is held, or where its organisation stands."""
        paths = {
            holding.division.path if holding.division else holding.organisation.division.path
            for holding in self.holdings
            if holding.role not in ADMIN_ROLES
        }
        return tuple(sorted(paths))

    @property
    def organisation_ids(self) -> tuple[int, ...]:
        return tuple(sorted({h.organisation_id for h in self.holdings if h.organisation_id}))

    @property
    def post(self) -> str:
        """What the top bar shows after the name: the written post, else the first role and where."""
        if self.title:
            return self.title
        return str(self.holdings[0]) if self.holdings else "未授予角色"


class PastPassword(models.Model):
    """A password used before, as its hash, so that it is not used again soon."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="人员", related_name="past_passwords")
    encoded = models.CharField(max_length=128, editable=False)
    replaced_at = models.DateTimeField("停用时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "用过的密码"
        ordering = ["-replaced_at", "-id"]


class DateRange(Func):
    """``daterange(starts_on, ends_on, '[]')``: both days included, open-ended when there is no last day."""

    function = "DATERANGE"
    output_field = DateRangeField()


class RoleHolding(models.Model):
    """One role, held by one person at one place or organisation, from one day to another (both included).

    A revoked holding keeps its row: who held what when is part of the record.  It counts for nothing from that
    moment on, also on the same day.
    """

    user = models.ForeignKey(User, models.PROTECT, verbose_name="人员", related_name="role_holdings")
    role = models.CharField("角色", max_length=20, choices=Role)
    division = models.ForeignKey(
        "grids.Division", models.PROTECT, verbose_name="所在区划", null=True, blank=True, related_name="+"
    )
    organisation = models.ForeignKey(
        "grids.Organisation",
        models.PROTECT,
        verbose_name="所在机构",
        null=True,
        blank=True,
        related_name="role_holdings",
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="授予人", null=True, blank=True, related_name="grants_made"
    )
    granted_at = models.DateTimeField("授予时间", auto_now_add=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, verbose_name="收回人", null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)

    objects = RoleHoldingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(division=None, organisation__isnull=False) | Q(division__isnull=False, organisation=None),
                name="role_held_at_one_place_or_organisation",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="role_ends_after_it_starts"
            ),
            ExclusionConstraint(
                name="administrator_roles_exclude_each_other",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.NOT_EQUAL),
                    (DateRange("starts_on", "ends_on", RangeBoundary(True, True)), RangeOperators.OVERLAPS),
                ],
                condition=Q(role__in=sorted(ADMIN_ROLES), revoked_at=None),
                violation_error_message="系统管理员、安全管理员、审计管理员不得由同一人兼任。",
            ),
            ExclusionConstraint(
                name="one_role_is_held_once_at_a_place",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (models.functions.Coalesce("division_id", models.Value("")), RangeOperators.EQUAL),
                    (models.functions.Coalesce("organisation_id", models.Value(0)), RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", RangeBoundary(True, True)), RangeOperators.OVERLAPS),
                ],
                condition=Q(revoked_at=None),
                violation_error_message="该人员在同一地方已经担任这一角色。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division or self.organisation} {self.get_role_display()}"

    def clean(self) -> None:
        """A role is held where the table of seats says, at a place that still exists, and ends after it starts."""
        seat = SEATS.get(self.role)
        if not seat:
            return
        faults = {}
        if seat.levels and not self.division:
            faults["division"] = f"{self.get_role_display()}在区划任职，请选择所在区划。"
        elif self.division and self.division.level not in seat.levels:
            faults["division"] = f"{self.get_role_display()}不在这一级区划任职。"
        elif self.division and not self.division.is_active:
            faults["division"] = "这个区划已经撤销。"
        if seat.kinds and not self.organisation:
            faults["organisation"] = f"{self.get_role_display()}在机构任职，请选择所在机构。"
        elif self.organisation and self.organisation.kind not in seat.kinds:
            faults["organisation"] = f"{self.get_role_display()}不在这类机构任职。"
        if self.ends_on and self.starts_on and self.ends_on < self.starts_on:
            faults["ends_on"] = "止期不能早于起期。"
        if faults:
            raise ValidationError(faults)


class LoginSession(models.Model):
    """One signed-in browser.  Ending the row ends the session on its next request."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="人员", related_name="login_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField("登录时间", default=timezone.now)
    seen_at = models.DateTimeField("最近活动", default=timezone.now)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_why = models.CharField("结束原因", max_length=30, blank=True)
    ip = models.GenericIPAddressField("地址", null=True, blank=True)
    browser = models.CharField("浏览器", max_length=120, blank=True)
    is_strict = models.BooleanField("从严限时", default=False, help_text="管理员和领导的会话限时更短")

    objects = LoginSessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登录会话"
        ordering = ["-seen_at"]
        indexes = [models.Index(fields=["user"], condition=Q(ended_at=None), name="login_session_open")]


class ApiToken(models.Model):
    """A key for one client program, acting as one account, for a list of scopes, until a day.

    Only a keyed hash of the secret is kept; the secret is shown once.  ``networks`` (CIDR) limits where it may be
    used from; empty means anywhere.
    """

    #: Nobody remembers a key that lasts for years; 90 days is also the life of a password.
    LONGEST = dt.timedelta(days=90)

    user = models.ForeignKey(User, models.PROTECT, verbose_name="代表账号", related_name="api_tokens")
    name = models.CharField("用途", max_length=80)
    prefix = models.CharField("标识", max_length=12, unique=True)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField("权限范围", default=list)
    networks = models.JSONField("允许的网段", default=list, blank=True)
    issued_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="签发人", null=True, blank=True, related_name="tokens_issued"
    )
    created_at = models.DateTimeField("签发时间", default=timezone.now)
    expires_at = models.DateTimeField("到期时间")
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + dt.timedelta(days=90)),
                name="token_lasts_90_days_at_most",
                violation_error_message="令牌有效期最长 90 天。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.prefix}）"


class AuditEvent(models.Model):
    """Who did what to what, when, from where.  Append-only: a trigger refuses UPDATE and DELETE.

    Holds ids and codes, never personal data: no name of a party, no number, no narrative.
    """

    at = models.DateTimeField("时间", default=timezone.now)
    actor = models.ForeignKey(User, models.PROTECT, verbose_name="操作人", null=True, blank=True, related_name="+")
    actor_name = models.CharField("操作人姓名", max_length=50, blank=True)
    ip = models.GenericIPAddressField("地址", null=True, blank=True)
    request_id = models.CharField("请求编号", max_length=32, blank=True)
    action = models.CharField("动作", max_length=40)
    object_type = models.CharField("对象类别", max_length=40, blank=True)
    object_id = models.CharField("对象编号", max_length=64, blank=True)
    succeeded = models.BooleanField("成功", default=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    detail = models.JSONField("补充", default=dict, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审计日志"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["actor", "-at"], name="audit_actor"),
            models.Index(fields=["action", "-at"], name="audit_action"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("审计日志只能追加")
        super().save(*args, **kwargs)
