"""The demo accounts' passwords: drawn once for an installation, kept in a file that only its user may read."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import passwords
from accounts.choices import Role
from accounts.models import User
from ganzhou.demo.organisations import DEMO_SEATS, Seat
from grids.models import Division, Organisation


def ensure() -> list[dict[str, str]]:
    """Make the file and the accounts agree: passwords in the file stay, missing ones are drawn.  Returns its rows."""
    known = {row.get("username"): row.get("password") for row in read()}
    users = {user.username: user for user in User.objects.filter(username__in=[seat.username for seat in DEMO_SEATS])}
    rows = []
    for seat in DEMO_SEATS:
        user = users[seat.username]
        password = known.get(seat.username) or _draw(user)
        if not (user.has_usable_password() and user.check_password(password)):
            user.set_password(password)
            user.must_change_password, user.password_changed_at = False, timezone.now()
            user.save(update_fields=["password", "must_change_password", "password_changed_at"])
        rows.append({
            "username": seat.username, "password": password, "role": str(Role(seat.role).label), "place": _where(seat), "name": user.name,
        })  # fmt: skip
    if rows != read():
        _write(rows)
    return rows


def _where(seat: Seat) -> str:
    if seat.at.isdigit():
        return Division.objects.get(pk=seat.at).name
    return str(Organisation.objects.get(code=seat.at))


def _draw(user: User) -> str:
    while True:
        password = passwords.initial()
        with contextlib.suppress(ValidationError):
            validate_password(password, user)
            return password


def read() -> list[dict[str, Any]]:
    """The rows of the file; none when there is no readable one."""
    try:
        rows = json.loads(Path(settings.DEMO_ACCOUNTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return rows if isinstance(rows, list) else []


def _write(rows: list[dict[str, str]]) -> None:
    path = Path(settings.DEMO_ACCOUNTS_FILE)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # 0600 from its first moment
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(rows, file, ensure_ascii=False, indent=1)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
