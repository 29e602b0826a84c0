"""Is the portal alive: the database answers, the worker's heart beats, news is delivered, the calendar is loaded."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from common import outbox, pulses, workdays
from ganzhou.system.running import LONGEST_LAG


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 ``ok`` or ``degraded`` (pages work, something behind them does not), 503 when the database is away.

    For machines: figures only, no personal data.  系统管理员 reads the same on the page 运行状态, in words.
    """
    now = timezone.now()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        worker = pulses.is_alive(pulses.seen().get(pulses.WORKER), now)
        stands = outbox.standing(since=now)
        missing_year = workdays.missing_year(timezone.localdate(now))
    except DatabaseError:
        return JsonResponse({"status": "down", "database": False}, status=503)
    is_well = worker and stands.lag <= LONGEST_LAG and not stands.dead and missing_year is None
    return JsonResponse(
        {
            "status": "ok" if is_well else "degraded",
            "database": True,
            "worker": worker,
            "outbox_lag_seconds": round(stands.lag.total_seconds(), 1),
            "dead_letters": stands.dead,
            "missing_workday_year": missing_year,
        }
    )
