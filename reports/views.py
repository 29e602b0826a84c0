"""The overview: figures with their formulas, each opening its list.

Live counts over the reader's cases; a county's year is small enough for that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import F
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts import audit
from accounts.choices import Role
from common import sheets, workdays
from common.errors import NotPermitted
from common.sheets import watermark, workbook
from disputes import listing, presentation
from disputes.choices import Source
from disputes.filters import due_rows
from disputes.models import Category, Dispute
from disputes.views.lists import works_for_county
from grids.models import Division
from reports import indicators, overdue

READERS = (Role.LEADER, Role.SUPERVISOR, Role.JUSTICE_BUREAU, Role.TOWNSHIP_CENTRE, Role.DISPATCHER)
#: Which stretch of registrations the figures are about.
PERIODS = {"year": "本年", "month": "本月"}
MOST_LINES = 5
#: A rate over fewer cases than this is shown with them (UX_GUIDE §8).
SMALL = 30


class OverviewView(View):
    """This year or this month so far, within the reader's scope."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.holds(*READERS):
            raise NotPermitted("态势总览由政法委领导、中心督办、司法局、乡镇综治中心和分流员查看。")
        today = timezone.localdate()
        period = request.GET.get("period", "")
        period = period if period in PERIODS else "year"
        start = today.replace(day=1) if period == "month" else today.replace(month=1, day=1)
        rows = Dispute.objects.visible_to(request.user)
        month, before = month_so_far(today)
        values = indicators.count(
            rows, start, today, today,
            this_month=indicators.registered_in(*month), last_month=indicators.registered_in(*before),
        )  # fmt: skip
        shown = {one.key: _figure(one, values) for one in indicators.indicators(start, today, today)}
        return render(
            request,
            "reports/overview.html",
            {
                "period": f"{start:%Y-%m-%d} ～ {today:%Y-%m-%d}",
                "read_at": f"{timezone.localtime():%H:%M}",
                "tabs": [_tab(key, label, period) for key, label in PERIODS.items()],
                "figures": [one for one in shown.values() if one["headline"]],
                "definitions": list(shown.values()),
                "rates": [_rate(rate, values, shown) for rate in indicators.RATES],
                "places": _places(request.user, rows, start, today),
                "categories": _categories(rows, start, today),
                "sources": _sources(rows, start, today),
                "longest": [
                    presentation.row(case, today)
                    for case in listing.nearest(rows.filter(due_rows("late", today)), MOST_LINES)
                ],
                "calendar_alarm": workdays.missing_note(today) if request.user.holds(Role.SUPERVISOR) else "",
            },
        )


def month_so_far(today: dt.date) -> tuple[tuple[dt.date, dt.date], tuple[dt.date, dt.date]]:
    """This month up to ``today``, and as many days of the month before (all of it when it is shorter)."""
    first = today.replace(day=1)
    last_of_before = first - dt.timedelta(days=1)
    return (first, today), (
        last_of_before.replace(day=1),
        last_of_before.replace(day=min(today.day, last_of_before.day)),
    )


def _tab(key: str, label: str, current: str) -> dict[str, Any]:
    return {"key": key, "label": label, "url": f"?period={key}", "count": None, "current": key == current}


def _list(query: str, **more: str) -> str:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    return f"{reverse('disputes:list')}?tab=all&{query}{extra}"


class OverdueView(View):
    """超期周报 of ``?week=2026-W47``: by township and committee, each number with the list that proves it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.holds(*READERS):
            raise NotPermitted("超期周报由政法委领导、中心督办、司法局、乡镇综治中心和分流员查看。")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        week = overdue.Week.read(request.GET.get("week", ""), timezone.localdate())
        every = overdue.offices(request.user, week)
        context = {
            "week": week,
            "towns": [overdue.line(one, week) for one in every],
            "total": overdue.line(overdue.total(every), week),
            "least": overdue.LEAST_TO_RANK,
            "printed_at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        }
        return render(request, "reports/overdue.html", context)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """The same as a workbook.  It holds counts of offices and nothing of a person, so no purpose is asked for."""
        week, now = overdue.Week.read(request.GET.get("week", ""), timezone.localdate()), timezone.localtime()
        rows = list(overdue.lines(overdue.offices(request.user, week), week))
        audit.record("overdue.export", actor=request.user, object_type="report", object_id=week.key, rows=len(rows))
        head = f"{week.key} 超期周报（{week.monday} ～ {week.day}）。{watermark(request.user, len(rows), now, '行')}"
        file = sheets.xlsx_file(head, "超期周报", overdue.COLUMNS, rows)
        return workbook(file, f"超期周报-{week.key}.xlsx")


def _figure(one: indicators.Indicator, values: dict[str, int]) -> dict[str, Any]:
    return {
        "label": one.name,
        "value": f"{values[one.key]:,}",
        "unit": one.unit,
        "url": _list(one.query),
        "formula": one.formula,
        "exclusions": one.exclusions,
        "tone": "late" if one.key == "overdue" and values[one.key] else "",
        "headline": one.headline,
        "compare": _compare(one.key, values),
    }


def _compare(key: str, values: dict[str, int]) -> str:
    """The line under a figure: what it consists of, or what to hold it against."""
    match key:
        case "registered":
            return f"本月 {values['this_month']:,}，上月同期 {values['last_month']:,}"
        case "settled":
            return f"其中部分达成 {values['partial']:,}"
        case "overdue":
            return f"占在办 {_percent(values['overdue'], values['open'])}"
        case "open":
            return "此刻，不分登记时间"
    return ""


def _percent(over: int, under: int) -> str:
    return f"{over / under * 100:.1f}%" if under else "--"


def _rate(rate: indicators.Rate, values: dict[str, int], shown: dict[str, dict[str, Any]]) -> dict[str, Any]:
    over, under = values[rate.numerator], values[rate.denominator]
    return {
        "label": rate.name,
        "value": f"{over / under * 100:.1f}" if under else "--",
        "unit": "%" if under else "",
        "numerator": shown[rate.numerator],
        "denominator": shown[rate.denominator],
        "formula": rate.formula,
        "exclusions": rate.exclusions,
    }


# ---- by place, type, source


def _places(user: Any, rows: Any, start: dt.date, today: dt.date) -> dict[str, Any]:
    """One row a township (a village, for who works in one township), in the official order, each number its list."""
    column = "township" if works_for_county(user) else "division"
    found = indicators.count_by(rows, F(column), start, today, today)
    names = dict(Division.objects.filter(pk__in=[code for code in found if code]).values_list("code", "name"))
    columns = [one for one in indicators.indicators(start, today, today) if one.headline]
    return {
        "title": "各乡镇（街道）" if column == "township" else "各村（社区）",
        "columns": columns,
        "rows": [
            _place(names.get(code, "区本级"), values, columns, _place_link(column, code))
            for code, values in sorted(found.items(), key=lambda item: (item[0] is None, item[0] or ""))
        ],
    }


def _place_link(column: str, code: str | None) -> Callable[[str], str]:
    """A case of the township or county itself is in no village: there is no list of exactly these."""
    if code is None or (column == "division" and code.endswith("000")):
        return lambda query: ""
    return lambda query: _list(query, **{column: code})


def _place(
    name: str, values: dict[str, int], columns: list[indicators.Indicator], link: Callable[[str], str]
) -> dict[str, Any]:
    return {
        "name": name,
        "cells": [
            {
                "key": one.key,
                "value": values[one.key],
                "url": link(one.query) if values[one.key] else "",
                "tone": "late" if one.key == "overdue" and values[one.key] else "",
            }
            for one in columns
        ],
        "rates": [_share(values[rate.numerator], values[rate.denominator]) for rate in indicators.RATES],
    }


def _share(over: int, under: int) -> dict[str, str]:
    return {"value": _percent(over, under), "of": f"{over}/{under}" if 0 < under < SMALL else ""}


def _bars(counts: dict[Any, int], labels: dict[Any, str], link: Callable[[Any], str]) -> list[dict[str, Any]]:
    """Most first; each opens its list."""
    whole, most = sum(counts.values()), max(counts.values(), default=0)
    return [
        {"label": labels.get(key, key), "value": n, "max": most, "share": _percent(n, whole), "url": link(key)}
        for key, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if n
    ]


def _categories(rows: Any, start: dt.date, today: dt.date) -> list[dict[str, Any]]:
    found = indicators.count_by(rows, Substr("category_id", 1, 2), start, today, today)
    names = dict(Category.objects.filter(parent=None).values_list("code", "name"))
    window = indicators.indicators(start, today, today)[0].query
    return _bars({code: v["registered"] for code, v in found.items()}, names, lambda code: _list(window, category=code))


def _sources(rows: Any, start: dt.date, today: dt.date) -> list[dict[str, Any]]:
    found = indicators.count_by(rows, F("source"), start, today, today)
    window = indicators.indicators(start, today, today)[0].query
    labels = {source.value: str(source.label) for source in Source}
    return _bars({code: v["registered"] for code, v in found.items()}, labels, lambda code: _list(window, source=code))
