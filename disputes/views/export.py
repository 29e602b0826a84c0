"""A list as a file: masked, with a reason, in the audit trail, never longer than a person can answer for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts import audit
from accounts.choices import ADMIN_ROLES, labels
from accounts.models import AuditEvent
from common.errors import NotPermitted, Refusal
from common.sheets import FORMATS, Sheet, download, watermark
from common.widgets import Segmented
from disputes import sheets
from disputes.filters import DisputeFilter
from disputes.listing import order_for
from disputes.models import Dispute, Supervision
from disputes.views import lists, supervision
from disputes.workflow import SUPERVISION

#: A person answers for what they carry away; more is taken out in parts, each with its reason.
MOST_ROWS = 5_000
DAILY_ROWS = 20_000
#: Audit events that say how many rows left.
EXPORTS = ("dispute.export", "supervision.export")


class ExportForm(forms.Form):
    reason = forms.CharField(
        label="导出的用途", max_length=200, help_text="会记入审计日志，如：11 月调度会材料",
        error_messages={"required": "请写明导出的用途。"},
    )  # fmt: skip
    format = forms.ChoiceField(label="格式", choices=list(FORMATS.items()), initial="xlsx", widget=Segmented)
    columns = forms.MultipleChoiceField(
        label="导出的列", widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "至少选一列。"},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, sheet: Sheet) -> None:
        super().__init__(data)
        self.sheet = sheet
        self.fields["columns"].choices = [(name, column.label) for name, column in sheet.columns.items()]
        self.fields["columns"].initial = [name for name, column in sheet.columns.items() if column.usual]

    def clean_columns(self) -> list[str]:
        return [name for name in self.sheet.columns if name in self.cleaned_data["columns"]]


class ExportView(View):
    """GET with the conditions of a list, or POST with ticked rows: the form.  POST with a reason: the file.

    What is taken out, ``sheet`` and ``rows`` say; the rest is the same for every list.
    """

    sheet = sheets.CASES
    #: Name of the audit event, what one row is called, and the list it comes from.
    action, unit, list_name = "dispute.export", "件", "案件列表"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.roles - ADMIN_ROLES:
            raise NotPermitted("您的角色不接触案件，不能导出。")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.form_page(request, ExportForm(sheet=self.sheet))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if "reason" not in request.POST:  # from the batch bar of the list
            return self.form_page(request, ExportForm(sheet=self.sheet))
        form = ExportForm(request.POST, sheet=self.sheet)
        if not form.is_valid():
            return self.form_page(request, form, status=422)
        try:
            ids = self.taken(request, form)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            return self.form_page(request, form, status=refusal.status)
        return self.file(request, ids, form.cleaned_data["columns"], form.cleaned_data["format"])

    # ---- which rows

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
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
                raise Refusal(self.too_many())
            _not_too_much_a_day(request.user, len(ids))
            audit.record(
                self.action, actor=request.user, object_type="dispute", reason=form.cleaned_data["reason"],
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
            refusal = self.too_many() if count > MOST_ROWS else "" if count else "没有可以导出的内容。"
        except Refusal as unreadable:
            count, refusal, status = 0, unreadable.sentence, unreadable.status
        context = {
            "form": form,
            "count": count,
            "ids": request.POST.getlist("ids"),
            "action": request.get_full_path(),
            "refusal": "" if form.non_field_errors() else refusal,
            "most": MOST_ROWS,
            "name": self.sheet.name,
            "unit": self.unit,
            "list_name": self.list_name,
            "back_url": self.back_url(request),
        }
        return render(request, "disputes/export.html", context, status=status)

    def back_url(self, request: HttpRequest) -> str:
        return lists.address(request.GET)

    def file(self, request: HttpRequest, ids: list[int], columns: list[str], format_: str) -> HttpResponseBase:
        now = timezone.localtime()
        head = watermark(request.user, len(ids), now, self.unit)
        rows, chosen = self.sheet.lines(ids, columns), [self.sheet.columns[column] for column in columns]
        return download(head, self.sheet.name, chosen, rows, stamp=f"{now:%Y%m%d-%H%M}", format_=format_)

    def too_many(self) -> str:
        return (
            f"符合条件的超过 {MOST_ROWS:,} {self.unit}，一次最多导出 {MOST_ROWS:,} {self.unit}。"
            "请返回列表，选择乡镇、状态或者缩短登记日期后分次导出。"
        )


class SupervisionExportView(ExportView):
    """Cards and orders under the conditions of their page."""

    sheet = sheets.CARDS
    action, unit, list_name = "supervision.export", "项", "督办"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.holds(*SUPERVISION):
            raise NotPermitted(f"“督办”由{labels(SUPERVISION)}办理。")
        return super().dispatch(request, *args, **kwargs)

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        conditions = supervision.Conditions(request.GET, user=request.user)
        rows = conditions.narrow(Supervision.objects.visible_to(request.user))
        if conditions.errors:
            raise Refusal("筛选条件里有看不懂的内容，请返回列表改正后再导出。")
        return supervision.in_tab(rows, supervision.BY_KEY.get(request.GET.get("tab", ""), supervision.TABS[0]))

    @staticmethod
    def condition_names(request: HttpRequest) -> list[str]:
        return sorted(name for name in ("tab", "township", "office") if request.GET.get(name))

    def back_url(self, request: HttpRequest) -> str:
        return f"{reverse('disputes:supervision')}?{request.GET.urlencode()}"


def _not_too_much_a_day(user: Any, rows: int) -> None:
    since = timezone.now() - dt.timedelta(days=1)
    events = AuditEvent.objects.filter(actor=user, action__in=EXPORTS, at__gte=since)
    done = sum(detail.get("rows", 0) for detail in events.values_list("detail", flat=True))
    if done + rows > DAILY_ROWS:
        refusal = Refusal(f"24 小时内最多导出 {DAILY_ROWS:,} 件，您已导出 {done:,} 件。确有需要请联系安全管理员。")
        refusal.status = 429
        raise refusal
