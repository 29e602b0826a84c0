"""A database that is away or too busy: asked to come again, in words and with a time; never a fault of the step."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError
from django.test import Client

from accounts.models import User
from disputes.api.views import DisputesView
from disputes.views.lists import ListPage

pytestmark = pytest.mark.django_db


def away(*args: Any, **kwargs: Any) -> None:
    raise OperationalError("canceling statement due to lock timeout")


@pytest.fixture
def browser(clerk: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(clerk)
    return client


def test_a_page_says_that_the_step_was_not_done_and_when_to_try_again(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListPage, "get", away)
    answer = browser.get("/disputes/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "系统正忙" in answer.content.decode()
    assert "lock timeout" not in answer.content.decode()


def test_a_program_is_told_the_same(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DisputesView, "get", away)
    answer = browser.get("/api/v1/disputes/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert (answer.json()["code"], answer.json()["status"]) == ("busy", 503)


def test_the_page_draws_although_nobody_can_say_who_asks(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SessionStore, "load", away)
    answer = browser.get("/disputes/")
    assert answer.status_code == 503
    assert "请过几秒返回上一页再试一次" in answer.content.decode()


def test_a_connection_that_broke_is_the_same(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(ListPage, "get", broken)
    assert browser.get("/disputes/").status_code == 503


def test_a_fault_of_ours_stays_a_fault(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ValueError

    monkeypatch.setattr(ListPage, "get", broken)
    assert browser.get("/disputes/").status_code == 500
