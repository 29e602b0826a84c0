"""Signing in and out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.choices import Role
from accounts.demo import DemoAccount, write
from accounts.models import AuditEvent, LoginSession, User
from tests.accounts.conftest import LOGIN, signed_in_as
from tests.factories import COUNTY, PASSWORD, UserFactory


def said(response: Any) -> str:
    """The page without what differs from one request to the next."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", response.content.decode())


def test_the_right_password_leads_to_the_desk(client: Client, clerk: User, sign_in: Any) -> None:
    response = sign_in("clerk")
    assert (response.status_code, response.url) == (302, "/")
    assert signed_in_as(client) == "clerk"


@pytest.mark.parametrize(
    ("fixture", "page"),
    [("security_admin", "/accounts/users/"), ("audit_admin", "/accounts/audit/"), ("system_admin", "/accounts/me/")],
)
def test_administrators_begin_at_their_own_page(request: Any, sign_in: Any, fixture: str, page: str) -> None:
    request.getfixturevalue(fixture)
    assert sign_in(fixture).url == page


def test_someone_without_a_role_begins_at_their_own_page(person: Any, sign_in: Any) -> None:
    person("newcomer", "许诺")
    assert sign_in("newcomer").url == "/accounts/me/"


def test_a_sign_in_opens_a_session_row_and_is_audited(clerk: User, sign_in: Any) -> None:
    sign_in("clerk", ip="10.8.0.7")
    row = LoginSession.objects.get()
    assert (row.user, row.ip, row.ended_at) == (clerk, "10.8.0.7", None)
    event = AuditEvent.objects.get(action="sign_in")
    assert (event.actor, event.ip, event.object_id) == (clerk, "10.8.0.7", str(row.pk))


def test_the_session_key_is_new_after_signing_in(client: Client, clerk: User, sign_in: Any) -> None:
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["portal-session"] = planted
    sign_in("clerk")
    assert client.session.session_key != planted
    assert Client(headers={"cookie": f"portal-session={planted}"}).get("/accounts/me/").status_code == 302


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_read_the_same(clerk: User, sign_in: Any) -> None:
    UserFactory(username="kcerl", is_active=False)
    pages = [
        said(sign_in(name, password, at=Client())).replace(name, "NAME")
        for name, password in [("clerk", "wrong"), ("clorc", "wrong"), ("kcerl", PASSWORD), ("kcerl", "wrong")]
    ]
    assert "账号或者密码不正确" in pages[0]
    assert len(set(pages)) == 1


def test_an_unknown_name_costs_a_hash_like_a_known_one(clerk: User, sign_in: Any, count_hashes: Any) -> None:
    costs = []
    for name in ("clerk", "nobody-at-all"):
        before = count_hashes()
        sign_in(name, "wrong", at=Client())
        costs.append(count_hashes() - before)
    assert costs == [1, 1]


def test_a_failed_sign_in_is_audited_without_what_was_typed(clerk: User, sign_in: Any, acts: Any) -> None:
    sign_in("clerk", "wrong-1")
    sign_in("my-secret-in-the-wrong-box", "wrong-2")
    known, unknown = AuditEvent.objects.order_by("id")
    assert acts() == ["sign_in.failed"] * 2
    assert (known.object_id, known.succeeded, known.actor) == (str(clerk.pk), False, None)
    assert unknown.object_id == ""
    assert "secret" not in str(AuditEvent.objects.values())


def test_signing_out_ends_the_session_row_and_is_audited(client: Client, clerk: User, sign_in: Any, acts: Any) -> None:
    sign_in("clerk")
    response = client.post("/accounts/logout/")
    assert response.url == LOGIN
    assert response.headers["Clear-Site-Data"] == '"cache"'
    assert LoginSession.objects.get().ended_why == "退出登录"
    assert acts() == ["sign_in", "sign_out"]
    assert signed_in_as(client) == ""


def test_signing_out_by_a_link_does_nothing(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert client.get("/accounts/logout/").status_code == 405
    assert signed_in_as(client) == "clerk"


def test_next_leads_back_on_this_site_only(clerk: User, sign_in: Any) -> None:
    assert sign_in("clerk", next="/disputes/?tab=late").url == "/disputes/?tab=late"
    for foreign in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert sign_in("clerk", at=Client(), next=foreign).url == "/"


def test_sign_in_needs_the_csrf_token(clerk: User) -> None:
    answer = Client(enforce_csrf_checks=True).post(LOGIN, {"username": "clerk", "password": PASSWORD})
    assert answer.status_code == 403


@pytest.mark.parametrize("nasty", ["\x00", "a" * 151, "clerk\x00", "' OR 1=1 --", "王" * 100])
def test_odd_names_are_just_wrong(clerk: User, sign_in: Any, nasty: str) -> None:
    assert sign_in(nasty, "whatever").status_code == 200


def test_a_page_asked_for_without_sign_in_leads_to_the_sign_in_page(client: Client, db: None) -> None:
    assert client.get("/accounts/me/").url == f"{LOGIN}?next=/accounts/me/"


def test_a_fragment_asked_for_without_sign_in_is_told_so(client: Client, db: None) -> None:
    here = "http://testserver/disputes/?q=1"
    answer = client.get("/accounts/me/", headers={"HX-Request": "true", "HX-Current-URL": here})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == f"{LOGIN}?next=/disputes/%3Fq%3D1"


# ---- Initial passwords


def test_an_initial_password_is_worth_nothing_after_72_hours(
    client: Client, sign_in: Any, security_admin: User, time_machine: Any
) -> None:
    from accounts import services

    time_machine.move_to("2026-11-23T09:00:00+08:00", tick=False)
    _user, password = services.open_account(by=security_admin, username="xin.ren", name="许诺")
    time_machine.move_to("2026-11-26T08:59:59+08:00", tick=False)
    assert sign_in("xin.ren", password, at=Client()).status_code == 302
    time_machine.move_to("2026-11-26T09:00:00+08:00", tick=False)
    answer = sign_in("xin.ren", password)
    assert "初始密码已经过期" in answer.content.decode()
    assert signed_in_as(client) == ""


def test_that_an_initial_password_is_over_is_told_only_to_who_knows_it(
    sign_in: Any, security_admin: User, time_machine: Any
) -> None:
    from accounts import services

    time_machine.move_to("2026-11-23T09:00:00+08:00")
    services.open_account(by=security_admin, username="xin.ren", name="许诺")
    time_machine.move_to("2026-11-27T09:00:00+08:00")
    assert "过期" not in sign_in("xin.ren", "wrong").content.decode()


# ---- The demo's list of accounts


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> None:
    settings.DEMO_ACCOUNTS_FILE = str(tmp_path / "accounts.json")
    settings.IS_DEMO = True
    write([DemoAccount("clerk", PASSWORD, "窗口受理员", "上秦镇", "陈晓梅")])


def test_the_demo_lists_its_accounts(client: Client, db: None, demo: Any) -> None:
    page = client.get(LOGIN).content.decode()
    assert "演示账号" in page
    assert "窗口受理员" in page


def test_the_list_is_there_in_no_other_profile(client: Client, db: None, demo: Any, settings: Any) -> None:
    settings.IS_DEMO = False
    assert "演示账号" not in client.get(LOGIN).content.decode()
    assert PASSWORD not in client.post(LOGIN, {"fill": "clerk"}).content.decode()


def test_one_click_fills_in_a_listed_account(client: Client, db: None, demo: Any) -> None:
    page = client.post(LOGIN, {"fill": "clerk"}).content.decode()
    assert 'value="clerk"' in page
    assert re.search(rf'type="password"[^>]*value="{PASSWORD}"|value="{PASSWORD}"[^>]*type="password"', page)


def test_an_account_that_is_not_listed_cannot_be_filled_in(client: Client, clerk: User, demo: Any) -> None:
    page = client.post(LOGIN, {"fill": "leader"}).content.decode()
    assert 'value="leader"' not in page.split("演示账号")[0]


def test_the_list_is_for_the_owner_of_the_folder_only(demo: Any, settings: Any) -> None:
    assert Path(settings.DEMO_ACCOUNTS_FILE).stat().st_mode & 0o077 == 0


def test_a_missing_or_broken_list_is_no_list(client: Client, db: None, demo: Any, settings: Any) -> None:
    Path(settings.DEMO_ACCOUNTS_FILE).write_text("{broken")
    assert client.get(LOGIN).status_code == 200
    settings.DEMO_ACCOUNTS_FILE = "/nowhere/accounts.json"
    assert "演示账号" not in client.get(LOGIN).content.decode()


def test_every_role_can_sign_in_and_open_its_own_page(
    person: Any, committee: Any, court: Any, department: Any, sign_in: Any
) -> None:
    from accounts.choices import SEATS
    from grids.choices import Level, OrganisationKind
    from tests.factories import OWN_TOWNSHIP, OWN_VILLAGE

    places = {Level.COUNTY: COUNTY, Level.TOWNSHIP: OWN_TOWNSHIP, Level.VILLAGE: OWN_VILLAGE}
    for role in Role:
        seat = SEATS[role]
        if seat.levels:
            at: Any = places[sorted(seat.levels)[0]]  # type: ignore[index]
        else:
            at = {OrganisationKind.COMMITTEE: committee, OrganisationKind.COURT: court}.get(
                sorted(seat.kinds)[0], department
            )  # type: ignore[call-overload]
        browser = Client()
        person(f"p-{role}", "许诺", role, at)
        assert sign_in(f"p-{role}", at=browser).status_code == 302, role
        assert browser.get("/accounts/me/").status_code == 200, role
