"""The four chiefs and their townships."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from common.errors import NotPermitted
from grids.choices import DivisionKind, Level
from grids.models import Division
from posts import presentation, rights, services, standing
from posts.choices import ChiefKind
from posts.forms import AreaForm, DayForm
from posts.models import ChiefArea
from posts.querysets import reading_paths
from posts.views.base import ForReaders, PostsForm


class ChiefsView(ForReaders, View):
    """Each of the four with their townships, and the townships that nobody looks after."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form, today = DayForm(request.GET), timezone.localdate()
        day = form.day()
        areas = ChiefArea.objects.visible_to(request.user).on(day).select_related("township", "officer__organisation")
        chiefs: dict[tuple[str, int], dict[str, Any]] = {}
        for area in areas.order_by("township"):
            chief = chiefs.setdefault(
                (area.kind, area.officer_id), presentation.person(area.officer) | {"label": area.get_kind_display(), "areas": []}
            )  # fmt: skip
            chief["areas"].append({"name": area.township.name, "code": area.township_id, "since": area.starts_on})
        order = list(ChiefKind.values)
        # The development zone is no township of anybody's; it has no villages and no posts either.
        taken = {one["code"] for chief in chiefs.values() for one in chief["areas"]}
        towns = Division.objects.within(reading_paths(request.user)).active().filter(level=Level.TOWNSHIP)
        free = towns.exclude(kind=DivisionKind.OTHER).exclude(pk__in=taken).order_by("code")
        context = {
            "chiefs": [chief for _, chief in sorted(chiefs.items(), key=lambda one: order.index(one[0][0]))],
            "free": [{"name": place.name, "code": place.pk} for place in free],
            "day": day, "is_today": day == today, "field": form["on"],
            "may_change": day >= today and rights.for_county(request.user),
        }  # fmt: skip
        return render(request, "posts/chiefs.html", context)


class AreaView(PostsForm):
    title = "安排片区"
    submit_label = "确定"
    done = "片区已安排。"

    def find(self) -> Division:
        if not rights.for_county(self.request.user):
            raise NotPermitted("四长片区由区级分流员、中心督办安排。")
        rows = Division.objects.within(reading_paths(self.request.user)).active().filter(level=Level.TOWNSHIP)
        found: Division | None = rows.filter(pk=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        self.now = standing.chief_of(found, timezone.localdate())
        return found

    def back(self) -> str:
        return reverse("posts:chiefs")

    def crumb(self) -> str:
        return "四长片区"

    def make_form(self, data: Any = None) -> AreaForm:
        initial = {"officer": self.now.officer_id, "kind": self.now.kind} if self.now else {}
        return AreaForm(data, user=self.request.user, initial=initial)

    def facts(self) -> list[dict[str, Any]]:
        now = (
            f"{self.now.get_kind_display()} {self.now.officer.name}，{self.now.starts_on} 起"
            if self.now
            else "还没有安排"
        )
        return [{"label": "乡镇（街道）", "value": self.subject.name}, {"label": "现在", "value": now}]  # type: ignore[attr-defined]

    def perform(self, form: Any) -> str:
        data = form.cleaned_data
        services.assign_area(
            self.subject, data["officer"], data["kind"], by=self.request.user, starts_on=data["starts_on"]
        )  # type: ignore[arg-type]
        return self.back()
