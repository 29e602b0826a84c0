import re

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import RequestFactory

from common.errors import Conflict, GuardRefused, NotPermitted, NotVisible
from common.logs import current_request
from common.middleware import (
    DemoLoopbackMiddleware,
    NoStoreMiddleware,
    RefusalMiddleware,
    RequestIdMiddleware,
    client_ip,
)

# This module is also a root of addresses of its own, with one page: the one for what does not exist.
urlpatterns: list[object] = []


def handler404(request, exception):
    return HttpResponse(f"没有找到 {request.path}", status=404)


def respond(request):
    return HttpResponse(current_request().request_id)


def request(**meta):
    return RequestFactory().get("/", **meta)


# -- whose address -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "192.0.2.9"),
        (0, "198.51.100.1", "192.0.2.9"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "192.0.2.9"),
        (1, "", "192.0.2.9"),
        (1, "unknown", "192.0.2.9"),
        (1, "198.51.100.1:5000", "198.51.100.1"),
        (1, "[2001:db8::1]:5000", "2001:db8::1"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(settings, proxies, forwarded, address):
    settings.PORTAL_TRUSTED_PROXIES = proxies
    meta = {"REMOTE_ADDR": "192.0.2.9"}
    if forwarded is not None:
        meta["HTTP_X_FORWARDED_FOR"] = forwarded
    assert client_ip(request(**meta)) == address


def test_a_unix_socket_has_no_address(settings):
    settings.PORTAL_TRUSTED_PROXIES = 0
    assert client_ip(request(REMOTE_ADDR="")) is None


# -- request id ----------------------------------------------------------------------------------------------------


def test_each_request_has_its_own_number_in_log_and_response():
    middleware = RequestIdMiddleware(respond)
    one, two = middleware(request()), middleware(request())
    assert one["X-Request-ID"] == one.content.decode() != two["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", one["X-Request-ID"])
    assert current_request().request_id == ""


def test_a_number_sent_by_the_client_is_not_used():
    response = RequestIdMiddleware(respond)(request(HTTP_X_REQUEST_ID="forged"))
    assert response["X-Request-ID"] != "forged"


# -- the demo serves this machine ----------------------------------------------------------------------------------


@pytest.fixture
def demo(settings):
    settings.PROFILE = "demo"
    return DemoLoopbackMiddleware(respond)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_the_demo_answers_this_machine(demo, peer):
    assert demo(request(REMOTE_ADDR=peer)).status_code == 200


@pytest.mark.parametrize("peer", ["192.0.2.9", "10.0.0.1", "2001:db8::1", "", "localhost"])
def test_the_demo_refuses_everyone_else(demo, peer):
    assert demo(request(REMOTE_ADDR=peer)).status_code == 403


@pytest.mark.parametrize(
    "header", ["FORWARDED", "X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_FORWARDED_HOST", "X_REAL_IP", "VIA"]
)
def test_the_demo_refuses_to_stand_behind_a_proxy(demo, header):
    assert demo(request(REMOTE_ADDR="127.0.0.1", **{f"HTTP_{header}": "127.0.0.1"})).status_code == 403


def test_outside_the_demo_it_is_not_used(settings):
    settings.PROFILE = "production"
    with pytest.raises(MiddlewareNotUsed):
        DemoLoopbackMiddleware(respond)


# -- nothing is kept, refusals are read ----------------------------------------------------------------------------


def test_no_page_is_kept():
    def careless(request):
        return HttpResponse(headers={"Cache-Control": "public, max-age=60"})

    assert NoStoreMiddleware(careless)(request())["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "refusal", [NotPermitted("由窗口受理员办理。"), GuardRefused("请先告知权利义务。"), Conflict("王敏已受理此案。")]
)
def test_a_refusal_is_a_page_with_its_sentence(rf, refusal):
    response = RefusalMiddleware(respond).process_exception(rf.get("/"), refusal)
    assert response.status_code == refusal.status
    assert refusal.sentence in response.content.decode()


def test_out_of_scope_is_the_very_page_of_what_does_not_exist(client, settings):
    settings.ROOT_URLCONF = __name__
    there_is_none = client.get("/no-such-page/")
    not_yours = RefusalMiddleware(respond).process_exception(there_is_none.wsgi_request, NotVisible())
    assert (not_yours.status_code, not_yours.content) == (404, there_is_none.content)


def test_other_errors_pass(rf):
    assert RefusalMiddleware(respond).process_exception(rf.get("/"), ValueError()) is None
