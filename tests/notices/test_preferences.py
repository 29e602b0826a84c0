"""How one wishes to be told: seen, changed, and kept to oneself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import AuditEvent, User
from notices.models import Preference
from notices.presentation import what_happens_when
from tests.pages import find, signed_in, tree_of, words

PAGE = "/notices/preferences/"
DEFAULTS = {
    "address": "", "mobile": "", "email": "on", "sms": "on", "digest": "on", "quiet_from": "21:00", "quiet_until": "07:00",
    "quiet_days_off": "on", "urgent_on_days_off": "on",
}  # fmt: skip


def save(user: User, **changed: str | None) -> Any:
    typed = {**DEFAULTS, **changed}
    return signed_in(user).post(PAGE, {name: value for name, value in typed.items() if value is not None})


def value(tree: Any, name: str) -> str:
    return str(find(tree, f"input[name={name}]")[0].get("value"))


def test_the_defaults_are_shown_before_anything_was_chosen(clerk: User) -> None:
    tree = tree_of(signed_in(clerk).get(PAGE))
    assert (value(tree, "quiet_from"), value(tree, "quiet_until")) == ("21:00", "07:00")
    ticked = {box.get("name") for box in find(tree, "main input[checked]")}
    assert ticked == {"email", "sms", "digest", "quiet_days_off", "urgent_on_days_off"}
    assert not Preference.objects.exists()


def test_every_wish_is_kept(clerk: User) -> None:
    answer = save(
        clerk, address="chen@example.com", mobile="138 0000 0001", digest=None, quiet_from="2230", quiet_until="6：15",
        urgent_at_night="on", quiet_days_off=None,
    )  # fmt: skip
    assert answer.status_code == 302
    wishes = Preference.objects.get(user=clerk)
    assert (wishes.mobile, wishes.user.email) == ("13800000001", "chen@example.com")
    assert (wishes.quiet_from, wishes.quiet_until) == (dt.time(22, 30), dt.time(6, 15))
    assert (wishes.digest, wishes.urgent_at_night, wishes.quiet_days_off, wishes.sms) == (False, True, False, True)
    tree = tree_of(signed_in(clerk).get(PAGE))
    assert (value(tree, "mobile"), value(tree, "quiet_from")) == ("13800000001", "22:30")


@pytest.mark.parametrize(
    ("typed", "read"),
    [("21:30", "21:30"), ("2130", "21:30"), ("21：30", "21:30"), ("２１:30", "21:30"), (" 9:05 ", "09:05"), ("930", "09:30"),
     ("21", "21:00"), ("7点", "07:00"), ("0", "00:00")],
)  # fmt: skip
def test_a_time_may_be_typed_as_one_likes(clerk: User, typed: str, read: str) -> None:
    save(clerk, quiet_from=typed)
    assert Preference.objects.get().quiet_from == dt.time.fromisoformat(read)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"address": "chen@"}, "邮箱地址不完整"),
        ({"mobile": "0936-8212345"}, "座机收不到短信"),
        ({"mobile": "1380000"}, "手机号应为 11 位"),
        ({"quiet_from": "晚上"}, "看不懂这个时间"),
        ({"quiet_until": ""}, "请填写时间"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(clerk: User, typed: dict[str, str], sentence: str) -> None:
    answer = save(clerk, **{"address": "chen@example.com", **typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    for text in typed.values():
        assert f'value="{text}"' in page or not text
    assert not Preference.objects.exists() and not User.objects.filter(email="chen@example.com").exists()


def test_a_changed_address_is_audited_by_name_and_not_by_value(clerk: User) -> None:
    save(clerk, address="chen@example.com", mobile="13800000001")
    save(clerk, address="chen@example.com", mobile="13800000001", digest=None)
    [event] = AuditEvent.objects.filter(action="account.amend")
    assert event.detail == {"fields": ["email", "mobile"]}
    assert "13800000001" not in str(AuditEvent.objects.values()) and "example.com" not in str(
        AuditEvent.objects.values()
    )


def test_the_wishes_of_one_are_not_those_of_another(clerk: User, dispatcher: User) -> None:
    save(clerk, mobile="13800000001", quiet_from="18:00")
    tree = tree_of(signed_in(dispatcher).get(PAGE))
    assert (value(tree, "mobile"), value(tree, "quiet_from")) == ("None", "21:00")


def test_the_page_says_which_channels_there_are(clerk: User, settings: Any) -> None:
    settings.PORTAL_SENDS_MAIL, settings.PORTAL_SMS_GATEWAY = False, ""
    page = words(tree_of(signed_in(clerk).get(PAGE)))
    assert "没有开通邮件" in page and "没有开通短信" in page


def test_the_way_there_is_on_ones_own_page(clerk: User) -> None:
    assert find(tree_of(signed_in(clerk).get("/accounts/me/")), "section a[href]")
    assert f'href="{PAGE}"' in signed_in(clerk).get("/accounts/me/").content.decode()


def test_it_costs_few_queries(clerk: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(clerk)
    with django_assert_max_num_queries(7):
        client.get(PAGE)


@pytest.mark.parametrize(
    ("changed", "tonight", "day_off"),
    [
        ({}, "站内马上看到，次日 07:00 发短信", "站内马上看到，当时就发短信"),
        ({"urgent_at_night": True}, "站内马上看到，当时就发短信", "站内马上看到，当时就发短信"),
        ({"urgent_on_days_off": False}, "站内马上看到，次日 07:00 发短信", "站内马上看到，11-30 07:00 发短信"),
        (
            {"sms": False},
            "站内马上看到；没有邮箱和手机号可发",
            "站内马上看到；没有邮箱和手机号可发",
        ),
    ],
)
def test_the_rules_in_force_are_told_by_example(
    clerk: User, changed: dict[str, Any], tonight: str, day_off: str
) -> None:
    wishes = Preference(user=clerk, mobile="13800000001", **changed)
    now = dt.datetime.fromisoformat("2026-11-23T10:00:00+08:00")
    first, second = what_happens_when(wishes, ["email", "sms"], now)
    assert first == {"when": "11-23（周一）22:30 有案件亮红牌", "then": tonight}
    assert second == {"when": "11-28（周六）10:00 有案件亮红牌", "then": day_off}
