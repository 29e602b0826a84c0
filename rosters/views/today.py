"""The board of today: who is here, who comes next, who can be called."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from common import workdays
from grids.models import Organisation
from rosters import attendance, rights
from rosters.choices import COVERS, HOURS, KIND_COLOR, Half, ResidencyKind
from rosters.grid import Week
from rosters.models import DutyShift, Residency
from rosters.standing import half_at, next_half, phone_of, window_order
from rosters.views.base import RosterView, Where

WEEKDAYS = "一二三四五六日"


class TodayView(RosterView):
    """Big and quick: a page to glance at, on a screen, on a phone, on the wall."""

    def get(self, request: HttpRequest) -> HttpResponse:
        where, now = Where.read(request), timezone.localtime()
        lines = board(where.centre, now, request.user) if where.centre else []
        here = [line for line in lines if line["now"]]
        later = [line for line in lines if not line["now"] and line["next"]]
        context = {
            "centre": where.centre,
            "tabs": where.tabs("rosters:today"),
            "now": f"{now:%H:%M}",
            "day": f"{now:%Y-%m-%d} 周{WEEKDAYS[now.weekday()]}",
            "week": Week.of(now.date()).key,
            "moment": _moment(now),
            "is_open": bool(here or later),
            "is_workday": workdays.is_workday(now.date()),
            "here": here,
            "later": later,
            "absent": [line for line in lines if line["kind"] == ResidencyKind.RESIDENT and not line["people"]],
            "on_call": [line for line in lines if not line["people"] and line["kind"] != ResidencyKind.RESIDENT],
            "whole_day": [line for line in lines if line["people"]],
            "hours": "，".join(f"{half.label} {a:%H:%M}～{b:%H:%M}" for half, (a, b) in HOURS.items()),
            "may_arrange": where.centre is not None and rights.may_arrange(request.user, where.centre),
            "may_keep": rights.keeps_anything(request.user),
        }
        return render(request, "rosters/today.html", context)


def _moment(now: dt.datetime) -> str:
    """What to say when nobody is on duty at this moment."""
    if not workdays.is_workday(now.date()):
        return f"今天休息，{workdays.next_workday(now.date()):%m-%d} 上班。"
    coming = next_half(now)
    if half_at(now) is None:
        return f"现在不是值班时间，{HOURS[coming][0]:%H:%M} 上班。" if coming else "今天的值班已经结束。"
    return "现在没有人在窗口值班。"


def board(centre: Organisation, now: dt.datetime, reader: Any) -> list[dict[str, Any]]:
    """Each residence of the centre with its people of today, by window, in a fixed number of queries."""
    day, half, coming = now.date(), half_at(now), next_half(now)
    residencies = list(Residency.objects.on(day).filter(centre=centre).select_related("organisation"))
    shifts: dict[int, dict[Half, DutyShift]] = {}
    for shift in DutyShift.objects.filter(residency__in=residencies, day=day).select_related("user"):
        for part in COVERS[Half(shift.half)]:
            shifts.setdefault(shift.residency_id, {})[part] = shift
    handled = attendance.handled([one.organisation_id for one in residencies], day, reader)
    by_key = {one.pk: one for one in residencies}
    lines = []
    for one in sorted(residencies, key=window_order):
        own = shifts.get(one.pk, {})
        for shift in own.values():
            shift.residency = by_key[shift.residency_id]
        lines.append(
            {
                "url": one.get_absolute_url(),
                "kind": one.kind,
                "kind_label": one.get_kind_display(),
                "color": KIND_COLOR[ResidencyKind(one.kind)],
                "organisation": str(one.organisation),
                "window": one.window,
                "where": one.where,
                "is_word": not one.window.isdigit(),
                "people": _people(own),
                "now": _person(own.get(half)) if half else None,
                "next": _next(own, half, coming),
                "contact": one.contact,
                "phone": one.phone or one.organisation.phone,
                "handled": handled.get(one.organisation_id),
            }
        )
    return lines


def _person(shift: DutyShift | None) -> dict[str, str] | None:
    return {"name": shift.name, "phone": phone_of(shift)} if shift else None


def _next(own: dict[Half, DutyShift], half: Half | None, coming: Half | None) -> dict[str, str] | None:
    """Who comes at the next change of this day, unless it is who is there already."""
    shift = own.get(coming) if coming else None
    if shift is None or (half is not None and own.get(half) is shift):
        return None
    return {"name": shift.name, "phone": phone_of(shift), "at": f"{HOURS[Half(coming)][0]:%H:%M}"}


def _people(own: dict[Half, DutyShift]) -> str:
    morning, afternoon = own.get(Half.MORNING), own.get(Half.AFTERNOON)
    if morning and afternoon and morning.name == afternoon.name:
        return morning.name
    said = [f"{half.label} {own[half].name}" for half in (Half.MORNING, Half.AFTERNOON) if half in own]
    return "，".join(said)
