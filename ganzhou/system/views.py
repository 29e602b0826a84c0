"""Pages of 系统管理员: how the background half stands, and 重试."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from accounts.choices import Role
from accounts.views.base import ForRoles
from ganzhou.system import running


class ForSystemAdmin(ForRoles):
    roles = frozenset({Role.SYSTEM_ADMIN})
    page_name = "运行状态"


class TasksView(ForSystemAdmin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "system/tasks.html", {"stands": running.standing()})


class ReviveView(ForSystemAdmin, View):
    def post(self, request: HttpRequest) -> HttpResponse:
        count = running.revive(request.POST.get("topic", "").replace("\0", "\ufffd"), by=request.user)
        if count:
            messages.success(request, f"{count} 条消息重新排队，几秒内再次投递。")
        else:
            messages.info(request, "没有需要重试的消息，可能刚刚已经重试过。")
        return redirect("system:tasks")
