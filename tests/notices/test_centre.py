"""The message centre: a list of to-dos, each one step from its matter."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from notices import services
from notices.models import Message
from notices.presentation import ago, due
from tests.pages import find, signed_in, tree_of, words

CENTRE = "/notices/"


def titles(user: User, query: str = "") -> list[str]:
    tree = tree_of(signed_in(user).get(CENTRE + query))
    return [words(one) for one in find(tree, "p.msg-title")]


def bell(user: User, page: str = "/accounts/me/") -> str:
    links = find(tree_of(signed_in(user).get(page)), "a.top-btn")
    return words(next(link for link in links if link.get("href") == CENTRE))


def test_the_urgent_stand_first_then_what_is_due_next(tell: Any, clerk: User) -> None:
    today = timezone.localdate()
    tell(clerk, "1", title="不急也没有期限")
    tell(clerk, "2", title="后天到期", due_on=today + dt.timedelta(days=2))
    tell(clerk, "3", title="明天到期", due_on=today + dt.timedelta(days=1))
    tell(clerk, "4", title="法院的决定", urgent=True)
    assert [title.removeprefix("未读：") for title in titles(clerk)] == [
        "法院的决定",
        "明天到期",
        "后天到期",
        "不急也没有期限",
    ]


def test_what_was_read_stays_until_it_is_done(tell: Any, clerk: User) -> None:
    message = tell(clerk)
    answer = signed_in(clerk).get(f"{CENTRE}{message.pk}/")
    assert (answer.status_code, answer.url) == (302, "/disputes/GZ2026-000123/")
    assert titles(clerk) == [message.title]  # no “未读：” any more
    services.settle("dispute:123")
    assert titles(clerk) == []
    assert titles(clerk, "?tab=all") == [message.title]


def test_the_bell_counts_what_was_not_read(tell: Any, clerk: User) -> None:
    assert bell(clerk) == "消息"
    first = tell(clerk, "1")
    tell(clerk, "2")
    assert bell(clerk) == "消息2条未读"
    services.read(first)
    assert bell(clerk) == "消息1条未读"
    services.settle("dispute:123")
    assert bell(clerk) == "消息"


def test_all_can_be_marked_as_read_at_once(tell: Any, clerk: User, dispatcher: User) -> None:
    tell(clerk, "1")
    tell(clerk, "2", subject="")
    tell(dispatcher, "1")
    client = signed_in(clerk)
    page = client.post(f"{CENTRE}read/", follow=True).content.decode()
    assert "已把 2 条标为已读" in page
    assert Message.objects.visible_to(clerk).todo().count() == 1
    assert Message.objects.visible_to(clerk).unread().count() == 0
    assert Message.objects.visible_to(dispatcher).unread().count() == 1
    assert "全部标为已读" not in page
    assert client.get(f"{CENTRE}read/").status_code == 405


def test_a_message_is_its_readers_alone(tell: Any, clerk: User, dispatcher: User, security_admin: User) -> None:
    message = tell(clerk)
    for stranger in (dispatcher, security_admin):
        client = signed_in(stranger)
        there = client.get(f"{CENTRE}{message.pk}/")
        gone = client.get(f"{CENTRE}999999/")
        assert there.status_code == gone.status_code == 404
        assert titles(stranger, "?tab=all") == []
    message.refresh_from_db()
    assert message.read_at is None


def test_nothing_to_do_is_said(clerk: User) -> None:
    page = words(tree_of(signed_in(clerk).get(CENTRE)))
    assert "没有待处理的消息" in page
    assert "还没有消息" in words(tree_of(signed_in(clerk).get(f"{CENTRE}?tab=all")))


def test_long_lists_are_cut_into_pages(tell: Any, clerk: User) -> None:
    for n in range(23):
        tell(clerk, str(n), title=f"第 {n} 条")
    assert len(titles(clerk)) == 20
    assert len(titles(clerk, "?page=2")) == 3
    assert len(titles(clerk, "?tab=nonsense&page=x")) == 20
    tree = tree_of(signed_in(clerk).get(CENTRE))
    assert words(find(tree, "nav.tabs a[aria-current]")[0]) == "待处理23"


def test_the_page_costs_the_same_however_long_the_list(tell: Any, clerk: User) -> None:
    client = signed_in(clerk)

    def asked(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(CENTRE + query)
        return len(queries)

    tell(clerk, "first")
    few = [asked(""), asked("?tab=all")]
    for n in range(19):
        tell(clerk, str(n))
    assert [asked(""), asked("?tab=all")] == few
    # session, account, its browser, roles; to-dos and unread of the shell; number and rows of the list; the other tab
    assert few == [8, 9]


def test_the_count_of_the_shell_is_one_query_on_its_index_alone(tell: Any, clerk: User, many_messages: None) -> None:
    tell(clerk)
    with CaptureQueriesContext(connection) as queries:
        signed_in(clerk).get("/accounts/me/")
    counting = [query["sql"] for query in queries if "notices_message" in query["sql"]]
    assert len(counting) == 1 and "COUNT(*)" in counting[0]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {counting[0]}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Only Scan using message_unread" in plan


def test_the_whole_list_says_why_a_message_is_over(tell: Any, clerk: User) -> None:
    tell(clerk, "1", title="提醒", subject="dispute:7")
    tell(clerk, "2", title="黄牌", subject="dispute:7")
    services.settle("dispute:7")
    services.read(tell(clerk, "3", title="说一声", subject=""))
    rows = [words(one) for one in find(tree_of(signed_in(clerk).get(f"{CENTRE}?tab=all")), "article.msg")]
    for row, (title, over) in zip(
        rows, [("说一声", "已读"), ("黄牌", "已办结"), ("提醒", "已有更新的消息")], strict=True
    ):
        assert row.startswith(f"{title} {over}")


@pytest.mark.parametrize("page", ["/desk/", "/disputes/", "/disputes/?tab=all&q=x", CENTRE, "/help/"])
def test_every_page_counts_alike(tell: Any, clerk: User, page: str) -> None:
    tell(clerk, "1")
    tell(clerk, "2")
    assert bell(clerk, page) == "消息2条未读"


def test_everybody_has_the_bell_administrators_too(tell: Any, system_admin: User) -> None:
    tell(system_admin)
    assert bell(system_admin) == "消息1条未读"


def test_the_phone_bar_has_its_own_count(tell: Any, clerk: User) -> None:
    tell(clerk)
    links = find(tree_of(signed_in(clerk).get("/accounts/me/")), "nav.phonenav a")
    assert [words(link).split("1")[0] for link in links] == ["待办", "案件", "登记", "消息", "我的"]
    assert words(links[3]) == "消息1条未读"
    assert "1" not in words(links[0])


@pytest.mark.parametrize(
    ("days", "state", "text"),
    [(-2, "late", "超期 2 天"), (0, "soon", "今日到期"), (3, "soon", "剩 3 天"), (4, "ok", "剩 4 天")],
)
def test_how_near_it_is_due(days: int, state: str, text: str) -> None:
    today = dt.date(2026, 11, 23)
    clock = due(today + dt.timedelta(days=days), today)
    assert clock and (clock["state"], clock["text"]) == (state, text)
    assert due(None, today) is None


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "刚刚"), (1, "1 分钟前"), (59, "59 分钟前"), (60, "今天 09:00"), (11 * 60, "昨天 23:00"), (60 * 24 * 40, "10-14 10:00"),
     (60 * 24 * 400, "2025-10-19 10:00")],
)  # fmt: skip
def test_when_it_was_said(minutes: int, said: str) -> None:
    now = dt.datetime(2026, 11, 23, 10, tzinfo=timezone.get_default_timezone())
    assert ago(now - dt.timedelta(minutes=minutes), now) == said
