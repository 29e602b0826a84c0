"""Who answers for which village, over REST: the six of each village in reach, on any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import (
    IF_NONE_MATCH,
    PAGING,
    PAGING_PARAMETERS,
    ApiView,
    Keyset,
    digest,
    documented,
    is_known,
    not_modified,
    one_of,
    page_of,
)
from common.errors import Missing
from grids.choices import Level
from grids.models import Division
from posts import standing
from posts.api.serializers import PostsPageSerializer
from posts.choices import PostKind
from posts.forms import EARLIEST, LATEST
from posts.models import Officer, PostHolding
from posts.querysets import reading_paths
from posts.standing import Seat

BY_CODE = Keyset("posts", "code")


class PostsView(ApiView):
    """三官一师两员：本账号范围内每个村（社区）的六员，按区划代码排序。"""

    resource = "posts"

    def parameters(self, request: Request) -> Iterable[str]:
        return ("village", "township", "kind", "on", *PAGING)

    @extend_schema(
        operation_id="posts_list",
        tags=["基础数据"],
        summary="查询六员",
        parameters=[
            OpenApiParameter("village", {"type": "string", "minLength": 1}, description="村（社区）的区划代码"),
            OpenApiParameter("township", {"type": "string", "minLength": 1}, description="乡镇（街道）的区划代码"),
            OpenApiParameter("kind", str, enum=list(PostKind.values), description="只查一种岗位"),
            OpenApiParameter(
                "on", {"type": "string", "format": "date"}, description="哪一天由谁负责，如 2026-03-01；不写为今天"
            ),
            *PAGING_PARAMETERS,
            IF_NONE_MATCH,
        ],
        responses={200: PostsPageSerializer, 304: None, **documented(400)},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        day = _day(asked.get("on"))
        kind = one_of(asked.get("kind"), "kind", PostKind.values)
        rows = Division.objects.active().within(reading_paths(request.user)).filter(level=Level.VILLAGE)
        if asked.get("village"):
            rows = rows.filter(pk=asked["village"])
        if asked.get("township"):
            rows = rows.filter(parent_id=asked["township"])
        rows, size = BY_CODE.page(rows, request)
        found = list(rows.only("code", "name", "parent_id"))
        has_more, found = len(found) > size, found[:size]
        shown = _villages(found, day, kind)
        etag = f'W/"{digest(shown, has_more, day)}"'
        if is_known(request, etag):
            return not_modified(etag)
        response = page_of(shown, BY_CODE.next_link(request, [found[-1].code]) if has_more else None, on=f"{day}")
        response["ETag"] = etag
        return response


def _day(text: str | None) -> dt.date:
    today = timezone.localdate()
    if not text:
        return today
    try:
        day = dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= today + LATEST:
        raise Missing({"on": "请写 2026-03-01 这样的日期，1990 年以后、十年以内。"})
    return day


def _villages(villages: list[Division], day: dt.date, kind: str) -> list[dict[str, Any]]:
    """Each village with its seats; one statement for all of them."""
    held = PostHolding.objects.on(day).filter(division__in=villages).with_substitute(day)
    of: dict[str, list[PostHolding]] = {}
    for holding in held.select_related("officer__organisation", "acting__officer__organisation"):
        of.setdefault(holding.division_id, []).append(holding)
    return [
        {
            "code": village.code,
            "name": village.name,
            "township": village.parent_id,
            "posts": [_seat(seat) for seat in standing.seats(of.get(village.code, ())) if kind in ("", seat.kind)],
        }
        for village in villages
    ]


def _seat(seat: Seat) -> dict[str, Any]:
    holding = seat.holding
    return {
        "kind": seat.kind.value,
        "holder": _person(seat.holder),
        "since": _written(holding.starts_on if holding else None),
        "ends_on": _written(holding.ends_on if holding else None),
        "away_until": _written(seat.away_until),
        "substitute": _person(seat.substitute),
    }


def _person(officer: Officer | None) -> dict[str, Any] | None:
    if officer is None:
        return None
    body = officer.organisation
    return {
        "name": officer.name,
        "title": officer.title,
        "phone": officer.phone or body.phone,
        "organisation": {"code": body.code, "name": body.name},
    }


def _written(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
