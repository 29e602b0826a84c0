"""A corrected category, source or place: the limits that the case would have had from the beginning, no more and no less."""

import datetime as dt

import pytest
import time_machine

from accounts.choices import Role
from common.errors import GuardRefused
from disputes.choices import ExtensionState, Source, Status
from disputes.models import Category, Dispute, WarningRule
from disputes.services import clocks
from disputes.services.sweep import sweep
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import OWN_VILLAGE, UserFactory

pytestmark = pytest.mark.django_db
NOON = " 12:00:00+08:00"
LABOUR, MEDICAL, NEIGHBOURS = "1001", "1501", "0202"


@pytest.fixture
def at():
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(day + NOON))
    clocks.forget_rules()


@pytest.fixture
def taken(at, clerk, dispatcher, mediator, own_village):
    """``taken(LABOUR)``: a case of that category, registered, assigned and taken on Monday 2 November."""

    def make(category=NEIGHBOURS, to=Status.MEDIATING):
        case = lives.register(clerk, division=own_village, category=category)
        return lives.bring(case, to, clerk=clerk, dispatcher=dispatcher, mediator=mediator)

    return make


def again(case):
    return Dispute.objects.for_page().get(pk=case.pk)


def correct(case, clerk, category):
    return do(again(case), "amend", clerk, category=Category.objects.get(pk=category), reason="误选。")


def mediation(case):
    return case.clocks.get(kind="mediate", met_on=None)


def ask(case, mediator, days=30):
    return do(again(case), "ask_extension", mediator, clock=mediation(case), days=days, reason="等人。",
              all_parties_agreed=True, agreed_on=dt.date(2026, 11, 2))  # fmt: skip


def as_derived(case):
    """The days of the clock, stored and derived once more from nothing but the record."""
    stored = mediation(case)
    clocks.reckon([case.pk])
    return stored.due_on, mediation(case).due_on


# ---- the category


def test_labour_by_mistake_and_back_is_the_day_it_was(at, clerk, own_village):
    case = lives.register(clerk, division=own_village, applied_on=dt.date(2026, 10, 12))
    case = do(again(case), "accept", clerk)
    first = mediation(case)
    correct(case, clerk, LABOUR)
    assert str(mediation(case).started_on) == "2026-10-12"
    correct(case, clerk, NEIGHBOURS)
    back = mediation(case)
    assert (back.key, back.started_on, back.due_on) == (first.key, first.started_on, first.due_on)


def test_a_limit_of_the_law_is_not_extended_through_the_category(taken, clerk, mediator, dispatcher):
    case = taken()
    ask(case, mediator)
    do(again(case), "decide_extension", dispatcher, decision="granted")
    extended = mediation(case).due_on
    correct(case, clerk, LABOUR)
    assert str(mediation(case).due_on) == "2026-11-17"
    correct(case, clerk, NEIGHBOURS)
    assert mediation(case).due_on == extended


def test_a_request_for_the_limit_that_was_extends_none_that_is(taken, clerk, mediator, dispatcher):
    case = taken()
    ask(case, mediator)
    correct(case, clerk, LABOUR)
    request = case.extensions.get()
    assert (request.state, "重新申请" in request.decision_reason) == (ExtensionState.REFUSED, True)
    with pytest.raises(GuardRefused):
        do(again(case), "decide_extension", dispatcher, decision="granted")
    assert str(mediation(case).due_on) == "2026-11-17"


def test_a_labour_limit_does_not_stand_still_because_it_was_another(at, taken, clerk, mediator):
    case = taken()
    do(again(case), "suspend", mediator, reason="party")
    assert mediation(case).is_paused
    correct(case, clerk, LABOUR)
    assert not mediation(case).is_paused
    at("2026-11-18")
    assert sweep().total > 0


def test_a_limit_that_stands_still_does_so_since_the_suspension(at, taken, clerk, mediator):
    case = taken(LABOUR)
    do(again(case), "suspend", mediator, reason="party")
    at("2026-11-09")
    correct(case, clerk, NEIGHBOURS)
    assert str(mediation(case).pause_began_on) == "2026-11-02"
    at("2026-11-23")
    do(again(case), "resume", mediator)
    stored, derived = as_derived(case)
    assert (str(stored), mediation(case).paused_days) == ("2026-12-23", 21)
    assert stored == derived


@pytest.mark.parametrize("category", [LABOUR, MEDICAL, NEIGHBOURS])
@pytest.mark.parametrize("wrong", [LABOUR, MEDICAL, NEIGHBOURS])
def test_a_corrected_case_stands_where_it_would_have_stood(at, taken, clerk, mediator, category, wrong):
    """With a pause before the correction, and the category corrected twice."""
    right, mistaken = taken(category), taken(wrong)
    for case in (right, mistaken):
        do(again(case), "suspend", mediator, reason="appraisal")
    at("2026-11-10")
    for case in (right, mistaken):
        do(again(case), "resume", mediator)
    if wrong != category:
        correct(mistaken, clerk, category)
    rows = [mediation(case) for case in (right, mistaken)]
    for name in ("key", "started_on", "due_on", "paused_days", "warn_days", "limit", "unit", "source", "label"):
        assert getattr(rows[0], name) == getattr(rows[1], name), name
    stored, derived = as_derived(mistaken)
    assert stored == derived


def test_after_a_reopening_labour_counts_from_there(at, taken, clerk):
    labour, other = taken(LABOUR, Status.FAILED), taken(NEIGHBOURS, Status.FAILED)
    at("2027-01-11")
    for case in (labour, other):
        do(again(case), "reopen", clerk, reason="又起争议。")
    correct(other, clerk, LABOUR)
    assert mediation(labour).due_on == mediation(other).due_on
    assert str(mediation(other).started_on) == "2027-01-11"


def test_a_category_corrected_while_an_agreement_waits_counts_when_it_comes_to_nothing(taken, clerk, mediator):
    case = taken()
    do(again(case), "settle", mediator, **lives.agreement(again(case)))
    correct(case, clerk, LABOUR)
    do(again(case), "renegotiate", mediator, reason="对方反悔。")
    assert (mediation(case).key, str(mediation(case).due_on)) == ("mediate_labour", "2026-11-17")


def test_warnings_of_a_type_follow_the_category(at, clerk, own_village):
    WarningRule.objects.create(key="accept", category="10", remind=0, yellow=3, red=6, leader=9, reason="试")
    clocks.forget_rules()
    case = lives.register(clerk, division=own_village)
    assert str(case.clocks.get().warn_days[1]) == "2026-11-04"
    correct(case, clerk, LABOUR)
    assert str(case.clocks.get().warn_days[1]) == "2026-11-06"


def test_a_case_that_failed_while_it_stood_still_was_not_late_for_that(at, taken, mediator):
    case = taken(to=Status.SUSPENDED)
    at("2026-12-14")
    do(again(case), "fail", mediator, **lives.told())
    row = case.clocks.get(kind="mediate")
    assert row.met_on <= row.due_on and row.paused_days == 42


# ---- the source


@pytest.fixture
def found(at, own_village):
    grid = UserFactory(username="grid1", name="网格一", role=Role.GRID_OFFICER, role__at=OWN_VILLAGE)
    return lives.register(grid, division=own_village, source=Source.GRID)


def rungs(case):
    return [(row.key, row.is_running) for row in case.clocks.filter(kind="ladder").order_by("id")]


def test_a_corrected_source_takes_a_case_off_the_ladder_and_puts_it_back(at, found, clerk):
    first = found.clocks.get(kind="ladder").due_on
    do(again(found), "amend", clerk, source=Source.WINDOW, reason="误选。")
    assert rungs(found) == [("ladder_1", False)] and found.clocks.get(kind="ladder").was_left
    do(again(found), "amend", clerk, source=Source.GRID, reason="没有选错。")
    assert rungs(found) == [("ladder_1", True)] and found.clocks.get(kind="ladder").due_on == first


def test_what_the_grid_found_is_on_the_ladder_from_registration(at, clerk, own_village):
    case = lives.register(clerk, division=own_village)
    at("2026-11-03")
    do(again(case), "amend", clerk, source=Source.GRID, reason="误选。")
    row = case.clocks.get(kind="ladder")
    assert (row.key, str(row.started_on), str(row.due_on)) == ("ladder_1", "2026-11-02", "2026-11-03")


def test_mediation_that_is_over_is_not_put_on_the_ladder(taken, mediator):
    case = taken(to=Status.FAILED)
    do(again(case), "amend", mediator, source=Source.GRID, reason="误选。")
    assert rungs(case) == []
