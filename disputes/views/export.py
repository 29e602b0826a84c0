"""A list as a file: masked, with a reason, in the audit trail, never longer than a person can answer for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views import View

from accounts import audit
from accounts.choices import ADMIN_ROLES
from accounts.models import AuditEvent
from common.errors import NotPermitted, Refusal
from common.logs import current_request
from common.widgets import Segmented
from disputes import sheets
from disputes.filters import DisputeFilter
from disputes.listing import order_for
from disputes.models import Dispute
from disputes.views import lists

#: A person answers for what they carry away; more is taken out in parts, each with its reason.
MOST_ROWS = 5_000
DAILY_ROWS = 20_000
FORMATS = {"xlsx": "Excel 工作簿（.xlsx）", "csv": "文本表格（.csv）"}


class ExportForm(forms.Form):
    reason = forms.CharField(
        label="导出的用途", max_length=200, help_text="会记入审计日志，如：11 月调度会材料",
        error_messages={"required": "请写明导出的用途。"},
    )  # fmt: skip
    format = forms.ChoiceField(label="格式", choices=list(FORMATS.items()), initial="xlsx", widget=Segmented)
    columns = forms.MultipleChoiceField(
        label="导出的列", choices=[(name, column.label) for name, column in sheets.COLUMNS.items()],
        initial=[name for name, column in sheets.COLUMNS.items() if column.usual],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}), error_messages={"required": "至少选一列。"},
    )  # fmt: skip

    def clean_columns(self) -> list[str]:
        return [name for name in sheets.COLUMNS if name in self.cleaned_data["columns"]]


class ExportView(View):
    """GET with the conditions of a list, or POST with ticked cases: the form.  POST with a reason: the file."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.roles - ADMIN_ROLES:
            raise NotPermitted("您的角色不接触案件，不能导出。")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.form_page(request, ExportForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if "reason" not in request.POST:  # from the batch bar of the list
            return self.form_page(request, ExportForm())
        form = ExportForm(request.POST)
        if not form.is_valid():
            return self.form_page(request, form, status=422)
        try:
            ids = self.taken(request, form)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            return self.form_page(request, form, status=refusal.status)
        return self.file(request, ids, form.cleaned_data["columns"], form.cleaned_data["format"])

    # ---- which cases

    def rows(self, request: HttpRequest) -> QuerySet[Dispute]:
        codes = lists.ticked(request)
        if codes:
            return lists.rows_of(request.user, codes).order_by("-registered_at", "-pk")
        conditions = DisputeFilter(request.GET, Dispute.objects.visible_to(request.user), request=request)
        if conditions.form.errors:  # left out as on the page, a condition would let more out than was asked for
            raise Refusal("筛选条件里有看不懂的内容，请返回列表改正后再导出。")
        order = order_for(conditions.view.key, request.GET.get("sort", ""))
        return conditions.qs.order_by(*order.expressions())

    def taken(self, request: HttpRequest, form: ExportForm) -> list[int]:
        """The keys to export, with the audit row written before any of them leaves."""
        with transaction.atomic():
            ids = list(self.rows(request).values_list("pk", flat=True)[: MOST_ROWS + 1])
            if len(ids) > MOST_ROWS:
                raise Refusal(too_many())
            _not_too_much_a_day(request.user, len(ids))
            audit.record(
                "dispute.export", actor=request.user, object_type="dispute", reason=form.cleaned_data["reason"],
                rows=len(ids), format=form.cleaned_data["format"], columns=form.cleaned_data["columns"],
                conditions=self.condition_names(request),
            )  # fmt: skip
        return ids

    @staticmethod
    def condition_names(request: HttpRequest) -> list[str]:
        """Names of the conditions, never their values: a keyword may say who it is about."""
        if request.POST.getlist("ids"):
            return ["ids"]
        known = {*DisputeFilter.base_filters, "years"}
        return sorted(name for name in request.GET if name in known and request.GET[name])

    # ---- the answers

    def form_page(self, request: HttpRequest, form: ExportForm, status: int = 200) -> HttpResponse:
        try:
            count = self.rows(request).order_by()[: MOST_ROWS + 1].count()
            refusal = too_many() if count > MOST_ROWS else "" if count else "没有可以导出的案件。"
        except Refusal as unreadable:
            count, refusal, status = 0, unreadable.sentence, unreadable.status
        context = {
            "form": form,
            "count": count,
            "ids": request.POST.getlist("ids"),
            "action": request.get_full_path(),
            "refusal": "" if form.non_field_errors() else refusal,
            "most": MOST_ROWS,
            "back_url": lists.address(request.GET),
        }
        return render(request, "disputes/export.html", context, status=status)

    def file(self, request: HttpRequest, ids: list[int], columns: list[str], format_: str) -> HttpResponseBase:
        now = timezone.localtime()
        head = watermark(request.user, len(ids), now)
        name = f"案件清单-{now:%Y%m%d-%H%M}.{format_}"
        rows = sheets.lines(ids, columns)
        if format_ == "xlsx":
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            return FileResponse(
                sheets.xlsx_file(head, columns, rows), as_attachment=True, filename=name, content_type=kind
            )
        labels = [sheets.COLUMNS[column].label for column in columns]
        response = StreamingHttpResponse(sheets.csv_chunks(head, labels, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response


def too_many() -> str:
    return (
        f"符合条件的案件超过 {MOST_ROWS:,} 件，一次最多导出 {MOST_ROWS:,} 件。"
        "请返回列表，选择乡镇、状态或者缩短登记日期后分次导出。"
    )


def _not_too_much_a_day(user: Any, rows: int) -> None:
    since = timezone.now() - dt.timedelta(days=1)
    events = AuditEvent.objects.filter(actor=user, action="dispute.export", at__gte=since)
    done = sum(detail.get("rows", 0) for detail in events.values_list("detail", flat=True))
    if done + rows > DAILY_ROWS:
        refusal = Refusal(f"24 小时内最多导出 {DAILY_ROWS:,} 件，您已导出 {done:,} 件。确有需要请联系安全管理员。")
        refusal.status = 429
        raise refusal


def watermark(user: Any, count: int, now: dt.datetime) -> str:
    """The first line of every file: whose it is, when and how much, and what it is for."""
    request_id = current_request().request_id
    return f"仅供工作使用，不得外传。{user.name}（{user.post}）{now:%Y-%m-%d %H:%M} 导出，共 {count:,} 件，编号 {request_id or '--'}。"
