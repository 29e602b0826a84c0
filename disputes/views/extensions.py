"""延期审批: requests for a longer limit, decided in one click; and what became of one's own."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.choices import labels
from common.errors import NotPermitted
from common.paging import paged
from disputes import presentation, watching
from disputes.choices import ExtensionState
from disputes.listing import PARTY_COLUMNS
from disputes.models import Dispute, Extension, Party
from disputes.querysets import ExtensionQuerySet
from disputes.reach import roles_on, rows_for
from disputes.workflow import DECIDE, EXTEND, TRANSITIONS

ASK = TRANSITIONS["ask_extension"].roles
READERS = DECIDE | ASK

TABS = {"waiting": "待审批", "decided": "已审批", "mine": "我申请的"}


def tabs_of(user: Any) -> list[str]:
    return [key for key in TABS if user.holds(*(ASK if key == "mine" else DECIDE))]


def in_tab(key: str, user: Any) -> ExtensionQuerySet:
    if key == "waiting":
        return Extension.objects.to_decide(user).order_by("clock__due_on", "pk")
    if key == "decided":
        cases = Dispute.objects.filter(rows_for(user, *DECIDE))
        decided = Extension.objects.exclude(state=ExtensionState.ASKED).filter(dispute__in=cases)
        return decided.order_by("-decided_at", "-pk")
    return Extension.objects.visible_to(user).filter(asked_by=user)  # type: ignore[return-value]


def for_list(rows: ExtensionQuerySet) -> ExtensionQuerySet:
    """Everything a row shows, in a fixed number of queries."""
    return rows.select_related(
        "clock", "asked_by", "decided_by", "dispute__category__parent", "dispute__mediator",
        "dispute__committee__organisation",
    ).prefetch_related(
        Prefetch("dispute__parties", Party.objects.only(*PARTY_COLUMNS)), "dispute__suspensions"
    )  # fmt: skip


def row_for(one: Extension, user: Any, today: Any) -> dict[str, Any]:
    case = one.dispute
    roles = roles_on(case, user)
    may = one.state == ExtensionState.ASKED and bool(roles & EXTEND) and one.asked_by_id != user.pk
    url = reverse("disputes:decide_extension", args=[case.code])
    return watching.extension(one, today, presentation.scrubber(case)) | {
        "code": case.code,
        "version": case.version,
        "url": f"/disputes/{case.code}/",
        "title": presentation.title(case),
        "office": str(case.committee.organisation) if case.committee else "",
        "action": url if may else "",
        "refuse_url": f"{url}?decision=refused&then=extensions" if may else "",
        "may_grant": may and one.clock.is_running,
    }


class ExtensionsView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        user, today = request.user, timezone.localdate()
        keys = tabs_of(user)
        if not keys:
            raise NotPermitted(f"“延期审批”由{labels(READERS)}办理。")
        asked = request.GET.get("tab", "")
        current = asked if asked in keys else keys[0]
        page = paged(request, for_list(in_tab(current, user)))
        context = {
            "tab": current,
            "label": TABS[current],
            "tabs": [
                {
                    "key": key,
                    "label": TABS[key],
                    "url": f"{request.path}?tab={key}",
                    "current": key == current,
                    "tone": "soon" if key == "waiting" else "",
                    "count": page.pager["total"]
                    if key == current
                    else in_tab(key, user).count()
                    if key == "waiting"
                    else None,
                }
                for key in keys
            ],
            "rows": [row_for(one, user, today) for one in page.rows],
            "pager": page.pager | {"order": "期限近的在前" if current == "waiting" else "按时间由近到远"},
        }
        return render(request, "disputes/extensions.html", context)
