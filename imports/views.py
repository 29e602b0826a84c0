"""Pages of the wizard: what there is, template and export, upload, preview, result; and what is missing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import MultiPartParserError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views import View
from django_htmx.http import HttpResponseClientRefresh

from accounts import audit
from accounts.choices import Role
from common.errors import NotPermitted, Refusal
from common.paging import paged
from common.sheets import watermark, workbook
from imports import gaps, presentation, registry, services, writing
from imports.choices import State, Verdict
from imports.forms import UploadForm
from imports.models import ImportJob, PlannedRow
from imports.registry import Sheet

LAST_JOBS = 10


class ForImporters(View):
    """Only for people who may import something."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.sheets = registry.of(request.user)
        if not self.sheets:
            raise NotPermitted("“导入导出”由系统管理员、司法局、中心督办、分流员、乡镇综治中心使用。")
        return super().dispatch(request, *args, **kwargs)

    def sheet(self, key: str) -> Sheet:
        """The table of this name, if it is the person's; else 404."""
        found = next((sheet for sheet in self.sheets if sheet.key == key), None)
        if found is None:
            raise Http404
        return found


class IndexView(ForImporters):
    def get(self, request: HttpRequest) -> HttpResponse:
        jobs = ImportJob.objects.visible_to(request.user).select_related("author")[:LAST_JOBS]
        context = {
            "sheets": [{"sheet": sheet, "count": sheet.count(request.user)} for sheet in self.sheets],
            "has_needs": any(sheet.needed for sheet in self.sheets),
            "jobs": [presentation.line(job) for job in jobs],
            "sees_all": request.user.holds(Role.SYSTEM_ADMIN),  # type: ignore[union-attr]
        }
        return render(request, "imports/index.html", context)


class SheetView(ForImporters):
    """One table: template, export, how to fill it in, and the upload."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return self._show(self.sheet(key), UploadForm())

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        sheet = self.sheet(key)
        try:
            form = UploadForm(request.POST, request.FILES)
        except MultiPartParserError:
            form = UploadForm({}, {})
        if not form.is_valid():
            return self._show(sheet, form, status=422)
        file = form.cleaned_data["file"]
        try:
            job = services.upload(sheet, by=request.user, name=file.name, content=file.read())  # type: ignore[arg-type]
        except Refusal as refusal:
            form.add_error("file", refusal.sentence)
            return self._show(sheet, form, status=422)
        return redirect("imports:job", job.uid)

    def _show(self, sheet: Sheet, form: UploadForm, status: int = 200) -> HttpResponse:
        user: Any = self.request.user
        context = {
            "sheet": sheet,
            "form": form,
            "count": sheet.count(user),
            "columns": presentation.columns(sheet, sheet.load(user)),
            "steps": presentation.steps(None),
            "most_rows": sheet.most_rows,
        }
        return render(self.request, "imports/sheet.html", context, status=status)


class TemplateView(ForImporters):
    def get(self, request: HttpRequest, key: str) -> HttpResponseBase:
        sheet = self.sheet(key)
        return workbook(writing.template(sheet, request.user), f"{sheet.title}导入模板.xlsx")


class ExportView(ForImporters):
    """The table as a file.  POST: it leaves a row in the audit trail."""

    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        sheet, user = self.sheet(key), request.user
        now = timezone.localtime()
        count = sheet.count(user)
        file, count = writing.export(sheet, user, watermark(user, count, now, sheet.unit))
        audit.record(
            "import.export", actor=user, object_type="import", object_id=sheet.key, sheet=sheet.key, rows=count
        )
        return workbook(file, f"{sheet.title}-{now:%Y%m%d-%H%M}.xlsx")


# ---- one job


class OfJob(ForImporters):
    """Finds the job for this person, or 404.  Its author loses sight of it with the right to import such things."""

    def dispatch(self, request: HttpRequest, *args: Any, uid: UUID, **kwargs: Any) -> HttpResponseBase:
        self.job = ImportJob.objects.visible_to(request.user).select_related("author").filter(uid=uid).first()  # type: ignore[assignment]
        if self.job is not None:
            sheet = registry.get(self.job.sheet)
            if sheet is None or not (sheet.may(request.user) or request.user.holds(Role.SYSTEM_ADMIN)):  # type: ignore[union-attr]
                self.job = None
        return super().dispatch(request, *args, **kwargs)

    def found(self) -> tuple[ImportJob, Sheet]:
        sheet = registry.get(self.job.sheet) if self.job else None
        if self.job is None or sheet is None:
            raise Http404
        return self.job, sheet

    def shows_rows(self, job: ImportJob, sheet: Sheet) -> bool:
        return job.author_id == self.request.user.pk or not sheet.confidential


class JobView(OfJob):
    """Progress, preview or result, whatever the job has come to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        job, sheet = self.found()
        context: dict[str, Any] = {
            "job": job,
            "sheet": sheet,
            "steps": presentation.steps(job),
            "progress": presentation.progress(job),
            "figures": presentation.figures(job),
            "is_mine": job.author_id == request.user.pk,
            "state": presentation.badge(job),
        }
        if job.state == State.READY and self.shows_rows(job, sheet):
            context |= self._preview(request, job, sheet)
        return render(request, "imports/job.html", context)

    def _preview(self, request: HttpRequest, job: ImportJob, sheet: Sheet) -> dict[str, Any]:
        counts = {
            Verdict.REFUSED: job.refused, Verdict.NEW: job.new, Verdict.CHANGED: job.changed, Verdict.ENDED: job.ended,
        }  # fmt: skip
        present = [verdict for verdict, count in counts.items() if count]
        asked = request.GET.get("verdict", "")
        verdict = asked if asked in present else present[0] if present else Verdict.NEW
        page = paged(request, PlannedRow.objects.filter(job=job, verdict=verdict).order_by("number", "id"))
        return {
            "tabs": [
                {
                    "key": one.value, "label": one.label, "count": counts[one], "current": one == verdict,
                    "url": f"{request.path}?{urlencode({'verdict': one.value})}",
                    "tone": "late" if one == Verdict.REFUSED else "",
                }
                for one in present
            ],
            "rows": presentation.rows(page.rows, sheet),
            "pager": page.pager,
        }  # fmt: skip


class ProgressView(OfJob):
    """What the page asks for every second while the worker is at it; when it is done, the whole page anew."""

    def get(self, request: HttpRequest) -> HttpResponse:
        job, _ = self.found()
        if not request.headers.get("HX-Request"):
            return redirect("imports:job", job.uid)
        if not job.is_running:
            return HttpResponseClientRefresh()
        return render(request, "imports/_progress.html", {"job": job, "progress": presentation.progress(job)})


class CommitView(OfJob):
    def post(self, request: HttpRequest) -> HttpResponse:
        job, _ = self.found()
        services.commit(job, by=request.user)  # type: ignore[arg-type]
        return redirect("imports:job", job.uid)


class CancelView(OfJob):
    def post(self, request: HttpRequest) -> HttpResponse:
        job, sheet = self.found()
        services.cancel(job, by=request.user)  # type: ignore[arg-type]
        messages.success(request, "已放弃，没有写入任何内容，文件已经删除。")
        return redirect("imports:sheet", sheet.key) if sheet.may(request.user) else redirect("imports:index")


class ProblemsView(OfJob):
    """The refused rows with what is wrong, to mend and upload again."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        job, sheet = self.found()
        if job.state != State.READY or not job.refused or not self.shows_rows(job, sheet):
            raise Http404
        refused = PlannedRow.objects.filter(job=job, verdict=Verdict.REFUSED).order_by("number", "id").iterator(500)
        return workbook(writing.problems(sheet, presentation.faults(refused)), f"{sheet.title}-问题清单.xlsx")


# ---- what is missing


class MissingView(ForImporters):
    """Per table and township: which fields that are needed for use are empty, each leading to its record."""

    def get(self, request: HttpRequest) -> HttpResponse:
        sheets = [sheet for sheet in self.sheets if sheet.needed]
        asked = request.GET.get("sheet", "")
        sheet = next((one for one in sheets if one.key == asked), sheets[0] if sheets else None)
        if sheet is None:
            return render(request, "imports/missing.html", {"tabs": [], "sheet": None})
        report = gaps.report(sheet, request.user)
        township, column = self._narrowed(request, sheet)
        found = report.narrowed(township, column)
        page = paged(request, _Listed(found))  # type: ignore[arg-type]
        context = {
            "sheet": sheet,
            "tabs": [
                {"key": one.key, "label": one.title, "url": f"{request.path}?sheet={one.key}", "current": one is sheet, "count": report.records if one is sheet else None}
                for one in sheets
            ],
            "report": report,
            "total": sheet.count(request.user),
            "columns": sheet.needed,
            "lines": [self._line(request, sheet, line) for line in report.places],
            "chips": self._chips(request, sheet, report, township, column),
            "clear_url": f"{request.path}?sheet={sheet.key}",
            "rows": [{"gap": gap, "url": sheet.url(gap.record)} for gap in page.rows],
            "pager": page.pager,
        }  # fmt: skip
        return render(request, "imports/missing.html", context)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """The list as a file, under the same conditions."""
        sheet = self.sheet(request.GET.get("sheet", ""))
        found = gaps.report(sheet, request.user).narrowed(*self._narrowed(request, sheet))
        now, user = timezone.localtime(), request.user
        rows = ([gap.place, gap.record.label, "、".join(column.header for column in gap.empty)] for gap in found)
        headers = (("乡镇（街道）", 16), (sheet.title, 40), ("缺少", 50))
        file = writing.listing("缺项", headers, rows, watermark(user, len(found), now, sheet.unit))
        audit.record(
            "import.missing", actor=user, object_type="import", object_id=sheet.key, sheet=sheet.key, rows=len(found)
        )
        return workbook(file, f"{sheet.title}缺项-{now:%Y%m%d-%H%M}.xlsx")

    @staticmethod
    def _narrowed(request: HttpRequest, sheet: Sheet) -> tuple[str | None, str]:
        column = request.GET.get("column", "")
        known = {one.key for one in sheet.needed}
        return request.GET.get("township"), column if column in known else ""

    @staticmethod
    def _line(request: HttpRequest, sheet: Sheet, line: gaps.PlaceLine) -> dict[str, Any]:
        def url(**more: str) -> str:
            return f"{request.path}?{urlencode({'sheet': sheet.key, 'township': line.code, **more})}#list"

        return {
            "name": line.name,
            "url": url(),
            "records": line.records,
            "cells": [
                {"header": c.header, "count": line.counts.get(c.key, 0), "url": url(column=c.key)} for c in sheet.needed
            ],
        }

    @staticmethod
    def _chips(
        request: HttpRequest, sheet: Sheet, report: gaps.Report, township: str | None, column: str
    ) -> list[dict[str, str]]:
        def without(name: str) -> str:
            left = {key: value for key, value in request.GET.items() if key not in (name, "page")}
            return f"{request.path}?{urlencode(left)}"

        found = []
        if township is not None:
            name = next((line.name for line in report.places if line.code == township), township)
            found.append({"label": "乡镇（街道）", "value": name, "remove_url": without("township")})
        if column:
            found.append({"label": "缺少", "value": sheet.column(column).header, "remove_url": without("column")})
        return found


class _Listed(list):  # type: ignore[type-arg]
    """A list that ``paged`` can cut like a queryset."""

    def order_by(self, *names: str) -> _Listed:
        return self

    def count(self, *args: Any) -> int:  # type: ignore[override]
        return len(self)

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return _Listed(found) if isinstance(key, slice) else found
