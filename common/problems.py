"""Errors of the REST interface as problem details (RFC 9457), with the same sentences as the pages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.errors import Missing, NotVisible, Refusal
from common.logs import current_request

CONTENT_TYPE = "application/problem+json"

#: code of an error -> status, sentence.  Django's and DRF's own sentences are for programmers.
SENTENCES: dict[str, str] = {
    "parse_error": "请求内容不是有效的 JSON。",
    "invalid": "有几处需要改，见 errors。",
    "not_authenticated": "请先登录，或者提供有效的令牌。",
    "authentication_failed": "令牌无效、已到期或者已吊销。",
    "permission_denied": "没有权限这样做。",
    "csrf_failed": "页面已经过期，请刷新后再试。",
    "not_found": NotVisible().sentence,
    "method_not_allowed": "这个地址不支持这种请求方法。",
    "not_acceptable": "只能以 application/json 答复。",
    "unsupported_media_type": "请求内容请用 application/json。",
    "throttled": "请求太频繁，请稍后再试。",
    "busy": "系统正忙或者正在恢复，这一步没有办成，请稍后原样再试。",
    "server_error": "系统出了问题，请把 request_id 告诉系统管理员。",
}


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to ``exc``; None for what is nobody's refusal but our own fault (Django answers 500 and logs it)."""
    headers: dict[str, str] = {}
    errors: dict[str, str] = {}
    if isinstance(exc, Http404):
        exc = NotVisible()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, DjangoValidationError):
        exc = exceptions.ValidationError(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)

    if isinstance(exc, Refusal):
        status, code, sentence = exc.status, exc.code, exc.sentence
        if isinstance(exc, Missing):
            errors = exc.fields
    elif isinstance(exc, exceptions.APIException):
        status = exc.status_code
        code = _code(exc)
        sentence = SENTENCES.get(code, str(exc.detail))
        if isinstance(exc, exceptions.ValidationError):
            errors = flat(exc.detail)
            sentence = errors.pop("", "") or sentence
        if (wait := getattr(exc, "wait", None)) is not None:
            headers["Retry-After"] = str(math.ceil(wait))
        if getattr(exc, "auth_header", None):
            headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
    else:
        return None
    set_rollback()
    request = context["request"]
    return Response(body(request, status, code, sentence, errors), status, headers=headers, content_type=CONTENT_TYPE)


def _code(exc: exceptions.APIException) -> str:
    """The code of the kind of error, so that a view's wording does not change what a program switches on."""
    if isinstance(exc, exceptions.PermissionDenied) and str(exc.detail).startswith("CSRF"):
        return "csrf_failed"
    return "server_error" if exc.default_code == "error" else str(exc.default_code)


def body(
    request: Any, status: int, code: str, sentence: str, errors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The members of a problem: RFC 9457's five, the request id, and the fields at fault when there are any."""
    problem: dict[str, Any] = {
        "type": f"urn:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "instance": request.path,
        "code": code,
        "request_id": current_request().request_id,
    }
    if errors:
        problem["errors"] = dict(errors)
    return problem


def page(request: HttpRequest, status: int, code: str, sentence: str = "") -> JsonResponse:
    """A problem answered outside of DRF: by the error pages, for addresses under /api/."""
    content = body(request, status, code, sentence or SENTENCES[code])
    return JsonResponse(content, status=status, content_type=CONTENT_TYPE, json_dumps_params={"ensure_ascii": False})


def flat(detail: Any, at: str = "") -> dict[str, str]:
    """First sentence per field; nested ones as ``parties.0.name``, those of the whole under ''."""
    if isinstance(detail, Mapping):
        found: dict[str, str] = {}
        for name, inner in detail.items():
            key = "" if name in {"non_field_errors", "__all__"} else str(name)
            found |= flat(inner, ".".join(part for part in (at, key) if part))
        return found
    if isinstance(detail, list):
        if any(isinstance(inner, Mapping | list) for inner in detail):
            found = {}
            for number, inner in enumerate(detail):
                found |= flat(inner, f"{at}.{number}".strip("."))
            return found
        return {at: str(detail[0])} if detail else {}
    return {at: str(detail)}
