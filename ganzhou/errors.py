"""Pages for what went wrong.  Each says what to do; a failure of ours carries a number to quote, never data.

Programs under /api/ get the same as problem details.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import problems
from common.logs import current_request


def _page(request: HttpRequest, name: str, status: int, code: str, **context: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problems.page(request, status, code)
    return render(request, f"errors/{name}.html", {"number": current_request().request_id, **context}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400", 400, "invalid")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "403", 403, "permission_denied")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same bytes whether the thing does not exist or is not this person's."""
    if request.path.startswith("/api/"):
        return problems.page(request, 404, "not_found")
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "500", 500, "server_error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "csrf_failure", 403, "csrf_failed")
