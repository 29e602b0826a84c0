"""A due day that moved: what was said of the old one goes or stays, and nothing is said twice."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.choices import Role
from common import outbox, workdays
from common.models import Outbox
from disputes.choices import ObligationState, Source, Status, SupervisionKind, WarnLevel
from disputes.models import Dispute
from disputes.services import clocks
from disputes.services.sweep import due_by, sweep
from disputes.tasks import reckon_clocks
from notices.models import Message
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import OWN_VILLAGE, UserFactory

pytestmark = pytest.mark.django_db
NOON = " 12:00:00+08:00"


@pytest.fixture
def at():
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(day + NOON))
    workdays.forget()


@pytest.fixture
def case(at, clerk, dispatcher, mediator, own_village):
    """Taken on Monday 2 November: due on 2 December, yellow on the 3rd, red on the 9th, leaders on the 16th."""
    case = lives.register(clerk, division=own_village)
    return lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)


@pytest.fixture
def found(at, own_village):
    """Found by a grid officer: on the first level of 四级七天, which ends on 3 November."""
    grid = UserFactory(username="grid1", name="网格一", role=Role.GRID_OFFICER, role__at=OWN_VILLAGE)
    return lives.register(grid, division=own_village, source=Source.GRID)


def again(case):
    return Dispute.objects.for_page().get(pk=case.pk)


def run():
    sweep()
    outbox.relay()


def later():
    """The relay, when news that waits has waited long enough."""
    Outbox.objects.filter(done_at=None).update(due_at=timezone.now() - dt.timedelta(days=365))
    outbox.relay()


def ask(case, by, days=10):
    row = case.clocks.get(key="mediate", met_on=None)
    return do(again(case), "ask_extension", by, clock=row, days=days, reason="等对方回来。", all_parties_agreed=True,
              agreed_on=dt.date(2026, 11, 2))  # fmt: skip


def grant(case, mediator, dispatcher, days=10):
    ask(case, mediator, days)
    return do(again(case), "decide_extension", dispatcher, decision="granted")


def levels(case, key="mediate"):
    return list(case.escalations.filter(clock__key=key).order_by("id").values_list("level", flat=True))


def todo(row):
    return Message.objects.todo().filter(subject=clocks.subject(row.dispute_id, row.pk))


# ---- what was issued


def test_a_pause_of_one_day_does_not_warn_again_of_the_same_lateness(at, case, mediator):
    at("2026-12-16")
    run()
    assert levels(case) == [1, 2, 3, 4]
    do(again(case), "suspend", mediator, reason="party")
    at("2026-12-17")
    do(again(case), "resume", mediator)
    run()
    assert levels(case) == [1, 2, 3, 4]
    assert case.supervisions.open().count() == 2


def test_a_decision_on_one_day_doubles_no_card(at, case):
    at("2026-12-15")
    run()
    workdays.set_day(dt.date(2026, 12, 2), False, note="停电", source="区政府通知")
    reckon_clocks(from_day="2026-12-02")
    run()
    row = case.clocks.get(key="mediate")
    assert (str(row.due_on), levels(case), row.next_warn_on) == ("2026-12-03", [1, 2, 3], dt.date(2026, 12, 17))
    assert case.supervisions.count() == 2
    at("2026-12-17")
    run()
    assert levels(case) == [1, 2, 3, 4]


def test_levels_that_are_still_to_come_are_issued_again_in_their_time(at, case, mediator, dispatcher):
    at("2026-12-09")
    run()
    assert levels(case) == [1, 2, 3]
    grant(case, mediator, dispatcher, days=20)  # to 22 December: the reminder on the 17th
    run()
    assert levels(case) == [1, 2, 3]
    for day, said in {"2026-12-17": [1], "2026-12-22": [1], "2026-12-23": [1, 2], "2026-12-29": [1, 2, 3]}.items():
        at(day)
        run()
        assert levels(case) == [1, 2, 3, *said], day


# ---- cards and to-dos


def test_a_card_of_a_level_that_the_new_day_has_not_reached_is_lifted_in_words(at, case, mediator, dispatcher):
    at("2026-12-09")
    run()
    grant(case, mediator, dispatcher, days=2)  # to 4 December: yellow on the 7th has passed, red on the 11th has not
    cards = {card.kind: card for card in case.supervisions.all()}
    assert cards[SupervisionKind.YELLOW].is_open
    red = cards[SupervisionKind.RED]
    assert (red.is_open, red.lifted_why, red.lifted_by) == (False, "期限已改为 2026-12-04", None)
    assert case.clocks.get(key="mediate").warned == WarnLevel.YELLOW


def test_to_dos_of_a_due_day_that_moved_away_leave_the_lists(at, case, mediator, dispatcher):
    at("2026-12-03")
    run()
    row = case.clocks.get(key="mediate")
    assert todo(row).exists()
    grant(case, mediator, dispatcher)
    assert not todo(row).exists() and not case.supervisions.open().exists()


def test_what_was_done_after_a_longer_limit_leaves_nothing_open(at, case, mediator, dispatcher):
    at("2026-12-03")
    run()
    grant(case, mediator, dispatcher)
    at("2026-12-15")
    run()
    do(again(case), "settle", mediator, **lives.agreement(again(case)))
    assert case.clocks.get(key="mediate").met_on
    assert not case.supervisions.open().exists()
    assert not Message.objects.todo().filter(kind__startswith="warning").exists()


def test_a_card_that_the_clock_forgot_is_found_by_the_ledger(at, case, mediator):
    at("2026-12-03")
    run()
    case.clocks.filter(key="mediate").update(warned=WarnLevel.NONE)
    do(again(case), "settle", mediator, **lives.agreement(again(case)))
    assert not case.supervisions.open().exists()


# ---- obligations


@pytest.fixture
def instalments(at, case, mediator):
    """``instalments("2026-11-03", "2027-03-01")``: an agreement of 2 November with payments due on these days."""

    def make(*days, in_force="2026-11-02"):
        given = lives.agreement(case)
        owed = [
            dict(given["obligations"][0], what=f"第 {number} 笔", due_on=dt.date.fromisoformat(day))
            for number, day in enumerate(days, start=1)
        ]
        do(again(case), "settle", mediator, **{**given, "obligations": owed})
        at(in_force)
        return do(again(case), "take_effect", mediator, **lives.marks(again(case), dt.date(2026, 11, 2)))

    return make


def pay(case, mediator, number):
    owed = again(case).current_agreement.obligations.get(number=number)
    today = dt.date(2026, 11, 20)
    return do(again(case), "perform", mediator, obligation=owed, state=ObligationState.DONE, performed_on=today)


def test_an_instalment_that_was_paid_lifts_its_card_and_the_next_has_its_own_clock(at, case, mediator, instalments):
    instalments("2026-11-03", "2027-03-01")
    at("2026-11-20")
    run()
    late = case.clocks.get(kind="perform")
    assert case.supervisions.open().filter(escalation__clock=late).exists() and todo(late).exists()
    pay(case, mediator, 1)
    late.refresh_from_db()
    following = case.clocks.get(kind="perform", met_on=None)
    assert (str(late.met_on), str(following.due_on)) == ("2026-11-20", "2027-03-01")
    assert not case.supervisions.open().filter(escalation__clock=late).exists() and not todo(late).exists()


def test_paying_the_first_of_two_late_instalments_wins_no_time_for_the_second(at, case, mediator, instalments):
    instalments("2026-11-03", "2026-11-04")
    at("2026-11-20")
    run()
    pay(case, mediator, 1)
    run()
    assert levels(case, "perform") == [1, 2, 3, 1, 2, 3]
    assert {str(card.escalation.due_on) for card in case.supervisions.open()} == {"2026-11-04"}


def test_an_instalment_that_was_late_before_the_agreement_was_in_force_is_warned_of_from_then_on(
    at, case, mediator, instalments
):
    instalments("2026-11-03", in_force="2026-12-14")
    row = case.clocks.get(kind="perform")
    assert row.warn_days[:2] == [dt.date(2026, 12, 14), dt.date(2026, 12, 17)]
    expected = due_by(dt.date(2026, 12, 14))
    assert sweep().levels == expected == {WarnLevel.REMIND: 1}


# ---- news on its way


def test_no_message_of_a_due_day_that_is_no_longer_so(at, case, mediator, dispatcher):
    at("2026-12-03")
    sweep()
    grant(case, mediator, dispatcher, days=20)
    outbox.relay()
    assert not todo(case.clocks.get(key="mediate")).exists()
    at("2026-12-23")
    run()
    row = case.clocks.get(key="mediate")
    told = Message.objects.filter(subject=clocks.subject(case.pk, row.pk), kind="warning.yellow")
    assert {message.due_on for message in told} == {row.due_on}


def test_news_of_the_old_day_is_not_told_beside_that_of_the_new(at, case, mediator, dispatcher):
    at("2026-12-03")
    sweep()
    grant(case, mediator, dispatcher, days=20)
    at("2026-12-23")
    run()
    told = Message.objects.filter(recipient=mediator, kind="warning.yellow", title__contains="调解")
    assert [str(message.due_on) for message in told] == ["2026-12-22"]


def test_news_of_a_case_that_was_paused_meanwhile_waits_for_the_end_of_the_pause(at, case, mediator):
    at("2026-12-03")
    sweep()
    do(again(case), "suspend", mediator, reason="party")
    outbox.relay()
    assert not Message.objects.filter(title__contains="超期").exists()
    do(again(case), "resume", mediator)
    later()
    assert Message.objects.filter(kind="warning.yellow", title__contains="调解超期", recipient=mediator).count() == 1


def test_the_ladder_climbs_after_a_pause_between_the_sweep_and_its_news(at, found, clerk, dispatcher, mediator):
    case = lives.bring(found, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    at("2026-11-04")
    sweep()
    do(again(case), "suspend", mediator, reason="party")
    outbox.relay()
    do(again(case), "resume", mediator)
    for day in ("2026-11-05", "2026-11-10", "2026-12-10"):
        at(day)
        run()
        run()
    rungs = list(case.clocks.filter(kind="ladder").order_by("id").values_list("key", "started_on"))
    assert [key for key, _ in rungs] == ["ladder_1", "ladder_2", "ladder_3", "ladder_4"]
    assert [str(day) for _, day in rungs][:3] == [
        "2026-11-02",
        "2026-11-03",
        "2026-11-05",
    ]  # each when the last ran out


def test_a_level_of_the_ladder_ends_later_by_the_pause(at, found, clerk, dispatcher, mediator):
    case = lives.bring(found, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    at("2026-11-04")
    sweep()
    do(again(case), "suspend", mediator, reason="party")
    at("2026-11-11")
    do(again(case), "resume", mediator)
    run()
    first, second = case.clocks.filter(kind="ladder").order_by("id")
    assert [str(day) for day in (first.due_on, first.expired_on, second.started_on)] == ["2026-11-10"] * 3
    assert first.escalations.filter(level=WarnLevel.CLIMB).count() == 1
