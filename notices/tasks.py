"""Periodic work on messages.  Each task is safe to run twice and at the same time as itself."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.utils import timezone

from notices import deliveries, digest
from notices.models import DigestRun, Message

#: A message is no part of the record: who was told of a warning stands with the case.
KEEP_DONE = dt.timedelta(days=365)


# A run that waited longer than the pace of the timetable would only repeat the next one.
@shared_task(expires=14)
def send_deliveries() -> str:
    """Send what is due by mail and text message."""
    return str(deliveries.send_due())


@shared_task
def write_digests() -> int:
    """Write today's digests, unless they were written already."""
    return digest.write_all()


@shared_task
def prune() -> str:
    """Drop messages dealt with a year ago, and what was sent three months ago."""
    before = timezone.now() - KEEP_DONE
    messages = Message.objects.filter(done_at__lt=before).delete()[0]
    DigestRun.objects.filter(day__lt=timezone.localdate(before)).delete()
    return f"消息 {messages} 条，外发 {deliveries.prune()} 条"
