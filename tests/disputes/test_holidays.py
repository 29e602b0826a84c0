"""Holidays and the clocks: a day off may put a limit or a warning off, and never brings one forward."""

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from hypothesis import example, given, settings
from hypothesis import strategies as st

from common import outbox, workdays
from common.daycount import Calendar
from common.holidays import year_from_notice
from common.models import Outbox
from disputes import deadlines, reckoning
from disputes.choices import WarnLevel
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
        reckoning.set_warnings(row, clock.warn)
    return dict(zip(NAMES, [row.due_on, *row.warn_days], strict=True))


USUAL = {day: day.weekday() < 5 for day in (dt.date(2026, 8, 1) + dt.timedelta(days=n) for n in range(200))}
NATIONAL_DAY = frozenset(dt.date(2026, 10, n) for n in range(1, 8))


@settings(max_examples=400)
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
