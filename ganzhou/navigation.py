"""The shell around every page: menus with counts, from what the person may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.choices import ADMIN_ROLES, Role
from accounts.models import User
from disputes import standing
from disputes import todo as steps
from disputes.filters import count_of
from disputes.models import Dispute
from disputes.services import routing
from disputes.workflow import DECIDE, DISPATCH, REGISTER, SUPERVISION, TRANSITIONS
from imports import registry as imports
from posts.querysets import reading_paths
from posts.visits.querysets import may_look
from reports import views as reports
from rosters.querysets import places_of

#: Whose work has nothing to do with rooms.
READ_NO_ROOMS = ADMIN_ROLES - {Role.SYSTEM_ADMIN}


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
    waiting = SimpleLazyObject(lambda: _waiting(request))
    unread = SimpleLazyObject(lambda: waiting["unread"])
    return fixed | {
        "nav": SimpleLazyObject(lambda: _menu(request, todo, waiting)),
        "phone_nav": SimpleLazyObject(lambda: _phone_menu(request, todo, unread)),
        "primary_action": _primary_action(user),
        "unread_count": unread,
        "waiting": waiting,
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


def _waiting(request: HttpRequest) -> dict[str, int]:
    """Counts beside the bell and the menu, in one statement unless the page has counted them along."""
    if not hasattr(request, "waiting"):
        columns = {name: count_of(rows) for name, rows in standing.waiting(request.user).items()}
        request.waiting = User._base_manager.filter(pk=request.user.pk).values(**columns).get()  # type: ignore[attr-defined]
    return request.waiting  # type: ignore[attr-defined,no-any-return]


def _primary_action(user: Any) -> dict[str, str] | None:
    if user.holds(*REGISTER):
        return {"label": "登记纠纷", "url": reverse("disputes:new"), "hotkey": "Alt+N"}
    return None


def _item(request: HttpRequest, label: str, name: str, icon: str, count: Any = None, query: str = "") -> dict[str, Any]:
    url = reverse(name) + query
    is_here = request.get_full_path() == url if query else request.path == url
    return {"label": label, "url": url, "icon": icon, "count": count, "current": is_here}


def leads(user: Any) -> bool:
    """Whether somebody looks on rather than handles cases: the overview is their first page."""
    return bool(user.is_authenticated and user.holds(Role.LEADER) and not steps.has_steps(user))


def _menu(request: HttpRequest, todo: Any, waiting: Any) -> list[dict[str, Any]]:
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
        {"title": "督办考核", "items": _oversight(request, waiting)},
        {"title": "研判分析", "items": _analysis(request)},
        {"title": "保障", "items": _support(request)},
        {"title": "系统", "items": _system(request)},
    ]
    if leads(user):
        groups.insert(0, groups.pop(2))
    groups = [group for group in groups if group["items"]]
    here = [item for group in groups for item in group["items"] if item["current"]]
    for item in here[:-1]:  # 我包的案 is the case list too: the particular entry is where one is
        item["current"] = False
    return groups


def _oversight(request: HttpRequest, waiting: Any) -> list[dict[str, Any]]:
    user = request.user
    items = []
    if user.holds(*SUPERVISION):
        items.append(_item(request, "督办", "disputes:supervision", "flag", waiting["supervision"]))
    if user.holds(*DECIDE):
        items.append(_item(request, "延期审批", "disputes:extensions", "calendar-plus", waiting["extensions"]))
    elif user.holds(*TRANSITIONS["ask_extension"].roles):
        items.append(_item(request, "我的延期申请", "disputes:extensions", "calendar-plus"))
    if user.holds(*reports.READERS):
        items.append(_item(request, "超期周报", "reports:overdue", "report"))
    if user.holds(Role.LEADER):
        items.append(_item(request, "我的批示", "disputes:list", "writing", query="?tab=all&instruction=mine"))
        items.append(_item(request, "我包的案", "disputes:list", "user-check", query="?tab=all&sponsor=me"))
    return items


def _analysis(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.holds(Role.LEADER, Role.SUPERVISOR, Role.JUSTICE_BUREAU, Role.TOWNSHIP_CENTRE, Role.DISPATCHER):
        return []
    return [_item(request, "态势总览", "reports:overview", "chart-bar")]


def _support(request: HttpRequest) -> list[dict[str, Any]]:
    """Who answers for what: people, places and rooms that mediation stands on."""
    user, items = request.user, []
    if reading_paths(user):
        items.append(_item(request, "六员覆盖", "posts:board", "map-pin"))
    if may_look(user):
        items.append(_item(request, "入格日志", "posts:visits", "writing"))
    if user.roles - ADMIN_ROLES:
        items.append(_item(request, "调委会", "mediators:committees", "building-community"))
        items.append(_item(request, "调解员", "mediators:mediators", "users-group"))
    if user.roles - READ_NO_ROOMS:
        items.append(_item(request, "调解室预约", "centre:calendar", "calendar-time"))
    if places_of(user):
        items.append(_item(request, "入驻值班", "rosters:today", "calendar-event"))
    if user.roles - ADMIN_ROLES:
        items.append(_item(request, "规范化清单", "centre:checklists", "checklist"))
    if imports.of(user):
        items.append(_item(request, "导入导出", "imports:index", "file-spreadsheet"))
    return items


def _system(request: HttpRequest) -> list[dict[str, Any]]:
    items = []
    if request.user.holds(Role.SYSTEM_ADMIN):
        items.append(_item(request, "运行状态", "system:tasks", "gauge"))
        items.append(_item(request, "工作日历", "calendar:year", "calendar"))
    if request.user.holds(Role.SUPERVISOR):
        items.append(_item(request, "期限规则", "disputes:rules", "scale"))
    if request.user.holds(*routing.EDITORS, Role.TOWNSHIP_CENTRE):
        items.append(_item(request, "分派规则", "disputes:routing", "route"))
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
