"""Mediators: the list by load, one mediator, and the forms that change what is recorded of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from common.errors import NotPermitted
from common.paging import paged
from mediators import presentation, rights, services
from mediators.choices import MediatorStatus
from mediators.filters import MediatorFilter
from mediators.forms import MediatorForm, StatusForm, TrainingForm
from mediators.models import Committee, Mediator, StatusChange, Training
from mediators.slots import work
from mediators.views.base import (
    ReadersView,
    RecordForm,
    address,
    condition_chips,
    kept_mediator,
    tab,
)

#: Sorting by load is for sharing the work: the least first, by default by name.  Nobody is ranked.
SORTS = {"name": ("sort_key", "pk"), "load": ("load", "sort_key", "pk"), "-load": ("-load", "sort_key", "pk")}
ORDER = {"name": "按姓名拼音", "load": "在办少的在前，便于均衡派单", "-load": "在办多的在前，便于均衡派单"}
TONES = {MediatorStatus.PAUSED: "soon"}


class MediatorsView(ReadersView):
    """All of it is in the address; script is not needed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user, today = request.user, timezone.localdate()
        visible = Mediator.objects.visible_to(user)
        conditions = MediatorFilter(request.GET, queryset=visible, request=request)
        counts = dict(conditions.without("status").order_by().values_list("status").annotate(Count("pk")))
        sort = request.GET.get("sort", "")
        sort = sort if sort in SORTS else "name"
        found = conditions.qs.with_post().with_training(today.year).annotate(load=work().load("mediator"))
        page = paged(request, found.select_related("committee__organisation").order_by(*SORTS[sort]))
        kinds = conditions.kinds
        current = conditions.given.get("status", "")
        form = conditions.form
        fields = [form[name] for name in ("q", "committee", "kind", "speciality")]
        more = [form[name] for name in ("township", "language", "grade")]
        if len(conditions.towns) < 2:  # one township: nothing to choose
            more = more[1:]
        context = {
            "rows": [presentation.mediator_row(row, kinds, today) for row in page.rows],
            "pager": page.pager | {"order": ORDER[sort]},
            "tabs": [
                tab(request, "status", "", "全部", sum(counts.values()), current),
                *(
                    tab(
                        request,
                        "status",
                        one.value,
                        str(one.label),
                        counts.get(one.value, 0),
                        current,
                        TONES.get(one, ""),
                    )
                    for one in MediatorStatus
                ),
            ],
            "fields": fields,
            "more": more,
            "applied": sum(1 for field in more if conditions.given.get(field.name)),
            "chips": _named(condition_chips(conditions, request, but="status"), conditions),
            "keep": [(name, request.GET[name]) for name in ("status", "sort") if request.GET.get(name)],
            "reset_url": request.path,
            "year": today.year,
            "load_dir": {"load": "ascending", "-load": "descending"}.get(sort, ""),
            "load_url": address(request, sort="-load" if sort == "load" else "load"),
            "name_dir": "ascending" if sort == "name" else "",
            "name_url": address(request, sort=None),
            "may_appoint": bool(rights.kept_paths(user)),
        }
        return render(request, "mediators/mediators.html", context)


def _named(chips: list[dict[str, str]], conditions: Any) -> list[dict[str, str]]:
    """A committee that was given by its key is shown by its name."""
    typed = conditions.given.get("committee", "")
    if typed.isascii() and typed.isdigit():
        name = Committee.objects.filter(pk=int(typed[:9])).select_related("organisation").first()
        for chip in chips:
            if chip["label"] == "调委会" and name:
                chip["value"] = str(name)
    return chips


class MediatorView(ReadersView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        today = timezone.localdate()
        rows = Mediator.objects.visible_to(request.user).with_post().with_training(today.year)
        rows = rows.annotate(load=work().load("mediator"))
        mediator: Any = (
            rows.select_related("committee__organisation__division__parent__parent", "user").filter(pk=pk).first()
        )
        if mediator is None:
            raise Http404
        row = presentation.mediator_row(mediator, presentation.kinds(), today)
        may_change = rights.keeps(request.user, mediator.committee)
        changes = StatusChange.objects.visible_to(request.user).filter(mediator=mediator).select_related("made_by")
        trainings = list(mediator.trainings.all())
        cases = list(work().open_cases(mediator, request.user)) if mediator.load else []
        context = {
            "mediator": mediator,
            "row": row,
            "facts": [
                {"label": "类别", "value": row["kind"]},
                {"label": "等级", "value": row["grade"]},
                {"label": "聘任日期", "value": f"{mediator.appointed_on or '未登记'}"},
                {"label": "工作电话", "value": mediator.phone or "未登记"},
                {"label": "语言", "value": row["languages"] or "未登记"},
                {"label": "擅长类型", "value": row["specialities"] or "未登记"},
            ],
            "posts": [
                presentation.seat_row(seat, today)
                for seat in mediator.seats.select_related("mediator").order_by("-starts_on", "-pk")
            ],
            "trainings": trainings,
            "years": _years(mediator),
            "changes": [presentation.change_row(one) for one in changes],
            "cases": cases,
            "unseen": mediator.load - len(cases),
            "may_change": may_change,
            "account_note": presentation.account_note(mediator) if may_change else "",
            "reads_history": may_change or mediator.user_id == request.user.pk,
        }
        return render(request, "mediators/mediator.html", context)


def _years(mediator: Mediator) -> list[dict[str, Any]]:
    """Hours of training by year, the latest first."""
    rows = mediator.trainings.order_by().values_list("held_on__year").annotate(Sum("hours"))
    return [
        {"year": year, "hours": presentation.hours(hours or Decimal(0))} for year, hours in sorted(rows, reverse=True)
    ]


# ---- forms


class MediatorPage(RecordForm):
    """A form about one mediator; leads back to their page."""

    def find(self) -> Mediator:
        return kept_mediator(self.request.user, self.kwargs["pk"])

    def cancel_url(self) -> str:
        return reverse("mediators:mediator", args=[self.kwargs["pk"]])

    def crumbs(self) -> list[tuple[str, str]]:
        return [("调解员", reverse("mediators:mediators")), (str(self.subject), self.cancel_url())]


class AppointView(RecordForm):
    form_class = MediatorForm
    template_name = "mediators/mediator_form.html"
    title, submit_label = "登记调解员", "登记"
    done = "已登记调解员。"

    def find(self) -> None:
        if not rights.kept_paths(self.request.user):
            raise NotPermitted("调解员由所在乡镇综治中心、区中心（督办、分流）和司法局登记。")

    def make_form(self, data: Any = None) -> Any:
        initial = {"committee": self.request.GET.get("committee", ""), "appointed_on": timezone.localdate()}
        return MediatorForm(data, user=self.request.user, initial=initial)

    def perform(self, form: Any) -> str:
        made = services.appoint(form.cleaned_data, by=self.request.user)
        return reverse("mediators:mediator", args=[made.pk])

    def cancel_url(self) -> str:
        return reverse("mediators:mediators")

    def crumbs(self) -> list[tuple[str, str]]:
        return [("调解员", self.cancel_url())]


class AmendView(MediatorPage):
    form_class = MediatorForm
    template_name = "mediators/mediator_form.html"
    title = "修改调解员"
    done = "已保存。"

    def make_form(self, data: Any = None) -> Any:
        mediator: Any = self.subject
        initial = {name: getattr(mediator, name) for name in services.OF_MEDIATOR}
        return MediatorForm(data, user=self.request.user, mediator=mediator, initial=initial)

    def perform(self, form: Any) -> str:
        services.amend_mediator(self.subject, form.cleaned_data, by=self.request.user)
        return self.cancel_url()


class StatusView(MediatorPage):
    """Pause, remove, dismiss or restore; open cases are shown and handed over in the same step."""

    form_class = StatusForm
    template_name = "mediators/status.html"
    title, submit_label = "变更状态", "确认变更"
    is_danger = True

    def make_form(self, data: Any = None) -> Any:
        mediator: Any = self.subject
        self.cases = list(work().open_cases(mediator, self.request.user))
        heirs = Mediator.objects.serving().filter(committee=mediator.committee_id).exclude(pk=mediator.pk)
        heirs = heirs.annotate(load=work().load("mediator")).order_by("load", "sort_key", "pk")
        return StatusForm(data, mediator=mediator, cases=self.cases, heirs=list(heirs))

    def context(self, form: Any) -> dict[str, Any]:
        mediator: Any = self.subject
        load = Mediator.objects.filter(pk=mediator.pk).annotate(load=work().load("mediator"))
        return super().context(form) | {
            "mediator": mediator,
            "status_label": presentation.STATUS_LABEL[mediator.status],
            "status_color": presentation.STATUS_COLOR[mediator.status],
            "load": load.values_list("load", flat=True)[0],
            "case_fields": form.case_fields,
            "stays": [case for case in self.cases if not case.may_move],
        }

    def perform(self, form: Any) -> str:
        data = form.cleaned_data
        change = services.change_status(
            self.subject, data["to_status"], ground=data["ground"], effective_on=data["effective_on"],
            note=data["note"], hand_over=form.hand_over, by=self.request.user,
        )  # fmt: skip
        moved = f"，已移交在办案件 {change.handed_over} 件" if change.handed_over else ""
        messages.success(self.request, f"{self.subject}已改为“{change.get_to_status_display()}”{moved}。")
        return self.cancel_url()


class TrainingView(MediatorPage):
    form_class = TrainingForm
    title, submit_label = "登记培训", "登记"

    def make_form(self, data: Any = None) -> Any:
        return TrainingForm(data, mediator=self.subject)

    def perform(self, form: Any) -> str:
        others = form.cleaned_data["others"].select_related("committee__organisation__division")
        services.record_training([self.subject, *others], form.cleaned_data, by=self.request.user)
        messages.success(self.request, f"已为 {1 + len(others)} 人登记培训。")
        return self.cancel_url()


class ForgetTrainingView(ReadersView):
    def post(self, request: HttpRequest, pk: int, training: int) -> HttpResponse:
        mediator = kept_mediator(request.user, pk)
        row = Training.objects.filter(mediator=mediator, pk=training).select_related(
            "mediator__committee__organisation__division"
        )
        found = row.first()
        if found is None:
            raise Http404
        services.forget_training(found, by=request.user)
        messages.success(request, "已删除这条培训。")
        return redirect("mediators:mediator", pk=pk)
