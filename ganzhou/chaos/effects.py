"""News of each registration, and a table of what came of it: without a unique key, so that doubles can be seen.

Two ways out of the outbox are watched: an effect in the database, which must happen exactly once, and a Celery task,
which may run twice but never not at all.
"""

from __future__ import annotations

from typing import Any, Final

from celery import shared_task
from django.db import connection

from common import outbox
from disputes.models import Dispute
from disputes.signals import dispute_moved

WRITTEN: Final = "chaos.written"
TASKED: Final = "chaos.tasked"
TASK: Final = "ganzhou.chaos.effects.note_by_task"

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
