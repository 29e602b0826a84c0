"""The calendar of rooms: a day or a week of one centre, all of it in the address."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views import View

from centre import calendar, standing, times
from centre.choices import BOOK_CASE, BOOK_OTHER
from centre.models import Centre, Room
from centre.rights import kept_paths
from common import workdays
from common.formfields import TypedDateField
from disputes.models import Dispute

VIEWS = (("day", "日"), ("week", "周"))
#: How far the calendar goes, backwards and forwards.
FAR = dt.timedelta(days=3 * 366)


class Conditions(forms.Form):
    centre = forms.ChoiceField(label="综治中心", required=False)
    day = TypedDateField(label="日期", required=False)

    def __init__(self, data: Any, *, centres: list[Centre]) -> None:
        super().__init__(data)
        self.fields["centre"].choices = [(one.code, str(one)) for one in centres]


class CalendarView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        user, today, now = request.user, timezone.localdate(), timezone.now()
        centres = list(
            Centre.objects.visible_to(user)
            .active()
            .select_related("organisation__division")
            .order_by("organisation__division__code")
        )
        case = Dispute.objects.visible_to(user).filter(code=request.GET.get("case", "")).first()
        form = Conditions(request.GET, centres=centres)
        form.is_valid()
        chosen = form.cleaned_data.get("centre")
        centre = next((one for one in centres if one.code == chosen), None) or self._default(centres, case, user)
        day = self._day(form.cleaned_data.get("day"), today)
        view = "week" if request.GET.get("view") == "week" else "day"
        context: dict[str, Any] = {
            "form": Conditions({"centre": centre.code if centre else "", "day": f"{day:%Y-%m-%d}"}, centres=centres),
            "many": len(centres) > 1,
            "centre": centre,
            "view": view,
            "case": case,
            "keeps": bool(kept_paths(user, rooms=True)),
            "may_book": user.holds(*BOOK_OTHER),
        }
        if centre:
            context |= self._shown(request, centre, day, view, case, today, now)
        return render(request, "centre/calendar.html", context)

    def _shown(
        self,
        request: HttpRequest,
        centre: Centre,
        day: dt.date,
        view: str,
        case: Dispute | None,
        today: dt.date,
        now: dt.datetime,
    ) -> dict[str, Any]:
        def url(to: dt.date, as_view: str = view) -> str:
            query = {"centre": centre.code, "day": f"{to:%Y-%m-%d}", "view": as_view}
            if case:
                query["case"] = case.code
            return f"{request.path}?{urlencode(query)}"

        rooms = list(Room.objects.active().filter(centre=centre).with_centre())
        monday = day - dt.timedelta(days=day.weekday())
        days = [monday + dt.timedelta(days=n) for n in range(7)] if view == "week" else [day]
        found = calendar.bookings_of(rooms, days[0], days[-1])
        seen = calendar.readable(found, request.user)
        step = dt.timedelta(days=7 if view == "week" else 1)
        shown: dict[str, Any] = {
            "rooms": rooms,
            "label": self._label(days, today),
            "is_off": view == "day" and not workdays.is_workday(day),
            "before": url(day - step),
            "after": url(day + step),
            "today_url": url(today),
            "is_today": today in days,
            "views": [{"label": label, "url": url(day, key), "current": key == view} for key, label in VIEWS],
            "keep": [("view", view), *([("case", case.code)] if case else [])],
            "list": calendar.by_day(found, seen, days if view == "day" else []),
            "count": len(found),
        }
        if view == "week":
            return shown | {"week": calendar.week_grid(rooms, found, seen, monday, today, lambda to: url(to, "day"))}
        return shown | {"grid": calendar.day_grid(rooms, found, seen, day, now, self._book(request.user, case))}

    @staticmethod
    def _book(user: Any, case: Dispute | None) -> dict[str, str] | None:
        """What a link to book carries; None for those who may not."""
        if case:
            return {"case": case.code} if user.holds(*BOOK_CASE) else None
        return {} if user.holds(*BOOK_OTHER) else None

    @staticmethod
    def _default(centres: list[Centre], case: Dispute | None, user: Any) -> Centre | None:
        return (standing.nearest(centres, case.place_path) if case else None) or standing.own(centres, user)

    @staticmethod
    def _day(asked: dt.date | None, today: dt.date) -> dt.date:
        return min(max(asked or today, today - FAR), today + FAR)

    @staticmethod
    def _label(days: list[dt.date], today: dt.date) -> str:
        if len(days) == 1:
            said = "，今天" if days[0] == today else ""
            return f"{days[0]:%Y-%m-%d} {times.weekday(days[0])}{said}"
        return f"{days[0]:%Y-%m-%d} ～ {days[-1]:%m-%d}"
