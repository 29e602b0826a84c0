"""Refusals as problem details for programs, and as pages for people."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from common.problems import flat
from tests.small_api import REFUSALS


@pytest.fixture(autouse=True)
def _small_api(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.small_urls"


@pytest.fixture
def signed_in(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


EXPECTED = {
    "not_visible": (404, "not_found", "没有找到该记录。"),
    "http404": (404, "not_found", "没有找到该记录。"),
    "not_permitted": (403, "not_permitted", "“受理”由窗口受理员办理。"),
    "permission_denied": (403, "permission_denied", "没有权限这样做。"),
    "wrong_state": (409, "wrong_state", "现在是“已归档”，不能受理。"),
    "gate": (409, "gate_closed", "协议尚未录入，不能结案。"),
    "conflict": (409, "conflict", "王敏 10:42 已受理此案。"),
    "missing": (400, "invalid", "请选择调解员。"),
    "django_validation": (400, "invalid", "有几处需要改，见 errors。"),
    "drf_nested": (400, "invalid", "至少两方。"),
}


@pytest.mark.parametrize("how", EXPECTED)
def test_every_refusal_is_a_problem(signed_in: Client, how: str) -> None:
    answer = signed_in.get(f"/api/refusing/{how}/")
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, problem["code"], problem["detail"]) == EXPECTED[how]
    assert problem["status"] == answer.status_code
    assert problem["instance"] == f"/api/refusing/{how}/"
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert problem["type"] == f"urn:problem:{problem['code']}"
    assert "secret" not in answer.content.decode()


def test_fields_at_fault_are_named(signed_in: Client) -> None:
    assert signed_in.get("/api/refusing/missing/").json()["errors"] == {"mediator": "请选择调解员。"}
    assert signed_in.get("/api/refusing/django_validation/").json()["errors"] == {"phone": "电话号码不对。"}
    assert signed_in.get("/api/refusing/drf_nested/").json()["errors"] == {"parties.1.name": "请填写姓名。"}


def test_out_of_scope_reads_like_nonexistent(signed_in: Client) -> None:
    def body(how: str) -> str:
        text = signed_in.get(f"/api/refusing/{how}/").content.decode().replace(how, "HOW")
        return re.sub(r'"request_id":"\w+"', "", text)

    assert body("not_visible") == body("http404")


@pytest.mark.parametrize(
    ("method", "content_type", "content", "status", "code"),
    [
        ("post", "application/json", "{broken", 400, "parse_error"),
        ("post", "text/plain", "x", 415, "unsupported_media_type"),
        ("delete", "application/json", "", 405, "method_not_allowed"),
    ],
)
def test_what_the_framework_refuses_is_a_problem_too(
    signed_in: Client, method: str, content_type: str, content: str, status: int, code: str
) -> None:
    answer = getattr(signed_in, method)("/api/things/", content, content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "。" in answer.json()["detail"]


def test_our_own_fault_is_not_hidden_from_the_log(signed_in: Client) -> None:
    with pytest.raises(RuntimeError, match="boom"):
        signed_in.get("/api/refusing/fault/")


def test_our_own_fault_is_a_problem_with_a_number_and_without_the_reason(signed_in: Client) -> None:
    signed_in.raise_request_exception = False
    answer = signed_in.get("/api/refusing/fault/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
    assert "boom" not in answer.content.decode()


def test_an_address_that_does_not_exist_is_a_problem_under_api(signed_in: Client) -> None:
    answer = signed_in.get("/api/no/such/thing/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"a": ["x", "y"]}, {"a": "x"}),
        (["x", "y"], {"": "x"}),
        ("x", {"": "x"}),
        ({"a": {"b": {"c": ["x"]}}}, {"a.b.c": "x"}),
        ([{"a": ["x"]}, {}], {"0.a": "x"}),
        ({"a": []}, {}),
        ({"non_field_errors": ["x"], "a": {"non_field_errors": ["y"]}}, {"": "x", "a": "y"}),
    ],
)
def test_nested_errors_become_one_list(detail: Any, expected: dict[str, str]) -> None:
    assert flat(detail) == expected


# ---- Pages


@pytest.mark.parametrize("how", ["not_permitted", "wrong_state", "gate", "conflict"])
def test_a_page_shows_the_sentence_and_status(signed_in: Client, how: str) -> None:
    answer = signed_in.get(f"/refusing/{how}/")
    status, _, sentence = EXPECTED[how]
    assert answer.status_code == status
    assert sentence in answer.content.decode()


def test_a_page_out_of_scope_is_byte_for_byte_one_that_does_not_exist(signed_in: Client) -> None:
    pages = {
        signed_in.get(address).content for address in ("/refusing/not_visible/", "/refusing/http404/", "/no/such/page/")
    }
    assert len(pages) == 1
    assert "没有" in pages.pop().decode()


@pytest.mark.parametrize("how", ["not_permitted", "wrong_state", "conflict", "missing"])
def test_a_fragment_gets_a_fragment(signed_in: Client, how: str) -> None:
    answer = signed_in.get(f"/refusing/{how}/", headers={"HX-Request": "true"})
    status, _, sentence = EXPECTED[how]
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_refusal_of_something_missing_has_a_page(signed_in: Client) -> None:
    answer = signed_in.get("/refusing/missing/")
    assert answer.status_code == 400
    assert "请选择调解员" in answer.content.decode()


def test_every_kind_of_refusal_is_tried() -> None:
    assert {*EXPECTED, "fault"} == set(REFUSALS)
