"""Counting CPU: of this process, and of the PostgreSQL backend that serves it.

Wall time depends on what else the machine does; time on a core much less, so that figures of two days can be
compared.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from django.db import connection
from django.test.utils import CaptureQueriesContext

from ganzhou.management.commands.demo_accounts import width

WARM_UP: Final = 3


@dataclass(frozen=True)
class Cost:
    """Medians of one thing done several times, in milliseconds.  ``database``: None when it runs on another machine."""

    app: float
    database: float | None
    wall: float
    queries: int

    @property
    def cpu(self) -> float:
        return self.app + (self.database or 0.0)


class Backend:
    """The PostgreSQL process behind our connection, as far as this machine can see it."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._times = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def seconds(self) -> float | None:
        """CPU seconds so far; None for a server elsewhere."""
        try:
            if self._times.with_name("comm").read_text().strip() != "postgres":
                return None
            return int(self._times.read_text().split()[0]) / 1e9
        except (OSError, ValueError, IndexError):
            return None


def measure(work: Callable[[], Any], times: int) -> Cost:
    """Do ``work`` so often, after a few rounds that warm caches up, and once more to count its queries."""
    for _ in range(WARM_UP):
        work()
    backend = Backend()
    app, database, wall = [], [], []
    for _ in range(times):
        used, clock, own = backend.seconds(), time.perf_counter(), time.process_time()
        work()
        app.append(time.process_time() - own)
        wall.append(time.perf_counter() - clock)
        now = backend.seconds()
        if used is not None and now is not None:
            database.append(now - used)
    with CaptureQueriesContext(connection) as queries:
        work()
    return Cost(
        app=median(app) * 1000,
        database=median(database) * 1000 if database else None,
        wall=median(wall) * 1000,
        # Our own transaction around the measurement turns those of the views into savepoints.
        queries=sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in queries),
    )


def machine() -> str:
    """``2 核，Python 3.11.2，PostgreSQL 17.4，负载 1.2``"""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0].split()[0]
    return (
        f"{os.cpu_count()} 核 {platform.machine()}，Python {platform.python_version()}，PostgreSQL {postgres}，"
        f"开始时负载 {os.getloadavg()[0]:.1f}"
    )


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Aligned lines, figures to the right; a Chinese character takes two columns."""
    widths = [max(width(row[n]) for row in (heading, *rows)) for n in range(len(heading))]
    return ["  ".join(_cell(text, widths[n], n) for n, text in enumerate(row)).rstrip() for row in (heading, *rows)]


def _cell(text: str, columns: int, n: int) -> str:
    blanks = " " * (columns - width(text))
    return text + blanks if n == 0 else blanks + text
