"""Periodic work on accounts."""

from celery import shared_task
from django.utils import timezone

from accounts import sessions


@shared_task
def end_idle_sessions() -> int:
    return sessions.end_idle(timezone.now())
