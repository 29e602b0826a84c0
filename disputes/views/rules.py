"""期限规则: every limit with its source, how days are counted, and the local limits that 中心督办 may change."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.views.base import FormPage, ForRoles
from common import workdays
from common.models import Workday
from disputes import deadlines, rulebook
from disputes.deadlines import Warn
from disputes.forms.rules import LimitForm, WarningForm
from disputes.models import Category, LocalLimit, WarningRule
from disputes.services import rules
from disputes.services.clocks import rules_in_force


class RulesView(View):
    """The rules as they are in force today, for everyone signed in; made to be printed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        in_force = rules_in_force()
        year = loaded_year(today)
        days = {row.day: row for row in Workday.objects.filter(day__year=year)}
        context = {
            "today": today,
            "clocks": rulebook.clocks(in_force, today),
            "warnings": rulebook.warnings(in_force, official_names()),
            "levels": rulebook.levels(),
            "ladder": rulebook.ladder(),
            "ladder_source": deadlines.LADDER_SOURCE,
            "counting": rulebook.COUNTING,
            "examples": rulebook.examples(days),
            "year": year,
            "notes": rulebook.notes(),
            "limits": limit_rows(LocalLimit.objects.visible_to(request.user).select_related("changed_by"), today),
            "warned": warning_rows(WarningRule.objects.visible_to(request.user).select_related("changed_by")),
            "may_edit": request.user.holds(*rules.EDITORS),  # type: ignore[union-attr]
            "alarm": workdays.missing_note(today),
        }
        return render(request, "disputes/rules.html", context)


def loaded_year(today: dt.date) -> int:
    """The year whose days serve as examples: this one, or the last one that is whole."""
    year = today.year
    while workdays.is_provisional(dt.date(year, 1, 1), dt.date(year, 12, 31)) and year > today.year - 5:
        year -= 1
    return year


def limit_rows(rows: Any, today: dt.date) -> list[dict[str, Any]]:
    """Changes of local limits, the latest first."""
    shown = []
    for row in rows:
        clock = deadlines.BY_KEY.get(row.key)
        shown.append(
            {
                "label": clock.label if clock else row.key,
                "days": f"{row.days} {clock.unit if clock else ''}",
                "since": row.since,
                "is_coming": row.since > today,
                "reason": row.reason,
                "who": row.changed_by.name if row.changed_by else "--",
                "at": row.changed_at,
            }
        )
    return shown


def official_names() -> dict[str, str]:
    return dict(Category.objects.filter(parent=None).values_list("code", "name"))


def warning_rows(rows: Any) -> list[dict[str, Any]]:
    """Changes of warnings, the latest first."""
    names = official_names() if rows else {}
    return [
        {
            "label": deadlines.NAMES.get(row.key, row.key),
            "scope": rulebook.scope(names.get(row.category, row.category), row.level),
            "days": rulebook.warn_line(Warn(row.remind, row.yellow, row.red, row.leader)),
            "reason": row.reason,
            "who": row.changed_by.name if row.changed_by else "--",
            "at": row.changed_at,
        }
        for row in rows
    ]


class WarningView(ForRoles, FormPage):
    """Other days of warning for one clock, for all cases or for a type or level of place."""

    roles = rules.EDITORS
    page_name = "修改提醒和警示"
    form_class = WarningForm
    template_name = "disputes/warning_rule.html"
    done = "提醒和警示已修改，在办的期限随后自动重新推算。"

    def find(self) -> str:
        return rules.warned_of(self.kwargs["key"])

    def initial(self) -> dict[str, Any]:
        return asdict(rules_in_force().warn(self.kwargs["key"], "", ""))

    def perform(self, form: WarningForm) -> str:
        data = dict(form.cleaned_data)
        warn = Warn(**{name: data.pop(name) for name in ("remind", "yellow", "red", "leader")})
        rules.set_warning(self.kwargs["key"], warn, by=self.request.user, **data)  # type: ignore[arg-type]
        return f"{reverse('disputes:rules')}#warnings-h"

    def context(self, form: Any) -> dict[str, Any]:
        history = WarningRule.objects.visible_to(self.request.user).filter(key=self.kwargs["key"])
        return {"label": self.subject, "warned": warning_rows(history.select_related("changed_by"))}


class LimitView(ForRoles, FormPage):
    """Another length for one local limit.  A statutory one shows why it cannot be changed."""

    roles = rules.EDITORS
    page_name = "修改本地期限"
    form_class = LimitForm
    template_name = "disputes/limit.html"
    done = "本地期限已修改，从起用日期起开始的期限适用。"

    def find(self) -> deadlines.Clock:
        return rules.local_clock(self.kwargs["key"])

    def perform(self, form: LimitForm) -> str:
        rules.set_limit(self.kwargs["key"], by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        return f"{reverse('disputes:rules')}#rule-{self.kwargs['key']}"

    def context(self, form: Any) -> dict[str, Any]:
        clock: Any = self.subject
        today = timezone.localdate()
        row = rulebook.clock_row(clock, rules_in_force(), today)
        history = LocalLimit.objects.visible_to(self.request.user).filter(key=clock.key).select_related("changed_by")
        return {
            "clock": row,
            "unit": clock.unit,
            "facts": [
                {"label": "期限", "value": clock.label},
                {"label": "现行", "value": row["limit"]},
                {"label": "原定", "value": f"{clock.days} {clock.unit}"},
                {"label": "起算", "value": row["starts"]},
                {"label": "依据", "value": clock.source, "wide": True},
            ],
            "limits": limit_rows(history, today),
        }
