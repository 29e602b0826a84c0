"""The message centre: what there is to do, what was, and the way to each matter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from common.paging import paged
from notices import services
from notices.models import Message
from notices.presentation import message_row

TABS = {"todo": "待处理", "all": "全部"}


class CentreView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        """待处理: what was not dealt with yet, urgent first.  全部: everything, newest first."""
        current = request.GET.get("tab", "")
        current = current if current in TABS else "todo"
        mine = Message.objects.visible_to(request.user)
        todo = mine.todo()
        page = paged(request, todo.by_urgency() if current == "todo" else mine.newest_first())
        now = timezone.now()
        context = {
            "rows": [message_row(message, now) for message in page.rows],
            "pager": page.pager | {"order": "紧急的在前，再按截止日" if current == "todo" else "按时间由近到远"},
            "tab": current,
            "tabs": [
                {
                    "key": key,
                    "label": label,
                    "url": f"{request.path}?tab={key}",
                    "current": key == current,
                    "count": None if key == "all" else page.pager["total"] if current == key else todo.count(),
                }
                for key, label in TABS.items()
            ],
        }
        return render(request, "notices/centre.html", context)


class OpenView(View):
    """Lead to the matter, and remember that its message was read.

    By GET although it writes: a link that opens in a new tab, from a mail, with the keyboard and without script.
    Opening it again changes nothing.
    """

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
        services.read(message)
        return redirect(message.url)


class ReadAllView(View):
    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        count = services.read_all(user)
        toasts.success(request, f"已把 {count} 条标为已读。没办完的仍在“待处理”。" if count else "没有未读消息。")
        return redirect("notices:centre")
