"""A real Chromium for the tests of styles and scripts."""

from __future__ import annotations

import os
from typing import Any

import pytest

# Playwright's loop runs in this thread; Django's own guard against that is for servers.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    chromium = os.environ.get("PORTAL_CHROMIUM")
    if not chromium:
        pytest.skip("PORTAL_CHROMIUM names no browser; ./portal test finds or installs one")
    return {"executable_path": chromium, "args": ARGUMENTS}


@pytest.fixture
def complaints(page: Any) -> list[str]:
    """What the browser complained about: errors of scripts, refusals of the CSP, requests that left our host."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(f"script: {error}"))
    page.on("console", lambda message: message.type == "error" and found.append(f"console: {message.text}"))
    page.on(
        "request",
        lambda request: (
            request.url.startswith("http://localhost")
            or request.url.startswith(("data:", "blob:"))
            or found.append(f"left our host: {request.url}")
        ),
    )
    return found
