"""Rows of the account pages as their templates want them: labels and dates, no decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from accounts import audit, sessions
from accounts.choices import Role, Scope
from accounts.models import ApiToken, AuditEvent, LoginSession, RoleHolding, User
from common.logs import redact
from grids.choices import Level


def held(holdings: Iterable[RoleHolding], today: dt.date) -> list[dict[str, Any]]:
    """Roles with place and dates, those in force first."""
    rows = []
    for holding in holdings:
        label, color = _state_of(holding, today)
        rows.append(
            {
                "pk": holding.pk,
                "role": Role(holding.role).label,
                "place": where(holding),
                "dates": f"{holding.starts_on:%Y-%m-%d} ～ {f'{holding.ends_on:%Y-%m-%d}' if holding.ends_on else '长期'}",
                "state": label,
                "color": color,
                "is_open": color in {"green", "blue"},
            }
        )
    return sorted(rows, key=lambda row: not row["is_open"])


def _state_of(holding: RoleHolding, today: dt.date) -> tuple[str, str]:
    if holding.revoked_at:
        return f"{timezone.localdate(holding.revoked_at):%Y-%m-%d} 收回", "grey"
    if holding.starts_on > today:
        return "未到期", "blue"
    if holding.ends_on and holding.ends_on < today:
        return "已到期", "grey"
    return "在任", "green"


def where(holding: RoleHolding) -> str:
    place = holding.division
    if place is None:
        return str(holding.organisation)
    return f"{place.parent.name} {place.name}" if place.level == Level.VILLAGE and place.parent else place.name


def open_sessions(user: User, current_key: str | None) -> list[dict[str, Any]]:
    """Browsers still signed in; one that idled out but was not swept yet is not shown as open."""
    now = timezone.now()
    return [
        {
            "pk": row.pk,
            "browser": row.browser,
            "ip": row.ip,
            "started_at": row.started_at,
            "seen_at": row.seen_at,
            "is_this": row.session_key == current_key,
        }
        for row in LoginSession.objects.open().filter(user=user)
        if sessions.is_alive(row, now)
    ]


def token_rows(tokens: Iterable[ApiToken], now: dt.datetime) -> list[dict[str, Any]]:
    rows = []
    for token in tokens:
        days = (token.expires_at - now).days
        if token.revoked_at:
            state, color = "已吊销", "grey"
        elif token.expires_at <= now:
            state, color = "已到期", "grey"
        else:
            state, color = (f"{days} 天后到期", "amber") if days < 7 else ("可用", "green")
        rows.append(
            {
                "pk": token.pk,
                "name": token.name,
                "prefix": token.prefix,
                "scopes": "、".join(str(Scope(s).label) for s in token.scopes if s in Scope.values),
                "networks": "、".join(token.networks) or "不限",
                "expires_at": token.expires_at,
                "last_used_at": token.last_used_at,
                "state": state,
                "color": color,
                "is_usable": color in {"amber", "green"},
            }
        )
    return rows


def account_row(user: Any, today: dt.date) -> dict[str, Any]:
    """A line of the accounts list.  Reads ``role_holdings`` prefetched."""
    rows = [h for h in user.role_holdings.all() if _state_of(h, today)[0] == "在任"]
    if not user.is_active:
        state, color = "停用", "grey"
    elif user.must_change_password:
        state, color = "未改初始密码", "amber"
    else:
        state, color = "在用", "green"
    return {
        "pk": user.pk,
        "username": user.username,
        "name": user.name,
        "title": user.title,
        "roles": "；".join(f"{where(h)} {Role(h.role).label}" for h in rows),
        "last_login": user.last_login,
        "state": state,
        "color": color,
    }


#: Names of what audited actions are about.
OBJECTS = {
    "user": "账号", "session": "登录", "token": "令牌", "dispute": "纠纷", "party": "当事人", "export": "导出",
    "calendar": "工作日历", "limit": "期限规则",
}  # fmt: skip


#: Names of what is kept beside an audited action.
DETAILS = {
    "unknown": "不存在的账号", "why": "原因", "user": "账号号", "role": "角色", "holding": "任职号", "place": "所在",
    "starts_on": "起", "ends_on": "止", "fields": "项目", "scope": "权限", "scopes": "权限", "days": "天数",
    "dispute": "纠纷", "count": "件数", "changed": "改变天数", "learnt": "新增天数", "renamed": "改名天数",
    "kept": "保留区县决定", "withdrawn": "撤销区县决定", "before": "原为", "after": "改为", "dates": "日子",
}  # fmt: skip


def audit_rows(events: list[AuditEvent]) -> list[dict[str, Any]]:
    """Lines of the audit log, with the names of the accounts they are about."""
    about = {int(e.object_id) for e in events if e.object_type == "user" and e.object_id.isdigit()}
    names = dict(User.objects.filter(pk__in=about).values_list("pk", "username")) if about else {}
    return [audit_row(event, names) for event in events]


def audit_row(event: AuditEvent, names: Mapping[int, str]) -> dict[str, Any]:
    """One line.  Reasons are typed by people: whatever looks like a number of theirs is cut out."""
    object_id = event.object_id
    if event.object_type == "user" and object_id.isdigit():
        object_id = names.get(int(object_id), object_id)
    return {
        "at": event.at,
        "who": event.actor_name or "—",
        "account": event.actor.username if event.actor else "",
        "action": audit.label(event.action),
        "object": " ".join(part for part in (OBJECTS.get(event.object_type, event.object_type), object_id) if part),
        "outcome": "成功" if event.succeeded else "失败",
        "color": "green" if event.succeeded else "red",
        "ip": event.ip or "",
        "request_id": event.request_id,
        "reason": redact(event.reason),
        "detail": "，".join(f"{DETAILS.get(key, key)} {_plain(value)}" for key, value in event.detail.items()),
    }


def _plain(value: Any) -> str:
    return "/".join(str(one) for one in value) if isinstance(value, list) else str(value)


def chips(filterset: Any, url: Any) -> list[dict[str, str]]:
    """Conditions that hold, each with the address of the list without it."""
    rows = []
    for name, value in filterset.form.cleaned_data.items() if filterset.form.is_valid() else ():
        if value in (None, ""):
            continue
        field = filterset.form.fields[name]
        said = dict(field.choices).get(value, value) if isinstance(value, str) and hasattr(field, "choices") else value
        rows.append({"label": str(field.label), "value": str(said), "remove_url": url(name)})
    return rows
