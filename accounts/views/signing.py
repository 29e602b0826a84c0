"""Signing in and out, and changing one's password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as auth_login
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone

from accounts import confirmation, demo, passwords, services, sessions, throttle
from accounts.choices import ADMIN_ROLES, Role
from accounts.forms import NewPasswordForm, SignInForm
from accounts.middleware import ENDED_COOKIE
from accounts.models import User
from accounts.views.base import FormPage


class SignInView(LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "demo_accounts": demo.listed(),
            "has_ended": bool(self.request.COOKIES.get(ENDED_COOKIE)),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        response.delete_cookie(ENDED_COOKIE, samesite="Lax")
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "fill" in request.POST:
            return self.fill_in(request.POST["fill"])
        return super().post(request, *args, **kwargs)

    def fill_in(self, username: str) -> HttpResponse:
        """Demo only: the form with a listed account typed in.  Works without script; an unknown one fills nothing."""
        account = demo.find(username)
        form = SignInForm(
            self.request, initial={"username": account.username, "password": account.password} if account else {}
        )
        form.fields["password"].widget.render_value = bool(account)  # type: ignore[attr-defined]
        return self.render_to_response(self.get_context_data(form=form, is_filled=bool(account)))

    def form_valid(self, form: Any) -> HttpResponse:
        user: User = form.get_user()
        auth_login(self.request, user)
        confirmation.confirmed(self.request)
        response = HttpResponseRedirect(self.get_success_url())
        throttle.remember_device(self.request, response, user)
        if words := passwords.notice(user):
            messages.warning(self.request, words)
        return response

    def get_default_redirect_url(self) -> str:
        return landing(self.request.user)


def landing(user: Any) -> str:
    """Where someone begins: the desk, or for the three administrators their own page."""
    if not user.roles or not user.roles <= ADMIN_ROLES:
        return resolve_url(settings.LOGIN_REDIRECT_URL) if user.roles else reverse("accounts:me")
    if user.holds(Role.SECURITY_ADMIN):
        return reverse("accounts:users")
    return reverse("accounts:audit") if user.holds(Role.AUDIT_ADMIN) else reverse("accounts:me")


class SignOutView(LogoutView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        # Pages are never stored, so this is a second lock.  Not "storage": the size of type is kept there.
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def locked_out(request: Any, response: HttpResponse, credentials: Any = None) -> HttpResponse:
    """Too many guesses: the same page whether or not the account exists."""
    until = getattr(request, "sign_in_again_at", None) or timezone.now() + throttle.WINDOW
    seconds = throttle.retry_after(until)
    context = {"until": timezone.localtime(until), "minutes": -(-seconds // 60), "seconds": seconds}
    page = render(request, "accounts/locked.html", context, status=429)
    page.headers["Retry-After"] = str(seconds)
    return page


class PasswordView(FormPage):
    """Change one's own password.  On the first sign-in and after its 90 days the only page there is."""

    form_class = NewPasswordForm
    template_name = "accounts/password.html"
    done = "密码已修改，其他地方的登录都已结束。"

    def make_form(self, data: Any = None) -> NewPasswordForm:
        return NewPasswordForm(self.request, data)

    def perform(self, form: Any) -> str:
        user: Any = self.request.user
        was_first = user.must_change_password
        old_key = self.request.session.session_key
        services.change_password(user, form.cleaned_data["new_password"], keep_session=old_key)
        update_session_auth_hash(self.request, user)
        sessions.renamed(self.request, old_key)
        confirmation.confirmed(self.request)
        return landing(user) if was_first else reverse("accounts:me")

    def context(self, form: Any) -> dict[str, Any]:
        user: Any = self.request.user
        return {
            "rules": NewPasswordForm.rules(),
            "must": passwords.must_change(user),
            "first": user.must_change_password,
        }
