"""What every request passes through."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.urls import get_resolver, get_urlconf

from common.errors import Refusal
from common.logs import RequestFacts, answering

Respond = Callable[[HttpRequest], HttpResponse]

REQUEST_ID_HEADER: Final = "X-Request-ID"
_FORWARDING_HEADERS: Final = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


def client_ip(request: HttpRequest) -> str | None:
    """The address of the browser, as far as it can be believed; None for a unix socket without a proxy.

    With ``PORTAL_TRUSTED_PROXIES`` = n > 0 it is the n-th entry of X-Forwarded-For from the right: the one our
    outermost proxy wrote.  What stands further left was sent by the client and means nothing.  When the header is
    shorter than that or is no address, the peer's own address is returned.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    trusted = settings.PORTAL_TRUSTED_PROXIES
    if trusted < 1:
        return peer
    hops = [hop for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if len(hops) < trusted:
        return peer
    return _address(hops[-trusted]) or peer


def _address(text: str) -> str | None:
    text = text.strip()
    # "[2001:db8::1]:443" and "192.0.2.1:443", as some proxies write it
    if match := re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+", text):
        text = match[1] or match[2]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


class RequestIdMiddleware:
    """Gives each request a number for the log, the audit trail, the error page and the response.

    Always our own number: one sent by the client could be made to look like somebody else's.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = secrets.token_hex(8)
        with answering(RequestFacts(request_id, client_ip(request))):
            response = self.get_response(request)
        response.headers[REQUEST_ID_HEADER] = request_id
        return response


class DemoLoopbackMiddleware:
    """The demo has printed passwords, so it serves this machine and nobody else.

    403 unless the peer is a loopback address and no header says that a proxy stands between.  Not in use outside
    the demo profile.
    """

    def __init__(self, get_response: Respond) -> None:
        if settings.PROFILE != "demo":
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_from_here(request):
            return HttpResponseForbidden("演示环境只能在本机浏览器中打开。", content_type="text/plain; charset=utf-8")
        return self.get_response(request)

    @staticmethod
    def _is_from_here(request: HttpRequest) -> bool:
        if any(name in _FORWARDING_HEADERS or name.startswith("HTTP_X_FORWARDED") for name in request.META):
            return False
        peer = _address(request.META.get("REMOTE_ADDR", ""))
        return peer is not None and ip_address(peer).is_loopback


class NoStoreMiddleware:
    """No page of ours is kept by a browser or proxy (ASVS 14.3.2): each may show somebody's dispute.

    Static files do not pass here; they have their own headers.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Cache-Control"] = "no-store"
        return response


class RefusalMiddleware:
    """Turns a refusal that no view caught into its page, with its sentence and status; for htmx, into a fragment.

    What is out of scope answers exactly like what does not exist: the 404 handler, nothing added.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        if exception.status == 404:
            not_found = get_resolver(get_urlconf()).resolve_error_handler(404)
            return not_found(request, Http404())  # type: ignore[call-arg]
        if request.headers.get("HX-Request") == "true":
            return self._fragment(request, exception)
        context = {"refusal": exception.sentence, "sentence": exception.sentence}
        return render(request, f"errors/{exception.status}.html", context, status=exception.status)

    @staticmethod
    def _fragment(request: HttpRequest, refusal: Refusal) -> HttpResponse:
        """What stands where the answer would have stood: the page around it, and what was typed, are kept."""
        if refusal.status == 409:
            context = {"text": refusal.sentence, "reload_url": urlsplit(request.headers.get("HX-Current-URL", "")).path}
            return render(request, "components/conflict.html", context, status=409)
        context = {"title": "没有办成", "text": refusal.sentence}
        return render(request, "components/error.html", context, status=refusal.status)
