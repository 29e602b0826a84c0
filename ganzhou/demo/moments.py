"""Moments of an office day, as whole seconds: cheap to compare and to move."""

from __future__ import annotations

import datetime as dt
import random

from common import workdays

DAY = 86_400
BEIJING = dt.timezone(dt.timedelta(hours=8))
_FIRST = dt.datetime(1, 1, 1, tzinfo=BEIJING)


def at(day: int, hour: int, minute: int = 0) -> int:
    """The moment at that time of a day (``date.toordinal``)."""
    return day * DAY + hour * 3600 + minute * 60


def of(moment: dt.datetime) -> int:
    """Seconds of an aware datetime, in Beijing time."""
    local = moment.astimezone(BEIJING)
    return local.toordinal() * DAY + local.hour * 3600 + local.minute * 60 + local.second


def aware(moment: int) -> dt.datetime:
    return _FIRST + dt.timedelta(days=moment // DAY - 1, seconds=moment % DAY)


def date(moment: int) -> dt.date:
    return dt.date.fromordinal(moment // DAY)


def is_workday(day: int) -> bool:
    return workdays.current().is_workday(day)


def workday(day: int, n: int) -> int:
    """The ``n``-th working day after ``day``; for 0 and less the one that many before the last up to ``day``."""
    known = workdays.current()
    return known.nth(known.count_up_to(day) + n)


def office(rng: random.Random, day: int) -> int:
    """Some moment of the office hours of that day."""
    hours = rng.random()
    return day * DAY + (int(30_900 + hours * 2 * 12_000) if hours < 0.5 else int(52_500 + (hours - 0.5) * 2 * 11_400))


def soon(rng: random.Random, moment: int, fewest: float, most: float) -> int:
    """Some minutes later; past the end of the day, early on the next working day."""
    later = moment + int(rng.uniform(fewest, most) * 60)
    day = moment // DAY
    if not is_workday(day) or later > at(day, 18, 20):
        day = workday(day, 1)
        later = at(day, 8, 35) + int(rng.uniform(0, 100) * 60)
    elif at(day, 12, 10) < later < at(day, 14, 30):
        later += 2 * 3600 + 1200
    return later


def days_on(rng: random.Random, moment: int, n: int) -> int:
    """An office moment ``n`` working days later."""
    return office(rng, workday(moment // DAY, n)) if n > 0 else soon(rng, moment, 15, 240)
