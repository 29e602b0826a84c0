"""Pages for what went wrong.  Each says what to do; a failure of ours carries a number to quote, never data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.logs import current_request


def _page(request: HttpRequest, name: str, status: int, **context: Any) -> HttpResponse:
    return render(request, f"errors/{name}.html", {"number": current_request().request_id, **context}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "403", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same bytes whether the thing does not exist or is not this person's."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "500", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "csrf_failure", 403)
