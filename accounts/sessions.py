"""Signed-in browsers: opened at sign-in, limited in number, idle time and age, ended from anywhere in one request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.choices import STRICT_ROLES, Act, Ended
from accounts.models import LoginSession, User

#: The last-activity column is written at most this often, so that reading a page does not write a row.
TOUCH_EVERY = dt.timedelta(seconds=60)


def limits(is_strict: bool) -> tuple[dt.timedelta, dt.timedelta]:
    """How long a session may idle, and how long it may last at all."""
    idle, whole = settings.SESSION_LIMITS["strict" if is_strict else "usual"]
    return dt.timedelta(seconds=idle), dt.timedelta(seconds=whole)


@transaction.atomic
def opened(user: User, session_key: str, *, ip: str | None, browser: str) -> LoginSession:
    """Record a sign-in; the oldest sessions beyond ``SESSIONS_AT_ONCE`` end."""
    # Sign-ins of one account queue here, so that two at the same moment cannot both count two others.
    User.objects.select_for_update().get(pk=user.pk)
    row = LoginSession.objects.create(
        user=user, session_key=session_key, ip=ip, browser=browser[:120], is_strict=user.holds(*STRICT_ROLES)
    )
    newest_first = LoginSession.objects.open().filter(user=user).select_related("user").order_by("-started_at", "-id")
    end(newest_first[settings.SESSIONS_AT_ONCE :], Ended.SURPLUS)
    return row


@transaction.atomic
def end(rows: Iterable[LoginSession], why: str, *, by: User | None = None) -> int:
    """End sessions: their next request is a stranger's.  Returns how many were still open.

    A sign-out is audited as such; a timeout is nobody's act and leaves only the row itself.
    """
    rows = [row for row in rows if row.ended_at is None]
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    ended = LoginSession.objects.open().filter(session_key__in=keys)
    count = ended.update(ended_at=timezone.now(), ended_why=Ended(why).label)
    for row in rows:
        if why == Ended.SIGNED_OUT:
            audit.record(Act.SIGN_OUT, actor=row.user, object_type="session", object_id=str(row.pk))
        elif why != Ended.TIMEOUT:
            audit.record(
                Act.SESSION_END, actor=by or row.user, object_type="session", object_id=str(row.pk),
                user=row.user_id, why=why,
            )  # fmt: skip
    return count


def end_all(user: User, why: str, *, by: User | None = None, but: str | None = None) -> int:
    """End every session of ``user`` except the one with key ``but``: after a password change, a lost phone, a leave."""
    others = LoginSession.objects.open().filter(user=user).exclude(session_key=but or "")
    return end(others.select_related("user"), why, by=by)


def is_alive(row: LoginSession, now: dt.datetime) -> bool:
    idle, whole = limits(row.is_strict)
    return row.ended_at is None and now - row.seen_at <= idle and now - row.started_at <= whole


def end_idle(now: dt.datetime) -> int:
    """End what idled or grew too old.  Returns how many."""
    dead = Q(pk__in=())
    for is_strict in (False, True):
        idle, whole = limits(is_strict)
        dead |= Q(is_strict=is_strict) & (Q(seen_at__lt=now - idle) | Q(started_at__lt=now - whole))
    return end(LoginSession.objects.open().filter(dead), Ended.TIMEOUT)


def renamed(request: Any, old_key: str) -> None:
    """Follow the session when Django cycles its key (password change)."""
    LoginSession.objects.filter(session_key=old_key).update(session_key=request.session.session_key)


#: What the sessions list calls a browser.  Order matters: most name Chrome and Safari too.
_BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("QQBrowser", "QQ 浏览器"), ("360", "360 浏览器"),
    ("Firefox", "火狐"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "安卓手机"), ("iPhone", "苹果手机"), ("iPad", "平板"), ("Windows NT 6.1", "Windows 7"),
    ("Windows", "Windows"), ("Mac OS X", "苹果电脑"), ("UOS", "统信"), ("Kylin", "麒麟"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name(user_agent: str) -> str:
    """``Chrome，Windows 7``: enough to tell one's own browsers apart, no fingerprint kept."""
    found = [next((said for mark, said in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return "，".join(part for part in found if part) or "未知浏览器"
