"""Is the portal alive: the database answers, the worker's heart beats."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from common.models import Heartbeat

#: The heart beats every 30 s; four missed beats mean that worker or beat is down.
STALE = dt.timedelta(seconds=120)


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 ``ok`` or ``degraded`` (pages work, background work does not), 503 when the database is away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        beat = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    except DatabaseError:
        return JsonResponse({"status": "down", "database": False}, status=503)
    alive = beat is not None and timezone.now() - beat < STALE
    return JsonResponse({"status": "ok" if alive else "degraded", "database": True, "worker": alive})
