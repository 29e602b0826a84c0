"""How many calls a client may make in a minute.

Counted in the memory of each web process, not in Redis (a web request never talks to Redis: a hung one would hang
every call) and not in the database (every read would become a write).  What is bounded is therefore the load on one
process: with N processes a client gets at most N times the rate.  That is what the limit is for; it is no
billing.  A restart forgets the counts.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from django.conf import settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from common.logs import current_request


class Window:
    """At most ``limit`` per key in any fixed span of ``seconds``.  Safe between threads; memory is bounded."""

    MOST_KEYS = 10_000

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._spans: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def admit(self, key: str, now: float | None = None) -> tuple[bool, float]:
        """Whether one more may pass, and after how many seconds the next span begins."""
        now = time.monotonic() if now is None else now
        with self._lock:
            began, count = self._spans.get(key, (now, 0))
            if now - began >= self.seconds:
                began, count = now, 0
            if key not in self._spans and len(self._spans) >= self.MOST_KEYS:
                self._forget(now)
            self._spans[key] = (began, count + 1)
        return count < self.limit, began + self.seconds - now

    def _forget(self, now: float) -> None:
        """Drop spans that are over; when all are running, all of them: room for newcomers, at the price of a second go."""
        self._spans = {key: span for key, span in self._spans.items() if now - span[0] < self.seconds}
        if len(self._spans) >= self.MOST_KEYS:
            self._spans.clear()


class ClientThrottle(BaseThrottle):
    """``DEFAULT_THROTTLE_RATES["client"]`` calls per token, signed-in person or address."""

    _window: Window | None = None
    _rate = ""

    def allow_request(self, request: Any, view: Any) -> bool:
        allowed, self._left = self.window().admit(self.key(request))
        return allowed

    def wait(self) -> float:
        return self._left

    @classmethod
    def window(cls) -> Window:
        rate = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["client"]
        if cls._window is None or cls._rate != rate:
            # Only parses "600/min"; the class it belongs to keeps its counts in a cache.
            limit, seconds = SimpleRateThrottle.parse_rate(None, rate)  # type: ignore[arg-type]
            cls._window, cls._rate = Window(limit, seconds), rate
        return cls._window

    @staticmethod
    def key(request: Any) -> str:
        if request.auth is not None:
            return f"token:{request.auth.pk}"
        if request.user.is_authenticated:
            return f"user:{request.user.pk}"
        return f"address:{current_request().ip}"
