"""Slowing down guesses at sign-in, without letting a stranger lock anyone out.

Three counts of failures within ``WINDOW``, all in PostgreSQL so that every web process sees the same:

* account + address (django-axes): ``PER_PAIR`` failures, then nothing from there for ``WINDOW``;
* address: ``PER_ADDRESS`` failures over all accounts (guessing many accounts with one password);
* account: from the ``PER_PAIR``-th failure on, wherever from, each doubles the wait, up to a minute
  (guessing one account from many addresses).

The last two do not hold for a browser in which this very person has signed in before (a signed cookie, OWASP's
"device cookies"): an attacker can make himself wait, not the clerk at her window, and an office behind one address
is not shut out by one of its members.  Accounts that do not exist are counted the same way, so that no answer tells
them apart.  Typed names are kept as keyed hashes: people type their password into the wrong box.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import audit
from accounts.choices import Act
from accounts.models import User
from common.crypto import blind_index

WINDOW = dt.timedelta(hours=settings.AXES_COOLOFF_TIME)
PER_PAIR = settings.AXES_FAILURE_LIMIT
PER_ADDRESS = 20
LONGEST_DELAY = dt.timedelta(seconds=60)

DEVICE_COOKIE = "__Host-device" if settings.SESSION_COOKIE_SECURE else "portal-device"
DEVICE_AGE = dt.timedelta(days=90)
#: A window's computer is used by several people in turn.
PEOPLE_PER_DEVICE = 5
_SALT = "accounts.device"

#: account key, address, failures, when the last of them was
Attempt = tuple[str | None, str | None, int, dt.datetime]


def account_key(request: HttpRequest | None, credentials: Any = None) -> str:
    """Keyed hash of the name typed; the same for upper and lower case.  django-axes stores this as the user name."""
    typed = (credentials or {}).get("username") or (request.POST.get("username") if request else "") or ""
    return blind_index("username", str(typed)[:150])


def wait_until(
    attempts: Iterable[Attempt], key: str, ip: str | None, known: bool, now: dt.datetime
) -> dt.datetime | None:
    """When this account may be tried again from this address; None: now."""
    recent = [row for row in attempts if row[3] > now - WINDOW]
    here = [row for row in recent if row[1] == ip]
    account = [row for row in recent if row[0] == key]
    waits = [_falls_below([row for row in here if row[0] == key], PER_PAIR)]
    if not known:
        waits += [_falls_below(here, PER_ADDRESS), _slowed(account)]
    return max((moment for moment in waits if moment and moment > now), default=None)


def _falls_below(rows: list[Attempt], limit: int) -> dt.datetime | None:
    """When so many of the failures are older than the window that fewer than ``limit`` remain."""
    left = sum(row[2] for row in rows)
    if left < limit:
        return None
    for row in sorted(rows, key=lambda row: row[3]):
        left -= row[2]
        if left < limit:
            return row[3] + WINDOW
    return None


def _slowed(rows: list[Attempt]) -> dt.datetime | None:
    surplus = sum(row[2] for row in rows) - PER_PAIR
    if surplus < 0:
        return None
    delay = dt.timedelta(seconds=2 ** min(surplus, 6))
    return max(row[3] for row in rows) + min(delay, LONGEST_DELAY)


class SignInHandler(AxesDatabaseHandler):
    """django-axes with the two further counts, and an audit row for each failure that was looked at."""

    def is_locked(self, request: Any, credentials: Any = None) -> bool:
        key = account_key(request, credentials)
        rows = AccessAttempt.objects.filter(
            Q(username=key) | Q(ip_address=request.axes_ip_address), attempt_time__gt=request.axes_attempt_time - WINDOW
        ).values_list("username", "ip_address", "failures_since_start", "attempt_time")
        request.sign_in_again_at = wait_until(
            rows, key, request.axes_ip_address, key in people_of(request), request.axes_attempt_time
        )
        return request.sign_in_again_at is not None

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
        was_refused = getattr(request, "axes_locked_out", False)
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is None or was_refused:
            return  # A guess that was not even looked at leaves no row: an attacker must not fill the audit trail.
        user = User.objects.filter(username=credentials.get("username") or "").only("pk").first()
        facts: dict[str, Any] = {"object_type": "user", "object_id": str(user.pk) if user else "", "succeeded": False}
        if user is None:
            facts["unknown"] = account_key(request, credentials)[:8]  # enough to see that it is the same one again
        audit.record(Act.SIGN_IN_FAILED, **facts)
        if self.is_locked(request, credentials):
            request.axes_locked_out = True
            audit.record(Act.SIGN_IN_LOCKED, **facts)


def people_of(request: HttpRequest) -> list[str]:
    """Keys of the accounts that have signed in from this browser."""
    try:
        found = signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=_SALT, max_age=DEVICE_AGE)
    except signing.BadSignature:
        return []
    return found if isinstance(found, list) else []


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this browser be known for ``user`` from now on."""
    key = account_key(None, {"username": user.username})
    people = [key, *(other for other in people_of(request) if other != key)][:PEOPLE_PER_DEVICE]
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps(people, salt=_SALT),
        max_age=DEVICE_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def retry_after(until: dt.datetime) -> int:
    """Whole seconds from now, at least one: for the Retry-After header."""
    return max(1, math.ceil((until - timezone.now()).total_seconds()))
