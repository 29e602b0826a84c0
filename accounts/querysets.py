"""Named sets of people and of what they hold."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import UserManager
from django.db import models
from django.db.models import Q

from accounts.choices import COMMON_RULES, Role

if TYPE_CHECKING:
    from accounts.models import ApiToken, AuditEvent, LoginSession, RoleHolding, User  # noqa: F401  (named in strings)


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Any) -> UserQuerySet:
        """安全管理员 sees every account; anyone else sees only their own."""
        if user.is_authenticated and user.holds(Role.SECURITY_ADMIN):
            return self
        return self.filter(pk=user.pk) if user.is_authenticated else self.none()

    def holding(self, role: str, on: dt.date) -> UserQuerySet:
        """Active accounts that hold a role on a day, each once."""
        held = Q(role_holdings__ends_on=None) | Q(role_holdings__ends_on__gte=on)
        return self.filter(
            held, is_active=True, role_holdings__role=role, role_holdings__starts_on__lte=on,
            role_holdings__revoked_at=None,
        ).distinct()  # fmt: skip


class PortalUserManager(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates accounts; there is no superuser in the business of this portal."""


class RoleHoldingQuerySet(models.QuerySet["RoleHolding"]):
    def active(self, on: dt.date) -> RoleHoldingQuerySet:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on, revoked_at=None)

    def visible_to(self, user: Any) -> RoleHoldingQuerySet:
        if user.is_authenticated and user.holds(Role.SECURITY_ADMIN):
            return self
        return self.filter(user=user) if user.is_authenticated else self.none()


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: Any) -> AuditEventQuerySet:
        """审计管理员 reads all; anyone else what they did themselves."""
        if not user.is_authenticated:
            return self.none()
        return self if user.holds(Role.AUDIT_ADMIN) else self.filter(actor=user)

    def of_common_rules(self) -> AuditEventQuerySet:
        """Changes of the rules everyone works by, open to everyone signed in; do not show where they were made from."""
        return self.filter(object_type__in=COMMON_RULES, succeeded=True)


class LoginSessionQuerySet(models.QuerySet["LoginSession"]):
    def open(self) -> LoginSessionQuerySet:
        return self.filter(ended_at=None)

    def visible_to(self, user: Any) -> LoginSessionQuerySet:
        if not user.is_authenticated:
            return self.none()
        return self if user.holds(Role.SECURITY_ADMIN) else self.filter(user=user)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, now: dt.datetime) -> ApiTokenQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)

    def visible_to(self, user: Any) -> ApiTokenQuerySet:
        if not user.is_authenticated:
            return self.none()
        return self if user.holds(Role.SECURITY_ADMIN) else self.filter(user=user)
