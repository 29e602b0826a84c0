"""Demo accounts as the sign-in page lists them.  They exist in the demo profile only.

Whoever writes the demo data also writes ``DEMO_ACCOUNTS_FILE``: a JSON list of objects with username, password,
role (label), name and place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class DemoAccount:
    username: str
    password: str
    role: str
    place: str
    name: str = ""


def listed() -> list[DemoAccount]:
    """The accounts to show; none outside the demo profile or before the demo data is there."""
    if not settings.IS_DEMO:
        return []
    try:
        rows = json.loads(Path(settings.DEMO_ACCOUNTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [DemoAccount(**{key: str(row.get(key, "")) for key in DemoAccount.__annotations__}) for row in rows]


def find(username: str) -> DemoAccount | None:
    return next((account for account in listed() if account.username == username), None)
