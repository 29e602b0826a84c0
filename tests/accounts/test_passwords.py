"""Password rules, and the page on which one changes one's own."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.utils import timezone

from accounts import passwords, services
from accounts.models import AuditEvent, LoginSession, User
from tests.accounts.conftest import signed_in_as
from tests.factories import PASSWORD, UserFactory

PAGE = "/accounts/password/"
NEW = "Xue-Shan-Bai-Yang-7"


def change(client: Client, new: str = NEW, *, old: str = PASSWORD, again: str | None = None) -> Any:
    return client.post(PAGE, {"old_password": old, "new_password": new, "again": new if again is None else again})


def faults(password: str, user: User | None = None) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return "；".join(error.messages)
    return ""


# ---- Rules


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Abc-12345", "12"),
        ("abcdefghijklmn", "三种"),
        ("ABCDEFGHIJ1234", "三种"),
        ("Zongzhi-2026-11", "地名"),
        ("我爱甘州Ab12345678", "地名"),
        ("clerk-Abc-1234567", "本人账号"),
        ("Chenxiaomei-123456", "姓名"),
        ("陈晓梅-Abcd-123456", "姓名"),
        ("x" * 120 + "Ab1-23456", "128"),
        ("password1234", "常见"),
    ],
)
def test_each_fault_has_its_sentence(clerk: User, password: str, sentence: str) -> None:
    assert sentence in faults(password, clerk)


@pytest.mark.parametrize("password", [NEW, "山丹 军马场-Bai yun 9", "a" * 100 + "B1", "Correct horse 7 battery"])
def test_long_passwords_with_spaces_and_han_are_fine(clerk: User, password: str) -> None:
    assert faults(password, clerk) == ""


def test_initial_passwords_obey_the_rules_and_differ(db: None) -> None:
    made = {passwords.initial() for _ in range(200)}
    assert len(made) == 200
    assert {faults(password) for password in made} == {""}


def test_production_hashes_with_argon2id_as_owasp_says() -> None:
    with override_settings(PASSWORD_HASHERS=["accounts.hashers.PortalArgon2Hasher"]):
        encoded = get_hasher().encode("secret", "saltsaltsalt")
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


# ---- The page


def test_the_page_lists_the_rules(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    page = client.get(PAGE).content.decode()
    assert "至少三种" in page
    assert "12" in page


def test_changing_works_and_this_browser_stays_signed_in(client: Client, clerk: User, sign_in: Any) -> None:
    client.force_login(clerk)
    before = client.session.session_key
    assert change(client).url == "/accounts/me/"
    assert signed_in_as(client) == "clerk"
    assert client.session.session_key != before
    assert sign_in("clerk", NEW, at=Client()).status_code == 302
    assert sign_in("clerk", PASSWORD, at=Client()).status_code == 200
    assert AuditEvent.objects.filter(action="password.change", actor=clerk).count() == 1


def test_every_other_browser_is_signed_out(clerk: User) -> None:
    here, there = Client(), Client()
    here.force_login(clerk)
    there.force_login(clerk)
    change(here)
    assert signed_in_as(there) == ""
    assert sorted(LoginSession.objects.values_list("ended_why", flat=True)) == ["", "密码已修改"]


def test_the_current_password_is_needed(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    answer = change(client, old="wrong")
    assert answer.status_code == 422
    assert "当前密码不正确" in answer.content.decode()
    assert User.objects.get(pk=clerk.pk).check_password(PASSWORD)


def test_guessing_the_current_password_in_a_borrowed_browser_is_slowed(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert [change(client, old=f"wrong-{n}").status_code for n in range(6)][-2:] == [429, 429]


def test_every_fault_of_a_new_password_is_said_at_once(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    page = change(client, "clerk").content.decode()
    for sentence in ("12", "至少三种", "本人账号"):
        assert sentence in page
    assert 'value="clerk"' not in page.split("new_password")[1]


def test_two_different_new_passwords_are_refused(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert "两次输入的新密码不一样" in change(client, again="other").content.decode()


def test_the_last_five_passwords_do_not_come_back(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    used = [PASSWORD, *(f"Xue-Shan-Bai-Yang-{n}" for n in range(1, 5))]
    for old, new in itertools.pairwise(used):
        assert change(client, new, old=old).status_code == 302
    for earlier in used:
        assert "最近 5 次" in change(client, earlier, old=used[-1]).content.decode()
    assert change(client, "Xue-Shan-Bai-Yang-5", old=used[-1]).status_code == 302
    assert change(client, PASSWORD, old="Xue-Shan-Bai-Yang-5").status_code == 302
    assert clerk.past_passwords.count() <= passwords.HISTORY


# ---- First sign-in, and every 90 days


def test_the_first_sign_in_leads_to_the_password_page_and_nowhere_else(client: Client, db: None) -> None:
    client.force_login(UserFactory(username="xin", fresh=True))
    assert client.get("/accounts/me/").url == PAGE
    assert "首次登录须先修改初始密码" in client.get(PAGE).content.decode()
    assert client.get("/help/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == PAGE
    assert client.get("/api/anything/").json()["code"] == "password_expired"
    assert change(client).status_code == 302
    assert client.get("/accounts/me/").status_code == 200


def test_someone_who_must_change_can_still_sign_out(client: Client, db: None) -> None:
    client.force_login(UserFactory(fresh=True))
    assert client.post("/accounts/logout/").url == "/accounts/login/"


def test_a_password_lives_ninety_days_with_fourteen_of_notice(clerk: User, settings: Any) -> None:
    def aged(days: int) -> User:
        clerk.password_changed_at = timezone.now() - dt.timedelta(days=days)
        return clerk

    assert (passwords.notice(aged(75)), passwords.must_change(aged(75))) == ("", False)
    assert passwords.notice(aged(76)).startswith("密码还有 14 天到期")
    assert not passwords.must_change(aged(89))
    assert passwords.must_change(aged(90))
    settings.PASSWORD_MAX_DAYS = 0
    assert (passwords.notice(aged(900)), passwords.must_change(aged(900))) == ("", False)


def test_an_old_password_must_be_changed_before_anything_else(client: Client, clerk: User, sign_in: Any) -> None:
    User.objects.filter(pk=clerk.pk).update(password_changed_at=timezone.now() - dt.timedelta(days=91))
    sign_in("clerk")
    assert client.get("/accounts/me/").url == PAGE
    assert "已满 90 天" in client.get(PAGE).content.decode()
    change(client)
    assert client.get("/accounts/me/").status_code == 200


def test_the_notice_is_shown_after_signing_in(clerk: User, sign_in: Any, client: Client) -> None:
    User.objects.filter(pk=clerk.pk).update(password_changed_at=timezone.now() - dt.timedelta(days=80))
    sign_in("clerk")
    assert "密码还有 10 天到期" in client.get("/accounts/me/").content.decode()


def test_nothing_moves_when_the_last_write_of_a_change_fails(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    browser.force_login(clerk)
    monkeypatch.setattr("accounts.audit.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.change_password(clerk, NEW)
    monkeypatch.undo()
    assert User.objects.get(pk=clerk.pk).check_password(PASSWORD)
    assert not clerk.past_passwords.exists()
    assert signed_in_as(browser) == "clerk"
