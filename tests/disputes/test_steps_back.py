"""Stepping back is not doing it: what was taken back runs on, what was left says so, cards stand as they stood."""

import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError, transaction

from accounts.choices import Role
from common import outbox
from disputes import presentation, reckoning
from disputes.choices import EndReason, Source, Status, SupervisionKind
from disputes.models import Dispute, Supervision
from disputes.services.sweep import sweep
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import OWN_VILLAGE, UserFactory

pytestmark = pytest.mark.django_db
NOON = " 12:00:00+08:00"


@pytest.fixture
def at():
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(day + NOON))


@pytest.fixture
def registered(at, clerk, own_village):
    """On Monday 2 November; acceptance is due on the 3rd."""
    return lives.register(clerk, division=own_village)


@pytest.fixture
def case(registered, clerk, dispatcher, mediator):
    return lives.bring(registered, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)


def again(case):
    return Dispute.objects.for_page().get(pk=case.pk)


def run():
    sweep()
    outbox.relay()


def cards(case, key):
    return sorted(case.supervisions.open().filter(escalation__clock__key=key).values_list("kind", flat=True))


def come_to_nothing(case, mediator):
    do(again(case), "settle", mediator, **lives.agreement(again(case)))
    return do(again(case), "renegotiate", mediator, reason="对方反悔。")


def test_an_agreement_that_came_to_nothing_lifts_no_card(at, case, mediator):
    at("2026-12-10")
    run()
    assert cards(case, "mediate") == [SupervisionKind.RED, SupervisionKind.YELLOW]
    due = case.clocks.get(key="mediate").due_on
    do(again(case), "settle", mediator, **lives.agreement(again(case)))
    assert cards(case, "mediate") == []
    do(again(case), "renegotiate", mediator, reason="对方反悔。")
    row = case.clocks.get(key="mediate")
    assert (row.is_running, row.due_on, row.started_on) == (True, due, dt.date(2026, 11, 2))
    assert cards(case, "mediate") == [SupervisionKind.RED, SupervisionKind.YELLOW]
    at("2026-12-16")
    run()
    assert list(row.escalations.order_by("id").values_list("level", flat=True)) == [1, 2, 3, 4]


def test_a_card_that_a_person_lifted_stays_lifted(at, case, mediator, supervisor):
    at("2026-12-03")
    run()
    do(again(case), "answer_supervision", mediator, reply="明天调解。")
    do(again(case), "lift_supervision", supervisor, reason="已说明。")
    come_to_nothing(case, mediator)
    assert cards(case, "mediate") == []


def test_the_ladder_runs_on_after_an_agreement_that_came_to_nothing(at, own_village, clerk, dispatcher, mediator):
    grid = UserFactory(username="grid1", name="网格一", role=Role.GRID_OFFICER, role__at=OWN_VILLAGE)
    case = lives.register(grid, division=own_village, source=Source.GRID)
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    come_to_nothing(case, mediator)
    at("2026-12-10")
    for _ in range(4):
        run()
    rungs = case.clocks.filter(kind="ladder").order_by("id")
    assert [row.key for row in rungs] == ["ladder_1", "ladder_2", "ladder_3", "ladder_4"]


@pytest.mark.parametrize(
    ("key", "before", "done", "undone"),
    [("accept", Status.REGISTERED, "accept", "unaccept"), ("assign", Status.ACCEPTED, "assign", "recall")],
)
def test_what_is_taken_back_does_not_restart_its_limit(
    at, registered, clerk, dispatcher, mediator, key, before, done, undone
):
    case = lives.bring(registered, before, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    due = case.clocks.get(key=key).due_on
    at("2026-11-06")
    run()
    had = cards(case, key)
    by = {"accept": clerk, "assign": dispatcher}[done]
    to = {"committee": mediator.mediator.committee, "mediator": mediator.mediator, "chosen_by": "accepted"}
    do(again(case), done, by, **(to if done == "assign" else {}))
    assert cards(case, key) == [] != had
    do(again(case), undone, by)
    row = case.clocks.get(key=key)
    assert (row.is_running, row.due_on, cards(case, key)) == (True, due, had)


def test_a_reopened_case_whose_acceptance_is_taken_back_waits_for_acceptance_anew(at, registered, clerk):
    do(again(registered), "withdraw", clerk, reason=EndReason.SELF_SETTLED, note="已和解。")
    at("2026-11-20")
    do(again(registered), "reopen", clerk, reason="又起争议。")
    case = do(again(registered), "unaccept", clerk)
    row = registered.clocks.get(key="accept", met_on=None)
    assert (str(row.started_on), case.next_clock) == ("2026-11-20", "accept")


def test_sending_a_case_back_is_not_doing_it(at, registered, clerk, dispatcher, mediator):
    case = lives.bring(registered, Status.ASSIGNED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    case = do(again(case), "take", mediator)
    at("2026-11-24")
    run()
    assert cards(case, "begin") == [SupervisionKind.RED, SupervisionKind.YELLOW]
    do(again(case), "return_assignment", mediator, reason="忙不过来。")
    why = set(case.supervisions.filter(escalation__clock__key="begin").values_list("lifted_why", flat=True))
    row = case.clocks.get(key="begin")
    assert (why, row.was_left, str(row.met_on)) == ({reckoning.LEFT}, True, "2026-11-24")
    shown = {one["label"]: one for one in presentation.all_clocks(case.clocks.all(), dt.date(2026, 11, 24))}
    assert (shown["首次调解"]["state"], shown["首次调解"]["text"]) == ("met", "11-24 起不再计算")
    assert shown["接收"]["text"] == "11-02 办结"


def test_to_say_why_not_answers_the_assignment(at, registered, clerk, dispatcher, mediator):
    case = lives.bring(registered, Status.ASSIGNED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    do(again(case), "return_assignment", mediator, reason="与一方相识。")
    assert not case.clocks.get(key="take").was_left
    assert str(case.clocks.filter(key="assign").latest("id").due_on) == "2026-11-03"


def test_what_the_applicant_withdrew_was_left_and_mediation_has_its_result(at, registered, clerk):
    case = do(again(registered), "accept", clerk)
    do(again(case), "withdraw", clerk, reason=EndReason.SELF_SETTLED, note="已和解。")
    assert case.clocks.get(key="assign").was_left and not case.clocks.get(key="mediate").was_left


def test_an_agreement_nobody_signed_in_time_is_left_when_it_fails(at, case, mediator):
    do(again(case), "settle", mediator, **lives.agreement(again(case)))
    do(again(case), "fail", mediator, **lives.told(EndReason.NOT_SIGNED))
    assert case.clocks.get(key="sign").was_left


# ---- the record of a card


def test_a_card_cannot_be_rewritten(case, supervisor, mediator):
    do(again(case), "supervise", supervisor, kind="red", reason="请抓紧。")
    for change in ({"reply_by": dt.date(2099, 1, 1)}, {"office": None}, {"reason": "没有这回事"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Supervision.objects.update(**change)
    do(again(case), "answer_supervision", mediator, reply="好。")
    with pytest.raises(DatabaseError), transaction.atomic():
        Supervision.objects.update(replied_by=supervisor)
    do(again(case), "lift_supervision", supervisor, reason="已办。")
    for change in ({"lifted_by": mediator}, {"lifted_at": None, "lifted_by": None, "lifted_why": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Supervision.objects.update(**change)
