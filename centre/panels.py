"""What this app puts on the pages of a case: the next meeting, the form of the record begun, the desk's appointments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from centre import times
from centre.choices import ARRANGEABLE
from centre.models import Booking
from centre.services.booking import is_open, may_book_case
from common.panels import Panel
from disputes.models import Dispute
from disputes.slots import Appointment

#: How long before a meeting its record may be begun: people come early.
EARLY = dt.timedelta(hours=1)


def coming_of(dispute: Dispute) -> list[Booking]:
    rows = Booking.objects.holding().filter(dispute=dispute, session=None)
    return list(rows.select_related("room__centre__organisation", "mediator").order_by("period"))


def booking_panel(dispute: Dispute, user: Any) -> Panel | None:
    """The meetings arranged, and what may be done about them; nothing where there is nothing to arrange."""
    if dispute.status not in ARRANGEABLE:
        return None
    may_book = may_book_case(dispute, user)
    booked = coming_of(dispute)
    if not booked and not (may_book and dispute.mediator):
        return None
    now = timezone.now()
    last = max(dispute.sessions.all(), key=lambda one: one.number, default=None)
    said_next = last.next_at if last and last.next_at and last.next_at > now else None
    return Panel(
        "centre/_case_panel.html",
        {
            "bookings": [
                {
                    "when": times.words(one.starts_at, one.ends_at),
                    "where": one.room.full_name,
                    "floor": one.room.floor,
                    "url": one.get_absolute_url(),
                    "notice_url": reverse("centre:notice", args=[one.pk]),
                    "move_url": reverse("centre:move", args=[one.pk]) if may_book and is_open(one) else "",
                    "is_past": one.ends_at <= now,
                    "note": one.note,
                }
                for one in booked
            ],
            "book_url": f"{reverse('centre:book')}?case={dispute.code}" if may_book and dispute.mediator else "",
            "said_next": f"上次调解时说好 {times.day_words(timezone.localdate(said_next))} {times.clock(said_next)} 再谈，还没有订房间。"
            if said_next and not booked
            else "",
        },
    )


def session_initial(dispute: Dispute, user: Any) -> dict[str, Any]:
    """The record of a meeting that was arranged begins with its time and place."""
    now = timezone.now()
    met = [one for one in coming_of(dispute) if one.starts_at - EARLY <= now]
    if not met:
        return {}
    last = met[-1]
    return {"held_at": min(last.starts_at, now), "place": last.room.full_name}


def appointments(user: Any, since: dt.datetime, most: int) -> Iterable[Appointment]:
    """For the desk: meetings that have a room and were not recorded yet."""
    rows = Booking.objects.visible_to(user).holding().filter(
        period__startswith__gte=since, dispute__isnull=False, session=None
    )  # fmt: skip
    rows = rows.select_related("room__centre__organisation").order_by("period")[:most]
    return [Appointment(one.starts_at, one.dispute_id, one.room.full_name) for one in rows]
