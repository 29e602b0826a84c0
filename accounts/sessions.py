"""Signed-in browsers: opened at sign-in, limited in number, idle time and age, ended from anywhere in one request."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

from accounts.models import LoginSession, User

#: The last-activity column is written at most this often, so that reading a page does not write a row.
TOUCH_EVERY = dt.timedelta(seconds=60)


def opened(user: User, session_key: str, *, ip: str | None, browser: str) -> None:
    """Record a sign-in; the oldest sessions beyond ``SESSIONS_AT_ONCE`` end."""
    LoginSession.objects.create(user=user, session_key=session_key, ip=ip, browser=browser[:120])
    surplus = LoginSession.objects.open().filter(user=user).order_by("-started_at", "-id")[settings.SESSIONS_AT_ONCE :]
    end(list(surplus), "超过同时登录数")


def end(rows: list[LoginSession], why: str) -> int:
    """End sessions: their next request is a stranger's."""
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    return LoginSession.objects.filter(session_key__in=keys, ended_at=None).update(ended_at=timezone.now(), ended_why=why)


def end_all(user: User, why: str, *, but: str | None = None) -> int:
    """End every session of ``user`` except the one with key ``but``: after a password change, a lost phone, a leave."""
    return end(list(LoginSession.objects.open().filter(user=user).exclude(session_key=but or "")), why)


def is_alive(row: LoginSession, now: dt.datetime) -> bool:
    idle = dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    whole = dt.timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    return row.ended_at is None and now - row.seen_at <= idle and now - row.started_at <= whole


def end_idle(now: dt.datetime) -> int:
    """End what idled or grew too old.  Returns how many."""
    idle = now - dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    old = now - dt.timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    return end(list(LoginSession.objects.open().filter(Q(seen_at__lt=idle) | Q(started_at__lt=old))), "超时")


def rename(request: Any, old_key: str) -> None:
    """Follow the session when Django cycles its key (password change)."""
    LoginSession.objects.filter(session_key=old_key).update(session_key=request.session.session_key)
