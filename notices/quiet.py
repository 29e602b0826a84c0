"""When a person may be disturbed outside of the portal.  Pure arithmetic: no database beside the working days.

The defaults follow UX_GUIDE §9 (lightening the load).  What is urgent (a red card, an order of a court) goes out on a
day off too, for somebody has to decide whether it can wait; but it waits for the morning: limits run in days, no
office acts at night, and the message stands in the portal at once for whoever is awake.  Each person sees these
rules on a page and may change every one of them for themselves.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from django.utils import timezone

from common import workdays

ONE_DAY = dt.timedelta(days=1)


class Wishes(Protocol):
    """What ``notices.models.Preference`` holds of it."""

    quiet_from: dt.time
    quiet_until: dt.time
    quiet_days_off: bool
    urgent_on_days_off: bool
    urgent_at_night: bool


def next_moment(wishes: Wishes, now: dt.datetime, *, urgent: bool) -> dt.datetime:
    """``now``, or the first moment after it at which this person may be written to.

    The quiet hours include the minute they begin with and not the one they end with.
    """
    moment = timezone.localtime(now)
    while (later := _after_day_off(wishes, moment, urgent) or _after_night(wishes, moment, urgent)) is not None:
        moment = later
    return moment


def _after_day_off(wishes: Wishes, moment: dt.datetime, urgent: bool) -> dt.datetime | None:
    """The beginning of the next working day, when it is a day off that counts; else None."""
    if not wishes.quiet_days_off or (urgent and wishes.urgent_on_days_off) or workdays.is_workday(moment.date()):
        return None
    return _at(workdays.next_workday(moment.date()), dt.time())


def _after_night(wishes: Wishes, moment: dt.datetime, urgent: bool) -> dt.datetime | None:
    """The end of the quiet hours, when they are on and count; else None."""
    begins, ends, clock = wishes.quiet_from, wishes.quiet_until, moment.time()
    if begins == ends or (urgent and wishes.urgent_at_night):
        return None
    if begins < ends:
        return _at(moment.date(), ends) if begins <= clock < ends else None
    if clock >= begins:
        return _at(moment.date() + ONE_DAY, ends)
    return _at(moment.date(), ends) if clock < ends else None


def _at(day: dt.date, clock: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, clock, tzinfo=timezone.get_current_timezone())
