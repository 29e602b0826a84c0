"""The shell around every page: menus with counts, from what the person may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.choices import ADMIN_ROLES, Role
from disputes import todo as steps
from disputes.models import Dispute
from disputes.workflow import DISPATCH, REGISTER
from notices.models import Message


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html.  Two counting queries, made only when a page draws the shell."""
    user = getattr(request, "user", None)
    fixed = {
        "centre_name": settings.CENTRE_NAME,
        "centre_short_name": settings.CENTRE_SHORT_NAME,
        "demo_banner": "演示环境：数据均为虚构，只能在本机访问" if settings.IS_DEMO else "",
    }
    if user is None or not user.is_authenticated:
        return fixed
    todo = SimpleLazyObject(lambda: _todo_count(request))
    unread = SimpleLazyObject(lambda: _unread_count(request))
    return fixed | {
        "nav": SimpleLazyObject(lambda: _menu(request, todo)),
        "phone_nav": SimpleLazyObject(lambda: _phone_menu(request, todo, unread)),
        "primary_action": _primary_action(user),
        "unread_count": unread,
        "role_label": user.post,
        "sees_cases": bool(user.roles - ADMIN_ROLES),
    }


def _todo_count(request: HttpRequest) -> int:
    if not hasattr(request, "todo_count"):
        user = request.user
        request.todo_count = (  # type: ignore[attr-defined]
            Dispute.objects.awaiting(user).count() if user.roles - ADMIN_ROLES else 0
        )
    return request.todo_count  # type: ignore[attr-defined,no-any-return]


def _unread_count(request: HttpRequest) -> int:
    if not hasattr(request, "unread_count"):
        request.unread_count = Message.objects.visible_to(request.user).unread().count()  # type: ignore[attr-defined]
    return request.unread_count  # type: ignore[attr-defined,no-any-return]


def _primary_action(user: Any) -> dict[str, str] | None:
    if user.holds(*REGISTER):
        return {"label": "登记纠纷", "url": reverse("disputes:new"), "hotkey": "Alt+N"}
    return None


def _item(request: HttpRequest, label: str, name: str, icon: str, count: Any = None) -> dict[str, Any]:
    url = reverse(name)
    return {"label": label, "url": url, "icon": icon, "count": count, "current": request.path == url}


def leads(user: Any) -> bool:
    """Whether somebody looks on rather than handles cases: the overview is their first page."""
    return bool(user.is_authenticated and user.holds(Role.LEADER) and not steps.has_steps(user))


def _menu(request: HttpRequest, todo: Any) -> list[dict[str, Any]]:
    user = request.user
    cases: list[dict[str, Any]] = []
    if user.roles - ADMIN_ROLES:
        cases = [
            _item(request, "工作台", "disputes:desk", "home", todo),
            _item(request, "案件列表", "disputes:list", "list-details"),
        ]
        if user.holds(*DISPATCH):
            cases.append(_item(request, "分派台", "disputes:dispatch", "arrows-split-2"))
        if user.holds(*REGISTER):
            cases.append(_item(request, "登记草稿", "disputes:drafts", "file-pencil"))
    groups = [
        {"title": "案件办理", "items": cases},
        {"title": "研判分析", "items": _analysis(request)},
        {"title": "系统", "items": _system(request)},
    ]
    if leads(user):
        groups[:2] = reversed(groups[:2])
    return [group for group in groups if group["items"]]


def _analysis(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.holds(Role.LEADER, Role.SUPERVISOR, Role.JUSTICE_BUREAU, Role.TOWNSHIP_CENTRE, Role.DISPATCHER):
        return []
    return [_item(request, "态势总览", "reports:overview", "chart-bar")]


def _system(request: HttpRequest) -> list[dict[str, Any]]:
    items = []
    if request.user.holds(Role.SYSTEM_ADMIN):
        items.append(_item(request, "运行状态", "system:tasks", "gauge"))
        items.append(_item(request, "工作日历", "calendar:year", "calendar"))
    if request.user.holds(Role.SUPERVISOR):
        items.append(_item(request, "期限规则", "disputes:rules", "scale"))
    if request.user.holds(Role.SECURITY_ADMIN):
        items.append(_item(request, "账号与角色", "accounts:users", "users"))
        items.append(_item(request, "接口令牌", "accounts:tokens", "key"))
    if request.user.holds(Role.AUDIT_ADMIN):
        items.append(_item(request, "审计日志", "accounts:audit", "shield-check"))
    items.append(_item(request, "接口文档", "api:docs", "file-description"))
    items.append(_item(request, "帮助", "help", "help"))
    return items


def _phone_menu(request: HttpRequest, todo: Any, unread: Any) -> list[dict[str, Any]]:
    user = request.user
    items = []
    if user.roles - ADMIN_ROLES:
        items = [
            _item(request, "待办", "disputes:desk", "home", todo),
            _item(request, "案件", "disputes:list", "list-details"),
        ]
    if user.holds(*REGISTER):
        items.append(_item(request, "登记", "disputes:new", "plus") | {"primary": True})
    elif overview := _analysis(request):
        items.insert(0 if leads(user) else len(items), overview[0] | {"label": "总览"})
    mine = [
        _item(request, "消息", "notices:centre", "message", unread) | {"unit": "条未读"},
        _item(request, "我的", "accounts:me", "user"),
    ]
    # For administrators, whose menu would be empty else: as many of their pages as there is room for.
    own = [item for item in _system(request) if item["label"] != "接口文档"]
    return [*items, *own[: 5 - len(items) - len(mine)], *mine]
