"""The calendar as its templates want it: a day of rooms in quarters of an hour, a week of days, a list by time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from centre import hours, slots, times
from centre.choices import Purpose
from centre.models import Booking, Room
from common import workdays
from disputes import presentation

QUARTER = 15
#: Hours that are drawn even when nobody is there.
USUAL_DAY = (8 * 60, 18 * 60 + 30)
PURPOSE_TONE = {Purpose.MEDIATION: "blue", Purpose.UPKEEP: "grey"}


def bookings_of(rooms: Sequence[Room], first: dt.date, last: dt.date) -> list[Booking]:
    """What holds these rooms on these days, in order of time."""
    begin, end = hours.at(first, 0), hours.at(last, 24 * 60)
    return list(
        Booking.objects.holding().overlapping(begin, end).filter(room__in=rooms).for_calendar().order_by("period")
    )


def readable(bookings: Iterable[Booking], user: Any) -> set[int]:
    """Which of them this person may read; the others are only known to be there."""
    return set(
        Booking.objects.visible_to(user).filter(pk__in=[one.pk for one in bookings]).values_list("pk", flat=True)
    )


def line(booking: Booking, seen: Collection[int]) -> dict[str, Any]:
    """One booking in words; of one that may not be read, that the room is taken."""
    shown: dict[str, Any] = {
        "time": f"{times.clock(booking.starts_at)}～{times.clock(booking.ends_at)}",
        "room": str(booking.room),
        "room_id": booking.room_id,
        "tone": "taken",
        "title": "已占用",
        "hint": "",
        "url": "",
    }
    if booking.pk not in seen:
        return shown
    shown["url"] = booking.get_absolute_url()
    if booking.dispute:
        applicant, respondent = presentation.sides(booking.dispute)
        return shown | {
            "tone": "done" if booking.session_id else "case",
            "title": f"{applicant} 与 {respondent}",
            "hint": f"{booking.mediator}，{presentation.matter(booking.dispute)}",
            "code": booking.dispute.code,
            "is_recorded": booking.session_id is not None,
        }
    return shown | {
        "tone": "closed" if booking.purpose == Purpose.UPKEEP else "other",
        "title": booking.title,
        "hint": f"{booking.get_purpose_display()}，{booking.made_by}",
    }


# ---- a day


def day_grid(
    rooms: Sequence[Room],
    bookings: Sequence[Booking],
    seen: Collection[int],
    day: dt.date,
    now: dt.datetime,
    book: dict[str, str] | None,
) -> dict[str, Any]:
    """Rooms as rows, quarters of an hour as columns.  ``book`` is what a link to book carries; None: no such links."""
    first, last = _reach(rooms, bookings, day)
    return {
        "hours": [f"{hour:02}" for hour in range(first // 60, -(-last // 60))],
        "columns": (last - first) // QUARTER,
        "rows": [
            {
                "room": room,
                "label": str(room),
                "hint": "，".join(part for part in (room.floor, f"{room.seats} 座") if part),
                "cells": _cells(
                    room, [b for b in bookings if b.room_id == room.pk], seen, day, (first, last), now, book
                ),
            }
            for room in rooms
        ],
    }


def _reach(rooms: Sequence[Room], bookings: Iterable[Booking], day: dt.date) -> tuple[int, int]:
    """From which full hour to which the day is drawn."""
    ends = list(USUAL_DAY)
    for room in rooms:
        for stretch in hours.read(room.open_hours):
            ends += [stretch.opens, stretch.closes]
    for booking in bookings:
        ends += _minutes(booking, day)
    return min(ends) // 60 * 60, -(-max(ends) // 60) * 60


def _minutes(booking: Booking, day: dt.date) -> tuple[int, int]:
    """Begin and end on that day, in minutes after midnight, out to the quarter."""
    midnight = hours.at(day, 0)
    begin = int((booking.starts_at - midnight).total_seconds() // 60)
    end = int((booking.ends_at - midnight).total_seconds() // 60)
    return max(begin // QUARTER * QUARTER, 0), min(-(-end // QUARTER) * QUARTER, 24 * 60)


def _cells(
    room: Room, bookings: Sequence[Booking], seen: Collection[int], day: dt.date, reach: tuple[int, int], now: dt.datetime,
    book: dict[str, str] | None,
) -> list[dict[str, Any]]:  # fmt: skip
    cells: list[dict[str, Any]] = []
    at, last = reach
    for booking in bookings:
        begin, end = _minutes(booking, day)
        cells += _gap(room, day, at, begin, now, book)
        begin = max(begin, at)
        if end > begin:
            cells.append({"kind": "taken", "span": (end - begin) // QUARTER, **line(booking, seen)})
        at = max(at, end)
    return cells + _gap(room, day, at, last, now, book)


def _gap(
    room: Room, day: dt.date, begin: int, end: int, now: dt.datetime, book: dict[str, str] | None
) -> list[dict[str, Any]]:
    """What is not taken: free within the open hours, closed outside them."""
    cells: list[dict[str, Any]] = []
    stretches = hours.read(room.open_hours) if workdays.is_workday(day) else []
    marks = sorted({begin, end, *(m for s in stretches for m in (s.opens, s.closes) if begin < m < end)})
    for start, stop in pairwise(marks):
        is_open = any(s.opens <= start and stop <= s.closes for s in stretches)
        cell: dict[str, Any] = {"kind": "free" if is_open else "closed", "span": (stop - start) // QUARTER}
        if is_open and book is not None and hours.at(day, stop) > now:
            cell |= _book_link(room, day, start, now, book)
        cells.append(cell)
    return [cell for cell in cells if cell["span"]]


def _book_link(room: Room, day: dt.date, start: int, now: dt.datetime, book: dict[str, str]) -> dict[str, str]:
    begin = timezone.localtime(max(hours.at(day, start), _next_half(now)))
    query = book | {"room": str(room.pk), "begin": f"{begin:%Y-%m-%d %H:%M}"}
    return {"url": f"{reverse('centre:book')}?{urlencode(query)}", "label": f"{room} {begin:%H:%M} 起空闲，预约"}


def _next_half(now: dt.datetime) -> dt.datetime:
    over = dt.timedelta(minutes=now.minute % 30, seconds=now.second, microseconds=now.microsecond)
    return now - over + slots.STEP


# ---- a week


def week_grid(
    rooms: Sequence[Room],
    bookings: Sequence[Booking],
    seen: Collection[int],
    monday: dt.date,
    today: dt.date,
    day_url: Any,
) -> dict[str, Any]:
    """Rooms as rows, days as columns; Saturday and Sunday only when one of them is worked or something is on."""
    every = [monday + dt.timedelta(days=n) for n in range(7)]
    used = {timezone.localdate(one.starts_at) for one in bookings}
    days = [day for day in every if day.weekday() < 5 or day in used or workdays.is_workday(day)]
    lines: dict[tuple[int, dt.date], list[dict[str, Any]]] = {}
    for booking in bookings:
        lines.setdefault((booking.room_id, timezone.localdate(booking.starts_at)), []).append(line(booking, seen))
    return {
        "days": [
            {
                "label": times.day_words(day),
                "url": day_url(day),
                "is_today": day == today,
                "is_off": not workdays.is_workday(day),
            }
            for day in days
        ],
        "rows": [
            {
                "label": str(room),
                "hint": f"{room.seats} 座",
                "cells": [
                    {"lines": lines.get((room.pk, day), []), "is_off": not workdays.is_workday(day)} for day in days
                ],
            }
            for room in rooms
        ],
    }


def by_day(bookings: Iterable[Booking], seen: Collection[int], days: Iterable[dt.date]) -> list[dict[str, Any]]:
    """The list under the grid, and all there is on a phone: day by day, in order of time."""
    found: dict[dt.date, list[dict[str, Any]]] = {day: [] for day in days}
    for booking in bookings:
        found.setdefault(timezone.localdate(booking.starts_at), []).append(line(booking, seen))
    return [{"label": times.day_words(day), "lines": lines} for day, lines in sorted(found.items())]
