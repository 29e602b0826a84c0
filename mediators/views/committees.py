"""Committees: the list with what the law asks, one committee, and the forms that change it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from common.errors import NotPermitted
from common.paging import paged
from mediators import presentation, rights, services
from mediators.choices import COMMITTEE_KIND_SHORT
from mediators.filters import CommitteeFilter
from mediators.forms import CommitteeForm, ElectionForm, LeaveSeatForm, MinorityForm, SeatForm
from mediators.models import Committee, CommitteeMember, MinorityPlace
from mediators.slots import work
from mediators.views.base import (
    ReadersView,
    RecordForm,
    address,
    condition_chips,
    kept_committee,
    tab,
)

SORTS = {"place": ("organisation__code",), "load": ("-load", "organisation__code")}


class CommitteesView(ReadersView):
    """All of it is in the address; script is not needed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user, today = request.user, timezone.localdate()
        visible = Committee.objects.visible_to(user)
        asked = request.GET.copy()
        asked.setdefault("state", "active")
        conditions = CommitteeFilter(asked, queryset=visible.with_members(), request=request)
        counts = dict(conditions.without("kind").order_by().values_list("kind").annotate(Count("pk")))
        sort = request.GET.get("sort", "")
        sort = sort if sort in SORTS else "place"
        found = conditions.qs.with_warnings(today).with_mediator_counts().annotate(load=work().load("committee"))
        page = paged(request, found.select_related("organisation__division__parent__parent").order_by(*SORTS[sort]))
        kinds = conditions.kinds
        current = conditions.given.get("kind", "")
        fields = [conditions.form[name] for name in ("q", "township", "field", "warning", "state")]
        if len(conditions.towns) < 2:  # one township: nothing to choose
            fields = [field for field in fields if field.name != "township"]
        context = {
            "rows": [presentation.committee_row(row, kinds, today) for row in page.rows],
            "pager": page.pager | {"order": "在办多的在前" if sort == "load" else "按所在地排列"},
            "tabs": [
                tab(request, "kind", "", "全部", sum(counts.values()), current),
                *(
                    tab(request, "kind", kind.value, label, counts.get(kind.value, 0), current)
                    for kind, label in COMMITTEE_KIND_SHORT.items()
                    if counts.get(kind.value) or kind == current
                ),
            ],
            "fields": fields,
            "chips": [one for one in condition_chips(conditions, request, but="kind") if one["value"] != "在用"],
            "keep": [(name, request.GET[name]) for name in ("kind", "sort") if request.GET.get(name)],
            "reset_url": request.path,
            "sort": sort,
            "sort_url": address(request, sort=None if sort == "load" else "load"),
            "may_found": bool(rights.kept_paths(user)),
            "may_list": user.holds(*rights.LIST_READERS),  # type: ignore[union-attr]
            "may_minority": rights.keeps_county(user),
        }
        return render(request, "mediators/committees.html", context)


class CommitteeView(ReadersView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        today = timezone.localdate()
        rows = Committee.objects.visible_to(request.user).with_warnings(today).with_mediator_counts()
        rows = rows.annotate(load=work().load("committee")).select_related("organisation__division__parent__parent")
        committee: Any = rows.filter(pk=pk).first()
        if committee is None:
            raise Http404
        seats = sorted(
            committee.members.select_related("mediator"), key=lambda one: (presentation.POST_ORDER[one.post], one.pk)
        )
        current = [seat for seat in seats if seat.is_current]
        past = sorted((seat for seat in seats if not seat.is_current), key=lambda one: one.left_on, reverse=True)
        people = committee.mediators.with_post().with_training(today.year).annotate(load=work().load("mediator"))
        people = people.select_related("committee__organisation").order_by("status", "sort_key", "pk")
        kinds = presentation.kinds()
        row = presentation.committee_row(committee, kinds, today)
        organisation = committee.organisation
        context = {
            "committee": committee,
            "row": row,
            "facts": [
                {"label": "类别", "value": presentation.KIND_LABEL[committee.kind]},
                {"label": "专业领域", "value": row["fields"] or "各类纠纷"},
                {"label": "管辖区域", "value": "、".join(one.name for one in committee.places.all()) or row["place"]},
                {"label": "设立日期", "value": f"{committee.established_on or '未登记'}"},
                {"label": "印章", "value": committee.seal_name or "未登记"},
                {"label": "印章保管人", "value": committee.seal_keeper or "未登记"},
                {"label": "公开电话", "value": organisation.phone or "未登记"},
                {"label": "地址", "value": organisation.address or "未登记"},
            ],
            "seats": [presentation.seat_row(seat, today) for seat in current],
            "past": [presentation.seat_row(seat, today) for seat in past],
            "people": [presentation.mediator_row(one, kinds, today) for one in people],
            "may_change": rights.keeps(request.user, committee),
        }
        return render(request, "mediators/committee.html", context)


# ---- forms


class CommitteePage(RecordForm):
    """A form about one committee; leads back to its page."""

    def find(self) -> Committee:
        return kept_committee(self.request.user, self.kwargs["pk"])

    def cancel_url(self) -> str:
        return reverse("mediators:committee", args=[self.kwargs["pk"]])

    def crumbs(self) -> list[tuple[str, str]]:
        return [("调委会", reverse("mediators:committees")), (str(self.subject), self.cancel_url())]


class FoundView(RecordForm):
    form_class = CommitteeForm
    title, submit_label = "登记调委会", "登记"
    done = "已登记调委会，请接着登记委员。"

    def find(self) -> None:
        if not rights.kept_paths(self.request.user):
            raise NotPermitted("调委会由所在乡镇综治中心、区中心（督办、分流）和司法局登记。")

    def make_form(self, data: Any = None) -> Any:
        return CommitteeForm(data, user=self.request.user)

    def perform(self, form: Any) -> str:
        made = services.found(form.record, by=self.request.user)
        return reverse("mediators:committee", args=[made.pk])

    def cancel_url(self) -> str:
        return reverse("mediators:committees")

    def crumbs(self) -> list[tuple[str, str]]:
        return [("调委会", self.cancel_url())]


class AmendView(CommitteePage):
    form_class = CommitteeForm
    title = "修改调委会"
    done = "已保存。"

    def make_form(self, data: Any = None) -> Any:
        committee: Any = self.subject
        initial = {
            name: getattr(committee, name) for name in ("kind", "established_on", "seal_name", "seal_keeper")
        } | {name: getattr(committee.organisation, name) for name in services.OF_ORGANISATION}
        initial |= {"fields_": committee.fields, "places": list(committee.places.all())}
        return CommitteeForm(data, user=self.request.user, committee=committee, initial=initial)

    def perform(self, form: Any) -> str:
        services.amend_committee(self.subject, form.record, by=self.request.user)
        return self.cancel_url()


class SeatView(CommitteePage):
    form_class = SeatForm
    title, submit_label = "增加委员", "增加"
    done = "已增加委员。"
    hint = "委员三至九人，设主任一人；应当有妇女成员，多民族居住的地区应当有人数较少民族的成员；每届三年，可以连选连任（人民调解法 第8、9条）。"

    def make_form(self, data: Any = None) -> Any:
        return SeatForm(data, committee=self.subject)

    def perform(self, form: Any) -> str:
        services.seat(self.subject, form.cleaned_data, by=self.request.user)
        return self.cancel_url()


class LeaveSeatView(CommitteePage):
    form_class = LeaveSeatForm
    title, submit_label = "委员离任", "登记离任"
    is_danger = True
    done = "已登记离任。"
    hint = "离任后仍是本调委会的调解员；不再担任调解员的，请在调解员页面变更状态。"

    def find(self) -> Committee:
        committee = super().find()
        rows = committee.members.current().select_related("mediator", "committee")
        seat = rows.filter(pk=self.kwargs["seat"]).first()
        if seat is None:
            raise Http404
        self.seat: CommitteeMember = seat
        return committee

    def initial(self) -> dict[str, Any]:
        return {"left_on": timezone.localdate()}

    def facts(self) -> list[dict[str, Any]]:
        seat = self.seat
        return [
            {"label": "委员", "value": seat.mediator.name},
            {"label": "职务", "value": presentation.POST_LABEL[seat.post]},
            {"label": "任期", "value": f"{seat.starts_on} ～ {seat.ends_on}"},
        ]

    def perform(self, form: Any) -> str:
        data = form.cleaned_data
        services.unseat(self.seat, left_on=data["left_on"], why=data["why"], by=self.request.user)
        return self.cancel_url()


class ElectView(CommitteePage):
    form_class = ElectionForm
    title, submit_label = "换届", "登记换届"
    done = "已登记换届；新当选的委员请逐名增加。"
    hint = "每届任期三年，可以连选连任（人民调解法 第9条）。连任的选职务；新当选的在换届后用“增加委员”登记。"

    def make_form(self, data: Any = None) -> Any:
        committee: Any = self.subject
        seats = sorted(
            committee.members.current().select_related("mediator"),
            key=lambda one: (presentation.POST_ORDER[one.post], one.pk),
        )
        return ElectionForm(data, seats=seats)

    def perform(self, form: Any) -> str:
        services.elect(self.subject, form.cleaned_data["starts_on"], form.posts, by=self.request.user)
        return self.cancel_url()


class MinorityView(RecordForm):
    """Where 第8条 asks for members of the smaller nationalities."""

    form_class = MinorityForm
    title = "多民族居住地区"
    done = "已保存。"

    def find(self) -> None:
        if not rights.keeps_county(self.request.user):
            raise NotPermitted("多民族居住地区由区中心（督办、分流）和司法局维护。")

    def initial(self) -> dict[str, Any]:
        return {"places": list(MinorityPlace.objects.values_list("pk", flat=True))}

    def perform(self, form: Any) -> str:
        services.set_minority_places(form.cleaned_data["places"], by=self.request.user)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("mediators:committees")

    def crumbs(self) -> list[tuple[str, str]]:
        return [("调委会", self.cancel_url())]
