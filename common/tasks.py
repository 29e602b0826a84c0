"""Background work of this layer.  Each task is safe to run twice and at the same time as itself."""

from __future__ import annotations

from celery import shared_task

from common import outbox, pulses, task_runs


# A run that waited longer than the pace of the timetable would only repeat the next one.
@shared_task(expires=10)
def relay_outbox() -> str:
    """Deliver what is due."""
    run = outbox.relay()
    return str(run) if run else ""


@shared_task(expires=30)
def heartbeat() -> None:
    """Say that a worker is alive."""
    pulses.leave(pulses.WORKER)


@shared_task
def prune() -> str:
    """Drop news delivered a month ago, and runs that nobody looks up any more."""
    return f"消息 {outbox.prune()} 条，运行记录 {task_runs.prune()} 条"
