"""What leaves the portal: planned once, claimed before it is sent, never twice by itself, never lost without a word."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from common import outbox
from common.models import Outbox
from notices import channels, deliveries, services
from notices.channels import NotSent, Parcel, Refused, Unclear
from notices.choices import State
from notices.models import Delivery, Message, Preference
from tests.factories import UserFactory

WORKDAY = "2026-11-23T10:00:00+08:00"
NIGHT = "2026-11-23T22:00:00+08:00"
FACTS: dict[str, Any] = {
    "kind": "clock.red", "title": "红牌：GZ2026-000123 调解超期", "url": "/disputes/GZ2026-000123/", "subject": "dispute:123",
}  # fmt: skip


class Gateway:
    """Remembers what it took; ``trouble`` is raised instead, once for each entry."""

    takes_a_key_once = False
    taken: list[Parcel]
    trouble: list[Exception]

    def send(self, parcel: Parcel) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        type(self).taken.append(parcel)


class SmsGateway(Gateway):
    takes_a_key_once = True


@pytest.fixture(autouse=True)
def gateways(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Gateway]]:
    """Both channels are there, and send nothing anywhere."""
    for gateway in (Gateway, SmsGateway):
        gateway.taken, gateway.trouble = [], []
    settings.PORTAL_SENDS_MAIL, settings.PORTAL_SMS_GATEWAY = True, "x"
    found = {"email": Gateway, "sms": SmsGateway}
    monkeypatch.setattr(channels, "gateway", lambda channel: found[channel]())
    return found


@pytest.fixture
def noon(time_machine: Any) -> Any:
    time_machine.move_to(WORKDAY)
    return time_machine


@pytest.fixture
def reached(clerk: User) -> User:
    """A clerk who can be reached by mail and on a mobile."""
    return reachable(clerk)


def reachable(user: User) -> User:
    user.email = f"{user.username}@example.com"
    user.save(update_fields=["email"])
    Preference.objects.create(user=user, mobile="13800000001")
    return user


def urgent(*people: User, event: str = "escalation:1") -> None:
    services.post(event, people, **FACTS, urgent=True)


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("channel", "state"))


# ---- Planning


def test_what_is_urgent_goes_out_on_every_channel_at_once(noon: Any, reached: User) -> None:
    urgent(reached)
    assert deliveries.send_due().sent == 2
    assert [parcel.to for parcel in (*Gateway.taken, *SmsGateway.taken)] == ["clerk@example.com", "13800000001"]
    assert set(states().values()) == {State.SENT}


def test_what_is_not_urgent_stays_inside(noon: Any, reached: User) -> None:
    services.post("a", [reached], **FACTS)
    assert not Delivery.objects.exists()


def test_posting_twice_plans_once(noon: Any, reached: User) -> None:
    urgent(reached)
    urgent(reached)
    deliveries.send_due()
    urgent(reached)
    assert Delivery.objects.count() == 2
    assert not deliveries.send_due()


@pytest.mark.django_db
def test_planning_for_many_costs_as_much_as_for_one(noon: Any, django_assert_num_queries: Any) -> None:
    people = [reachable(UserFactory()) for _ in range(20)]
    with django_assert_num_queries(6):  # insert, what it supersedes, messages with people, deliveries; savepoint
        urgent(*people)
    assert Delivery.objects.count() == 40


@pytest.mark.parametrize(
    ("wishes", "ways"),
    [
        ({}, {"email", "sms"}),
        ({"sms": False}, {"email"}),
        ({"email": False}, {"sms"}),
        ({"mobile": ""}, {"email"}),
        ({"mobile": "0936-8212345"}, {"email"}),
    ],
)
def test_a_channel_needs_an_address_and_a_wish(
    noon: Any, reached: User, wishes: dict[str, Any], ways: set[str]
) -> None:
    preference = reached.notice_preference
    for name, value in wishes.items():
        setattr(preference, name, value)
    preference.save()
    urgent(User.objects.get(pk=reached.pk))
    assert set(states()) == ways


def test_an_office_number_that_is_a_mobile_will_do(noon: Any, clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(phone="138 0000 0002")
    urgent(clerk)
    deliveries.send_due()
    assert [parcel.to for parcel in SmsGateway.taken] == ["13800000002"]
    assert not Gateway.taken


def test_an_installation_without_channels_plans_nothing(noon: Any, reached: User, settings: Any) -> None:
    settings.PORTAL_SENDS_MAIL, settings.PORTAL_SMS_GATEWAY = False, ""
    urgent(reached)
    assert Message.objects.exists() and not Delivery.objects.exists()


# ---- Words


def test_no_text_says_who_it_is_about_or_to(noon: Any, person: Any) -> None:
    canary = reachable(person("canary", "呼延灼灼"))
    urgent(canary)
    deliveries.send_due()
    for parcel in (*Gateway.taken, *SmsGateway.taken):
        said = parcel.title + parcel.text
        assert "GZ2026-000123" in said
        assert f"/notices/{Message.objects.get().pk}/" in said
        for word in ("呼延", "canary", "13800000001", "example.com"):
            assert word not in said


def test_the_address_is_kept_nowhere(noon: Any, reached: User) -> None:
    urgent(reached)
    Gateway.trouble.append(Refused("收件服务器拒收 [550]"))
    deliveries.send_due()
    for row in (*Delivery.objects.values(), *Outbox.objects.values()):
        assert "13800000001" not in str(row) and "example.com" not in str(row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT mobile FROM notices_preference")
        assert "13800000001" not in cursor.fetchone()[0]


# ---- Quiet hours


def test_at_night_it_waits_for_the_morning_and_the_portal_has_it_at_once(time_machine: Any, reached: User) -> None:
    time_machine.move_to(NIGHT)
    urgent(reached)
    assert Message.objects.visible_to(reached).unread().exists()
    assert not deliveries.send_due()
    time_machine.move_to("2026-11-24T06:59:59+08:00")
    assert not deliveries.send_due()
    time_machine.move_to("2026-11-24T07:00:01+08:00")
    assert deliveries.send_due().sent == 2


def test_what_was_dealt_with_or_read_meanwhile_is_not_sent(time_machine: Any, reached: User, dispatcher: User) -> None:
    time_machine.move_to(NIGHT)
    reachable(dispatcher)
    urgent(reached, event="a")
    urgent(dispatcher, event="b")
    services.settle("dispute:123", of=[reached])
    services.read(Message.objects.get(recipient=dispatcher))
    time_machine.move_to("2026-11-24T07:00:01+08:00")
    run = deliveries.send_due()
    assert (run.sent, run.dropped) == (0, 4)
    assert set(Delivery.objects.values_list("said", flat=True)) == {"事情已办结", "已在站内读过"}


def test_what_was_said_anew_goes_out_in_place_of_the_older(time_machine: Any, reached: User) -> None:
    time_machine.move_to(NIGHT)
    urgent(reached, event="red")
    urgent(reached, event="leader")
    time_machine.move_to("2026-11-24T07:00:01+08:00")
    run = deliveries.send_due()
    assert (run.sent, run.dropped) == (2, 2)
    assert set(Delivery.objects.exclude(said="").values_list("event", "said")) == {("red", "已有更新的消息")}


def test_a_retry_that_falls_into_the_night_waits_too(time_machine: Any, reached: User) -> None:
    time_machine.move_to("2026-11-23T20:59:58+08:00")
    urgent(reached)
    Gateway.trouble.append(NotSent("busy"))
    assert deliveries.send_due().failed == 1
    time_machine.move_to("2026-11-23T21:00:04+08:00")
    assert deliveries.send_due().put_off == 1
    assert Delivery.objects.get(channel="email").due_at == dt.datetime.fromisoformat("2026-11-24T07:00:00+08:00")


def test_wishes_changed_meanwhile_count(time_machine: Any, reached: User) -> None:
    time_machine.move_to(NIGHT)
    urgent(reached)
    reached.notice_preference.sms = False
    reached.notice_preference.save()
    User.objects.filter(pk=reached.pk).update(email="new@example.com")
    time_machine.move_to("2026-11-24T07:00:01+08:00")
    deliveries.send_due()
    assert [parcel.to for parcel in Gateway.taken] == ["new@example.com"]
    assert not SmsGateway.taken


def test_who_left_is_not_written_to(time_machine: Any, reached: User) -> None:
    time_machine.move_to(NIGHT)
    urgent(reached)
    User.objects.filter(pk=reached.pk).update(is_active=False)
    time_machine.move_to("2026-11-24T07:00:01+08:00")
    assert deliveries.send_due().dropped == 2


# ---- Trouble


def test_a_server_that_is_away_is_asked_again_and_ends_as_a_dead_letter(noon: Any, reached: User) -> None:
    reached.notice_preference.sms = False
    reached.notice_preference.save()
    urgent(User.objects.get(pk=reached.pk))
    Gateway.trouble += [NotSent("ConnectionRefusedError 111")] * outbox.MAX_ATTEMPTS
    runs = []
    for _ in range(outbox.MAX_ATTEMPTS):
        runs.append(deliveries.send_due())
        assert not deliveries.send_due()  # not before its pause is over
        noon.shift(outbox.LONGEST_PAUSE)
    assert [run.failed for run in runs] == [1] * (outbox.MAX_ATTEMPTS - 1) + [0]
    assert runs[-1].dead == 1
    assert states() == {"email": State.DEAD}
    letter = outbox.dead_letters().get()
    assert (letter.topic, letter.last_error) == ("notices.undelivered", "邮件：ConnectionRefusedError 111")


def test_a_dead_letter_can_be_sent_again(noon: Any, reached: User) -> None:
    urgent(reached)
    Gateway.trouble.append(Refused("收件服务器拒收 [550]"))
    assert deliveries.send_due().dead == 1
    assert not deliveries.send_due()
    for _ in range(2):  # and again, when it fails again
        assert outbox.revive(outbox.dead_letters()) == 1
        outbox.relay()
        Gateway.trouble.append(Refused("收件服务器拒收 [550]"))
        assert deliveries.send_due().dead == 1
    outbox.revive(outbox.dead_letters())
    outbox.relay()
    assert deliveries.send_due().sent == 1
    assert not outbox.dead_letters().exists()


@pytest.mark.django_db
def test_one_server_away_holds_up_neither_the_other_channel_nor_costs_the_others_an_attempt(noon: Any) -> None:
    urgent(*[reachable(UserFactory()) for _ in range(5)])
    Gateway.trouble += [NotSent("away")] * 5
    run = deliveries.send_due()
    assert (run.failed, run.sent) == (1, 5)
    assert Counter(Delivery.objects.filter(channel="email").values_list("attempts", flat=True)) == {0: 4, 1: 1}


def test_a_mail_that_may_have_arrived_is_not_sent_again_by_itself(noon: Any, reached: User) -> None:
    urgent(reached)
    Gateway.trouble.append(Unclear("TimeoutError"))
    deliveries.send_due()
    noon.shift(dt.timedelta(days=1))
    assert not deliveries.send_due()
    assert states()["email"] == State.UNCLEAR
    assert outbox.dead_letters().get().last_error == "邮件：可能已经发出：TimeoutError"


def test_a_text_message_that_may_have_arrived_is_sent_again_with_its_key(noon: Any, reached: User) -> None:
    urgent(reached)
    SmsGateway.trouble.append(Unclear("TimeoutError"))
    deliveries.send_due()
    noon.shift(dt.timedelta(minutes=1))
    deliveries.send_due()
    assert [parcel.key for parcel in SmsGateway.taken] == [str(Delivery.objects.get(channel="sms").key)]


def test_a_gateway_with_a_fault_stops_nobody(noon: Any, reached: User) -> None:
    urgent(reached)
    Gateway.trouble.append(ZeroDivisionError("13800000001"))
    run = deliveries.send_due()
    assert (run.sent, run.dead) == (1, 1)
    assert Delivery.objects.get(channel="email").said == "可能已经发出：ZeroDivisionError"


# ---- Killed, and at the same time


def claimed_by_a_dead_worker(channel: str, minutes: int) -> None:
    Delivery.objects.filter(channel=channel).update(
        state=State.SENDING, attempts=1, claimed_at=timezone.now() - dt.timedelta(minutes=minutes)
    )


def test_who_died_while_sending_a_mail_leaves_it_to_a_person(noon: Any, reached: User) -> None:
    urgent(reached)
    claimed_by_a_dead_worker("email", 11)
    assert deliveries.send_due().dead == 1
    assert not Gateway.taken
    assert states()["email"] == State.UNCLEAR


def test_who_died_while_sending_a_text_message_left_its_key(noon: Any, reached: User) -> None:
    urgent(reached)
    claimed_by_a_dead_worker("sms", 11)
    deliveries.send_due()
    assert len(SmsGateway.taken) == 1


def test_who_is_sending_still_is_left_alone(noon: Any, reached: User) -> None:
    urgent(reached)
    claimed_by_a_dead_worker("email", 9)
    claimed_by_a_dead_worker("sms", 9)
    assert not deliveries.send_due()


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_once() -> None:
    people = [reachable(UserFactory()) for _ in range(15)]
    urgent(*people)
    Delivery.objects.update(due_at=timezone.now() - dt.timedelta(seconds=1), urgent=True)
    Preference.objects.update(urgent_at_night=True)

    def work() -> None:
        try:
            deliveries.send_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = Counter(parcel.key for parcel in (*Gateway.taken, *SmsGateway.taken))
    assert len(keys) == 30 and set(keys.values()) == {1}
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_any_moment_doubles_nothing(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Real processes, killed; then the claims they left are taken back.  Text messages arrive each exactly once."""
    monkeypatch.undo()
    settings.PORTAL_SENDS_MAIL, settings.PORTAL_SMS_GATEWAY = False, "notices.channels.SmsFile"
    settings.PORTAL_SMS_FOLDER = str(tmp_path / "sms")
    people = [reachable(UserFactory()) for _ in range(60)]
    Preference.objects.update(urgent_at_night=True)
    urgent(*people)
    for patience in (0.05, 0.1, 0.2, 0.2):
        child = os.fork()
        if not child:  # pragma: no cover
            inherited = connection.connection  # kept, or its end would hang up the parent's session
            connection.connection = None
            deliveries.send_due()
            os._exit(0 if inherited else 1)
        time.sleep(patience)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    Delivery.objects.filter(state=State.SENDING).update(claimed_at=timezone.now() - dt.timedelta(minutes=11))
    while deliveries.send_due():
        pass
    [path] = (tmp_path / "sms").glob("*.jsonl")
    lines = path.read_text().splitlines()
    assert len(lines) == 60
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


# ---- Looking after it


def test_what_was_sent_long_ago_is_dropped_and_dead_letters_stay(noon: Any, reached: User) -> None:
    urgent(reached)
    Gateway.trouble.append(Refused("x"))
    deliveries.send_due()
    noon.shift(deliveries.KEEP_FINISHED + dt.timedelta(days=1))
    assert deliveries.prune() == 1
    assert states() == {"email": State.DEAD}


def test_a_run_says_what_it_did(noon: Any, reached: User) -> None:
    assert str(deliveries.send_due()) == ""
    urgent(reached)
    Gateway.trouble.append(NotSent("x"))
    assert str(deliveries.send_due()) == "发出 1，失败待重试 1"
