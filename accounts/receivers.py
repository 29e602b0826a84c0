"""Doorbells of sign-in and sign-out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from accounts import audit, sessions
from accounts.choices import Act, Ended
from accounts.models import LoginSession, User
from common.logs import current_request


@receiver(user_logged_in)
def remember_session(sender: Any, request: Any, user: User, **kwargs: Any) -> None:
    # Signed in on top of a session (two sign-in pages open, or a colleague's turn at the window): that one ends here.
    key = request.session.session_key
    before = list(LoginSession.objects.filter(session_key=key).select_related("user")) if key else []
    if before or not key:
        request.session.cycle_key()
        sessions.end(before, Ended.SIGNED_OUT)
    row = sessions.opened(
        user,
        request.session.session_key,
        ip=current_request().ip,
        browser=sessions.browser_name(request.META.get("HTTP_USER_AGENT", "")),
    )
    audit.record(Act.SIGN_IN, actor=user, object_type="session", object_id=str(row.pk))


@receiver(user_logged_out)
def forget_session(sender: Any, request: Any, user: User | None, **kwargs: Any) -> None:
    rows = LoginSession.objects.filter(session_key=request.session.session_key or "").select_related("user")
    sessions.end(rows, Ended.SIGNED_OUT)
