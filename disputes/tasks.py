"""Periodic work on cases."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from disputes.models import IntakeDraft

#: A registration that nobody finished within a month holds personal data for no purpose (个人信息保护法 第19条).
DRAFT_LIFE = dt.timedelta(days=30)


@shared_task
def drop_old_drafts() -> int:
    """Delete drafts older than ``DRAFT_LIFE``; returns how many."""
    deleted, _ = IntakeDraft.objects.filter(saved_at__lt=timezone.now() - DRAFT_LIFE).delete()
    return deleted
