"""通报名单: what the court was told of committees and mediators, when and by whom (人民调解法 第10条)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts import audit
from accounts.choices import labels
from common import sheets
from common.errors import NotPermitted, WrongState
from mediators import court_lists, rights, services
from mediators.forms import SendForm
from mediators.models import CourtList
from mediators.views.base import RecordForm

COLUMNS = tuple(
    sheets.Column(label, lambda row, shown: "", width)
    for label, width in (
        ("调委会", 34), ("类别", 20), ("所在地", 18), ("公开电话", 20), ("姓名", 12), ("职务", 10), ("人员类别", 12),
        ("状态", 8), ("与上一份相比", 40),
    )
)  # fmt: skip


class ListReadersView(View):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.holds(*rights.LIST_READERS):  # type: ignore[union-attr]
            raise NotPermitted(f"“通报名单”由{labels(rights.LIST_READERS)}查看。")
        return super().dispatch(request, *args, **kwargs)


def list_of(user: Any, pk: int) -> CourtList:
    rows = CourtList.objects.visible_to(user).select_related("made_by", "sent_by", "court", "previous")
    found: CourtList | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


class CourtListsView(ListReadersView):
    """All lists, newest first; POST freezes a new one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = CourtList.objects.visible_to(request.user).defer("content").select_related("made_by", "sent_by", "court")
        context = {
            "rows": list(rows[:100]),
            "may_make": request.user.holds(*rights.LIST_MAKERS),  # type: ignore[union-attr]
            "waiting": rows.filter(sent_on=None).first(),
        }
        return render(request, "mediators/court_lists.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            made = services.make_list(by=request.user)
        except WrongState as refusal:
            messages.error(request, refusal.sentence)
            return redirect("mediators:court_lists")
        messages.success(request, f"已制作 {made}。")
        return redirect("mediators:court_list", pk=made.pk)


class CourtListView(ListReadersView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        one = list_of(request.user, pk)
        context = shown(one) | {"may_make": request.user.holds(*rights.LIST_MAKERS)}  # type: ignore[union-attr]
        return render(request, "mediators/court_list.html", context)


class PrintCourtListView(ListReadersView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        one = list_of(request.user, pk)
        context = shown(one) | {
            "back_url": reverse("mediators:court_list", args=[one.pk]),
            "printed_at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        }
        return render(request, "mediators/court_list_print.html", context)


def shown(one: CourtList) -> dict[str, Any]:
    changes = [
        row
        | {
            "label": court_lists.CHANGE_LABEL[row["what"]],
            "color": court_lists.CHANGE_COLOR[row["what"]],
            "about_label": "调委会" if row["about"] == "committee" else "调解员",
        }
        for row in one.changes
    ]
    return {
        "one": one,
        "is_first": one.previous_id is None,
        "sent_said": f"{one.sent_by} 已于 {one.sent_on:%Y-%m-%d} 通报{one.court}（{one.sent_how}）。"
        if one.sent_on
        else "",
        "changes": changes,
        "tally": [
            (label, sum(row["what"] == what for row in changes)) for what, label in court_lists.CHANGE_LABEL.items()
        ],
        "committees": one.content["committees"],
    }


class ExportCourtListView(ListReadersView):
    """The list as a workbook: what was frozen, with each change beside its row; those who left at the end."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        one = list_of(request.user, pk)
        rows = list(lines(one))
        audit.record(
            "court_list.export", actor=request.user, object_type="court_list", object_id=str(one.pk), rows=len(rows)
        )
        now = timezone.localtime()
        head = f"人民调解组织和人员通报名单（{one}，截至 {one.as_of}）。{sheets.watermark(request.user, len(rows), now, '行')}"
        file = sheets.xlsx_file(head, "通报名单", COLUMNS, rows)
        return sheets.workbook(file, f"通报名单-{one.year}-{one.number:02d}.xlsx")


def lines(one: CourtList) -> Iterator[list[sheets.Value]]:
    said = {(row["about"], row["id"]): _said(row) for row in one.changes}
    for committee in one.content["committees"]:
        place = [committee["name"], committee["kind"], committee["place"], committee["phone"]]
        of_committee = said.get(("committee", committee["id"]), "")
        if not committee["people"]:
            yield [*place, "", "", "", "", of_committee]
        for number, person in enumerate(committee["people"]):
            change = "；".join(
                part for part in (of_committee if number == 0 else "", said.get(("mediator", person["id"]), "")) if part
            )
            yield [*place, person["name"], person["post"], person["kind"], person["status"], change]
    for row in one.changes:
        if row["what"] == court_lists.LEFT:
            is_committee = row["about"] == "committee"
            yield [row["name"] if is_committee else row["committee"], "", "", "", "" if is_committee else row["name"],
                   "", "", "", court_lists.CHANGE_LABEL[court_lists.LEFT]]  # fmt: skip


def _said(row: dict[str, Any]) -> str:
    about = "调委会" if row["about"] == "committee" else ""
    return f"{about}{court_lists.CHANGE_LABEL[row['what']]}" + (f"：{row['said']}" if row["said"] else "")


class SendView(ListReadersView, RecordForm):
    form_class = SendForm
    title, submit_label = "登记通报", "登记通报"
    done = "已登记通报，名单不再变动。"
    hint = "县级司法行政部门应当将人民调解委员会以及人员组成和调整情况及时通报所在地基层人民法院（人民调解法 第10条）。"

    def find(self) -> CourtList:
        one = list_of(self.request.user, self.kwargs["pk"])
        if not self.request.user.holds(*rights.LIST_MAKERS):  # type: ignore[union-attr]
            raise NotPermitted(f"通报名单由{labels(rights.LIST_MAKERS)}制作和通报。")
        return one

    def perform(self, form: Any) -> str:
        services.send_list(self.subject, form.cleaned_data, by=self.request.user)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("mediators:court_list", args=[self.kwargs["pk"]])

    def crumbs(self) -> list[tuple[str, str]]:
        return [("通报名单", reverse("mediators:court_lists")), (str(self.subject), self.cancel_url())]


class VoidView(ListReadersView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        one = list_of(request.user, pk)
        try:
            services.void_list(one, by=request.user)
        except WrongState as refusal:
            messages.error(request, refusal.sentence)
            return redirect("mediators:court_list", pk=pk)
        messages.success(request, f"已作废 {one}。")
        return redirect("mediators:court_lists")
