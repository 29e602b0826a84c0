"""People, relay and tasks at the same case at once: nobody is the victim, nothing is left half said or forgotten."""

import datetime as dt
import threading
import time

import pytest
import time_machine
from django.db import connection, transaction

from accounts.choices import Role
from common import outbox
from common.models import Outbox
from disputes import services
from disputes.choices import Source
from disputes.models import Dispute, WarningRule
from disputes.services import clocks, offices, warning
from disputes.services.sweep import sweep
from disputes.tasks import reckon_clocks
from notices.models import Message
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import OWN_VILLAGE, UserFactory, place
from tests.pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at():
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(day + " 12:00:00+08:00"))
    clocks.forget_rules()


def again(case):
    return Dispute.objects.for_page().get(pk=case.pk)


def thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    started = threading.Thread(target=run)
    started.start()
    return started


@pytest.fixture
def found(at):
    """On the ladder, with its 提醒 delivered; a card and the climb of the ladder are to be told in one run."""
    grid = UserFactory(username="grid1", name="网格一", role=Role.GRID_OFFICER, role__at=OWN_VILLAGE)
    case = lives.register(grid, division=place(OWN_VILLAGE), source=Source.GRID)
    at("2026-11-03")
    sweep()
    outbox.relay()
    at("2026-11-04")
    sweep()
    return case


def test_a_clock_met_while_its_warning_is_told_leaves_no_stale_to_do(at, clerk, monkeypatch):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    at("2026-11-04")
    sweep()
    real, pressed = offices.people, []

    def people(*args, **kwargs):
        if not pressed:  # the clock was looked at, nobody is told yet: the clerk presses 受理
            pressed.append(thread(lambda: do(again(case), "accept", clerk)))
            time.sleep(0.5)
        return real(*args, **kwargs)

    monkeypatch.setattr(offices, "people", people)
    outbox.relay()
    pressed[0].join(20)
    assert case.clocks.get(key="accept").met_on
    assert not Message.objects.todo().filter(recipient=clerk, title__contains="受理").exists()


def test_somebody_who_works_on_a_case_and_the_relay_do_not_wait_in_a_circle(found, clerk, monkeypatch):
    reached, errors = threading.Event(), []
    real = warning.climb

    def work():
        reached.wait(20)
        try:
            services.perform(again(found), "accept", by=clerk)
        except Exception as error:
            errors.append(error)

    def climb(*args):
        reached.set()
        time.sleep(1.0)
        return real(*args)

    monkeypatch.setattr(warning, "climb", climb)
    worker = thread(work)
    run = outbox.relay()
    worker.join(20)
    assert (run.failed, errors) == (0, [])
    assert found.clocks.get(key="accept").met_on and found.clocks.filter(key="ladder_2").exists()


def test_the_person_at_the_page_is_not_the_victim(found, clerk, monkeypatch):
    reached, answers = threading.Event(), []
    real = warning.climb
    client = signed_in(clerk)
    client.raise_request_exception = False

    def work():
        reached.wait(20)
        page = f"/disputes/{found.code}/accept/"
        answers.append(client.post(page, {"version": found.version}).status_code)

    def climb(*args):
        reached.set()
        time.sleep(0.5)
        return real(*args)

    monkeypatch.setattr(warning, "climb", climb)
    worker = thread(work)
    outbox.relay()
    worker.join(20)
    assert answers == [302]


def test_news_of_one_case_is_not_held_up_by_news_of_another(at, clerk):
    """Each has its own transaction: what was told is there although the next waits for somebody, and comes later."""
    first, second = (lives.register(clerk, division=place(OWN_VILLAGE)) for _ in range(2))
    at("2026-11-03")
    sweep()
    held, release = threading.Event(), threading.Event()

    def work():
        with transaction.atomic():
            Dispute.objects.select_for_update().get(pk=second.pk)
            held.set()
            release.wait(20)

    worker = thread(work)
    assert held.wait(10)
    try:
        run = outbox.relay()
        assert (run.done, run.failed) == (1, 1)
        assert Message.objects.filter(title__contains=first.code).exists()
    finally:
        release.set()
        worker.join(20)
    Outbox.objects.filter(done_at=None).update(due_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert outbox.relay().done == 1
    assert Message.objects.filter(title__contains=second.code).count() == 1


def test_a_case_somebody_works_on_is_worked_out_later_not_never(at, clerk):
    busy, idle = (lives.register(clerk, division=place(OWN_VILLAGE)) for _ in range(2))
    WarningRule.objects.create(key="accept", remind=0, yellow=3, red=6, leader=9, reason="试")
    held, release = threading.Event(), threading.Event()

    def work():
        with transaction.atomic():
            Dispute.objects.select_for_update().get(pk=busy.pk)
            held.set()
            release.wait(20)

    worker = thread(work)
    assert held.wait(10)
    try:
        assert reckon_clocks(key="accept") == 1
        first = Outbox.objects.get(topic=clocks.RECKON)
        assert first.payload == {"cases": [busy.pk], "attempt": 1}
        assert reckon_clocks(**first.payload) == 0
    finally:
        release.set()
        worker.join(20)
    second = Outbox.objects.filter(topic=clocks.RECKON).latest("due_at")
    assert second.payload["attempt"] == 2 and second.due_at > first.due_at
    assert reckon_clocks(**second.payload) == 1
    assert {str(case.clocks.get(key="accept").warn_days[1]) for case in (idle, busy)} == {"2026-11-06"}
