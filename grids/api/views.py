"""Places over REST: those within the caller's scope, for filling in where a dispute happened."""

from __future__ import annotations

from collections.abc import Iterable

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
from grids.api.serializers import DivisionPageSerializer
from grids.choices import Level
from grids.models import Division

BY_CODE = Keyset("divisions", "code")
COLUMNS = ("code", "name", "official_name", "level", "kind", "parent_id", "parent__name", "parent__level")


class DivisionsView(ApiView):
    """区划：本账号范围内在用的区划，按代码排序。"""

    resource = "divisions"

    def parameters(self, request: Request) -> Iterable[str]:
        return ("level", "parent", "q", *PAGING)

    @extend_schema(
        operation_id="divisions_list",
        tags=["基础数据"],
        summary="查询区划",
        parameters=[
            OpenApiParameter("level", str, enum=list(Level.values), description="级别"),
            OpenApiParameter("parent", {"type": "string", "minLength": 1}, description="上级的代码"),
            OpenApiParameter("q", {"type": "string", "minLength": 1}, description="名称中的文字、拼音首字母或者代码"),
            *PAGING_PARAMETERS,
            IF_NONE_MATCH,
        ],
        responses={200: DivisionPageSerializer, 304: None, **documented(400)},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        rows = Division.objects.active().visible_to(request.user).matching(asked.get("q", ""))
        level = one_of(asked.get("level"), "level", Level.values)
        if level:
            rows = rows.filter(level=level)
        if asked.get("parent"):
            rows = rows.filter(parent_id=asked["parent"])
        rows, size = BY_CODE.page(rows, request)
        found = list(rows.values_list(*COLUMNS))
        has_more, found = len(found) > size, found[:size]
        etag = f'W/"{digest(found, has_more)}"'
        if is_known(request, etag):
            return not_modified(etag)
        response = page_of(
            [_shown(*row) for row in found], BY_CODE.next_link(request, found[-1][:1]) if has_more else None
        )
        response["ETag"] = etag
        return response


def _shown(
    code: str,
    name: str,
    official: str,
    level: str,
    kind: str,
    parent: str | None,
    above: str | None,
    above_is: str | None,
) -> dict[str, str | None]:
    full = f"{above} {name}" if level == Level.VILLAGE and above_is == Level.TOWNSHIP else name
    return {
        "code": code,
        "name": name,
        "full_name": full,
        "official_name": official,
        "level": level,
        "kind": kind,
        "parent": parent,
    }
