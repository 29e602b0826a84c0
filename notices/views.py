"""The message centre: what there is to do, what was, the way to each matter, and how one wishes to be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from common.paging import paged
from notices import channels, deliveries, digest, services
from notices.choices import Channel
from notices.forms import PreferenceForm
from notices.models import Message
from notices.presentation import message_row, what_happens_when

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


class DigestView(View):
    """What the digest of this morning would say now: every count with the list that proves it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        context = {
            "sections": digest.sections_for(user),
            "is_wanted": deliveries.wishes_of(user).digest,
            "now": timezone.now(),
        }
        return render(request, "notices/digest.html", context)


class PreferenceView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        return self._show(PreferenceForm(user, instance=deliveries.wishes_of(user)))

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        form = PreferenceForm(user, request.POST, instance=deliveries.wishes_of(user))
        if not form.is_valid():
            return self._show(form, status=422)
        address, mobile = form.cleaned_data["address"], form.cleaned_data["mobile"]
        services.set_preferences(form.save(commit=False), address=address, mobile=mobile)
        toasts.success(request, "已保存。")
        return redirect("notices:preferences")

    def _show(self, form: PreferenceForm, status: int = 200) -> HttpResponse:
        user: Any = self.request.user
        ways = channels.available()
        context = {
            "form": form,
            "has_mail": Channel.EMAIL in ways,
            "has_sms": Channel.SMS in ways,
            "examples": what_happens_when(deliveries.wishes_of(user), ways, timezone.now()),
        }
        return render(self.request, "notices/preferences.html", context, status=status)
