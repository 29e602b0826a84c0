"""Which background processes are alive: each leaves a time in the database, so that no page has to ask Redis."""

from __future__ import annotations

import datetime as dt
import logging
import time
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from common.models import Heartbeat

BEAT: Final = "beat"
BROKER: Final = "broker"
WORKER: Final = "worker"

#: Everybody leaves a pulse at least every 30 s; when four are missing somebody is down.
STALE: Final = dt.timedelta(seconds=120)
#: The beat rings every few seconds; so often it is enough to write that down.
PACE = 15.0

log = logging.getLogger(__name__)
_left: dict[str, float] = {}


def leave(name: str) -> None:
    """Note that ``name`` is alive now."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=timezone.now())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def beat_is_alive(**kwargs: Any) -> None:
    """Signal receiver inside the beat, before it gives a task to the broker."""
    _leave_now_and_then(BEAT)


def broker_is_alive(**kwargs: Any) -> None:
    """Signal receiver inside the beat, after the broker took a task."""
    _leave_now_and_then(BROKER)


def worker_is_ready(**kwargs: Any) -> None:
    """Signal receiver inside a worker that has just started; afterwards the heartbeat tells."""
    _leave_now_and_then(WORKER)


def _leave_now_and_then(name: str) -> None:
    # The beat must go on ringing while the database is away, and come back to it by itself.
    if time.monotonic() - _left.get(name, -PACE) < PACE:
        return
    try:
        _drop_a_broken_connection()
        leave(name)
        _left[name] = time.monotonic()
    except (DatabaseError, InterfaceError) as error:
        log.warning("pulse of %s not written (%s)", name, type(error).__name__)
        _drop_a_broken_connection()


def _drop_a_broken_connection() -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def seen() -> dict[str, dt.datetime]:
    """When each process was last alive."""
    return dict(Heartbeat.objects.values_list("name", "at"))


def is_alive(at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a pulse of that time is recent enough."""
    return at is not None and now - at < STALE
