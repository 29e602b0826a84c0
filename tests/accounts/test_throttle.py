"""Guessing passwords is slow; being guessed at does not lock anyone out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.test import Client

from accounts import throttle
from accounts.models import AuditEvent, User
from tests.factories import PASSWORD, UserFactory

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
WRONG = "wrong"


@pytest.fixture(autouse=True)
def _morning(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def guess(username: str, password: str = WRONG, ip: str = "203.0.113.9") -> User | None:
    """One guess at the innermost door, without the page around it."""
    request = HttpRequest()
    request.method = "POST"
    request.META["REMOTE_ADDR"] = ip
    return authenticate(request, username=username, password=password)  # type: ignore[return-value]


def test_after_five_failures_the_right_password_is_not_looked_at(clerk: User, sign_in: Any) -> None:
    answers = [sign_in("clerk", "wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert sign_in("clerk", PASSWORD).status_code == 429


def test_the_page_says_when_to_try_again_and_nothing_else(clerk: User, sign_in: Any, time_machine: Any) -> None:
    for _ in range(5):
        answer = sign_in("clerk", "wrong")
    page = answer.content.decode()
    assert '请在 <b class="num">17:10:00</b> 之后再试（约 10 分钟）' in page
    assert "clerk" not in page
    assert answer.headers["Retry-After"] == "600"


def test_the_lock_reads_the_same_for_an_account_that_does_not_exist(clerk: User, sign_in: Any) -> None:
    for name, ip in (("clerk", "10.8.0.1"), ("clorc", "10.8.0.2")):
        answers = [sign_in(name, "wrong", at=Client(), ip=ip) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert answers[-1].content == sign_in("clerk", "wrong", at=Client(), ip="10.8.0.1").content


def test_trying_while_locked_does_not_make_the_wait_longer(clerk: User, sign_in: Any, time_machine: Any) -> None:
    for _ in range(5):
        sign_in("clerk", "wrong")
    time_machine.move_to(NOW + 9 * MINUTE, tick=False)
    assert sign_in("clerk", PASSWORD).status_code == 429
    time_machine.move_to(NOW + 10 * MINUTE + dt.timedelta(seconds=1), tick=False)
    assert sign_in("clerk", PASSWORD).status_code == 302


@pytest.mark.slow
def test_ten_thousand_guesses_at_one_account_are_twenty_at_most(clerk: User, count_hashes: Any) -> None:
    for number in range(10_000):
        guess("clerk", f"guess-{number}")
    assert count_hashes() <= 20


def test_guesses_from_fifty_addresses_are_twenty_at_most(clerk: User, count_hashes: Any, time_machine: Any) -> None:
    """1,000 guesses spread over ten minutes and fifty addresses: the wait of the account grows to a minute."""
    for number in range(1_000):
        time_machine.move_to(NOW + number * dt.timedelta(seconds=0.6), tick=False)
        guess("clerk", f"guess-{number}", ip=f"203.0.113.{number % 50}")
    assert count_hashes() <= 20


def test_one_password_tried_on_many_accounts_is_twenty_at_most(clerk: User, count_hashes: Any) -> None:
    for number in range(500):
        guess(f"person{number:04d}", "Qiu-Tian-2026")
    assert count_hashes() <= 20


def test_a_neighbour_at_the_same_address_is_not_locked_out(clerk: User, dispatcher: User, sign_in: Any) -> None:
    for _ in range(6):
        sign_in("clerk", "wrong", at=Client())
    assert sign_in("dispatcher", at=Client()).status_code == 302


def test_a_clerk_gets_in_from_her_own_browser_while_strangers_guess(client: Client, clerk: User, sign_in: Any) -> None:
    sign_in("clerk")
    client.post("/accounts/logout/")
    for number in range(40):
        guess("clerk", ip=f"203.0.113.{number}")
        guess(f"somebody{number}", ip="10.8.0.1")
    stranger = sign_in("clerk", at=Client(), ip="10.8.0.1")
    assert stranger.status_code == 429
    assert sign_in("clerk", ip="10.8.0.1").status_code == 302


def test_a_known_browser_is_known_for_its_own_people_only(
    client: Client, clerk: User, dispatcher: User, sign_in: Any
) -> None:
    sign_in("clerk")
    client.post("/accounts/logout/")
    for number in range(40):
        guess("dispatcher", ip=f"203.0.113.{number}")
    assert sign_in("dispatcher").status_code == 429


def test_a_forged_device_cookie_is_no_device_cookie(clerk: User, sign_in: Any) -> None:
    for number in range(40):
        guess("clerk", ip=f"203.0.113.{number}")
    browser = Client()
    browser.cookies[throttle.DEVICE_COOKIE] = f'["{throttle.account_key(None, {"username": "clerk"})}"]'
    assert sign_in("clerk", at=browser).status_code == 429


def test_five_people_share_a_windows_computer(sign_in: Any, client: Client, db: None) -> None:
    for number in range(6):
        UserFactory(username=f"shift{number}")
        sign_in(f"shift{number}")
        client.post("/accounts/logout/")
    request = HttpRequest()
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    keys = [throttle.account_key(None, {"username": f"shift{number}"}) for number in range(6)]
    assert throttle.people_of(request) == keys[:0:-1]


def test_upper_case_is_the_same_account_to_the_counter(clerk: User, sign_in: Any) -> None:
    answers = [sign_in(name, "wrong").status_code for name in ("clerk", "CLERK", "Clerk", "cLerk", "clerK")]
    assert answers[-1] == 429


def test_another_browser_name_does_not_start_a_new_count(clerk: User, client: Client) -> None:
    answers = [
        client.post(
            "/accounts/login/", {"username": "clerk", "password": "wrong"}, headers={"user-agent": f"Browser {number}"}
        ).status_code
        for number in range(6)
    ]
    assert answers[-2:] == [429, 429]


def test_success_forgets_the_failures_from_there(clerk: User, sign_in: Any) -> None:
    for _ in range(4):
        sign_in("clerk", "wrong", at=Client())
    assert sign_in("clerk", at=Client()).status_code == 302
    assert sign_in("clerk", "wrong", at=Client()).status_code == 200


def test_what_was_typed_is_not_kept(clerk: User, sign_in: Any) -> None:
    sign_in("My-Password-In-The-Wrong-Box", "also-secret")
    kept = str(list(AccessAttempt.objects.values()))
    assert "Wrong-Box" not in kept
    assert "also-secret" not in kept


def test_a_lock_is_audited_once_and_refused_guesses_leave_no_rows(clerk: User, sign_in: Any, acts: Any) -> None:
    for _ in range(30):
        sign_in("clerk", "wrong")
    assert acts() == ["sign_in.failed"] * 5 + ["sign_in.locked"]
    assert AuditEvent.objects.get(action="sign_in.locked").object_id == str(clerk.pk)


# ---- The sum itself


def attempts(*rows: tuple[str, str, int, float]) -> list[throttle.Attempt]:
    return [(key, ip, failures, NOW - minutes * MINUTE) for key, ip, failures, minutes in rows]


@pytest.mark.parametrize(
    ("rows", "known", "expected"),
    [
        ([], False, None),
        ([("me", "here", 4, 0)], False, None),
        ([("me", "here", 5, 4)], False, NOW + 6 * MINUTE),
        ([("me", "here", 5, 4)], True, NOW + 6 * MINUTE),
        ([("me", "here", 5, 10)], False, None),
        # the account, from elsewhere: 1 s after the fifth failure, doubling to a minute
        ([("me", "there", 5, 0)], False, NOW + dt.timedelta(seconds=1)),
        ([("me", "there", 7, 0)], False, NOW + dt.timedelta(seconds=4)),
        ([("me", "there", 5, 0), ("me", "beyond", 5, 0)], False, NOW + dt.timedelta(seconds=32)),
        ([("me", "there", 500, 0)], False, NOW + MINUTE),
        ([("me", "there", 500, 1)], False, None),
        ([("me", "there", 500, 0)], True, None),
        # the address, for whomever: until fewer than twenty are in the window
        ([("a", "here", 4, 3), ("b", "here", 4, 2), ("c", "here", 12, 1)], False, NOW + 7 * MINUTE),
        ([("a", "here", 4, 3), ("b", "here", 4, 2), ("c", "here", 12, 1)], True, None),
        ([("a", "here", 4, 11), ("b", "here", 4, 2), ("c", "here", 12, 1)], False, None),
    ],
)
def test_when_the_next_guess_is_looked_at(rows: Any, known: bool, expected: dt.datetime | None) -> None:
    assert throttle.wait_until(attempts(*rows), "me", "here", known, NOW) == expected
