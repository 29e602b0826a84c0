"""Seats, officers and days in the words of the pages.  Reads what was loaded."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from grids.choices import Level
from grids.models import Division
from posts import standing
from posts.expiry import SOON
from posts.models import Officer, PostHolding
from posts.standing import Seat

_NUMBER = re.compile(r"[+0-9][0-9 -]{2,}")


def dialled(phone: str) -> str:
    """What a ``tel:`` link dials: the number at the beginning of what is written."""
    found = _NUMBER.match(phone.strip())
    return re.sub(r"[ -]", "", found[0]) if found else ""


def contact(officer: Officer) -> dict[str, str]:
    """An office number, else the public number of the organisation.  Reads ``organisation``."""
    phone = officer.phone or officer.organisation.phone
    return {
        "phone": phone,
        "number": found[0].strip() if (found := _NUMBER.match(phone.strip())) else phone,
        "tel": dialled(phone),
        "whose": "" if officer.phone or not phone else "单位电话",
    }


def person(officer: Officer) -> dict[str, Any]:
    return {
        "name": officer.name,
        "organisation": str(officer.organisation),
        "title": officer.title,
        "url": officer.get_absolute_url(),
        **contact(officer),
    }


def where(village: Division) -> str:
    """``上秦镇 徐赵寨村``.  Reads ``parent`` and, unlike ``full_name``, nothing above it."""
    return f"{village.parent.name} {village.name}" if village.parent else village.name


def span(starts_on: dt.date, ends_on: dt.date | None) -> str:
    return f"{starts_on} 至 {ends_on}" if ends_on else f"{starts_on} 至今"


def is_soon(ends_on: dt.date | None, day: dt.date) -> bool:
    return ends_on is not None and ends_on <= day + SOON


def card(seat: Seat, day: dt.date) -> dict[str, Any]:
    """One of the six as a card: whom to turn to, how, and what is to be known about it."""
    if seat.holding is None or seat.holder is None:
        return {"kind": seat.kind.value, "label": seat.label, "is_gap": True}
    shown = seat.person or seat.holder
    return {
        "kind": seat.kind.value,
        "label": seat.label,
        "is_gap": False,
        "holding": seat.holding.pk,
        "since": f"{seat.holding.starts_on}",
        "ends_on": f"{seat.holding.ends_on}" if seat.holding.ends_on else "",
        "is_soon": is_soon(seat.holding.ends_on, day),
        "stands_in_for": seat.holder.name if seat.substitute else "",
        "holder_url": seat.holder.get_absolute_url(),
        "away_until": f"{seat.away_until}" if seat.away_until else "",
        "is_unattended": seat.is_unattended,
        **person(shown),
    }


def cards(seats: Iterable[Seat], day: dt.date) -> list[dict[str, Any]]:
    return [card(seat, day) for seat in seats]


def six(village: Division, day: dt.date) -> dict[str, Any] | None:
    """What ``posts/_six.html`` shows of a place: its six, and where to read more; None for a place that is no village.

    One query.
    """
    if village.level != Level.VILLAGE:
        return None
    seats = standing.people_of(village, day)
    return {
        "place": village.name,
        "url": reverse("posts:village", args=[village.pk]),
        "cards": cards(seats, day),
        "filled": sum(not seat.is_gap for seat in seats),
    }


def fill_url(village: str, kind: str) -> str:
    return reverse("posts:fill", args=[village, kind])


def history(holdings: Iterable[PostHolding], day: dt.date, *, of_officer: bool = False) -> list[dict[str, Any]]:
    """Who held what from when to when, in the order given: of a village its people (reads ``officer``), of an officer
    the villages (reads ``division__parent``)."""
    return [
        {
            "label": one.get_kind_display(),
            "name": where(one.division) if of_officer else one.officer.name,
            "url": reverse("posts:village", args=[one.division_id]) if of_officer else one.officer.get_absolute_url(),
            "span": span(one.starts_on, one.ends_on),
            "state": _state(one, day),
            "note": one.note,
        }
        for one in holdings
    ]


def _state(one: PostHolding, day: dt.date) -> str:
    if one.withdrawn_at:
        return "登记有误，已撤销"
    if one.starts_on > day:
        return "尚未开始"
    return "已结束" if one.ends_on and one.ends_on < day else ""
