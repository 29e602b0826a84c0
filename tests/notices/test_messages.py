"""What is told is told once, and is gone when it was dealt with."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from notices import services
from notices.choices import Weight
from notices.models import Message
from tests.factories import UserFactory

FACTS: dict[str, Any] = {
    "kind": "clock.red",
    "title": "红牌：GZ2026-000123 调解超期",
    "url": "/disputes/GZ2026-000123/",
}


# ---- Posting


@pytest.mark.django_db
def test_each_of_many_people_is_told_in_one_statement(django_assert_num_queries: Any) -> None:
    people = [UserFactory() for _ in range(30)]
    with django_assert_num_queries(3):  # savepoint, one insert, release
        assert services.post("escalation:1", people, **FACTS) == 30
    assert set(Message.objects.values_list("recipient", flat=True)) == {person.pk for person in people}


def test_telling_twice_changes_nothing(clerk: User, dispatcher: User) -> None:
    assert services.post("escalation:1", [clerk], **FACTS) == 1
    before = Message.objects.values().get()
    assert services.post("escalation:1", [clerk, dispatcher], **{**FACTS, "title": "红牌：改了"}) == 1
    assert Message.objects.values().get(recipient=clerk) == before
    assert services.post("escalation:2", [clerk], **FACTS) == 1


def test_people_may_be_given_as_accounts_numbers_or_a_queryset(clerk: User, dispatcher: User) -> None:
    services.post("a", [clerk, clerk.pk, dispatcher.pk], **FACTS)
    services.post("b", User.objects.filter(username="clerk"), **FACTS)
    assert Message.objects.filter(event="a").count() == 2
    assert Message.objects.get(event="b").recipient == clerk


def test_who_left_is_not_told(clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert services.post("escalation:1", [clerk, 999_999], **FACTS) == 0


def test_everything_said_is_kept(clerk: User) -> None:
    day = dt.date(2026, 11, 30)
    services.post("escalation:1", [clerk], **FACTS, subject="dispute:7", due_on=day, urgent=True)
    message = Message.objects.get()
    assert (message.kind, message.weight, message.subject, message.due_on) == (
        "clock.red",
        Weight.URGENT,
        "dispute:7",
        day,
    )
    assert (message.title, message.url) == (FACTS["title"], FACTS["url"])
    assert message.created_at and not message.read_at and not message.done_at


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "请联系 13812345678"},
        {"title": "身份证 622201197406180002"},
        {"title": ""},
        {"url": "https://example.com/"},
        {"url": "//example.com/"},
        {"url": "/\\example.com/"},
        {"url": "/search/?q=13812345678"},
        {"url": ""},
    ],
)
def test_a_number_of_somebody_or_an_address_elsewhere_is_refused(clerk: User, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="a message"):
        services.post("escalation:1", [clerk], **{**FACTS, **wrong})
    assert not Message.objects.exists()


@pytest.mark.parametrize("url", ["//example.com/", "/\\example.com", "https://example.com/", ""])
def test_the_database_too_keeps_messages_inside_the_portal(clerk: User, url: str) -> None:
    with pytest.raises(IntegrityError, match="message_leads_into_the_portal"):
        Message.objects.create(recipient=clerk, event="x", kind="x", title="x", url=url)


def test_what_is_rolled_back_was_never_said(clerk: User) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.post("escalation:1", [clerk], **FACTS)
        1 / 0  # noqa: B018
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_processes_telling_many_people_at_once_tell_each_once() -> None:
    people = [UserFactory() for _ in range(20)]
    barrier = threading.Barrier(4)
    told: list[int] = []

    def post(order: list[User]) -> None:
        try:
            barrier.wait()
            told.extend(services.post(f"escalation:{event}", order, **FACTS) for event in range(5))
        finally:
            connection.close()

    # Half of them name the people backwards: they must not wait for each other in a circle.
    threads = [threading.Thread(target=post, args=(people[:: 1 - 2 * (n % 2)],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 20 and sum(told) == Message.objects.count() == 100


# ---- One matter is one to-do

CLOCK = "dispute:123/clock:1"


def open_ones(user: User) -> list[str]:
    return list(Message.objects.visible_to(user).todo().order_by("pk").values_list("event", flat=True))


def test_what_is_said_anew_of_a_matter_takes_the_place_of_what_was_said_before(
    tell: Any, clerk: User, dispatcher: User
) -> None:
    tell(clerk, "remind", subject=CLOCK)
    tell(dispatcher, "remind", subject=CLOCK)
    tell(clerk, "other", subject="dispute:123/clock:12")
    tell(clerk, "yellow", subject=CLOCK)
    assert open_ones(clerk) == ["other", "yellow"]
    assert open_ones(dispatcher) == ["remind"]
    old = Message.objects.get(event="remind", recipient=clerk)
    assert old.is_superseded and old.done_at


def test_what_is_urgent_gives_way_to_what_is_urgent_only(tell: Any, clerk: User) -> None:
    tell(clerk, "red", subject=CLOCK, urgent=True)
    tell(clerk, "late yellow", subject=CLOCK)
    assert open_ones(clerk) == ["red", "late yellow"]
    tell(clerk, "leader", subject=CLOCK, urgent=True)
    assert open_ones(clerk) == ["leader"]


def test_telling_again_what_was_superseded_changes_nothing(tell: Any, clerk: User) -> None:
    tell(clerk, "remind", subject=CLOCK)
    tell(clerk, "yellow", subject=CLOCK)
    tell(clerk, "remind", subject=CLOCK)
    assert open_ones(clerk) == ["yellow"]


def test_messages_without_a_subject_stand_side_by_side(tell: Any, clerk: User) -> None:
    tell(clerk, "a", subject="")
    tell(clerk, "b", subject="")
    assert open_ones(clerk) == ["a", "b"]


# ---- Settling


def test_what_was_dealt_with_leaves_the_list_of_everyone(tell: Any, clerk: User, dispatcher: User) -> None:
    for person in (clerk, dispatcher):
        tell(person, "a", subject="dispute:7/clock:1")
        tell(person, "b", subject="dispute:7/clock:2")
    assert services.settle("dispute:7/clock:1") == 2
    assert set(Message.objects.todo().values_list("event", flat=True)) == {"b"}
    assert services.settle("dispute:7/clock:1") == 0


def test_a_matter_takes_its_parts_along_and_no_namesake(tell: Any, clerk: User) -> None:
    for event, subject in enumerate(
        ["dispute:7", "dispute:7/clock:1", "dispute:7/clock:2", "dispute:71", "dispute:8", ""]
    ):
        tell(clerk, str(event), subject=subject)
    assert services.settle("dispute:7") == 3
    assert set(Message.objects.todo().values_list("subject", flat=True)) == {"dispute:71", "dispute:8", ""}


def test_who_was_relieved_of_a_case_has_no_more_to_do_there(tell: Any, clerk: User, dispatcher: User) -> None:
    tell(clerk)
    tell(dispatcher)
    assert services.settle("dispute:123", of=[clerk]) == 1
    assert Message.objects.todo().get().recipient == dispatcher


def test_settling_needs_a_subject(tell: Any, clerk: User) -> None:
    tell(clerk, subject="")
    with pytest.raises(ValueError, match="subject"):
        services.settle("")
    assert Message.objects.todo().exists()


def test_settling_reads_an_index(tell: Any, clerk: User, many_messages: None) -> None:
    plan = Message.objects.todo().under("dispute:7").explain()
    assert "message_of_subject" in plan and "Seq Scan" not in plan


# ---- Reading


def test_reading_is_not_doing(tell: Any, clerk: User) -> None:
    message = tell(clerk)
    services.read(message)
    message.refresh_from_db()
    assert message.read_at and not message.done_at
    services.settle(message.subject)
    assert not Message.objects.todo().exists()


def test_reading_again_keeps_the_first_time(tell: Any, clerk: User) -> None:
    message = tell(clerk)
    services.read(message)
    message.refresh_from_db()
    first = message.read_at
    services.read(message)
    message.refresh_from_db()
    assert message.read_at == first


def test_what_nothing_can_settle_is_done_when_read(tell: Any, clerk: User) -> None:
    message = tell(clerk, subject="")
    services.read(message)
    assert not Message.objects.todo().exists()


def test_what_was_settled_unread_does_not_count(tell: Any, clerk: User) -> None:
    tell(clerk)
    assert Message.objects.visible_to(clerk).unread().count() == 1
    services.settle("dispute:123")
    assert Message.objects.visible_to(clerk).unread().count() == 0
