"""How long a browser stays signed in, how many there may be, and who ends them."""

from __future__ import annotations

import contextlib
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import services, sessions
from accounts.choices import Role
from accounts.models import AuditEvent, LoginSession, User
from accounts.tasks import end_idle_sessions
from tests.accounts.conftest import signed_in_as
from tests.factories import UserFactory

MORNING = dt.datetime(2026, 11, 23, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def clock(time_machine: Any) -> Any:
    """``clock(minutes)`` after half past eight."""

    def to(minutes: float) -> None:
        time_machine.move_to(MORNING + dt.timedelta(minutes=minutes), tick=False)

    to(0)
    return to


def visits(client: Client, clock: Any, *minutes: float) -> list[bool]:
    found = []
    for minute in minutes:
        clock(minute)
        found.append(client.get("/accounts/me/").status_code == 200)
    return found


def test_thirty_idle_minutes_end_a_session(client: Client, clerk: User, clock: Any) -> None:
    client.force_login(clerk)
    assert visits(client, clock, 0, 30, 60.1) == [True, True, False]
    assert LoginSession.objects.get().ended_why == "超时"


def test_work_keeps_a_session_alive_for_twelve_hours_and_no_longer(client: Client, clerk: User, clock: Any) -> None:
    client.force_login(clerk)
    assert all(visits(client, clock, *range(0, 720, 20)))
    assert visits(client, clock, 720.1) == [False]


@pytest.mark.parametrize("fixture", ["security_admin", "audit_admin", "system_admin", "leader"])
def test_administrators_and_leaders_have_fifteen_minutes_and_eight_hours(
    request: Any, client: Client, clock: Any, fixture: str
) -> None:
    client.force_login(request.getfixturevalue(fixture))
    assert all(visits(client, clock, *range(0, 480, 15)))
    assert visits(client, clock, 480.1) == [False]
    other = Client()
    other.force_login(request.getfixturevalue(fixture))
    assert visits(other, clock, 481, 496) == [True, False]


def test_the_sign_in_page_says_that_the_last_session_ended(client: Client, clerk: User, clock: Any) -> None:
    client.force_login(clerk)
    clock(31)
    page = client.get("/accounts/me/", follow=True).content.decode()
    assert "上次登录已经结束" in page
    assert "上次登录已经结束" not in client.get("/accounts/login/").content.decode()


def test_a_fourth_browser_ends_the_first(clerk: User, clock: Any) -> None:
    browsers = [Client() for _ in range(4)]
    for number, browser in enumerate(browsers):
        clock(number)
        browser.force_login(clerk)
    assert [bool(signed_in_as(browser)) for browser in browsers] == [False, True, True, True]
    event = AuditEvent.objects.get(action="session.end")
    assert event.detail["why"] == "surplus"


@pytest.mark.django_db(transaction=True)
def test_six_sign_ins_at_the_same_moment_leave_three() -> None:
    """Each must see the others' rows: they queue on the account's row."""
    user = UserFactory()

    def sign_in(_: int) -> None:
        try:
            with contextlib.suppress(UpdateError):  # ended by another sign-in before its first answer was out
                Client().force_login(User.objects.get(pk=user.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(sign_in, range(6)))
    assert LoginSession.objects.count() == 6
    assert LoginSession.objects.open().count() == 3


def test_looking_at_pages_writes_at_most_once_a_minute(
    client: Client, clerk: User, clock: Any, django_assert_max_num_queries: Any
) -> None:
    client.force_login(clerk)
    visits(client, clock, 0.5)
    assert LoginSession.objects.get().seen_at == MORNING
    visits(client, clock, 1.1)
    assert LoginSession.objects.get().seen_at == MORNING + dt.timedelta(minutes=1.1)


def test_a_session_without_its_row_is_nobodys(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    LoginSession.objects.all().delete()
    assert signed_in_as(client) == ""


def test_ending_a_session_takes_effect_on_its_next_request(clerk: User) -> None:
    here, there = Client(), Client()
    here.force_login(clerk)
    there.force_login(clerk)
    row = LoginSession.objects.get(session_key=there.session.session_key)
    assert here.post(f"/accounts/me/sessions/{row.pk}/end/").status_code == 302
    assert signed_in_as(there) == ""
    assert signed_in_as(here) == "clerk"
    assert not Session.objects.filter(session_key=row.session_key).exists()
    row.refresh_from_db()
    assert row.ended_why == "本人结束"


def test_ending_the_session_one_is_in_leads_to_the_sign_in_page(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    row = LoginSession.objects.get()
    assert client.post(f"/accounts/me/sessions/{row.pk}/end/", follow=True).redirect_chain[-1][0] == "/accounts/login/"


def test_nobody_ends_a_strangers_session(client: Client, clerk: User, dispatcher: User) -> None:
    other = Client()
    other.force_login(dispatcher)
    client.force_login(clerk)
    row = LoginSession.objects.get(user=dispatcher)
    assert client.post(f"/accounts/me/sessions/{row.pk}/end/").status_code == 404
    assert signed_in_as(other) == "dispatcher"


def test_disabling_an_account_ends_its_sessions_at_once(client: Client, clerk: User, security_admin: User) -> None:
    client.force_login(clerk)
    services.disable(clerk, by=security_admin, reason="调离")
    assert signed_in_as(client) == ""
    assert LoginSession.objects.get(user=clerk).ended_why == "账号停用"


def test_a_new_far_reaching_role_means_signing_in_anew(
    client: Client, clerk: User, security_admin: User, county: Any
) -> None:
    client.force_login(clerk)
    services.grant(clerk, by=security_admin, role=Role.LEADER, division=county, starts_on=timezone.localdate())
    assert signed_in_as(client) == ""
    client.force_login(User.objects.get(pk=clerk.pk))
    assert LoginSession.objects.open().get(user=clerk).is_strict


def test_an_ordinary_role_counts_on_the_next_request_without_signing_in(
    client: Client, clerk: User, security_admin: User
) -> None:
    client.force_login(clerk)
    services.revoke(clerk.role_holdings.get(), by=security_admin, reason="轮岗")
    page = client.get("/accounts/me/")
    assert page.status_code == 200
    assert not page.context["request"].user.roles


def test_the_sweep_ends_what_idled_and_nothing_else(clerk: User, leader: User, clock: Any) -> None:
    busy, idle, strict = Client(), Client(), Client()
    idle.force_login(clerk)
    clock(20)
    strict.force_login(leader)
    busy.force_login(clerk)
    clock(36)
    assert end_idle_sessions() == 2
    assert end_idle_sessions() == 0
    assert [bool(signed_in_as(browser)) for browser in (busy, idle, strict)] == [True, False, False]


def test_browsers_are_named_not_fingerprinted() -> None:
    win7 = "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/92.0 Safari/537.36"
    phone = "Mozilla/5.0 (Linux; Android 12; HarmonyOS) Chrome/99 Mobile Safari/537.36 MicroMessenger/8.0"
    assert [sessions.browser_name(text) for text in (win7, phone, "", "curl/8")] == [
        "Chrome，Windows 7",
        "微信，鸿蒙",
        "未知浏览器",
        "未知浏览器",
    ]
