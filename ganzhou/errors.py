"""Pages for what went wrong.  Each says what to do; a failure of ours carries a number to quote, never data.

Programs under /api/ get the same as problem details.
"""

from __future__ import annotations

import sys
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import problems
from common.logs import current_request

#: When a client is asked to try again: a restart of the database takes about as long.
RETRY_SECONDS: Final = 5


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
    """A database that is away or too busy is not a fault of the step: it is asked to be taken again, in a while."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _busy(request)
    return _page(request, "500", 500, "server_error")


def _busy(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        answer: HttpResponse = problems.page(request, 503, "busy")
    else:
        # Without the request: what the shell wants to know of the person would be asked of that very database.
        answer = render(None, "errors/503.html", {"number": current_request().request_id}, status=503)
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "csrf_failure", 403, "csrf_failed")
