"""The daily digest: one a person and working day, counts and links, nothing when there is nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notices import deliveries, digest, services, tasks
from notices.digest import Line
from notices.models import Delivery, DigestRun, Message, Preference
from tests.factories import UserFactory
from tests.notices.test_deliveries import reachable
from tests.pages import find, signed_in, tree_of, words

MORNING = "2026-11-23T08:00:00+08:00"
#: How many cases wait for whom, by user name.
WAITING: dict[str, tuple[int, int]] = {}


def cases(user: User) -> Iterable[Line]:
    late, soon = WAITING.get(user.username, (0, 0))
    yield Line("超期", late, "/disputes/?tab=late", tone="late")
    yield Line("临期", soon, "/disputes/?tab=soon", tone="soon")


@pytest.fixture(autouse=True)
def sections(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The section of cases, and our own."""
    settings.PORTAL_SENDS_MAIL, settings.EMAIL_FILE_PATH = True, None
    known = {"disputes": ("案件", cases), "notices": ("消息", digest.lines_of_messages)}
    monkeypatch.setattr(digest, "_sections", known)
    yield known
    WAITING.clear()


@pytest.fixture
def morning(time_machine: Any, reached: User) -> Any:
    """Monday at eight; the clerk has two late cases and one near its day."""
    time_machine.move_to(MORNING)
    WAITING["clerk"] = (2, 1)
    return time_machine


@pytest.fixture
def reached(clerk: User) -> User:
    return reachable(clerk)


def written() -> list[str]:
    return list(Message.objects.filter(kind="digest").order_by("pk").values_list("title", flat=True))


def test_counts_and_links_and_nobodys_name(morning: Any, reached: User) -> None:
    assert tasks.write_digests() == 1
    assert written() == ["今日摘要：超期 2 件，临期 1 件"]
    deliveries.send_due()
    [letter] = mail.outbox
    assert letter.to == ["clerk@example.com"]
    assert "超期 2 件  http://127.0.0.1:8000/disputes/?tab=late" in letter.body
    assert "2026-11-23 今日摘要" in letter.body
    for word in ("陈晓梅", "clerk", "13800000001"):
        assert word not in letter.subject + letter.body


def test_written_five_times_it_is_one(morning: Any) -> None:
    for _ in range(5):
        tasks.write_digests()
    DigestRun.objects.all().delete()  # and were the progress lost, a person and a day have one message and one mail
    tasks.write_digests()
    for _ in range(5):
        deliveries.send_due()
    assert len(written()) == len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_five_workers_at_once_write_one_each(time_machine: Any) -> None:
    time_machine.move_to(MORNING)
    people = [UserFactory() for _ in range(120)]
    WAITING.update({person.username: (1, 0) for person in people})

    def write() -> None:
        try:
            tasks.write_digests()
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written()) == 120
    run = DigestRun.objects.get()
    assert (run.written, bool(run.finished_at)) == (120, True)


@pytest.mark.django_db
def test_a_run_cut_short_is_continued_and_nobody_is_told_twice(time_machine: Any, monkeypatch: Any) -> None:
    time_machine.move_to(MORNING)
    monkeypatch.setattr(digest, "BATCH", 3)
    people = [UserFactory() for _ in range(8)]
    WAITING.update({person.username: (1, 0) for person in people})
    honest, calls = digest.sections_for, []

    def dies_at_the_fifth(user: User) -> Any:
        calls.append(user)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return honest(user)

    monkeypatch.setattr(digest, "sections_for", dies_at_the_fifth)
    with pytest.raises(KeyboardInterrupt):
        tasks.write_digests()
    assert len(written()) == 3  # the batch that was not committed is no digest
    assert tasks.write_digests() == 5
    assert len(written()) == 8


@pytest.mark.django_db
def test_a_run_whose_time_is_over_leaves_the_rest_to_the_next(time_machine: Any, monkeypatch: Any) -> None:
    time_machine.move_to(MORNING)
    monkeypatch.setattr(digest, "BATCH", 3)
    WAITING.update({UserFactory().username: (1, 0) for _ in range(8)})
    assert [digest.write_all(seconds=-1) for _ in range(4)] == [3, 3, 2, 0]


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("2026-11-23T07:59:59+08:00", 0),
        ("2026-11-23T08:00:00+08:00", 1),
        ("2026-11-23T11:40:00+08:00", 1),
        ("2026-11-28T08:00:00+08:00", 0),  # Saturday
        ("2026-10-01T08:00:00+08:00", 0),  # National Day
        ("2026-10-10T08:00:00+08:00", 1),  # a Saturday on which people work
    ],
)
def test_it_is_written_on_working_days_from_eight(morning: Any, moment: str, count: int) -> None:
    morning.move_to(moment)
    assert tasks.write_digests() == count


def test_where_nothing_waits_nothing_is_sent(morning: Any, dispatcher: User) -> None:
    tasks.write_digests()
    assert not Message.objects.visible_to(dispatcher).exists()
    WAITING["dispatcher"] = (1, 0)
    morning.move_to("2026-11-23T08:20:00+08:00")
    assert tasks.write_digests() == 0  # what comes in after eight is for tomorrow


def test_who_does_not_want_it_has_none(morning: Any, reached: User) -> None:
    Preference.objects.update(digest=False)
    assert tasks.write_digests() == 0


def test_messages_not_dealt_with_are_counted_and_digests_are_not(morning: Any, dispatcher: User, tell: Any) -> None:
    tell(dispatcher, "1")
    tell(dispatcher, "2")
    services.read(tell(dispatcher, "3"))
    tasks.write_digests()
    morning.move_to("2026-11-24T08:00:00+08:00")
    tasks.write_digests()
    titles = Message.objects.filter(recipient=dispatcher, kind="digest").values_list("title", flat=True)
    assert set(titles) == {"今日摘要：待处理消息 3 条"}


def test_todays_takes_the_place_of_yesterdays(morning: Any, reached: User) -> None:
    tasks.write_digests()
    WAITING["clerk"] = (0, 7)
    morning.move_to("2026-11-24T08:00:00+08:00")
    tasks.write_digests()
    [message] = Message.objects.visible_to(reached).todo()
    assert message.title == "今日摘要：临期 7 件"
    WAITING.clear()
    morning.move_to("2026-11-25T08:00:00+08:00")
    tasks.write_digests()
    assert not Message.objects.visible_to(reached).todo().exists()


def test_a_digest_is_gone_when_it_was_read(morning: Any, reached: User) -> None:
    tasks.write_digests()
    client = signed_in(reached)
    answer = client.get(f"/notices/{Message.objects.get().pk}/")
    assert answer.url == "/notices/digest/"
    assert not Message.objects.todo().exists()


def test_a_section_that_fails_is_left_out_and_the_others_count(morning: Any, sections: Any, caplog: Any) -> None:
    def broken(user: User) -> Iterable[Line]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return []

    sections["broken"] = ("", broken)
    assert tasks.write_digests() == 1
    assert "section broken failed" in caplog.text


def test_long_lists_of_counts_are_cut_in_the_title(morning: Any, sections: Any) -> None:
    sections["more"] = ("其他", lambda user: [Line(f"第{n}类", n, "/desk/") for n in range(1, 4)])
    tasks.write_digests()
    assert written() == ["今日摘要：超期 2 件，临期 1 件，第1类 1 件等"]


def test_it_waits_for_the_end_of_ones_own_quiet_hours_and_is_worthless_the_day_after(morning: Any) -> None:
    Preference.objects.update(quiet_until="09:30")
    tasks.write_digests()
    assert not deliveries.send_due()
    morning.move_to("2026-11-23T09:30:00+08:00")
    assert deliveries.send_due().sent == 1
    Delivery.objects.update(state="waiting")
    morning.move_to("2026-11-24T10:00:00+08:00")
    assert deliveries.send_due().dropped == 1


def test_it_costs_a_few_queries_a_person(time_machine: Any, person: Any, django_assert_max_num_queries: Any) -> None:
    time_machine.move_to(MORNING)
    for n in range(5):
        WAITING[person(f"p{n}", "某人").username] = (1, 0)

    with CaptureQueriesContext(connection) as queries:
        assert digest.write_all() == 5
    assert len(queries) <= 12 + 5 * 9, len(queries)


# ---- The page


def test_the_page_shows_every_count_with_its_list(morning: Any, reached: User) -> None:
    tree = tree_of(signed_in(reached).get("/notices/digest/"))
    rows = [(words(link), link.get("href")) for link in find(tree, "ul.counts a")]
    assert rows == [("超期2 件", "/disputes/?tab=late"), ("临期1 件", "/disputes/?tab=soon")]


def test_the_page_says_when_nothing_waits_and_when_it_is_not_wanted(reached: User) -> None:
    assert "没有等着您办的事" in words(tree_of(signed_in(reached).get("/notices/digest/")))
    Preference.objects.update(digest=False)
    assert "没有订每日摘要" in words(tree_of(signed_in(reached).get("/notices/digest/")))


def test_everybody_sees_their_own_counts_only(morning: Any, dispatcher: User) -> None:
    assert "超期" not in words(find(tree_of(signed_in(dispatcher).get("/notices/digest/")), "main")[0])
