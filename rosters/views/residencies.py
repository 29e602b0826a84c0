"""Who resides in which centre, and what for."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.views.base import FormPage
from common.errors import NotPermitted
from grids.models import Organisation
from rosters import rights, services
from rosters.choices import KIND_COLOR, ResidencyKind
from rosters.forms import DutiesForm, ResidencyForm
from rosters.grid import Week
from rosters.models import DutyList, DutyShift, Residency
from rosters.standing import window_order
from rosters.views.base import RosterView, Where, centres_of, nearest, residency_of
from rosters.views.week import week_url


class ResidenciesView(RosterView):
    """Departments of one centre with their windows and duties; those that left below."""

    def get(self, request: HttpRequest) -> HttpResponse:
        where, today = Where.read(request), timezone.localdate()
        rows = Residency.objects.visible_to(request.user).filter(centre=where.centre)
        lists = DutyList.objects.order_by("-effective_on", "-number")
        found = rows.select_related("organisation").prefetch_related(Prefetch("duty_lists", lists))
        lines = [line_of(one) for one in sorted(found, key=window_order)]
        context = {
            "centre": where.centre,
            "tabs": where.tabs("rosters:residencies"),
            "groups": [
                (kind.label, [line for line in lines if line["kind"] == kind and line["is_on"]])
                for kind in ResidencyKind
            ],
            "over": [line for line in lines if not line["is_on"]],
            "may_keep": where.centre is not None and rights.may_keep(request.user, where.centre),
            "today": today,
        }
        return render(request, "rosters/residencies.html", context)


def line_of(one: Residency) -> dict[str, Any]:
    duties = one.current_duties
    return {
        "url": one.get_absolute_url(),
        "organisation": str(one.organisation),
        "where": one.where,
        "kind": one.kind,
        "contact": one.contact,
        "phone": one.phone or one.organisation.phone,
        "since": one.since,
        "until": one.until,
        "is_on": one.is_on(timezone.localdate()),
        "duties": duties.items if duties else [],
    }


class ResidencyView(RosterView):
    """One department at one centre: what it is there for, who is on duty this week and next, what changed."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        one, today = residency_of(request, pk), timezone.localdate()
        week = Week.of(today)
        versions = list(one.duty_lists.select_related("made_by"))
        one._prefetched_objects_cache = {"duty_lists": versions}
        shifts = (
            DutyShift.objects.filter(residency=one).between(week.monday, week.shifted(1).sunday).order_by("day", "half")
        )
        may_keep = rights.may_keep(request.user, one.centre)
        context = {
            "one": one,
            "duties": one.current_duties,
            "versions": versions,
            "shifts": [
                {"day": f"{shift.day:%m-%d} 周{'一二三四五六日'[shift.day.weekday()]}", "half": shift.get_half_display(),
                 "name": shift.name, "is_today": shift.day == today}
                for shift in shifts
            ],
            "facts": [
                {"label": "综治中心", "value": str(one.centre)},
                {"label": "入驻方式", "value": one.get_kind_display()},
                {"label": "窗口", "value": one.where or "--"},
                {"label": "联系人", "value": one.contact or "--"},
                {"label": "起止", "value": f"{one.since} ～ {one.until or '长期'}"},
            ],
            "phone": one.phone or one.organisation.phone,
            "color": KIND_COLOR[ResidencyKind(one.kind)],
            "is_over": not one.is_on(today),
            "week_url": week_url(one.centre, week),
            "may_keep": may_keep,
            "may_write": may_keep or rights.speaks_for(request.user, one.organisation_id),
        }  # fmt: skip
        return render(request, "rosters/residency.html", context)


class ResidencyPage(RosterView, FormPage):
    form_class = ResidencyForm
    template_name = "rosters/form.html"

    def make_form(self, data: Any = None) -> ResidencyForm:
        first: dict[str, Any] = {}
        if self.subject is None:
            asked = Organisation.objects.filter(code=self.request.GET.get("centre", "")).first()
            centre = asked or nearest(centres_of(self.request.user), self.request.user)
            first = {"since": timezone.localdate(), "kind": ResidencyKind.RESIDENT, "centre": centre}
        return ResidencyForm(data, instance=self.subject, user=self.request.user, initial=first)

    def perform(self, form: ResidencyForm) -> str:
        return services.save_residency(form.save(commit=False), by=self.request.user).get_absolute_url()  # type: ignore[arg-type]


class AddView(ResidencyPage):
    done = "入驻单位已登记。"

    def find(self) -> None:
        if not rights.keeps_anything(self.request.user):
            raise NotPermitted("入驻单位由该中心的分流员、中心督办、乡镇综治中心和系统管理员维护。")

    def context(self, form: Any) -> dict[str, Any]:
        return {"title": "登记入驻单位", "submit": "登记入驻单位", "back_url": reverse("rosters:residencies")}


class AmendView(ResidencyPage):
    done = "入驻资料已修改。"

    def find(self) -> Residency:
        one = residency_of(self.request, self.kwargs["pk"])
        if not rights.may_keep(self.request.user, one.centre):
            raise NotPermitted("入驻单位由该中心的分流员、中心督办、乡镇综治中心和系统管理员维护。")
        return one

    def context(self, form: Any) -> dict[str, Any]:
        one: Any = self.subject
        return {"title": f"修改入驻资料：{one.organisation}", "submit": "保存修改", "back_url": one.get_absolute_url()}


class DutiesView(RosterView, FormPage):
    form_class = DutiesForm
    template_name = "rosters/form.html"
    done = "职责清单已更新，原来的版本可以查看。"

    def find(self) -> Residency:
        one = residency_of(self.request, self.kwargs["pk"])
        if not (
            rights.may_keep(self.request.user, one.centre) or rights.speaks_for(self.request.user, one.organisation_id)
        ):
            raise NotPermitted("职责清单由入驻单位的联络员和中心维护。")
        return one

    def make_form(self, data: Any = None) -> DutiesForm:
        newest = self.subject.duty_lists.order_by(F("number").desc()).first()  # type: ignore[attr-defined]
        first = {"items": "\n".join(newest.items), "basis": newest.basis} if newest else {}
        return DutiesForm(data, initial=first | {"effective_on": timezone.localdate()})

    def perform(self, form: DutiesForm) -> str:
        services.write_duties(self.subject, by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        return str(self.subject.get_absolute_url())  # type: ignore[attr-defined]

    def context(self, form: Any) -> dict[str, Any]:
        one: Any = self.subject
        return {"title": f"职责清单：{one.organisation}", "submit": "保存为新版本", "back_url": one.get_absolute_url()}
