"""What each registration sets off: news, and a clock that is due at once.

News leaves by both ways out of the outbox: as an effect in the database, which must happen exactly once, and as a Celery
task, which may run twice but never not at all.  Effects go into a table without a unique key, so that doubles can be
seen.  The clock must bring exactly one line of the ledger, its card, its line in the timeline, and one message.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from celery import shared_task
from django.db import connection
from django.utils import timezone

from common import outbox
from disputes.choices import WarnLevel
from disputes.models import Dispute
from disputes.signals import dispute_moved
from ganzhou.celery import app

WRITTEN: Final = "chaos.written"
TASKED: Final = "chaos.tasked"
TASK: Final = "ganzhou.chaos.effects.note_by_task"

LEVELS: Final = (WarnLevel.REMIND, WarnLevel.YELLOW, WarnLevel.RED, WarnLevel.LEADER)
LONG: Final = dt.timedelta(days=400)
SWEEP_SECONDS: Final = 3.0

TABLE: Final = """
CREATE TABLE IF NOT EXISTS chaos_effect (
    id bigserial PRIMARY KEY, topic text NOT NULL, subject bigint NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


def create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)


def _note(topic: str, subject: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO chaos_effect (topic, subject) VALUES (%s, %s)", [topic, subject])


def tell(dispute: Dispute, event: Any, **kwargs: Any) -> None:
    if event.name == "register":
        for topic in (WRITTEN, TASKED):
            outbox.publish(topic, str(dispute.pk), {"subject": dispute.pk})
        make_due(dispute)


def due_level(dispute_id: int) -> int:
    """Which warning is due of a case: 提醒, 黄牌, 红牌 and 领导关注 in turn."""
    return LEVELS[dispute_id % len(LEVELS)]


def make_due(dispute: Dispute) -> None:
    """Let one warning of the first clock be due now; those before it count as given, those after it are far away."""
    level, today = due_level(dispute.pk), timezone.localdate()
    days = [today - LONG if n < level else today if n == level else today + LONG for n in LEVELS]
    dispute.clocks.filter(kind="accept").update(
        warned=level - 1, warned_due_on=today, due_on=today, warn_days=days, next_warn_level=level, next_warn_on=today
    )


def note(subject: int) -> None:
    _note(WRITTEN, subject)


@shared_task(name=TASK)
def note_by_task(subject: int) -> None:
    _note(TASKED, subject)


def connect() -> None:
    """Let every registration of this process be news."""
    dispute_moved.connect(tell, sender=Dispute, weak=False)
    outbox.handles(WRITTEN)(note)
    outbox.sends_task(TASKED, TASK)
    # Every few seconds, so that faults fall into sweeps.
    app.conf.beat_schedule["sweep"]["schedule"] = SWEEP_SECONDS
