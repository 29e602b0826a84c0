"""Holidays and the clocks: a day off may put a limit or a warning off, and never brings one forward."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from common import workdays
from common.daycount import Calendar
from disputes import deadlines, reckoning
from disputes.choices import WarnLevel

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
