"""Holidays and the clocks: a day off may put a limit or a warning off, and never brings one forward."""

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from common import outbox, workdays
from common.daycount import Calendar
from common.holidays import year_from_notice
from common.models import Outbox
from disputes import deadlines, reckoning, tasks
from disputes.choices import WarnLevel
from disputes.models import ClockRow
from disputes.services import clocks
from disputes.services.sweep import sweep
from disputes.tasks import reckon_clocks
from tests.disputes import lives
from tests.disputes.lives import do

NAMES = ("due", *(level.name for level in WarnLevel if level))


def days_of(key: str, start: dt.date, calendar: dict[dt.date, bool]) -> dict[str, dt.date | None]:
    """Last day and warnings of one clock on a calendar of one's own."""
    clock = deadlines.BY_KEY[key]
    row = SimpleNamespace(
        key=key, kind=clock.kind, started_on=start, due_on=start, limit=clock.days, unit=clock.unit,
        extended_days=0, paused_days=0, warned=WarnLevel.NONE, warned_due_on=None,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workdays, "current", lambda: Calendar.of(calendar))
        reckoning.derive(row, ())
        reckoning.set_warnings(row, clock.warn, start)
    return dict(zip(NAMES, [row.due_on, *row.warn_days], strict=True))


USUAL = {day: day.weekday() < 5 for day in (dt.date(2026, 8, 1) + dt.timedelta(days=n) for n in range(200))}
NATIONAL_DAY = frozenset(dt.date(2026, 10, n) for n in range(1, 8))


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(
    st.sampled_from(sorted(deadlines.BY_KEY)),
    st.dates(dt.date(2026, 9, 1), dt.date(2026, 11, 30)),
    st.frozensets(st.dates(dt.date(2026, 9, 1), dt.date(2027, 1, 15)), min_size=1, max_size=25),
)
@example("mediate", dt.date(2026, 9, 9), NATIONAL_DAY)
def test_no_holiday_brings_a_limit_or_a_warning_forward(key, start, holidays):
    without = days_of(key, start, USUAL)
    with_holidays = days_of(key, start, USUAL | dict.fromkeys(holidays, False))
    for name, day in without.items():
        later = with_holidays[name]
        assert (later is None) == (day is None)
        assert later is None or day is None or later >= day, (name, day, later)


# -- days that change ------------------------------------------------------------------------------------------------


@pytest.fixture
def at():
    with time_machine.travel(dt.datetime(2026, 11, 4, 4, tzinfo=dt.UTC), tick=False):
        yield
    workdays.forget()


def deliver() -> None:
    """What relay and worker do, in this process: the news, and the task it starts."""
    outbox.relay()
    for row in Outbox.objects.filter(topic="disputes.calendar_changed", done_at=None):
        reckon_clocks(**row.payload)


@pytest.mark.django_db
@pytest.mark.parametrize("day", [dt.date(2026, 11, 3), dt.date(2026, 11, 5)], ids=["past", "coming"])
def test_a_decision_moves_open_clocks_on_and_met_ones_not_at_all(at, clerk, own_village, monkeypatch, day):
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False):
        met = do(lives.register(clerk, division=own_village), "accept", clerk)
    waiting = lives.register(clerk, division=own_village)
    before = list(met.clocks.filter(met_on__isnull=False).values())
    due = waiting.clocks.get().due_on
    remembered = workdays.current()
    workdays.set_day(day, False, note="停电", source="甘政发〔2026〕9号")
    # Another worker process remembers the old days, and must not work with them.
    monkeypatch.setattr(workdays, "_kept", (remembered, (), workdays.time.monotonic()))
    deliver()
    assert list(met.clocks.filter(met_on__isnull=False).values()) == before != []
    waiting.refresh_from_db()
    expected = {dt.date(2026, 11, 3): due, dt.date(2026, 11, 5): dt.date(2026, 11, 6)}[day]
    assert waiting.clocks.get().due_on == waiting.next_due_on == expected


@pytest.mark.django_db
def test_a_guess_becomes_certain_when_its_year_is_loaded(at, clerk, own_village):
    with time_machine.travel(dt.datetime(2026, 12, 31, 4, tzinfo=dt.UTC), tick=False):
        case = lives.register(clerk, division=own_village)
        clock = case.clocks.get()
        assert (clock.due_on, clock.is_provisional) == (dt.date(2027, 1, 1), True)
        off = dict.fromkeys((dt.date(2027, 1, 1) + dt.timedelta(days=n) for n in range(3)), "元旦")
        workdays.set_year(2027, year_from_notice(2027, off=off, on={}), "x")
        deliver()
        clock.refresh_from_db()
        assert (clock.due_on, clock.is_provisional) == (dt.date(2027, 1, 4), False)


@pytest.fixture
def december(at):
    """``december(30)``: noon of 30 December 2026; the calendar of 2027 is not known yet."""
    with time_machine.travel(dt.datetime(2026, 12, 30, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime(2026, 12, day, 4, tzinfo=dt.UTC))


def load_2027(last_day_off: int) -> None:
    off = {dt.date(2027, 1, day): "元旦" for day in range(1, last_day_off + 1)}
    workdays.set_year(2027, year_from_notice(2027, off=off, on={}), "国办发明电〔2026〕9号")
    deliver()


@pytest.mark.django_db
def test_cards_of_a_limit_of_this_year_wait_for_the_end_of_next_years_holidays(december, clerk, own_village):
    case = lives.register(clerk, division=own_village)
    row = case.clocks.get()
    assert (str(row.due_on), row.is_provisional) == ("2026-12-31", False)
    load_2027(last_day_off=8)
    days = case.clocks.get().warn_days
    assert [str(day) for day in days[:3]] == ["2026-12-31", "2027-01-11", "2027-01-12"]
    assert sweep(dt.date(2027, 1, 8)).levels == {WarnLevel.REMIND: 1}
    assert sweep(dt.date(2027, 1, 11)).levels == {WarnLevel.YELLOW: 1}


@pytest.mark.django_db
def test_a_warning_given_before_the_year_was_loaded_is_not_given_again(december, clerk, own_village):
    case = lives.register(clerk, division=own_village)
    december(31)
    sweep()
    load_2027(last_day_off=3)
    assert [str(day) for day in case.clocks.get().warn_days[1:4]] == ["2027-01-04", "2027-01-05", "2027-01-08"]
    sweep()
    assert list(case.escalations.values_list("level", flat=True)) == [WarnLevel.REMIND]


@pytest.mark.django_db
def test_after_loading_a_year_every_clock_is_what_it_would_have_been(
    december, clerk, dispatcher, mediator, own_village
):
    """Cases of all kinds from December, against the same cases begun with the calendar in place."""

    def begin():
        made = []
        for day in (4, 11, 18, 24, 28, 30, 31):
            december(day)
            for category in ("0202", "1001", "1501"):
                case = lives.register(clerk, division=own_village, category=category, applied_on=dt.date(2026, 12, 2))
                made.append(do(case, "accept", clerk))
            made.append(lives.register(clerk, division=own_village, source="grid"))
        return [(row.key, row.due_on, row.warn_days, row.is_provisional, row.next_warn_on) for case in made
                for row in case.clocks.filter(met_on=None).order_by("id")]  # fmt: skip

    before = begin()
    december(31)
    load_2027(last_day_off=8)
    rows = ClockRow.objects.filter(met_on=None).order_by("dispute_id", "id")
    loaded = [(row.key, row.due_on, row.warn_days, row.is_provisional, row.next_warn_on) for row in rows]
    assert loaded == begin() != before


@pytest.mark.django_db
def test_only_clocks_with_a_day_from_then_on_are_touched(at, clerk, own_village, monkeypatch):
    lives.register(clerk, division=own_village)
    reached = []
    monkeypatch.setattr(tasks, "_reckon", lambda ids: reached.append(ids) or (len(ids), []))
    reckon_clocks(from_day="2027-01-01")
    assert reached == []
    reckon_clocks(from_day="2026-11-12")  # the day of the leaders' attention
    assert len(reached) == 1


# -- many cases -------------------------------------------------------------------------------------------------------


@pytest.fixture
def five(at, clerk, own_village):
    cases = [lives.register(clerk, division=own_village) for _ in range(5)]
    workdays.set_day(dt.date(2026, 11, 5), False, note="停电", source="x")
    return cases


def dues(cases) -> list[str]:
    return [str(case.clocks.get().due_on) for case in cases]


@pytest.mark.django_db
def test_a_task_that_worked_long_enough_leaves_the_rest_to_the_next(five, monkeypatch):
    monkeypatch.setattr(tasks, "RECKON_BATCH", 2)
    monkeypatch.setattr(tasks, "RECKON_SECONDS", -1.0)
    assert reckon_clocks(from_day="2026-11-05") == 2
    waiting = Outbox.objects.filter(topic=clocks.RECKON)
    assert waiting.get().payload == {"from_day": "2026-11-05", "after": five[1].pk}
    while waiting.exists():
        payload = waiting.get().payload
        waiting.delete()
        reckon_clocks(**payload)
    assert dues(five) == ["2026-11-06"] * 5


@pytest.mark.django_db
def test_one_case_that_fails_stops_no_other(five, monkeypatch):
    real = reckoning.derive

    def fail_for_one(row, suspensions):
        if row.dispute_id == five[2].pk:
            raise ValueError("out of order")
        real(row, suspensions)

    monkeypatch.setattr(reckoning, "derive", fail_for_one)
    assert reckon_clocks(from_day="2026-11-05") == 4
    assert dues(five) == ["2026-11-06", "2026-11-06", "2026-11-05", "2026-11-06", "2026-11-06"]


@pytest.mark.django_db
def test_what_comes_out_the_same_is_not_written_and_a_hundred_cases_cost_few_queries(
    five, django_assert_max_num_queries
):
    ids = [case.pk for case in five]
    with django_assert_max_num_queries(10):
        assert clocks.reckon(ids).changed == 5
    with django_assert_max_num_queries(6):
        assert clocks.reckon(ids).changed == 0
