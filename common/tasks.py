"""Background work of this layer.  Each task is safe to run twice and at the same time as itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from common import outbox
from common.models import Heartbeat


# A run that waited longer than the pace of the timetable would only repeat the next one.
@shared_task(expires=10)
def relay_outbox() -> None:
    """Deliver what is due."""
    outbox.relay()


@shared_task(expires=30)
def heartbeat() -> None:
    """Say that a worker and the beat are alive."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task
def prune_outbox() -> None:
    """Drop news delivered a month ago."""
    outbox.prune()
