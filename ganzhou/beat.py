"""The beat's memory is the ledger of runs: no file of its own, and no turn is missed because it was away.

Celery's own scheduler remembers in a file when it rang last; where that file does not outlive a restart (a container),
a daily task whose turn came while the beat was down waited for the next day.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import Scheduler
from django.db import DatabaseError, InterfaceError, connection

from common import task_runs

log = logging.getLogger(__name__)


class LedgerScheduler(Scheduler):  # type: ignore[misc]
    """Starts each line of the timetable from its last run that succeeded; what is overdue by then is rung at once."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for key, last in _last_successes(self.schedule).items():
            self.schedule[key].last_run_at = last


def _last_successes(keys: Any) -> dict[str, Any]:
    """Empty while the database is away: then everything waits for its next turn, as on the first day."""
    try:
        return task_runs.last_successes(list(keys))
    except (DatabaseError, InterfaceError) as error:
        log.warning("beat: the ledger of runs cannot be read (%s)", type(error).__name__)
        return {}
    finally:
        if not connection.in_atomic_block:
            connection.close()
