"""Journeys in real Chromium, against the real server and database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

# Playwright's synchronous interface runs an event loop in this thread; the ORM is still used synchronously.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

CHROMIUM = os.environ.get("PORTAL_CHROMIUM") or shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip

#: How long something may take on a busy machine before it counts as broken; nothing ever waits this long when it works.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="没有找到 Chromium，浏览器测试没有运行"))


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    # The plugin's one Playwright: a second in the same process is refused, and tests/frontend uses it too.
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


class Watched:
    """A browser window, and everything that went wrong in it."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("console", self._console)
        self.page.on("request", self._foreign)

    def _console(self, message: Any) -> None:
        # An input that was refused answers 422 or 409: Chromium calls that an error, we call it an answer.
        if message.type == "error" and not any(code in message.text for code in ("422", "409")):
            self.problems.append(f"console: {message.text}")

    def _foreign(self, request: Any) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.problems.append(f"request left our host: {request.url}")

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page


@pytest.fixture
def window(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Watched]]:
    """``window(user, PHONE)``: a window in which ``user`` is signed in.  At the end nothing may have gone wrong in it."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def make(user: Any = None, size: dict[str, int] = DESKTOP) -> Watched:
        context = chromium.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=size is PHONE
        )
        if user is not None:
            client = Client(HTTP_USER_AGENT="chromium")
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        watched = Watched(context, live_server.url)
        opened.append((context, watched))
        return watched

    yield make
    for context, watched in opened:
        context.close()
        assert not watched.problems, watched.problems


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, from the locked browser packages."""
    path = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
    return path.read_text(encoding="utf-8")
