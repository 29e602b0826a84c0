"""What every signed-in request passes: a live session, and a password that need not be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts import passwords, sessions
from accounts.choices import Ended
from accounts.models import LoginSession
from common import problems

Next = Callable[[HttpRequest], HttpResponse]

#: Tells the sign-in page, once, that the last session ended by itself.
ENDED_COOKIE = "portal-ended"


class SessionLimitsMiddleware:
    """A browser whose LoginSession has ended, idled or aged is signed out before anything else looks at it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_ended = bool(request.user.is_authenticated) and not self._is_alive(request)
        if has_ended:
            request.session.flush()
            request.user = AnonymousUser()
        response = self.get_response(request)
        if has_ended:
            response.set_cookie(
                ENDED_COOKIE, "1", max_age=300, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        return response

    @staticmethod
    def _is_alive(request: HttpRequest) -> bool:
        now = timezone.now()
        row = LoginSession.objects.filter(session_key=request.session.session_key).first()
        if row is None:
            return False
        if not sessions.is_alive(row, now):
            sessions.end([row], Ended.TIMEOUT)
            return False
        if now - row.seen_at > sessions.TOUCH_EVERY:
            LoginSession.objects.filter(pk=row.pk).update(seen_at=now)
        return True


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page needs a sign-in unless it says otherwise.

    A fragment asked for by script must not be answered with the sign-in page inside it: the script is told (401),
    and htmx leads the whole window to the sign-in page and back.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseBase:
        if request.headers.get("HX-Request") != "true":
            return super().handle_no_permission(request, view_func)  # type: ignore[no-any-return]
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = here.path + (f"?{here.query}" if here.query else "")
        target = redirect_to_login(back or reverse("home"), reverse("accounts:login")).url
        return HttpResponse("登录已失效，请重新登录。", status=401, headers={"HX-Redirect": target})


class PasswordChangeMiddleware:
    """First sign-in, and after the password's life: nothing but the password page until it is changed."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and passwords.must_change(user):
            page = reverse("accounts:password")
            if request.path not in {page, reverse("accounts:logout")}:
                if request.path.startswith("/api/"):
                    return problems.page(request, 403, "password_expired", "请先修改密码。")
                if request.headers.get("HX-Request") == "true":
                    return HttpResponse("请先修改密码。", status=403, headers={"HX-Redirect": page})
                return redirect(page)
        return self.get_response(request)
