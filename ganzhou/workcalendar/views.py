"""Pages of the calendar: everyone signed in reads it, 系统管理员 changes it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Max, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.models import AuditEvent
from accounts.views.base import FormPage, ForRoles
from common import workdays
from common.errors import Refusal
from common.holidays import Notice
from common.models import CountyDay, Workday
from common.workdays import PROVISIONAL_NOTE, STATE_SOURCE
from ganzhou.workcalendar import services
from ganzhou.workcalendar.forms import DecideForm, GoToDayForm, NoticeForm, WithdrawForm
from ganzhou.workcalendar.presentation import (
    WORKED,
    changes,
    day_url,
    decisions,
    history,
    holidays,
    months,
    stated,
    weekday,
)
from ganzhou.workcalendar.services import EDITORS, OBJECT

MOST_HISTORY = 30


def year_url(year: int) -> str:
    return f"{reverse('calendar:year')}?year={year}"


def past(of: Q, most: int = MOST_HISTORY) -> list[dict[str, Any]]:
    return history(AuditEvent.objects.of_common_rules().filter(of, object_type=OBJECT)[:most])


class YearView(View):
    """A year of twelve months, its holidays with their sources, decisions of the county, and who changed what."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        day = GoToDayForm(request.GET) if "day" in request.GET else GoToDayForm()
        if day.is_bound and day.is_valid():
            return redirect("calendar:day", day.cleaned_data["day"])
        year, years = self._year(request, today)
        rows = {row.day: row for row in Workday.objects.filter(day__year=year)}
        county = list(CountyDay.objects.filter(day__year=year))
        decided = {row.day for row in county}
        is_whole = len(rows) >= 365
        context = {
            "year": year,
            "years": [{"year": one, "url": year_url(one), "current": one == year} for one in years],
            "before": year_url(year - 1) if year > years[-1] else "",
            "after": year_url(year + 1) if year < years[0] else "",
            "months": months(year, rows, decided, today),
            "holidays": (shown := holidays(row for day, row in rows.items() if day not in decided)),
            "source": "；".join(dict.fromkeys(one["source"] for one in shown)),
            "decisions": decisions(county),
            "history": past(Q(object_id=str(year)) | Q(object_id__startswith=f"{year}-")),
            "provisional": "" if is_whole else f"{year} 年的放假安排还没有载入，{PROVISIONAL_NOTE}。",
            "alarm": workdays.missing_note(today),
            "may_edit": request.user.holds(*EDITORS),  # type: ignore[union-attr]
            "form": day,
            "counted": {"works": sum(row.is_workday for row in rows.values()), "off": sum(not row.is_workday for row in rows.values())},
        }  # fmt: skip
        return render(request, "calendar/year.html", context, status=422 if day.is_bound else 200)

    def _year(self, request: HttpRequest, today: dt.date) -> tuple[int, list[int]]:
        """The year asked for, drawn into those there are: from the first in the table to the one after the last."""
        known = Workday.objects.aggregate(first=Min("day"), last=Max("day"))
        first = min(known["first"].year, today.year) if known["first"] else today.year
        last = max(known["last"].year, today.year) if known["last"] else today.year
        years = list(range(last + 1, first - 1, -1))
        asked = request.GET.get("year", "")
        year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
        return min(max(year, years[-1]), years[0]), years


class ForEditors(ForRoles):
    roles = EDITORS
    page_name = "工作日历维护"


class LoadView(ForEditors, View):
    """A year's notice: pasted or uploaded, shown as what would change, then taken.  Nothing typed is ever lost."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        asked = request.GET.get("year", "")
        year = int(asked) if asked in map(str, self._years()) else workdays.missing_year(today) or today.year + 1
        return self._show(NoticeForm(self._years(), initial={"year": year}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NoticeForm(self._years(), request.POST, request.FILES)
        if not form.is_valid() or form.notice is None:
            return self._show(form, status=422)
        year, notice = form.cleaned_data["year"], form.notice
        days = notice.days()
        source = form.cleaned_data["source"] or notice.number or STATE_SOURCE
        withdraw = form.cleaned_data["withdraw"]
        if request.POST.get("step") != "load":
            return self._preview(form, notice, workdays.plan_year(year, days, source, withdraw=withdraw))
        try:
            plan = services.load_year(
                year, days, source,
                by=request.user, withdraw=withdraw, expected=form.cleaned_data["expected"],  # type: ignore[arg-type]
            )  # fmt: skip
        except Refusal as refusal:
            plan = workdays.plan_year(year, days, source, withdraw=withdraw)
            return self._preview(form, notice, plan, refusal=refusal)
        said = f"已载入 {year} 年，改变 {len(plan.changes)} 天。在办的期限随后自动重新推算。"
        messages.success(request, f"{year} 年与日历一致，没有改动。" if plan.is_empty else said)
        return redirect(year_url(year))

    @staticmethod
    def _years() -> list[int]:
        this = timezone.localdate().year
        return [this + 1, this, this - 1]

    def _preview(
        self, form: NoticeForm, notice: Notice, plan: workdays.YearPlan, refusal: Refusal | None = None
    ) -> HttpResponse:
        # The preview's own digest goes into the hidden field, whatever was posted there.
        form.data = form.data.copy()
        form.data["expected"] = plan.digest
        return self._show(
            form,
            status=refusal.status if refusal else 200,
            refusal=refusal.sentence if refusal else "",
            plan=plan,
            changes=changes(plan),
            notice={"off": len(notice.off), "on": len(notice.on), "skipped": notice.skipped, "doubts": notice.doubts},
        )

    def _show(self, form: NoticeForm, status: int = 200, **more: Any) -> HttpResponse:
        return render(self.request, "calendar/load.html", {"form": form, **more}, status=status)


class DayView(FormPage):
    """One day: what counts, by what source, and its history; 系统管理员 records a decision of the county here."""

    form_class = DecideForm
    template_name = "calendar/day.html"
    done = "区县决定已记录，在办的期限随后自动重新推算。"

    def find(self) -> dict[str, Any]:
        day = self.kwargs["day"]
        if self.request.method == "POST":
            services.only_editors(self.request.user)  # type: ignore[arg-type]
        return {
            "day": day,
            "row": Workday.objects.filter(day=day).first(),
            "decision": CountyDay.objects.filter(day=day).first(),
        }

    def initial(self) -> dict[str, Any]:
        decision = self.subject["decision"]  # type: ignore[index]
        if decision is None:
            return {}
        names = ("note", "source", "reason")
        said = {name: getattr(decision, name) for name in names}
        return said | {"is_workday": "on" if decision.is_workday else "off"}

    def perform(self, form: DecideForm) -> str:
        services.decide(self.kwargs["day"], by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        return day_url(self.kwargs["day"])

    def context(self, form: Any) -> dict[str, Any]:
        day, row, decision = (self.subject[name] for name in ("day", "row", "decision"))  # type: ignore[index]
        works = row.is_workday if row else day.weekday() < 5
        facts = [
            {"label": "日期", "value": f"{day:%Y-%m-%d}，{weekday(day)}"},
            {"label": "这一天", "value": WORKED[works] if row else f"{WORKED[works]}（{PROVISIONAL_NOTE}）"},
            {"label": "名称", "value": (row and row.note) or "--"},
            {"label": "依据", "value": row.source if row else "放假安排还没有载入"},
        ]
        if decision:
            facts += [
                {"label": "区县决定的理由", "value": decision.reason or "--"},
                {"label": "通知规定", "value": stated(decision)},
            ]
        return {
            "day": day,
            "title": f"{day:%Y-%m-%d}，{weekday(day)}",
            "facts": facts,
            "decision": decision,
            "year_url": year_url(day.year),
            "before": day_url(day - dt.timedelta(days=1)),
            "after": day_url(day + dt.timedelta(days=1)),
            "history": past(Q(object_id=str(day))),
            "is_past": day < timezone.localdate(),
            "may_edit": self.request.user.holds(*EDITORS),  # type: ignore[union-attr]
        }


class WithdrawView(ForEditors, FormPage):
    form_class = WithdrawForm
    template_name = "calendar/withdraw.html"
    done = "区县决定已撤销，按通知执行；在办的期限随后自动重新推算。"

    def find(self) -> CountyDay:
        decision = CountyDay.objects.filter(day=self.kwargs["day"]).first()
        if decision is None:
            raise Http404
        return decision

    def perform(self, form: WithdrawForm) -> str:
        services.withdraw(self.kwargs["day"], reason=form.cleaned_data["reason"], by=self.request.user)  # type: ignore[arg-type]
        return day_url(self.kwargs["day"])

    def context(self, form: Any) -> dict[str, Any]:
        decision: Any = self.subject
        return {
            "day": decision.day,
            "facts": [
                {"label": "日期", "value": f"{decision.day:%Y-%m-%d}，{weekday(decision.day)}"},
                {"label": "区县决定", "value": f"{WORKED[decision.is_workday]}（{decision.note}）"},
                {"label": "撤销以后", "value": stated(decision)},
                {"label": "当时的理由", "value": decision.reason or "--"},
            ],
            "cancel_url": day_url(decision.day),
            "year_url": year_url(decision.day.year),
        }
