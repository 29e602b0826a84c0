"""Verbs on accounts: each one transaction with its audit row, by someone who may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, passwords, sessions, tokens
from accounts.choices import STRICT_ROLES, Act, Ended, Role, Scope
from accounts.models import ApiToken, LoginSession, PastPassword, RoleHolding, User
from common.errors import Missing, NotPermitted, Refusal, WrongState
from grids.models import Division, Organisation


def _only_security_admin(by: User) -> None:
    if not by.holds(Role.SECURITY_ADMIN):
        raise NotPermitted("账号、角色和令牌由安全管理员办理。")


def _not_oneself(user: User, by: User, what: str) -> None:
    if user.pk == by.pk:
        raise NotPermitted(f"不能{what}，请由另一名安全管理员办理。")


# ---- Passwords


@transaction.atomic
def change_password(user: User, new: str, *, keep_session: str | None = None) -> None:
    """Set a password the person chose; every other signed-in browser ends."""
    _keep_as_past(user)
    user.set_password(new)
    user.password_changed_at = timezone.now()
    user.must_change_password = False
    user.initial_password_expires_at = None
    user.save(update_fields=["password", "password_changed_at", "must_change_password", "initial_password_expires_at"])
    sessions.end_all(user, Ended.PASSWORD, but=keep_session)
    audit.record(Act.PASSWORD_CHANGE, actor=user, object_type="user", object_id=str(user.pk))


@transaction.atomic
def renew_initial_password(user: User, *, by: User) -> str:
    """A new one-time password for someone who forgot theirs.  Returned once, kept only as its hash."""
    _only_security_admin(by)
    _not_oneself(user, by, "重发自己的初始密码")
    _keep_as_past(user)
    password = set_initial_password(user)
    sessions.end_all(user, Ended.PASSWORD, by=by)
    audit.record(Act.PASSWORD_RENEW, actor=by, object_type="user", object_id=str(user.pk))
    return password


def set_initial_password(user: User) -> str:
    """Save ``user`` with a one-time password and return it.  The caller writes the audit row."""
    password = passwords.initial()
    user.set_password(password)
    user.password_changed_at = None
    user.must_change_password = True
    user.initial_password_expires_at = timezone.now() + passwords.INITIAL_LASTS
    user.save()
    return password


def _keep_as_past(user: User) -> None:
    if user.has_usable_password():
        PastPassword.objects.create(user=user, encoded=user.password)
    kept = user.past_passwords.values_list("pk", flat=True)[: passwords.HISTORY]
    user.past_passwords.exclude(pk__in=list(kept)).delete()


# ---- Accounts


@transaction.atomic
def open_account(*, by: User, username: str, name: str, title: str = "", phone: str = "") -> tuple[User, str]:
    """A new account and its one-time password.  Raises Missing when the user name is taken."""
    _only_security_admin(by)
    if User.objects.filter(username__iexact=username).exists():
        raise Missing({"username": "这个账号已经有人用了，请换一个。"})
    user = User(username=username, name=name, title=title, phone=phone)
    password = set_initial_password(user)
    audit.record(Act.ACCOUNT_OPEN, actor=by, object_type="user", object_id=str(user.pk))
    return user, password


@transaction.atomic
def amend_account(user: User, *, by: User, name: str, title: str, phone: str) -> None:
    _only_security_admin(by)
    before = (user.name, user.title, user.phone)
    changed = [
        field
        for field, old, new in zip(("name", "title", "phone"), before, (name, title, phone), strict=True)
        if old != new
    ]
    if not changed:
        return
    user.name, user.title, user.phone = name, title, phone
    user.save(update_fields=changed)
    audit.record(Act.ACCOUNT_AMEND, actor=by, object_type="user", object_id=str(user.pk), fields=changed)


@transaction.atomic
def disable(user: User, *, by: User, reason: str) -> None:
    """From the next request on this account can do nothing: browsers end, tokens are refused."""
    _only_security_admin(by)
    _not_oneself(user, by, "停用自己的账号")
    if not user.is_active:
        raise WrongState("这个账号已经停用。")
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user, Ended.DISABLED, by=by)
    audit.record(Act.ACCOUNT_DISABLE, actor=by, object_type="user", object_id=str(user.pk), reason=reason)


@transaction.atomic
def enable(user: User, *, by: User, reason: str) -> None:
    _only_security_admin(by)
    if user.is_active:
        raise WrongState("这个账号正在使用。")
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(Act.ACCOUNT_ENABLE, actor=by, object_type="user", object_id=str(user.pk), reason=reason)


def end_session(row: LoginSession, *, by: User) -> None:
    """End one signed-in browser: one's own, or anyone's by 安全管理员."""
    own = row.user_id == by.pk
    if not own:
        _only_security_admin(by)
    sessions.end([row], Ended.BY_OWNER if own else Ended.BY_ADMIN, by=by)


# ---- Roles


def grant(
    user: User,
    *,
    by: User,
    role: str,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    division: Division | None = None,
    organisation: Organisation | None = None,
) -> RoleHolding:
    """Give a role at a place or organisation.  Raises Missing or Refusal with the rule that stands against it."""
    _only_security_admin(by)
    _not_oneself(user, by, "给自己授予角色")
    holding = RoleHolding(
        user=user, role=role, division=division, organisation=organisation,
        starts_on=starts_on, ends_on=ends_on, granted_by=by,
    )  # fmt: skip
    try:
        holding.clean()
    except ValidationError as error:
        raise Missing({name: messages[0] for name, messages in error.message_dict.items()}) from error
    try:
        with transaction.atomic():
            holding.save()
            audit.record(
                Act.ROLE_GRANT, actor=by, object_type="user", object_id=str(user.pk),
                role=role, holding=holding.pk, place=division.code if division else organisation and organisation.code,
                starts_on=str(starts_on), ends_on=str(ends_on or ""),
            )  # fmt: skip
            _sign_in_anew(user, role, by)
    except IntegrityError as error:
        raise Refusal(_sentence(error)) from error
    return holding


@transaction.atomic
def revoke(holding: RoleHolding, *, by: User, reason: str) -> None:
    """Take a role back, from this moment on."""
    _only_security_admin(by)
    _not_oneself(holding.user, by, "收回自己的角色")
    holding = RoleHolding.objects.select_for_update(of=("self",)).select_related("user").get(pk=holding.pk)
    if holding.revoked_at:
        raise WrongState("这个角色已经收回。")
    holding.revoked_at = timezone.now()
    holding.revoked_by = by
    holding.save(update_fields=["revoked_at", "revoked_by"])
    audit.record(
        Act.ROLE_REVOKE, actor=by, object_type="user", object_id=str(holding.user_id), reason=reason,
        role=holding.role, holding=holding.pk,
    )  # fmt: skip
    _sign_in_anew(holding.user, holding.role, by)


def _sign_in_anew(user: User, role: str, by: User) -> None:
    """Who gains or loses a far-reaching role signs in again: a new session, with its own limits (ASVS 7.2.4)."""
    if role in STRICT_ROLES:
        sessions.end_all(user, Ended.ROLES, by=by)


def _sentence(error: IntegrityError) -> str:
    """The words our own constraint has for being broken."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for constraint in RoleHolding._meta.constraints:
        if constraint.name == name and constraint.violation_error_message:
            return str(constraint.violation_error_message)
    raise error


# ---- Tokens of client programs


@transaction.atomic
def issue_token(
    user: User,
    *,
    by: User,
    name: str,
    scopes: Iterable[str],
    days: int,
    networks: Iterable[str] = (),
) -> tuple[ApiToken, str]:
    """A token and what the client must send.  The latter is returned once and cannot be shown again."""
    _only_security_admin(by)
    if not user.is_active:
        raise WrongState("账号已停用，不能签发令牌。")
    wanted = [scope for scope in Scope.values if scope in set(scopes)]
    if not wanted:
        raise Missing({"scopes": "请至少选一项权限。"})
    if not 1 <= days <= ApiToken.LONGEST.days:
        raise Missing({"days": f"有效期为 1 至 {ApiToken.LONGEST.days} 天。"})
    now = timezone.now()
    prefix, secret = tokens.new_prefix(), tokens.new_secret()
    token = ApiToken.objects.create(
        user=user, name=name, prefix=prefix, digest=tokens.digest(prefix, secret), scopes=wanted,
        networks=list(networks), issued_by=by, created_at=now, expires_at=now + dt.timedelta(days=days),
    )  # fmt: skip
    audit.record(
        Act.TOKEN_ISSUE, actor=by, object_type="token", object_id=prefix, user=user.pk, scopes=wanted, days=days
    )
    return token, tokens.written(prefix, secret)


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User, reason: str) -> None:
    """Stop a token from its next use on."""
    _only_security_admin(by)
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    if not changed:
        raise WrongState("这个令牌已经吊销。")
    audit.record(Act.TOKEN_REVOKE, actor=by, object_type="token", object_id=token.prefix, reason=reason)
