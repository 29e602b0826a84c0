"""Who is there: asked by the board of today and by the apps above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from grids.models import Organisation
from rosters.choices import HOURS, Half
from rosters.models import DutyShift, Residency


@dataclass(frozen=True)
class OnDuty:
    """Somebody at a window now, and until when."""

    residency: Residency
    name: str
    user_id: int | None
    phone: str
    until: dt.datetime

    @property
    def organisation(self) -> Organisation:
        return self.residency.organisation


def half_at(moment: dt.datetime) -> Half | None:
    """Which half of the day ``moment`` lies in; None before, between and after office hours."""
    now = timezone.localtime(moment).time()
    return next((half for half, (begins, ends) in HOURS.items() if begins <= now < ends), None)


def next_half(moment: dt.datetime) -> Half | None:
    """The half of this day that begins after ``moment``; None when none does."""
    now = timezone.localtime(moment).time()
    return next((half for half, (begins, _) in HOURS.items() if now < begins), None)


def on_duty(centre: Organisation | int, moment: dt.datetime) -> list[OnDuty]:
    """Who is on duty at a centre at that moment, by window; nobody outside office hours.  One query.

    ``centre`` is an organisation of kind centre, or its number.
    """
    half = half_at(moment)
    if half is None:
        return []
    rows = (
        DutyShift.objects.filter(residency__centre=centre, day=timezone.localdate(moment))
        .covering(half)
        .select_related("residency__organisation", "user")
    )
    return [
        OnDuty(shift.residency, shift.name, shift.user_id, phone_of(shift), shift.ends_at) for shift in by_window(rows)
    ]


def on_call(centre: Organisation | int, day: dt.date) -> list[Residency]:
    """Residences of a centre that are there when called: in force on that day and not always at a window.  One query."""
    rows = Residency.objects.on(day).filter(centre=centre).exclude(kind="resident").select_related("organisation")
    return sorted(rows, key=window_order)


def phone_of(shift: DutyShift) -> str:
    """Where somebody on duty is reached: the window's number, else their own at the office."""
    return shift.residency.phone or (shift.user.phone if shift.user else "") or shift.residency.organisation.phone


def by_window(shifts: Iterable[DutyShift]) -> list[DutyShift]:
    return sorted(shifts, key=lambda shift: (*window_order(shift.residency), shift.half))


def window_order(residency: Residency) -> tuple[int, int, str, int]:
    """Numbered windows by number, named ones after them, those without a window last."""
    window = residency.window
    rank = 0 if window.isdigit() else 1 if window else 2
    return rank, int(window) if window.isdigit() else 0, window, residency.pk or 0
