"""A week of duty: read, written in a grid, copied from the week before."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from common import workdays
from common.errors import Missing, NotPermitted, Refusal
from grids.models import Organisation
from rosters import rights, services
from rosters.choices import Half
from rosters.grid import Cell, Week, cell_name, said
from rosters.models import DutyShift, Residency
from rosters.standing import window_order
from rosters.views.base import RosterView, Where

WEEKDAYS = "一二三四五六日"


class WeekView(RosterView):
    """``?week=2026-W48&edit=1``; POST writes the cells that were changed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, Where.read(request), edit="edit" in request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        where, week = Where.read(request), _week(request)
        if where.centre is None:
            raise NotPermitted("没有可以排班的中心。")
        cells = typed(request, where.centre, week)
        try:
            changed = services.write_week(where.centre, week, cells, by=request.user)  # type: ignore[arg-type]
        except Missing as refusal:
            return self.page(request, where, edit=True, typed=cells, faults=dict(refusal.fields), status=422)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.page(request, where, edit=True, typed=cells, refusal=refusal.sentence, status=refusal.status)
        messages.success(request, f"值班表已保存，改动 {changed} 格。" if changed else "没有改动。")
        return redirect(week_url(where.centre, week))

    def page(
        self,
        request: HttpRequest,
        where: Where,
        *,
        edit: bool,
        typed: list[Cell] | None = None,
        faults: dict[str, str] | None = None,
        refusal: str = "",
        status: int = 200,
    ) -> HttpResponse:
        week, centre = _week(request), where.centre
        lines, days, names = grid_of(request.user, centre, week, typed, faults or {}) if centre else ([], [], [])
        may_fill = any(line["may_fill"] for line in lines)
        context = {
            "centre": centre,
            "tabs": where.tabs("rosters:week", week=week.key),
            "week": week,
            "before_url": week_url(centre, week.shifted(-1)) if centre else "",
            "after_url": week_url(centre, week.shifted(1)) if centre else "",
            "here_url": week_url(centre, week) if centre else "",
            "is_present": week == Week.of(timezone.localdate()),
            "days": days,
            "lines": lines,
            "names": names,
            "edit": edit and may_fill,
            "may_fill": may_fill,
            "may_arrange": centre is not None and rights.may_arrange(request.user, centre),
            "has_duty": any(cell["text"] for line in lines for cell in line["cells"]),
            "faults": [
                {"id": name, "text": f"{_where(lines, name)}：{sentence}"} for name, sentence in (faults or {}).items()
            ],
            "refusal": refusal,
        }
        return render(request, "rosters/week.html", context, status=status)


class CopyView(RosterView):
    """POST: the duty of the week before, for this one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        where, week = Where.read(request), _week(request)
        if where.centre is None:
            raise NotPermitted("没有可以排班的中心。")
        done = services.copy_week(where.centre, week, by=request.user)  # type: ignore[arg-type]
        messages.success(request, str(done))
        return redirect(week_url(where.centre, week))


def week_url(centre: Organisation, week: Week) -> str:
    return f"{reverse('rosters:week')}?centre={centre.code}&week={week.key}"


def _week(request: HttpRequest) -> Week:
    return Week.read(request.GET.get("week", ""), timezone.localdate())


def typed(request: HttpRequest, centre: Organisation, week: Week) -> list[Cell]:
    """The cells in the post that belong to this centre and week."""
    lines = Residency.objects.visible_to(request.user).filter(centre=centre).values_list("pk", flat=True)
    names = {cell_name(pk, day): (pk, day) for pk in lines for day in week.days}
    return [
        Cell(*names[name], typed=text[:100], was=request.POST.get(f"was-{name}", "")[:100])
        for name, text in request.POST.items()
        if name in names
    ]


def grid_of(
    user: Any, centre: Organisation, week: Week, typed: list[Cell] | None, faults: dict[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Lines and days of the grid, and the names to offer, in a fixed number of queries."""
    rows = Residency.objects.visible_to(user).filter(centre=centre).between(week.monday, week.sunday)
    residencies = sorted(rows.select_related("organisation", "centre__division"), key=window_order)
    shifts: dict[tuple[int, dt.date], list[DutyShift]] = {}
    for shift in DutyShift.objects.filter(residency__in=residencies).between(week.monday, week.sunday):
        shifts.setdefault((shift.residency_id, shift.day), []).append(shift)
    days = week.shown({day for _, day in shifts})
    by_name = {cell.name: cell for cell in typed or ()}
    today = timezone.localdate()
    lines = []
    for one in residencies:
        may_fill = rights.may_fill(user, one)
        cells = []
        for day in days:
            own = shifts.get((one.pk, day), [])
            name = cell_name(one.pk, day)
            kept = by_name.get(name)
            cells.append(
                {
                    "name": name,
                    "text": said(own),
                    "typed": kept.typed if kept else said(own),
                    "was": kept.was if kept and not faults.get(name, "").startswith("别人") else said(own),
                    "fault": faults.get(name, ""),
                    "day": day,
                    "label": f"{one.organisation} {day:%m-%d} 周{WEEKDAYS[day.weekday()]}",
                    "short": f"{day:%m-%d} 周{WEEKDAYS[day.weekday()]}",
                    "is_on": one.is_on(day),
                    "is_off": not workdays.is_workday(day),
                    "is_today": day == today,
                    "shifts": [_shift(user, shift, one, today) for shift in own],
                }
            )
        lines.append(
            {
                "residency": one,
                "organisation": str(one.organisation),
                "where": one.where,
                "kind": one.kind,
                "kind_label": one.get_kind_display(),
                "url": one.get_absolute_url(),
                "cells": cells,
                "may_fill": may_fill,
            }
        )
    shown = [
        {
            "label": f"{day:%m-%d}",
            "weekday": f"周{WEEKDAYS[day.weekday()]}",
            "is_off": not workdays.is_workday(day),
            "is_today": day == today,
        }
        for day in days
    ]
    accounts = services.people_of({one.organisation_id for one in residencies})
    names = {name for people in accounts.values() for name in people}
    names |= {shift.name for own in shifts.values() for shift in own}
    return lines, shown, sorted(names)


def _shift(user: Any, shift: DutyShift, residency: Residency, today: dt.date) -> dict[str, Any]:
    shift.residency = residency
    # Who plans the whole roster changes it in the grid; asking is for those who cannot.
    own = shift.user_id == user.pk or rights.speaks_for(user, residency.organisation_id)
    may_ask = shift.day >= today and own
    return {
        "name": shift.name,
        "half": "" if shift.half == Half.DAY else shift.get_half_display(),
        "swap_url": reverse("rosters:ask_swap", args=[shift.pk]) if may_ask else "",
    }


def _where(lines: list[dict[str, Any]], name: str) -> str:
    return next((cell["label"] for line in lines for cell in line["cells"] if cell["name"] == name), "已不在名册的单位")
