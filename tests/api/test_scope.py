"""Who gets what: the rows of the pages, the scopes of the token, and one answer for hidden and for missing."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken
from disputes.models import Dispute
from tests.api.conftest import DISPUTES, V1
from tests.factories import ApiTokenFactory

pytestmark = pytest.mark.django_db

NOWHERE = "GZ2099-999999"


def plain(answer):
    """The answer without what differs between any two: the number of the request and the address asked for."""
    body = re.sub(rb'"(request_id|instance)":"[^"]*"', b"", answer.content)
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
    return answer.status_code, body, headers


def test_a_clerk_of_上秦镇_gets_404_for_a_case_of_党寨镇(as_program, clerk, neighbours_case):
    answer = as_program(clerk).get(f"{DISPUTES}{neighbours_case.code}/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("tail", ["", "transitions/accept/", "transitions/nonsense/"])
@pytest.mark.parametrize("body", [{}, {"version": 1}, {"version": 1, "reason": "x"}, {"version": 99}, "not json"])
def test_out_of_scope_answers_byte_for_byte_like_missing(as_program, clerk, neighbours_case, tail, body):
    program = as_program(clerk)
    for call in (program.get, program.post):
        args = [body] if call == program.post else []
        there = call(f"{DISPUTES}{neighbours_case.code}/{tail}", *args)
        gone = call(f"{DISPUTES}{NOWHERE}/{tail}", *args)
        assert plain(there) == plain(gone)
        assert there.status_code in {404, 405}
    neighbours_case.refresh_from_db()
    assert neighbours_case.version == 1


@pytest.mark.parametrize(
    "code", ["x", "GZ2026-1", "%00", "GZ2026-000001%00", "ＧＺ2026-000001", "a" * 500, "GZ2026-000001 "]
)
def test_what_is_no_code_is_not_found(as_program, clerk, case, code):
    program = as_program(clerk)
    assert program.get(f"{DISPUTES}{code}/").status_code == 404
    assert program.post(f"{DISPUTES}{code}/transitions/accept/", {"version": 1}).status_code == 404


def test_an_unknown_step_of_an_own_case_is_not_found(as_program, clerk, case):
    assert as_program(clerk).do(case, "abolish").status_code == 404


READS = [
    DISPUTES,
    f"{DISPUTES}{NOWHERE}/",
    f"{V1}/transitions/",
    f"{V1}/divisions/",
    f"{V1}/categories/",
    f"{V1}/posts/",
    f"{V1}/rosters/",
    f"{V1}/committees/",
    f"{V1}/mediators/",
]
WRITES = [DISPUTES, f"{DISPUTES}{NOWHERE}/transitions/accept/"]
NEEDS = {
    f"{V1}/divisions/": "divisions:read",
    f"{V1}/categories/": "categories:read",
    f"{V1}/posts/": "posts:read",
    f"{V1}/rosters/": "rosters:read",
    f"{V1}/committees/": "committees:read",
    f"{V1}/mediators/": "committees:read",
}


@pytest.mark.parametrize("url", READS)
def test_reading_needs_its_scope(as_program, clerk, url):
    needed = NEEDS.get(url, "disputes:read")
    other = "statistics:read"
    assert as_program(clerk, needed).get(url).status_code in {200, 404}
    refused = as_program(clerk, other, "disputes:write").get(url)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert needed in refused.json()["detail"]


@pytest.mark.parametrize("url", WRITES)
def test_writing_needs_the_write_scope(as_program, clerk, url):
    refused = as_program(clerk, "disputes:read").post(url, {"version": 1})
    assert refused.status_code == 403 and "disputes:write" in refused.json()["detail"]
    assert not Dispute.objects.exists()


def test_without_a_token_or_a_session_there_is_nothing():
    for url in [*READS, f"{V1}/schema/"]:
        answer = Client().get(url)
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
        assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("fault", ["revoked", "expired", "altered", "unknown"])
def test_a_token_that_is_not_good_any_more_is_401(clerk, fault):
    token = ApiTokenFactory(user=clerk)
    bearer = token.bearer
    if fault == "revoked":
        ApiToken.objects.update(revoked_at=timezone.now())
    elif fault == "expired":
        ApiToken.objects.update(created_at=timezone.now() - dt.timedelta(days=60), expires_at=timezone.now())
    elif fault == "altered":
        bearer = bearer[:-1] + ("a" if bearer[-1] != "a" else "b")
    else:
        bearer = "gzt_abcdefghij." + "x" * 43
    answer = Client(headers={"Authorization": f"Bearer {bearer}"}).get(DISPUTES)
    assert answer.status_code == 401


@pytest.mark.parametrize("name", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_see_no_case_here_either(as_program, case, request, name):
    program = as_program(request.getfixturevalue(name))
    assert program.get(DISPUTES).json()["results"] == []
    assert program.get(f"{DISPUTES}{case.code}/").status_code == 404


def test_an_account_without_role_gets_nothing(as_program, person, case):
    assert as_program(person("nobody", "无角色")).get(DISPUTES).status_code == 403


def test_a_session_must_prove_that_the_page_sent_it(clerk, case):
    """SessionAuthentication asks for the CSRF token; a program with a token of its own needs none."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk)
    url = f"{DISPUTES}{case.code}/transitions/accept/"
    assert client.post(url, '{"version": 1}', content_type="application/json").status_code == 403
    case.refresh_from_db()
    assert case.version == 1


def test_divisions_are_those_of_the_callers_places(as_program, clerk, own_township, neighbour_township):
    program = as_program(clerk)
    codes = {row["code"] for row in program.get(f"{V1}/divisions/").json()["results"]}
    assert own_township.code in codes and neighbour_township.code not in codes
    assert all(code.startswith("620702101") for code in codes)
    assert program.get(f"{V1}/divisions/", {"parent": neighbour_township.code}).json()["results"] == []
    assert program.get(f"{V1}/divisions/", {"q": "党寨"}).json()["results"] == []


def test_options_tell_nothing(as_program, clerk, case):
    assert as_program(clerk).client.options(f"{DISPUTES}{case.code}/").status_code == 405


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_case_is_neither_replaced_nor_deleted(as_program, clerk, case, method):
    answer = getattr(as_program(clerk).client, method)(f"{DISPUTES}{case.code}/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
