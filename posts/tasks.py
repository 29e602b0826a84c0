"""Periodic work on posts."""

from __future__ import annotations

from celery import shared_task

from posts import expiry


@shared_task
def warn_of_endings() -> str:
    """Tell the township centres which posts end within 30 and within 7 days, each once."""
    return f"消息 {expiry.warn()} 条"
