"""The worker's half of an import.  Each task is safe to run twice and at the same time as itself."""

from __future__ import annotations

from celery import shared_task

from imports import services


@shared_task
def read(job: int) -> str:
    """Look at an uploaded file."""
    return services.read(job)


@shared_task
def write(job: int) -> str:
    """Write a file that was confirmed."""
    return services.write(job)


@shared_task(expires=30)
def look_after() -> str:
    """Take up what a dead worker left, drop what nobody confirmed."""
    return services.look_after()
