"""The free-slot finder: when is a room free together with everybody who must be there.

``free`` is arithmetic on minutes and knows no table; ``find`` feeds it with what is taken.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from centre import hours, people
from centre.models import Booking, BookingPerson, Room
from centre.people import Key
from common import workdays
from mediators.models import Mediator

#: So many proposals are enough to agree on one.
MOST = 6
#: How many working days ahead the finder looks.
HORIZON = 15
#: A meeting is proposed to begin on the hour or the half.
STEP = dt.timedelta(minutes=30)

Interval = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Slot:
    room: Room
    begin: dt.datetime
    end: dt.datetime


def free(window: Interval, taken: Iterable[Interval], length: dt.timedelta) -> dt.datetime | None:
    """The first moment in ``window`` on the half hour from which nothing is ``taken`` for ``length``."""
    begin, closes = window
    begin = _ceil(begin)
    for start, end in sorted(taken):
        if start - begin >= length:
            break
        if end > begin and start < closes:
            begin = _ceil(max(begin, end))
    return begin if begin + length <= closes else None


def _ceil(moment: dt.datetime) -> dt.datetime:
    over = dt.timedelta(minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond)
    return moment + STEP - over if over else moment


def open_windows(room: Room, day: dt.date) -> list[Interval]:
    return [stretch.on(day) for stretch in hours.read(room.open_hours)]


def find(
    rooms: Sequence[Room], keys: Iterable[Key], length: dt.timedelta, after: dt.datetime, *, but: Booking | None = None,
    mediator: Mediator | None = None, most: int = MOST,
) -> list[Slot]:  # fmt: skip
    """The next free slots on working days, one for each open stretch of a day, in the smallest room that is free.

    ``rooms`` are those that would do.  ``but`` is a booking about to be moved: it does not stand in its own way.
    Days on which ``mediator`` is on leave are passed over.  Two queries, three with a mediator.
    """
    if not rooms:
        return []
    day = timezone.localdate(after)
    days = [day] if workdays.is_workday(day) else []
    while len(days) < HORIZON:
        day += dt.timedelta(days=1)
        if workdays.is_workday(day):
            days.append(day)
    until = hours.at(days[-1], 24 * 60)
    room_taken = _rooms_taken(rooms, after, until, but)
    people_taken = _people_taken(keys, after, until, but)
    if mediator:
        away = people.leaves(mediator, days[0], days[-1])
        people_taken += [(hours.at(first, 0), hours.at(last, 24 * 60)) for first, last in away]
    by_size = sorted(rooms, key=lambda room: (room.seats, room.number, room.pk))
    found: list[Slot] = []
    for day in days:
        found += _of_day(day, by_size, room_taken, people_taken, length, after)
        if len(found) >= most:
            break
    return found[:most]


def _of_day(
    day: dt.date, rooms: Sequence[Room], room_taken: dict[int, list[Interval]], people_taken: list[Interval],
    length: dt.timedelta, after: dt.datetime,
) -> list[Slot]:  # fmt: skip
    """The earliest slot of each half of the day, over all rooms."""
    best: dict[bool, Slot] = {}
    noon = hours.at(day, 13 * 60)
    for room in rooms:
        for begin, closes in open_windows(room, day):
            window = (max(begin, after), closes)
            start = free(window, [*room_taken[room.pk], *people_taken], length)
            if start is None:
                continue
            half = start >= noon
            if half not in best or start < best[half].begin:
                best[half] = Slot(room, start, start + length)
    return sorted(best.values(), key=lambda slot: slot.begin)


def _rooms_taken(
    rooms: Sequence[Room], begin: dt.datetime, end: dt.datetime, but: Booking | None
) -> dict[int, list[Interval]]:
    rows = Booking.objects.holding().overlapping(begin, end).filter(room__in=rooms)
    if but:
        rows = rows.exclude(pk=but.pk)
    found: dict[int, list[Interval]] = defaultdict(list)
    for room, period in rows.values_list("room_id", "period"):
        found[room].append((period.lower, period.upper))
    return found


def _people_taken(keys: Iterable[Key], begin: dt.datetime, end: dt.datetime, but: Booking | None) -> list[Interval]:
    keys = list(keys)
    if not keys:
        return []
    rows = BookingPerson.objects.held().same_as(keys).overlapping(begin, end)
    if but:
        rows = rows.exclude(booking=but)
    return [(period.lower, period.upper) for period in rows.values_list("period", flat=True)]
