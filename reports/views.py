"""The overview: figures with their formulas, each opening its list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.choices import Role
from common import workdays
from common.errors import NotPermitted
from disputes.models import Dispute
from reports import indicators

READERS = (Role.LEADER, Role.SUPERVISOR, Role.JUSTICE_BUREAU, Role.TOWNSHIP_CENTRE, Role.DISPATCHER)


class OverviewView(View):
    """This year so far, within the reader's scope."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.holds(*READERS):
            raise NotPermitted("态势总览由政法委领导、中心督办、司法局、乡镇综治中心和分流员查看。")
        today = timezone.localdate()
        start = today.replace(month=1, day=1)
        rows = Dispute.objects.visible_to(request.user)
        values = indicators.count(rows, start, today, today)
        return render(
            request,
            "reports/overview.html",
            {
                "period": f"{start:%Y-%m-%d} ～ {today:%Y-%m-%d}",
                "figures": [_figure(one, values) for one in indicators.indicators(start, today, today)],
                "rates": [_rate(rate, values, start, today) for rate in indicators.RATES],
                "calendar_alarm": workdays.missing_note(today) if request.user.holds(Role.SUPERVISOR) else "",
            },
        )


def _figure(one: indicators.Indicator, values: dict[str, int]) -> dict[str, Any]:
    return {
        "label": one.name,
        "value": f"{values[one.key]:,}",
        "unit": one.unit,
        "url": f"{reverse('disputes:list')}?{one.query}" if one.query else "",
        "formula": one.formula,
        "exclusions": one.exclusions,
        "tone": "late" if one.key == "overdue" and values[one.key] else "",
    }


def _rate(rate: indicators.Rate, values: dict[str, int], start: dt.date, end: dt.date) -> dict[str, Any]:
    over, under = values[rate.numerator], values[rate.denominator]
    return {
        "label": rate.name,
        "value": f"{over / under * 100:.1f}" if under else "--",
        "unit": "%" if under else "",
        "numerator": f"{over:,}",
        "denominator": f"{under:,}",
        "formula": rate.formula,
        "exclusions": rate.exclusions,
    }
