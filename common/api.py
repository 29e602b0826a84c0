"""What every endpoint of the REST interface shares: strict reading, pages by key, entity tags, documented problems.

No words of the domain here; the endpoints themselves are in ``<app>/api/``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.core.exceptions import RequestDataTooBig
from django.db.models import Q, QuerySet
from django.utils.http import parse_etags
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import exceptions, serializers
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import problems
from common.errors import Missing, Refusal

# ---- Refusals that only a program meets


class PreconditionRequired(Refusal):
    """RFC 6585: a change must say which version it was decided on, or two programs overwrite each other unseen."""

    status = 428
    code = "precondition_required"


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = f"请求内容不能超过 {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} KB。"


# ---- Reading


class StrictJSONParser(JSONParser):
    """One JSON object whose text the database can store.

    A nesting bomb, a NUL or half a surrogate pair would each end in an answer of 500.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        try:
            content = json.loads(stream.read().decode("utf-8"), parse_constant=_no_constant)
            is_clean = _is_storable(content)
        except (ValueError, RecursionError) as fault:
            raise exceptions.ParseError from fault
        if not is_clean or not isinstance(content, dict):
            raise exceptions.ParseError
        return content


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _is_storable(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, Mapping):
        return all(_is_storable(key) and _is_storable(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(_is_storable(inner) for inner in value)
    return True


def number(text: str | None, name: str, *, default: int, least: int, most: int) -> int:
    """A whole number of a query parameter.  Raises Missing that names it."""
    if text is None or text == "":
        return default
    if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
        return int(text)
    raise Missing({name: f"请写 {least} 到 {most} 之间的整数。"})


def one_of(text: str | None, name: str, allowed: Iterable[str]) -> str:
    """A word out of a list, or '' when not given.  Raises Missing that names the parameter."""
    choices = list(allowed)
    if text and text not in choices:
        raise Missing({name: f"只能是 {'、'.join(choices)}。"})
    return text or ""


class ApiSchema(AutoSchema):
    """A body with required fields is itself required."""

    def _get_request_body(self, direction: Direction = "request") -> Any:
        body = super()._get_request_body(direction)
        if body and any("required" in media["schema"] for media in body["content"].values()):
            body["required"] = True
        return body


class ApiView(APIView):
    """An endpoint: names its resource (for scopes) and every query parameter it reads.

    A parameter nobody reads is refused: a misspelt filter must not silently return everything.
    """

    resource: ClassVar[str]
    #: Query parameters that may be written several times.
    many_valued: ClassVar[frozenset[str]] = frozenset()
    parser_classes = [StrictJSONParser]
    schema = ApiSchema()
    #: OPTIONS would describe fields and choices to whoever asks; the schema does it better.
    metadata_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = self.parameters(request)
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            raise Missing({name: f"没有查询参数 {name[:40]}。" for name in unknown})
        repeated = [
            name for name, texts in request.query_params.lists() if len(texts) > 1 and name not in self.many_valued
        ]
        if repeated:
            raise Missing({name: f"查询参数 {name} 只能写一次。" for name in repeated})
        blank = [name for name, texts in request.query_params.lists() if "" in texts]
        if blank:
            raise Missing({name: f"查询参数 {name} 没有写值。" for name in blank})
        if any("\x00" in text for texts in request.query_params.lists() for text in (texts[0], *texts[1])):
            raise exceptions.ParseError

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(TooLarge() if isinstance(exc, RequestDataTooBig) else exc)

    def parameters(self, request: Request) -> Iterable[str]:
        """Names of the query parameters this request may carry."""
        return ()


# ---- Pages by key

DEFAULT_PAGE_SIZE = 50
LONGEST_PAGE = 100
PAGING = ("page_size", "cursor")


class Keyset:
    """Pages that go on after the last row seen.

    Rows that arrive meanwhile shift nothing, and page 400 costs what page 1 costs.  The cursor is signed: it can be
    neither made up nor pointed at a column nobody offered.
    """

    def __init__(self, name: str, *order: str) -> None:
        self.salt = f"api.keyset.{name}"
        self.order = order
        self.columns = [column.lstrip("-") for column in order]

    def page(self, rows: QuerySet[Any], request: Request) -> tuple[QuerySet[Any], int]:
        """``rows`` in order, after the cursor of ``request``, one more than the page size that is returned with it."""
        size = number(
            request.query_params.get("page_size"), "page_size", default=DEFAULT_PAGE_SIZE, least=1, most=LONGEST_PAGE
        )
        cursor = request.query_params.get("cursor")
        if cursor:
            rows = rows.filter(self._after(self.read(cursor)))
        return rows.order_by(*self.order)[: size + 1], size

    def next_link(self, request: Request, last: Sequence[Any]) -> str:
        """Path and query of the page after ``last`` (its key values, in the order of the keyset)."""
        query = [(k, v) for k, values in request.query_params.lists() if k != "cursor" for v in values]
        return f"{request.path}?{urlencode([*query, ('cursor', self.write(last))])}"

    def write(self, key: Sequence[Any]) -> str:
        plain = [value.isoformat() if isinstance(value, dt.datetime) else value for value in key]
        return signing.dumps(plain, salt=self.salt)

    def read(self, cursor: str) -> list[Any]:
        try:
            return list(signing.loads(cursor, salt=self.salt))
        except (signing.BadSignature, ValueError) as fault:
            raise Missing({"cursor": "游标无效，请从第一页重新查询。"}) from fault

    def _after(self, key: Sequence[Any]) -> Q:
        """(a, b) beyond (x, y), written so that an index on (a, b) is entered at the right place."""
        first = self.order[0]
        condition = Q()
        beyond = Q()
        for place, (order, value) in enumerate(zip(self.order, key, strict=True)):
            lookup = "lt" if order.startswith("-") else "gt"
            same = Q(**dict(zip(self.columns[:place], key[:place], strict=True)))
            beyond |= same & Q(**{f"{self.columns[place]}__{lookup}": value})
        if len(self.order) > 1:
            condition = Q(**{f"{self.columns[0]}__{'lte' if first.startswith('-') else 'gte'}": key[0]})
        return condition & beyond


def page_of(results: list[Any], next_link: str | None, **more: Any) -> Response:
    """A list and where it goes on, also as a Link header."""
    response = Response({"results": results, "next": next_link, **more})
    if next_link:
        response["Link"] = f'<{next_link}>; rel="next"'
    return response


# ---- Entity tags


def digest(*parts: Any) -> str:
    return hashlib.blake2b("\x1f".join(map(repr, parts)).encode(), digest_size=12).hexdigest()


def is_known(request: Request, etag: str) -> bool:
    """Whether the client says it has the version that ``etag`` names (If-None-Match, compared weakly)."""
    given = parse_etags(request.headers.get("If-None-Match", ""))
    return given == ["*"] or etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in given}


def not_modified(etag: str) -> Response:
    return Response(status=304, headers={"ETag": etag})


def version_asked(request: Request, body: Mapping[str, Any]) -> int:
    """The version a change was decided on: ``version`` in the body, or the number that opens the tag in If-Match.

    Raises PreconditionRequired when neither is given, Missing when what is given is no version.
    """
    if "version" in body:
        given = body["version"]
        if isinstance(given, int) and not isinstance(given, bool) and 0 < given < 2**31:
            return given
        raise Missing({"version": "请写查询时得到的 version（正整数）。"})
    tags = parse_etags(request.headers.get("If-Match", ""))
    if not tags:
        raise PreconditionRequired("请写明依据的版本：请求内容中的 version，或者请求头 If-Match。")
    opening = tags[0].strip('"').partition("-")[0]
    if len(tags) == 1 and tags[0].startswith('"') and opening.isascii() and opening.isdigit() and len(opening) < 10:
        return int(opening)
    raise Missing({"If-Match": "请写查询时得到的 ETag。"})


# ---- What the documentation says


class ProblemSerializer(serializers.Serializer[Any]):
    """错误说明（RFC 9457，application/problem+json）。`detail` 是给人看的一句话，`code` 供程序判断。"""

    type = serializers.CharField(help_text="urn:problem:<code>")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="给人看的一句话")
    instance = serializers.CharField(help_text="请求的路径")
    code = serializers.CharField(help_text="供程序判断的代码")
    request_id = serializers.CharField(help_text="请求编号，报告问题时请告诉系统管理员")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(), required=False, help_text="有问题的字段及原因；嵌套的写作 obligations.0.due_on"
    )


PROBLEMS = {
    400: "请求有误：JSON 不合格、字段或者查询参数有问题（见 errors）。",
    401: "没有登录，或者令牌无效、已到期、已吊销。",
    403: "令牌没有这项权限范围，或者这一步不是您的岗位办理（detail 说明由谁办理）。",
    404: "没有这条记录，或者不在您的范围内（两者的答复相同）。",
    409: "与当前情况冲突：别人先办理了，或者现在的状态、法定条件不允许。",
    413: "请求内容过大。",
    415: "请求内容请用 application/json。",
    428: "没有写明依据的版本（version 或者 If-Match）。",
    429: "请求太频繁，Retry-After 秒后再试。",
}
ALWAYS = (401, 403, 429)
#: One example of each: code, sentence, fields.
SAID: dict[int, tuple[Any, ...]] = {
    400: ("invalid", "有几处需要改，见 errors。", {"summary": "请写简要情况，一两句即可。"}),
    401: ("authentication_failed", "令牌无效、已到期或者已吊销。"),
    403: ("not_permitted", "“受理”由窗口受理员、分流员、乡镇综治中心、村（社区）办理。"),
    404: ("not_found", "没有找到该记录。"),
    409: ("conflict", "王敏 10:42 已办理“受理”，现在是“已受理”。已为您刷新，请确认后再办理。"),
    413: ("too_large", TooLarge.default_detail),
    415: ("unsupported_media_type", problems.SENTENCES["unsupported_media_type"]),
    428: ("precondition_required", "请写明依据的版本：请求内容中的 version，或者请求头 If-Match。"),
    429: ("throttled", problems.SENTENCES["throttled"]),
}


def documented(*statuses: int) -> dict[Any, OpenApiResponse]:
    """Responses of these statuses, and of those every endpoint may give, as problem details."""
    return {
        (status, problems.CONTENT_TYPE): OpenApiResponse(
            ProblemSerializer, PROBLEMS[status], examples=[_example(status, *SAID[status])] if status in SAID else []
        )
        for status in sorted({*ALWAYS, *statuses})
    }


def _example(status: int, code: str, detail: str, errors: dict[str, str] | None = None) -> OpenApiExample:
    said: dict[str, Any] = {
        "type": f"urn:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": "/api/v1/disputes/GZ2026-000001/",
        "code": code,
        "request_id": "3f1c9d0e5a7b2c48",
    }
    return OpenApiExample(code, said | ({"errors": errors} if errors else {}), status_codes=[str(status)])


PAGING_PARAMETERS = [
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": DEFAULT_PAGE_SIZE},
        description="每页条数",
    ),
    OpenApiParameter(
        "cursor", {"type": "string", "minLength": 1}, description="上一页 `next` 中的游标，原样带回；不要自己拼写"
    ),
]
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="上次得到的 ETag；没有变化时答复 304"
)
