"""The Celery application and the one timetable of periodic tasks."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ganzhou.settings")

app = Celery("ganzhou")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: Name, task, when.  Tasks take no personal data, and each is safe to run twice.
app.conf.beat_schedule = {
    "heartbeat": {"task": "common.tasks.heartbeat", "schedule": 30.0},
    "outbox": {"task": "common.tasks.relay_outbox", "schedule": 5.0},
    "sessions": {"task": "accounts.tasks.end_idle_sessions", "schedule": crontab(minute="*/10")},
    "outbox-prune": {"task": "common.tasks.prune_outbox", "schedule": crontab(hour="3", minute="40")},
    "drafts": {"task": "disputes.tasks.drop_old_drafts", "schedule": crontab(hour="3", minute="20")},
}
