"""The audit log of 审计管理员: who did what to what, when, from where; never whose data it was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from accounts.choices import Role
from accounts.filters import AuditFilter
from accounts.models import AuditEvent
from accounts.presentation import audit_rows, chips
from accounts.views.base import ForRoles
from accounts.views.security import without
from common.paging import paged


class AuditView(ForRoles, View):
    roles = frozenset({Role.AUDIT_ADMIN})
    page_name = "审计日志"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = AuditEvent.objects.visible_to(request.user).select_related("actor")
        conditions = AuditFilter(request.GET, queryset=rows)
        page = paged(request, conditions.qs)
        fields = list(conditions.form)
        context = {
            "rows": audit_rows(page.rows),
            "pager": page.pager,
            "fields": fields[:4],
            "more": fields[4:],
            "is_open": any(request.GET.get(field.name) for field in fields[4:]),
            "chips": chips(conditions, without(request)),
        }
        return render(request, "accounts/audit.html", context)
