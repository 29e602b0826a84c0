"""What every signed-in request passes: live session, and a password that need not be changed."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import LoginSession

Next = Callable[[HttpRequest], HttpResponse]


class SessionLimitsMiddleware:
    """A browser whose LoginSession has ended, idled or aged is signed out before anything else looks at it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.session_key:
            now = timezone.now()
            row = LoginSession.objects.filter(session_key=request.session.session_key).first()
            if row is None or not sessions.is_alive(row, now):
                if row is not None and row.ended_at is None:
                    sessions.end([row], "超时")
                logout(request)
            elif now - row.seen_at > sessions.TOUCH_EVERY:
                LoginSession.objects.filter(pk=row.pk).update(seen_at=now)
        return self.get_response(request)


class PasswordChangeMiddleware:
    """First sign-in and after 90 days: nothing but the password page until it is changed."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password:
            allowed = {reverse("accounts:password"), reverse("accounts:logout")}
            if request.path not in allowed and not request.path.startswith("/static/"):
                return redirect("accounts:password")
        return self.get_response(request)
