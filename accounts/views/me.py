"""我的: who I am here, where I am signed in, and which programs act for me."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts import passwords, services
from accounts.models import LoginSession, RoleHolding
from accounts.presentation import held, open_sessions, token_rows


class MeView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        holdings = RoleHolding.objects.filter(user=user).select_related("division__parent", "organisation")
        context = {
            "person": user,
            "roles": held(holdings, timezone.localdate()),
            "sessions": open_sessions(user, request.session.session_key),
            "tokens": token_rows(user.api_tokens.all(), timezone.now()),
            "password_notice": passwords.notice(user),
            "password_ends": passwords.expires_at(user),
        }
        return render(request, "accounts/me.html", context)


class EndOwnSessionView(View):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        row = LoginSession.objects.open().filter(user=user, pk=pk).select_related("user").first()
        if row is None:
            raise Http404
        services.end_session(row, by=user)
        if row.session_key == request.session.session_key:
            return redirect("accounts:login")
        messages.success(request, "已结束那个登录。")
        return redirect("accounts:me")
