"""Demo accounts as the sign-in page lists them.  They exist in the demo profile only.

Whoever writes the demo data also calls ``write``: ``DEMO_ACCOUNTS_FILE`` becomes a JSON list of objects with
username, password, role (label), place and name, readable by its owner only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class DemoAccount:
    username: str
    password: str
    role: str
    place: str
    name: str = ""


def write(accounts: Iterable[DemoAccount]) -> None:
    """Replace the list, whole or not at all."""
    path = Path(settings.DEMO_ACCOUNTS_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(
        json.dumps([asdict(account) for account in accounts], ensure_ascii=False, indent=1), encoding="utf-8"
    )
    fresh.replace(path)


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
