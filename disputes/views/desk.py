"""工作台: what to do next, by deadline, each line with the verb and a link straight to it.

Which panels a person gets follows from their roles.  Every figure is a link to the list whose count it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views import View

from accounts.choices import ADMIN_ROLES, Role
from accounts.models import User
from common import workdays
from disputes import listing, presentation, slots, todo
from disputes.choices import OPEN_STATES, Risk, Status
from disputes.filters import (
    SOON_DAYS,
    capped,
    card_rows,
    count_of,
    due_between,
    due_rows,
    instruction_rows,
    midnight,
    period_begins,
)
from disputes.models import Dispute, Extension, MediationSession, Supervision
from disputes.views import drafts
from disputes.views.lists import list_row, works_for_county
from disputes.workflow import HANDLE, REGISTER
from grids.models import Division

#: The desk is for the nearest; the whole list is one click away.
MOST_TODOS = 40
MOST_LINES = 8
#: Who watches over many places rather than doing steps.
WATCH = frozenset({Role.LEADER, Role.SUPERVISOR, Role.JUSTICE_BUREAU})
#: Who issues cards and orders over the whole county, and instructs.
OVERSEERS = frozenset({Role.LEADER, Role.SUPERVISOR})
GROUPS = (
    ("late", "超期", "late"),
    ("today", "今日到期", "soon"),
    ("soon", f"{SOON_DAYS} 日内到期", "soon"),
    ("later", "以后到期", ""),
    ("none", "没有期限在走", ""),
)


def cases_url(**conditions: Any) -> str:
    return f"{reverse('disputes:list')}?{urlencode(conditions, doseq=True)}"


class DeskView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        today = timezone.localdate()
        alarm = calendar_alarm(user, today)
        if not user.roles - ADMIN_ROLES:
            return render(request, "disputes/desk_admin.html", {"links": _tools(user), "calendar_alarm": alarm})
        does = todo.has_steps(user)
        counts = counted(user, today) | (overseen(user) if user.holds(*OVERSEERS) else {})
        request.todo_count = counts.get("todo", 0)  # type: ignore[attr-defined]  # the shell need not count again
        context: dict[str, Any] = {
            "figures": figures(user, counts),
            "does": does,
            "today": f"{today:%Y-%m-%d}，{_weekday(today)}",
            "calendar_alarm": alarm,
        }
        if does:
            context |= todos(user, today, counts)
        if user.holds(*HANDLE):
            context["appointments"] = appointments(user)
        if user.holds(*REGISTER):
            context |= registering(user, today)
        if user.holds(*WATCH, Role.TOWNSHIP_CENTRE, Role.DISPATCHER):
            context |= late_places(user, today)
        return render(request, "disputes/desk.html", context)


def _weekday(day: dt.date) -> str:
    return f"星期{'一二三四五六日'[day.weekday()]}"


def calendar_alarm(user: Any, today: dt.date) -> str:
    """For those who look after the calendar or after limits: next year's notice is not loaded yet."""
    return workdays.missing_note(today) if user.holds(Role.SUPERVISOR, Role.SYSTEM_ADMIN) else ""


def _tools(user: Any) -> list[dict[str, str]]:
    """What an administrator's page leads to."""
    tools = []
    if user.holds(Role.SYSTEM_ADMIN):
        tools.append({"label": "运行状态", "url": reverse("system:tasks"), "icon": "gauge"})
        tools.append({"label": "工作日历", "url": reverse("calendar:year"), "icon": "calendar"})
    if user.holds(Role.SECURITY_ADMIN):
        tools.append({"label": "账号与角色", "url": reverse("accounts:users"), "icon": "users"})
    if user.holds(Role.AUDIT_ADMIN):
        tools.append({"label": "审计日志", "url": reverse("accounts:audit"), "icon": "shield-check"})
    return [*tools, {"label": "帮助", "url": reverse("help"), "icon": "help"}]


# ---- figures


def counted(user: Any, today: dt.date) -> dict[str, int]:
    """Every count this person's figures and groups show."""
    found: dict[str, int] = {}
    if todo.has_steps(user):
        mine = {key: due_rows(key, today) for key, _, _ in GROUPS}
        found = Dispute.objects.awaiting(user).counts(todo=~Q(pk=None), **mine)
        found |= {"todo_late": found["late"], "todo_soon": found["today"] + found["soon"]}
        found = {name if name.startswith("todo") else f"group_{name}": n for name, n in found.items()}
    week, month = (midnight(period_begins(name, today)) for name in ("week", "month"))
    in_hand = Q(status__in=sorted(OPEN_STATES))
    recent_or_open = Q(registered_at__gte=min(week, month)) | ~Q(status=Status.ARCHIVED)
    return found | Dispute.objects.visible_to(user).filter(recent_or_open).counts(
        open=in_hand,
        late=due_rows("late", today),
        soon=due_between(today, today + dt.timedelta(days=SOON_DAYS)),
        risk=in_hand & Q(risk=Risk.HIGH),
        week=Q(registered_at__gte=week),
        month=Q(registered_at__gte=month),
        mine_today=Q(registered_at__gte=midnight(today), registered_by=user),
    )


def overseen(user: Any) -> dict[str, int]:
    """What somebody who watches over offices counts, in one statement."""
    cases = Dispute.objects.visible_to(user)
    return (  # type: ignore[no-any-return]
        User._base_manager.filter(pk=user.pk)
        .values(
            red=count_of(cases.filter(card_rows(["red"]))),
            yellow=count_of(cases.filter(card_rows(["yellow"]))),
            unanswered=count_of(Supervision.objects.visible_to(user).unanswered()),
            extensions=count_of(Extension.objects.to_decide(user)),
            instructions=count_of(cases.filter(instruction_rows("waiting", user))),
        )
        .get()
    )


@dataclass(frozen=True)
class Figure:
    """A count and the list that proves it."""

    name: str
    label: str
    url: str
    tone: str = ""
    hint: str = ""
    unit: str = "件"


def figures(user: Any, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The counts a role gets, each with the list that proves it."""
    return [
        {
            "label": one.label,
            "value": capped(counts[one.name]),
            "unit": one.unit,
            "url": one.url,
            "tone": one.tone if counts[one.name] else "",
            "compare": one.hint,
        }
        for one in _wanted(user)
    ]


SOON_HINT = f"今日至 {SOON_DAYS} 日内到期"


def _wanted(user: Any) -> list[Figure]:
    """Which figures a role gets."""
    if user.holds(*OVERSEERS):
        return [
            Figure("late", "超期未办", cases_url(tab="late"), "late"),
            Figure("red", "红牌", cases_url(tab="all", card="red"), "late", "未解除的最高一级"),
            Figure("yellow", "黄牌", cases_url(tab="all", card="yellow"), "soon", "未解除的最高一级"),
            Figure("unanswered", "待回复督办", f"{reverse('disputes:supervision')}?tab=waiting", "soon", unit="项"),
            Figure("extensions", "待审批延期", f"{reverse('disputes:extensions')}?tab=waiting", "soon", unit="份"),
            Figure("instructions", "未报告批示", cases_url(tab="all", instruction="waiting"), "soon"),
        ]
    if todo.has_steps(user) and not user.holds(*WATCH):
        rows = [
            Figure("todo", "我的待办", cases_url(tab="todo")),
            Figure("todo_late", "其中超期", cases_url(tab="todo", due="late"), "late"),
            Figure("todo_soon", "其中临期", cases_url(tab="todo", due=["today", "soon"]), "soon", SOON_HINT),
            Figure("open", "在办", cases_url(tab="all", open="true"), hint="我能看到的全部"),
            Figure("week", "本周登记", cases_url(tab="all", period="week")),
        ]
        if user.holds(*REGISTER):
            mine = cases_url(tab="all", period="today", registered_by="me")
            return [*rows, Figure("mine_today", "我今天登记", mine)]
        return [*rows, Figure("risk", "高风险在办", cases_url(tab="all", open="true", risk="high"), "late")]
    return [
        Figure("late", "超期未办", cases_url(tab="late"), "late"),
        Figure("soon", "临期", cases_url(tab="soon"), "soon", SOON_HINT),
        Figure("open", "在办", cases_url(tab="all", open="true")),
        Figure("risk", "高风险在办", cases_url(tab="all", open="true", risk="high"), "late"),
        Figure("week", "本周登记", cases_url(tab="all", period="week")),
        Figure("month", "本月登记", cases_url(tab="all", period="month")),
    ]


# ---- panels


def todos(user: Any, today: dt.date, counts: dict[str, int]) -> dict[str, Any]:
    """My to-dos by deadline, the nearest first."""
    cases = listing.nearest(Dispute.objects.awaiting(user), MOST_TODOS + 1)
    groups: dict[str, list[dict[str, Any]]] = {key: [] for key, _, _ in GROUPS}
    for case in cases[:MOST_TODOS]:
        groups[_due_key(case.next_due_on, today)].append(list_row(case, user, today))
    return {
        "groups": [
            {
                "key": key,
                "label": label,
                "tone": tone,
                "count": counts[f"group_{key}"],
                "rows": groups[key],
                "url": cases_url(tab="todo", due=key),
            }
            for key, label, tone in GROUPS
            if groups[key]
        ],
        "todo_more": len(cases) > MOST_TODOS,
        "todo_shown": MOST_TODOS,
    }


def _due_key(due_on: dt.date | None, today: dt.date) -> str:
    if due_on is None:
        return "none"
    left = (due_on - today).days
    return "late" if left < 0 else "today" if left == 0 else "soon" if left <= SOON_DAYS else "later"


def appointments(user: Any) -> list[dict[str, Any]]:
    """The next meetings: those arranged with a room, and what the last record of a case says when it is not among them."""
    since = midnight(timezone.localdate())
    sessions = (
        MediationSession.objects.visible_to(user)
        .filter(
            next_at__gte=since,
            number=F("dispute__session_count"),
            dispute__status__in=[Status.MEDIATING, Status.SUSPENDED],
        )
        .order_by("next_at")
        .values_list("next_at", "dispute_id")[:MOST_LINES]
    )
    arranged = slots.appointments(user, since, MOST_LINES)
    with_room = {one.dispute for one in arranged}
    told = [slots.Appointment(at, pk) for at, pk in sessions if pk not in with_room]
    times = sorted([*arranged, *told], key=lambda one: one.at)[:MOST_LINES]
    cases = {case.pk: case for case in listing.load([one.dispute for one in times])}
    today = timezone.localdate()
    rows = []
    for one in times:
        local = timezone.localtime(one.at)
        when = "今天" if local.date() == today else f"{local:%m-%d} {_weekday(local.date())}"
        rows.append(presentation.row(cases[one.dispute], today) | {"when": f"{when} {local:%H:%M}", "where": one.where})
    return rows


def registering(user: Any, today: dt.date) -> dict[str, Any]:
    """What this person registered and left half typed; for those who seldom do, only when there is something."""
    kept = drafts.rows(drafts.open_drafts(user)[:MOST_LINES])
    found = {"drafts": kept, "registered": registered_today(user, today)}
    return found | {"registers": bool(any(found.values()) or user.holds(Role.CLERK, Role.GRID_OFFICER))}


def registered_today(user: Any, today: dt.date) -> list[dict[str, Any]]:
    mine = Dispute.objects.visible_to(user).filter(registered_by=user, registered_at__gte=midnight(today))
    ids = mine.order_by("-registered_at", "-pk").values_list("pk", flat=True)[:MOST_LINES]
    return [
        presentation.row(case, today) | {"at": f"{timezone.localtime(case.registered_at):%H:%M}"}
        for case in listing.load(list(ids))
    ]


def late_places(user: Any, today: dt.date) -> dict[str, Any]:
    """Overdue cases by township (by village for who works in one township), most first, each a link to its list."""
    late = Dispute.objects.visible_to(user).filter(due_rows("late", today)).order_by()
    column = "township" if works_for_county(user) else "division"
    counts = dict(late.values_list(column).annotate(n=Count("pk")).order_by("-n", column))
    names = dict(Division.objects.filter(pk__in=[code for code in counts if code]).values_list("code", "name"))
    most = max(counts.values(), default=0)
    rows = [
        {"label": names.get(code, "区本级"), "value": n, "max": most, "url": _place_url(column, code), "tone": "late"}
        for code, n in counts.items()
    ]
    found = {"late_rows": rows, "late_by": "乡镇（街道）" if column == "township" else "村（社区）", "watches": True}
    if user.holds(*WATCH):
        found["longest"] = [presentation.row(case, today) for case in listing.nearest(late, MOST_LINES)]
    return found


def _place_url(column: str, code: str | None) -> str:
    """A case of the township or county itself is in no village: there is no list of exactly these."""
    is_itself = code is None or (column == "division" and code.endswith("000"))
    return "" if is_itself else cases_url(tab="late", **{column: code})
