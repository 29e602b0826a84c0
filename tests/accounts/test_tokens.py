"""Tokens of client programs: who gets in, with what, and what a stolen database is worth."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.api.authentication import _audited
from accounts.api.throttling import ClientThrottle, Window
from accounts.models import ApiToken, AuditEvent, User
from tests.factories import ApiTokenFactory, UserFactory

THINGS = "/api/things/"


@pytest.fixture(autouse=True)
def _small_api(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.small_urls"
    _audited._spans.clear()
    ClientThrottle._window = None


@pytest.fixture
def token(clerk: User) -> ApiToken:
    return ApiTokenFactory(user=clerk, scopes=["disputes:read", "disputes:write"])


def call(bearer: str, method: str = "get", ip: str = "10.8.0.1", **data: Any) -> Any:
    client = APIClient(REMOTE_ADDR=ip, HTTP_AUTHORIZATION=f"Bearer {bearer}")
    return getattr(client, method)(THINGS, data, format="json") if method == "post" else getattr(client, method)(THINGS)


def refusals() -> list[str]:
    return [event.detail["why"] for event in AuditEvent.objects.filter(action="token.refused").order_by("id")]


# ---- In and out


def test_a_token_acts_as_its_account(token: ApiToken) -> None:
    assert call(token.bearer).json() == {"user": "clerk"}
    assert call(token.bearer, "post", a=1).json() == {"got": {"a": 1}}


def test_without_a_token_the_answer_says_how(db: None) -> None:
    answer = APIClient().get(THINGS)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


FAULTS = ("unknown prefix", "wrong secret", "malformed", "empty", "expired", "revoked", "disabled", "network")


@pytest.mark.parametrize("fault", FAULTS)
def test_every_unusable_token_gets_the_same_answer(token: ApiToken, fault: str) -> None:
    bearer = token.bearer
    match fault:
        case "unknown prefix":
            bearer = tokens.written(tokens.new_prefix(), tokens.new_secret())
        case "wrong secret":
            bearer = tokens.written(token.prefix, tokens.new_secret())
        case "malformed":
            bearer = "gzt_x.y é\x00"
        case "empty":
            bearer = ""
        case "expired":
            ApiToken.objects.update(expires_at=timezone.now())
        case "revoked":
            ApiToken.objects.update(revoked_at=timezone.now())
        case "disabled":
            User.objects.update(is_active=False)
        case "network":
            ApiToken.objects.update(networks=["192.0.2.0/24"])
    answer = call(bearer)
    problem = answer.json()
    problem.pop("request_id")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    assert problem == {
        "type": "urn:problem:authentication_failed",
        "title": "Unauthorized",
        "status": 401,
        "detail": "令牌无效、已到期或者已吊销。",
        "instance": THINGS,
        "code": "authentication_failed",
    }
    assert len(refusals()) == 1


def test_an_unknown_prefix_costs_the_same_look_up_hash_and_comparison(
    token: ApiToken, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    compared: list[tuple[str, str]] = []
    real = tokens.constant_time_compare
    monkeypatch.setattr(tokens, "constant_time_compare", lambda a, b: compared.append((a, b)) or real(a, b))
    for prefix in (token.prefix, tokens.new_prefix()):
        with django_assert_num_queries(1), pytest.raises(tokens.Unusable):
            tokens.find(tokens.written(prefix, tokens.new_secret()), now=timezone.now(), ip=None)
    assert [len(a) == len(b) == 64 for a, b in compared] == [True, True]


def test_a_token_from_its_network_gets_in(token: ApiToken) -> None:
    ApiToken.objects.update(networks=["10.8.0.0/24", "2001:db8::/32"])
    assert call(token.bearer, ip="10.8.0.200").status_code == 200
    assert call(token.bearer, ip="2001:db8::7").status_code == 200
    assert call(token.bearer, ip="10.8.1.1").status_code == 401
    assert not tokens.allows(["10.8.0.0/24"], None)


def test_revoking_counts_from_the_next_call(token: ApiToken, security_admin: User) -> None:
    from accounts import services

    assert call(token.bearer).status_code == 200
    services.revoke_token(token, by=security_admin, reason="x")
    assert call(token.bearer).status_code == 401


def test_a_token_runs_out_to_the_second(token: ApiToken, time_machine: Any) -> None:
    time_machine.move_to(token.expires_at - dt.timedelta(seconds=1), tick=False)
    assert call(token.bearer).status_code == 200
    time_machine.move_to(token.expires_at, tick=False)
    assert call(token.bearer).status_code == 401


# ---- Scopes


@pytest.mark.parametrize(
    ("scopes", "method", "status"),
    [
        (["disputes:read"], "get", 200),
        (["disputes:read"], "head", 200),
        (["disputes:read"], "options", 200),
        (["disputes:read"], "post", 403),
        (["disputes:write"], "get", 403),
        (["disputes:write"], "post", 200),
        (["divisions:read"], "get", 403),
        ([], "get", 403),
    ],
)
def test_a_token_may_what_its_scopes_say(token: ApiToken, scopes: list[str], method: str, status: int) -> None:
    ApiToken.objects.update(scopes=scopes)
    assert call(token.bearer, method).status_code == status


def test_a_missing_scope_is_named_and_audited(token: ApiToken) -> None:
    ApiToken.objects.update(scopes=["disputes:read"])
    assert call(token.bearer, "post").json()["detail"] == "这个令牌没有“登记和办理纠纷”（disputes:write）的权限。"
    event = AuditEvent.objects.get(action="token.refused")
    assert (event.object_id, event.detail["scope"], event.succeeded) == (token.prefix, "disputes:write", False)


def test_a_token_of_an_account_without_roles_may_nothing(db: None) -> None:
    token = ApiTokenFactory(user=UserFactory())
    assert call(token.bearer).status_code == 403


def test_a_view_that_forgot_its_resource_fails_loudly(token: ApiToken) -> None:
    with pytest.raises(ImproperlyConfigured, match="NamelessView"):
        APIClient(HTTP_AUTHORIZATION=f"Bearer {token.bearer}").get("/api/nameless/")


# ---- Signed-in people


def test_a_signed_in_person_reads_with_a_role_and_not_without(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert client.get(THINGS).status_code == 200
    clerk.role_holdings.update(revoked_at=timezone.now())
    assert client.get(THINGS).status_code == 403


def test_a_signed_in_person_writes_with_the_csrf_token_only(clerk: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk)
    refused = client.post(THINGS, {"a": 1}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    client.get("/accounts/password/")
    header = {"X-CSRFToken": client.cookies["portal-csrf"].value}
    assert client.post(THINGS, {"a": 1}, content_type="application/json", headers=header).status_code == 200


def test_a_token_in_a_url_is_no_token(token: ApiToken) -> None:
    assert APIClient().get(f"{THINGS}?token={token.bearer}&access_token={token.bearer}").status_code == 401


# ---- What is kept


def test_a_dump_of_the_database_contains_no_usable_token(token: ApiToken, security_admin: User, clerk: User) -> None:
    from accounts import services

    _, issued = services.issue_token(clerk, by=security_admin, name="x", scopes=["disputes:read"], days=1)
    call(issued)
    secrets = [bearer.partition(".")[2] for bearer in (token.bearer, issued)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        dump = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608  names from the catalogue
            dump += "\n".join(line for (line,) in cursor.fetchall())
    assert token.prefix in dump
    assert not any(secret in dump for secret in secrets)


def test_the_digest_needs_the_key_that_is_not_in_the_database(token: ApiToken, settings: Any) -> None:
    assert call(token.bearer).status_code == 200
    settings.PORTAL_INDEX_KEY = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="
    assert call(token.bearer).status_code == 401


def test_secrets_have_256_bits_and_prefixes_do_not_repeat() -> None:
    made = {(tokens.new_prefix(), tokens.new_secret()) for _ in range(500)}
    assert len({prefix for prefix, _ in made}) == len({secret for _, secret in made}) == 500
    assert {len(secret) for _, secret in made} == {43}


def test_the_database_refuses_a_token_longer_than_ninety_days(clerk: User) -> None:
    now = timezone.now()
    with pytest.raises(IntegrityError, match="token_lasts_90_days_at_most"), transaction.atomic():
        ApiTokenFactory(user=clerk, created_at=now, expires_at=now + dt.timedelta(days=90, seconds=1))


def test_last_use_is_written_at_most_once_a_minute(token: ApiToken, time_machine: Any) -> None:
    moment = timezone.now()

    def used_at(seconds: float) -> float:
        time_machine.move_to(moment + dt.timedelta(seconds=seconds), tick=False)
        call(token.bearer)
        last: Any = ApiToken.objects.get(pk=token.pk).last_used_at
        return float((last - moment).total_seconds())

    assert [used_at(seconds) for seconds in (0, 30, 60, 61, 90)] == [0, 0, 0, 61, 61]


# ---- How often


def test_a_client_is_asked_to_wait(token: ApiToken, settings: Any) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"client": "3/min"}}
    answers = [call(token.bearer) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].json()["detail"] == "请求太频繁，请稍后再试。"
    other = ApiTokenFactory(user=token.user)
    assert call(other.bearer).status_code == 200


def test_a_window_opens_again_and_keeps_its_memory_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window(limit=2, seconds=60)
    assert [window.admit("a", now)[0] for now in (0, 1, 2, 59.9, 60, 61, 62)] == [
        True,
        True,
        False,
        False,
        True,
        True,
        False,
    ]
    assert window.admit("a", 70)[1] == 50
    monkeypatch.setattr(Window, "MOST_KEYS", 100)
    for number in range(1_000):
        window.admit(str(number), 100)
    assert len(window._spans) <= 100


def test_a_flood_of_bad_tokens_leaves_few_audit_rows(db: None) -> None:
    for _ in range(200):
        assert call("gzt_nonsense").status_code == 401
    assert len(refusals()) == 20


def test_the_documentation_names_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    from drf_spectacular.generators import SchemaGenerator

    from tests.small_urls import urlpatterns

    schema = SchemaGenerator(patterns=urlpatterns[:1]).get_schema(public=True)
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert {"token": []} in schema["paths"]["/api/things/"]["get"]["security"]
