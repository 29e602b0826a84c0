"""Clocks at the boundary day, over a holiday, with a pause; time is frozen."""

import datetime as dt

import pytest
import time_machine

from disputes import presentation
from disputes.choices import Status, WarnLevel
from disputes.models import ClockRow
from disputes.services.sweep import sweep
from tests.disputes import lives
from tests.disputes.lives import do

pytestmark = pytest.mark.django_db
NOON = " 12:00:00+08:00"


def clock(case, kind):
    return case.clocks.filter(kind=kind).latest("id")


@pytest.fixture
def at():
    """``at("2026-09-30")``: noon of that day in Beijing."""
    with time_machine.travel(dt.datetime(2026, 9, 30, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(day + NOON))


@pytest.mark.parametrize(
    ("registered", "due"),
    [
        ("2026-09-24", "2026-09-28"),  # 25 Sept. is Mid-Autumn, 26 and 27 a week-end
        ("2026-09-29", "2026-09-30"),
        ("2026-09-30", "2026-10-08"),  # the whole of 国庆 does not count
        ("2026-10-09", "2026-10-10"),  # a make-up Saturday is a working day
    ],
)
def test_acceptance_is_due_one_working_day_after_registration(at, clerk, own_village, registered, due):
    at(registered)
    case = lives.register(clerk, division=own_village)
    assert str(clock(case, "accept").due_on) == due == str(case.next_due_on)


def test_a_month_of_mediation_rolls_past_the_holiday(at, clerk, own_village):
    at("2026-09-01")
    case = do(lives.register(clerk, division=own_village), "accept", clerk)
    assert str(clock(case, "mediate").due_on) == "2026-10-08"  # day 30 is 1 October


def test_the_time_to_ask_the_court_rolls_past_the_holiday_and_is_reminded_of_once(
    at, clerk, dispatcher, mediator, own_village
):
    at("2026-09-01")
    case = lives.register(clerk, division=own_village)
    case = lives.bring(case, Status.PERFORMING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    row = clock(case, "confirm")
    assert str(row.due_on) == str(case.current_agreement.confirmable_until) == "2026-10-08"  # day 30 is 1 October
    assert [str(day) for day in row.warn_days if day] == ["2026-09-24"]
    assert case.next_clock == "perform"


def test_nobody_is_late_for_a_right_that_lapsed(at, clerk, dispatcher, mediator, own_village):
    at("2026-09-01")
    case = lives.register(clerk, division=own_village)
    case = lives.bring(case, Status.PERFORMING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    owed = case.current_agreement.obligations.get()
    case = do(case, "perform", mediator, obligation=owed, state="waived", note="权利人放弃。")
    at("2026-11-20")
    sweep()
    row = clock(case, "confirm")
    assert row.is_running and list(row.escalations.values_list("level", flat=True)) == [WarnLevel.REMIND]
    assert case.next_clock == "follow_up" and row not in ClockRow.objects.late_on(dt.date(2026, 11, 20))
    shown = presentation.all_clocks(case.clocks.all(), dt.date(2026, 11, 20))
    assert next(one for one in shown if one["label"] == "司法确认申请")["text"] == "10-08 已过"


def test_labour_disputes_count_from_the_day_of_application(at, clerk, own_village):
    at("2026-11-16")
    case = lives.register(clerk, division=own_village, category="1001", applied_on=dt.date(2026, 11, 10))
    case = do(case, "accept", clerk)
    assert str(clock(case, "mediate").due_on) == "2026-11-25"


def test_a_pause_does_not_count_and_is_said(at, clerk, dispatcher, mediator, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    case = lives.bring(case, Status.SUSPENDED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    before = clock(case, "mediate")
    assert before.is_paused and case.next_due_on is None
    at("2026-11-12")
    case = do(case, "resume", mediator)
    after = clock(case, "mediate")
    assert (after.due_on - before.due_on, after.paused_days) == (dt.timedelta(days=12), 10)  # 12 Dec. is a Saturday
    assert case.next_due_on == after.due_on


def test_a_medical_pause_shifts_by_working_days(at, clerk, dispatcher, mediator, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village, category="1501")
    case = lives.bring(case, Status.SUSPENDED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    before = clock(case, "mediate").due_on
    at("2026-11-09")
    case = do(case, "resume", mediator)
    assert (before.isoformat(), clock(case, "mediate").due_on.isoformat()) == ("2026-12-14", "2026-12-21")


def test_correcting_a_case_restarts_no_clock(at, clerk, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    due = clock(case, "accept").due_on
    at("2026-11-03")
    case = do(case, "amend", clerk, summary="改正错字。", reason="笔误")
    assert (clock(case, "accept").due_on, case.clocks.count()) == (due, 1)


def test_the_nearest_unperformed_instalment_is_the_clock_of_performance(at, clerk, dispatcher, mediator, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    debtor = case.respondents[0]
    rows = [
        {"debtor": debtor, "kind": "money", "what": f"第 {n} 期", "amount": 500, "due_on": dt.date(2026, 11 + n, 15)}
        for n in (0, 1)
    ]
    case = do(case, "settle", mediator, **lives.agreement(case, obligations=rows))
    case = do(case, "take_effect", mediator, **lives.marks(case))
    assert str(clock(case, "perform").due_on) == "2026-11-15"
    first = case.current_agreement.obligations.first()
    case = do(case, "perform", mediator, obligation=first, state="done", performed_on=dt.date(2026, 11, 2))
    assert str(clock(case, "perform").due_on) == "2026-12-15"
    second = case.current_agreement.obligations.last()
    case = do(case, "perform", mediator, obligation=second, state="done", performed_on=dt.date(2026, 11, 2))
    assert clock(case, "perform").met_on and clock(case, "follow_up").is_running
