"""Who is on duty, over REST: one centre, a day or a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import IF_NONE_MATCH, ApiView, digest, documented, is_known, not_modified
from common.errors import Missing, NotVisible
from rosters.api.serializers import RosterSerializer
from rosters.grid import Week
from rosters.models import DutyShift, Residency
from rosters.standing import window_order
from rosters.views.base import centres_of, nearest


class RostersView(ApiView):
    """入驻值班：一个综治中心一天或者一周的值班表。"""

    resource = "rosters"

    def parameters(self, request: Request) -> Iterable[str]:
        return ("centre", "day", "week")

    @extend_schema(
        operation_id="rosters_read",
        tags=["基础数据"],
        summary="查询值班表",
        parameters=[
            OpenApiParameter(
                "centre", {"type": "string", "minLength": 1}, description="综治中心的机构代码；不写为离本账号最近的中心"
            ),
            OpenApiParameter("day", {"type": "string", "format": "date"}, description="哪一天；不写为今天"),
            OpenApiParameter(
                "week",
                {"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$"},
                description="哪一周，如 2026-W48；不和 day 同写",
            ),
            IF_NONE_MATCH,
        ],
        responses={200: RosterSerializer, 304: None, **documented(400, 404)},
    )
    def get(self, request: Request) -> Response:
        first, last = _days(request)
        centre = _centre(request)
        found: dict[str, Any] = {
            "centre": {"code": centre.code, "name": centre.name} if centre else None,
            "first": first.isoformat(),
            "last": last.isoformat(),
            "residencies": _residencies(request.user, centre, first, last) if centre else [],
        }
        etag = f'W/"{digest(found)}"'
        if is_known(request, etag):
            return not_modified(etag)
        return Response(found, headers={"ETag": etag})


def _days(request: Request) -> tuple[dt.date, dt.date]:
    day, week = request.query_params.get("day"), request.query_params.get("week")
    today = timezone.localdate()
    if day and week:
        raise Missing({"week": "day 和 week 只能写一个。"})
    if week:
        found = Week.read(week, today)
        if found.key != week:
            raise Missing({"week": "请写 2026-W48 这样的周，2020 年以后、一年以内。"})
        return found.monday, found.sunday
    if day:
        try:
            if len(day) != 10:
                raise ValueError
            return (one := dt.date.fromisoformat(day)), one
        except ValueError:
            raise Missing({"day": "请写 2026-11-23 这样的日期。"}) from None
    return today, today


def _centre(request: Request) -> Any:
    centres = centres_of(request.user)
    code = request.query_params.get("centre")
    if not code:
        return nearest(centres, request.user)
    found = next((one for one in centres if one.code == code), None)
    if found is None:
        raise NotVisible
    return found


def _residencies(user: Any, centre: Any, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    rows = Residency.objects.visible_to(user).filter(centre=centre).between(first, last).select_related("organisation")
    lines = sorted(rows, key=window_order)
    shifts: dict[int, list[DutyShift]] = {}
    for shift in DutyShift.objects.filter(residency__in=lines).between(first, last):
        shifts.setdefault(shift.residency_id, []).append(shift)
    return [
        {
            "organisation": {"code": one.organisation.code, "name": one.organisation.name},
            "kind": one.kind,
            "window": one.window,
            "contact": one.contact,
            "phone": one.phone or one.organisation.phone,
            "shifts": [
                {
                    "day": shift.day.isoformat(),
                    "half": shift.half,
                    "name": shift.name,
                    "starts_at": timezone.localtime(shift.starts_at).isoformat(),
                    "ends_at": timezone.localtime(shift.ends_at).isoformat(),
                }
                for shift in shifts.get(one.pk, ())
            ],
        }
        for one in lines
    ]
