"""我的, and the pages of the security administrator."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import confirmation, services
from accounts.choices import Role
from accounts.models import ApiToken, AuditEvent, LoginSession, User
from tests.accounts.conftest import signed_in_as
from tests.factories import COUNTY, OWN_TOWNSHIP, PASSWORD, ApiTokenFactory, RoleHoldingFactory, UserFactory, place

USERS = "/accounts/users/"


@pytest.fixture
def desk(client: Client, security_admin: User, sign_in: Any) -> Client:
    """The security administrator's browser, just signed in."""
    sign_in("security_admin")
    return client


# ---- 我的


def test_my_page_shows_roles_sessions_and_where_the_size_of_type_is(client: Client, clerk: User) -> None:
    RoleHoldingFactory(user=clerk, role=Role.DISPATCHER, starts_on=dt.date(2023, 1, 1), ends_on=dt.date(2023, 12, 31))
    client.force_login(clerk)
    page = client.get("/accounts/me/").content.decode()
    for words in ("窗口受理员", "上秦镇", "2024-01-01 ～ 长期", "在任", "已到期", "本次登录", "字号"):
        assert words in page


def test_my_page_lists_only_my_tokens_and_no_secret(client: Client, clerk: User, dispatcher: User) -> None:
    mine = ApiTokenFactory(user=clerk, name="大屏")
    ApiTokenFactory(user=dispatcher, name="别人的")
    client.force_login(clerk)
    page = client.get("/accounts/me/").content.decode()
    assert f"gzt_{mine.prefix}" in page
    assert mine.bearer not in page
    assert mine.digest not in page
    assert "别人的" not in page


def test_my_page_costs_few_queries(client: Client, clerk: User, django_assert_max_num_queries: Any) -> None:
    client.force_login(clerk)
    with django_assert_max_num_queries(9):
        client.get("/accounts/me/")


# ---- Who may


ADDRESSES = [
    USERS,
    "/accounts/users/new/",
    "/accounts/tokens/",
    *(
        f"/accounts/users/{{pk}}/{tail}"
        for tail in ("", "amend/", "password/", "disable/", "enable/", "roles/new/", "tokens/new/")
    ),
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("fixture", ["clerk", "leader", "system_admin", "audit_admin"])
def test_the_pages_are_the_security_administrators(
    request: Any, client: Client, dispatcher: User, fixture: str, address: str
) -> None:
    client.force_login(request.getfixturevalue(fixture))
    answer = client.get(address.format(pk=dispatcher.pk))
    assert answer.status_code == 403
    assert "安全管理员" in answer.content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_opens_for_the_security_administrator(desk: Client, clerk: User, address: str) -> None:
    assert desk.get(address.format(pk=clerk.pk)).status_code == 200


@pytest.mark.parametrize("tail", ["", "amend/", "roles/new/", "roles/1/revoke/", "tokens/1/revoke/"])
def test_an_account_that_does_not_exist_is_not_found(desk: Client, tail: str) -> None:
    assert desk.get(f"/accounts/users/999999/{tail}").status_code == 404


def test_a_role_or_token_or_session_of_another_account_is_not_found_under_this_one(
    desk: Client, clerk: User, dispatcher: User
) -> None:
    token = ApiTokenFactory(user=dispatcher)
    holding = dispatcher.role_holdings.get()
    Client().force_login(dispatcher)
    session = LoginSession.objects.get(user=dispatcher)
    for tail in (f"roles/{holding.pk}/revoke/", f"tokens/{token.pk}/revoke/", f"sessions/{session.pk}/end/"):
        assert desk.post(f"/accounts/users/{clerk.pk}/{tail}", {"reason": "x"}).status_code == 404


# ---- The list


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"clerk", "dispatcher", "neighbouring_clerk", "security_admin"}),
        ("q=陈晓", {"clerk"}),
        ("q=CLERK", {"clerk", "neighbouring_clerk"}),
        ("role=clerk", {"clerk", "neighbouring_clerk"}),
        (f"place={OWN_TOWNSHIP}", {"clerk", "dispatcher"}),
        (f"place={COUNTY}", {"security_admin"}),
        (f"role=clerk&place={OWN_TOWNSHIP}", {"clerk"}),
        ("state=disabled", set()),
        ("state=initial", set()),
        ("state=no_role", set()),
        ("role=nonsense&place=nonsense", {"clerk", "dispatcher", "neighbouring_clerk", "security_admin"}),
    ],
)
def test_the_list_can_be_narrowed(
    desk: Client, clerk: User, dispatcher: User, neighbouring_clerk: User, query: str, names: set[str]
) -> None:
    page = desk.get(f"{USERS}?{query}")
    assert {row["username"] for row in page.context["rows"]} == names


def test_a_village_mediator_is_found_under_the_township(desk: Client, mediator: User, village_worker: User) -> None:
    page = desk.get(f"{USERS}?place={OWN_TOWNSHIP}")
    assert {row["username"] for row in page.context["rows"]} == {"mediator", "village_worker"}


def test_the_list_is_cut_into_pages_and_costs_the_same(desk: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(45):
        UserFactory(role=Role.CLERK)
    with django_assert_max_num_queries(12):
        page = desk.get(f"{USERS}?page=2")
    assert len(page.context["rows"]) == 20
    assert [one.get("n") for one in page.context["pager"]["pages"]] == [1, 2, 3]
    assert page.context["pager"]["total"] == 46


# ---- Opening an account


def test_an_account_is_opened_with_a_password_shown_once(desk: Client, sign_in: Any) -> None:
    page = desk.post(
        "/accounts/users/new/", {"username": "xu.nuo", "name": "许诺", "title": "窗口 3 号"}
    ).content.decode()
    password = re.search(r"<b>([\w-]{19})</b>", page)[1]  # type: ignore[index]
    user = User.objects.get(username="xu.nuo")
    assert user.must_change_password
    assert password not in desk.get(f"/accounts/users/{user.pk}/").content.decode()
    browser = Client()
    assert sign_in("xu.nuo", password, at=browser).status_code == 302
    assert browser.get("/accounts/me/").url == "/accounts/password/"
    assert AuditEvent.objects.filter(action="account.open", object_id=str(user.pk)).count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"username": "clerk", "name": "许诺"}, "已经有人用了"),
        ({"username": "Clerk", "name": "许诺"}, "小写字母"),
        ({"username": "x", "name": "许诺"}, "3 至 30 个"),
        ({"username": "xu.nuo", "name": ""}, "请输入姓名"),
        ({"username": "", "name": "许诺"}, "请输入账号"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(
    desk: Client, clerk: User, data: dict[str, str], sentence: str
) -> None:
    answer = desk.post("/accounts/users/new/", {**data, "title": "窗口 3 号"})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="窗口 3 号"' in answer.content.decode()
    assert User.objects.count() == 2


def test_a_lost_password_is_replaced_not_told(desk: Client, clerk: User, sign_in: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    page = desk.post(f"/accounts/users/{clerk.pk}/password/").content.decode()
    password = re.search(r"<b>([\w-]{19})</b>", page)[1]  # type: ignore[index]
    assert signed_in_as(browser) == ""
    assert sign_in("clerk", PASSWORD, at=Client()).status_code == 200
    assert sign_in("clerk", password, at=Client()).status_code == 302


# ---- Disabling and enabling


def test_an_account_is_disabled_with_a_reason_and_enabled_again(desk: Client, clerk: User, sign_in: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    page = f"/accounts/users/{clerk.pk}/disable/"
    assert "请写明事由" in desk.post(page, {}).content.decode()
    assert desk.post(page, {"reason": "调离"}).status_code == 302
    assert signed_in_as(browser) == ""
    assert sign_in("clerk", at=Client()).status_code == 200
    assert desk.post(page, {"reason": "调离"}).status_code == 409
    assert desk.post(f"/accounts/users/{clerk.pk}/enable/", {"reason": "调回"}).status_code == 302
    assert sign_in("clerk", at=Client()).status_code == 302
    assert AuditEvent.objects.get(action="account.disable").reason == "调离"


@pytest.mark.parametrize("tail", ["disable/", "password/"])
def test_nobody_disables_or_resets_themselves(desk: Client, security_admin: User, tail: str) -> None:
    answer = desk.post(f"/accounts/users/{security_admin.pk}/{tail}", {"reason": "x"})
    assert answer.status_code == 403
    assert "另一名安全管理员" in answer.content.decode()
    assert User.objects.get(pk=security_admin.pk).is_active


# ---- Roles


def grant(desk: Client, user: User, role: str, **data: Any) -> Any:
    return desk.post(f"/accounts/users/{user.pk}/roles/new/", {"role": role, "starts_on": "2026-01-01", **data})


def test_a_role_is_granted_and_revoked_on_the_page(desk: Client) -> None:
    user = UserFactory()
    assert grant(desk, user, Role.CLERK, division=OWN_TOWNSHIP, ends_on="2099-12-31").status_code == 302
    holding = user.role_holdings.get()
    assert (holding.division_id, holding.ends_on) == (OWN_TOWNSHIP, dt.date(2099, 12, 31))
    assert "窗口受理员" in desk.get(f"/accounts/users/{user.pk}/").content.decode()
    assert desk.post(f"/accounts/users/{user.pk}/roles/{holding.pk}/revoke/", {"reason": "轮岗"}).status_code == 302
    assert User.objects.get(pk=user.pk).roles == frozenset()
    assert "收回" in desk.get(f"/accounts/users/{user.pk}/").content.decode()


def test_a_role_in_an_organisation(desk: Client, committee: Any) -> None:
    user = UserFactory()
    assert grant(desk, user, Role.MEDIATOR, organisation=committee.pk, division=OWN_TOWNSHIP).status_code == 302
    assert user.role_holdings.get().organisation == committee.organisation


@pytest.mark.parametrize(
    ("role", "data", "sentence"),
    [
        (Role.CLERK, {}, "请选择所在区划"),
        (Role.CLERK, {"division": "620702101207"}, "窗口受理员不在这一级区划任职"),
        (Role.CLERK, {"division": "999999999999"}, "没有这个区划"),
        (Role.CLERK, {"division": OWN_TOWNSHIP, "starts_on": "看不懂"}, "看不懂这个日期"),
        (Role.CLERK, {"division": OWN_TOWNSHIP, "ends_on": "2025-12-31"}, "止期不能早于起期"),
        (Role.MEDIATOR, {}, "请选择所在机构"),
        ("", {"division": OWN_TOWNSHIP}, "请选择角色"),
    ],
)
def test_what_stands_against_a_role_is_said(
    desk: Client, own_village: Any, role: str, data: dict[str, str], sentence: str
) -> None:
    user = UserFactory()
    answer = grant(desk, user, role, **data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not user.role_holdings.exists()


def test_the_exclusive_three_read_their_sentence(desk: Client, audit_admin: User) -> None:
    answer = grant(desk, audit_admin, Role.SYSTEM_ADMIN, division=COUNTY)
    assert answer.status_code == 400
    assert "不得由同一人兼任" in answer.content.decode()


# ---- Asking for one's own password again


def test_after_ten_minutes_the_own_password_is_asked_in_the_same_form(desk: Client, time_machine: Any) -> None:
    user = UserFactory()
    place(OWN_TOWNSHIP)
    time_machine.move_to(timezone.now() + confirmation.LASTS + dt.timedelta(seconds=1))
    answer = grant(desk, user, Role.CLERK, division=OWN_TOWNSHIP)
    assert answer.status_code == 422
    assert "请输入您自己的密码" in answer.content.decode()
    assert grant(desk, user, Role.CLERK, division=OWN_TOWNSHIP, own_password="wrong").status_code == 422
    assert not user.role_holdings.exists()
    assert grant(desk, user, Role.CLERK, division=OWN_TOWNSHIP, own_password=PASSWORD).status_code == 302
    assert grant(desk, user, Role.CLERK, division=COUNTY).status_code == 302


def test_guessing_the_own_password_is_slowed_like_a_sign_in(desk: Client, time_machine: Any) -> None:
    user = UserFactory()
    time_machine.move_to(timezone.now() + confirmation.LASTS + dt.timedelta(seconds=1))
    answers = [grant(desk, user, Role.CLERK, division=OWN_TOWNSHIP, own_password=f"wrong-{n}") for n in range(6)]
    assert [answer.status_code for answer in answers][-2:] == [429, 429]


@pytest.mark.parametrize(
    "tail", ["users/new/", "users/{pk}/password/", "users/{pk}/roles/new/", "users/{pk}/tokens/new/"]
)
def test_far_reaching_steps_ask(client: Client, security_admin: User, clerk: User, tail: str) -> None:
    client.force_login(security_admin)  # signed in, but nobody typed a password
    assert "own_password" in client.get(f"/accounts/{tail}".format(pk=clerk.pk)).content.decode()


# ---- Sessions and tokens


def test_a_browser_is_ended_from_the_account_page(desk: Client, clerk: User) -> None:
    browser = Client()
    browser.force_login(clerk)
    row = LoginSession.objects.get(user=clerk)
    assert desk.post(f"/accounts/users/{clerk.pk}/sessions/{row.pk}/end/").status_code == 302
    assert signed_in_as(browser) == ""
    event = AuditEvent.objects.get(action="session.end")
    assert (event.actor.username, event.detail["user"]) == ("security_admin", clerk.pk)


def issue(desk: Client, user: User, **data: Any) -> Any:
    fields = {"name": "统计报送", "scopes": ["disputes:read"], "days": "30", **data}
    return desk.post(f"/accounts/users/{user.pk}/tokens/new/", fields)


def test_a_token_is_shown_once(desk: Client, clerk: User) -> None:
    page = issue(desk, clerk, networks="10.8.3.7/24, 192.0.2.1").content.decode()
    bearer = re.search(r"gzt_\w{10}\.[\w-]{43}", page)[0]  # type: ignore[index]
    token = ApiToken.objects.get()
    assert bearer.startswith(f"gzt_{token.prefix}.")
    assert token.networks == ["10.8.3.0/24", "192.0.2.1/32"]
    assert (token.expires_at - token.created_at).days == 30
    for address in (f"/accounts/users/{clerk.pk}/", "/accounts/tokens/"):
        assert bearer not in desk.get(address).content.decode()
    assert bearer.split(".")[1] not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": ""}, "给哪个程序用"),
        ({"scopes": []}, "至少选一项"),
        ({"scopes": ["everything:write"]}, "everything:write"),
        ({"days": "91"}, "最长 90 天"),
        ({"days": "0"}, "至少 1 天"),
        ({"networks": "10.8.3.0/99"}, "不是网段"),
    ],
)
def test_a_faulty_token_is_refused_in_words(desk: Client, clerk: User, data: dict[str, Any], sentence: str) -> None:
    answer = issue(desk, clerk, **data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_with_a_reason(desk: Client, clerk: User) -> None:
    token = ApiTokenFactory(user=clerk)
    page = f"/accounts/users/{clerk.pk}/tokens/{token.pk}/revoke/"
    assert desk.post(page, {"reason": "程序下线"}).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at
    assert desk.post(page, {"reason": "程序下线"}).status_code == 409


@pytest.mark.parametrize(
    ("query", "names"), [("", {"甲", "乙"}), ("q=甲", {"甲"}), ("state=usable", {"甲"}), ("state=unusable", {"乙"})]
)
def test_the_token_list_can_be_narrowed(desk: Client, clerk: User, query: str, names: set[str]) -> None:
    ApiTokenFactory(user=clerk, name="甲")
    ApiTokenFactory(user=clerk, name="乙", revoked_at=timezone.now())
    assert {row["name"] for row in desk.get(f"/accounts/tokens/?{query}").context["rows"]} == names


# ---- Atomicity


@pytest.mark.parametrize(
    "verb",
    [
        "disable",
        "enable",
        "renew_initial_password",
        "open_account",
        "amend_account",
        "issue_token",
        "revoke_token",
        "revoke",
    ],
)
def test_no_verb_without_its_audit_row(
    security_admin: User, clerk: User, dispatcher: User, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    User.objects.filter(pk=dispatcher.pk).update(is_active=False)
    dispatcher.refresh_from_db()
    token = ApiTokenFactory(user=clerk)
    calls: dict[str, Any] = {
        "disable": lambda: services.disable(clerk, by=security_admin, reason="x"),
        "enable": lambda: services.enable(dispatcher, by=security_admin, reason="x"),
        "renew_initial_password": lambda: services.renew_initial_password(clerk, by=security_admin),
        "open_account": lambda: services.open_account(by=security_admin, username="new.one", name="许诺"),
        "amend_account": lambda: services.amend_account(clerk, by=security_admin, name="改", title="", phone=""),
        "issue_token": lambda: services.issue_token(
            clerk, by=security_admin, name="x", scopes=["disputes:read"], days=1
        ),
        "revoke_token": lambda: services.revoke_token(token, by=security_admin, reason="x"),
        "revoke": lambda: services.revoke(clerk.role_holdings.get(), by=security_admin, reason="x"),
    }

    def state() -> list[Any]:
        return [
            list(User.objects.order_by("pk").values()),
            list(ApiToken.objects.values()),
            list(clerk.role_holdings.values()),
            list(clerk.past_passwords.values()),
        ]

    before = state()
    monkeypatch.setattr("accounts.audit.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        calls[verb]()
    assert state() == before
