"""Pages of 入格日志: the list, the one screen to write on, a visit, a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts import audit
from accounts.views.base import FormPage
from common import sheets
from common.errors import NotPermitted, Refusal
from common.paging import paged
from posts.models import Visit
from posts.visits import presentation, querysets, services, sheet
from posts.visits.cases import cases
from posts.visits.filters import VisitFilter
from posts.visits.forms import VisitForm

#: A person answers for what they carry away.
MOST_ROWS = 5_000
TABS = {"all": "全部", "mine": "我记的"}


class VisitsPage(View):
    """For those who work in villages or look after those who do."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not querysets.may_look(request.user):
            raise NotPermitted("入格日志由村（社区）、乡镇和中心的工作人员查看。")
        return super().dispatch(request, *args, **kwargs)


def chosen(request: HttpRequest) -> tuple[VisitFilter, str]:
    """The conditions of the list and its view."""
    tab = request.GET.get("tab", "")
    rows = Visit.objects.visible_to(request.user)
    if tab == "mine":
        rows = rows.filter(author=request.user)
    return VisitFilter(request.GET, queryset=rows, request=request), tab if tab in TABS else "all"


class VisitsView(VisitsPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        conditions, tab = chosen(request)
        page = paged(request, conditions.qs.select_related("village__parent").defer("note"))
        fields = [conditions.form[name] for name in ("kind", "period")]
        if len(conditions.form.fields["village"].queryset) > 1:
            fields.append(conditions.form["village"])
        if len(conditions.form.fields["township"].queryset) > 1:
            fields.insert(2, conditions.form["township"])
        applied = sum(bool(conditions.form.cleaned_data.get(name)) for name in conditions.form.fields)
        context = {
            "rows": presentation.rows(page.rows, request.user),
            "pager": page.pager,
            "tabs": [
                {"key": key, "label": label, "url": f"{request.path}?tab={key}", "count": None, "current": key == tab}
                for key, label in TABS.items()
            ],
            "keep": [("tab", tab)],
            "fields": fields,
            "more": [conditions.form[name] for name in ("since", "until")],
            "open": bool(request.GET.get("since") or request.GET.get("until")),
            "applied": applied,
            "may_write": querysets.may_write(request.user),
            "reset_url": f"{request.path}?tab={tab}",
        }
        return render(request, "posts/visits.html", context)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """The list under its conditions as a workbook."""
        conditions, _ = chosen(request)
        if conditions.form.errors:
            raise Refusal("筛选条件里有看不懂的内容，请返回列表改正后再导出。")
        with transaction.atomic():
            rows = conditions.qs
            count = rows.count()
            if count > MOST_ROWS:
                raise Refusal(f"符合条件的超过 {MOST_ROWS:,} 条，请缩短日期或者选择乡镇后分次导出。")
            audit.record("visit.export", actor=request.user, object_type="visit", rows=count)
        now = timezone.localtime()
        head = sheets.watermark(request.user, count, now, "条")
        return sheets.download(
            head, "入格日志", sheet.COLUMNS, sheet.lines(rows), stamp=f"{now:%Y%m%d-%H%M}", format_="xlsx"
        )


class NewVisitView(VisitsPage, FormPage):
    """One screen.  保存并登记为纠纷 goes on to the registration with everything carried over."""

    form_class = VisitForm
    template_name = "posts/visit_form.html"

    def find(self) -> None:
        if not querysets.may_write(self.request.user):
            raise NotPermitted("入格日志由网格员、村（社区）、调解员、乡镇和任职人员记录。")

    def make_form(self, data: Any = None) -> VisitForm:
        form = VisitForm(data, user=self.request.user)
        village = self.request.GET.get("village", "")
        if data is None and village:
            form.initial["village"] = form.fields["village"].queryset.filter(pk=village[:12]).first()  # type: ignore[attr-defined]
        return form

    def perform(self, form: VisitForm) -> HttpResponse:
        visit, is_new = services.record(by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        if not is_new:
            messages.warning(self.request, "这一条已经保存过，没有再记一条。")
            return redirect(visit)
        then = self.request.POST.get("then", "")
        register = cases().register_url(visit, self.request.user) if then == "register" else ""
        messages.success(self.request, "入格日志已保存。")
        if register:
            return redirect(register)
        return redirect("posts:new_visit" if then == "next" else "posts:visits")

    def context(self, form: VisitForm) -> dict[str, Any]:
        return {
            "title": "记入格日志",
            "may_register": bool(cases().register_url(None, self.request.user)),
            "back_url": reverse("posts:visits"),
            "submit": "保存",
        }


def visit_of(request: HttpRequest, uid: Any) -> Visit:
    """The visit, if this person may see it; else 404."""
    rows = Visit.objects.visible_to(request.user).filter(uid=uid).select_related("village__parent")
    visit = rows.first()
    if visit is None:
        raise Http404
    return visit


class VisitView(VisitsPage):
    def get(self, request: HttpRequest, uid: Any) -> HttpResponse:
        visit = visit_of(request, uid)
        may_read = not visit.is_sealed or Visit.objects.note_open_to(request.user).filter(pk=visit.pk).exists()
        if visit.is_sealed and may_read:
            services.opened_note(visit, by=request.user)  # type: ignore[arg-type]
        linked = cases().of([visit.pk], request.user).get(visit.pk, [])
        shown = presentation.row(visit, linked)
        reached = f"{visit.people_reached:,} 人" if visit.people_reached else "--"
        context = {
            "visit": visit,
            "row": shown,
            "said": visit.said if may_read else "",
            "sealed": presentation.SEALED,
            "facts": [
                {"label": "村（社区）", "value": visit.village.full_name()},
                {"label": "日期", "value": shown["day"]},
                {"label": "覆盖人数", "value": reached},
                {
                    "label": "记录",
                    "value": f"{visit.author_name} {timezone.localtime(visit.recorded_at):%Y-%m-%d %H:%M}",
                },
            ],
            "may_amend": visit.author_id == request.user.pk,
            "register_url": cases().register_url(visit, request.user) if visit.author_id == request.user.pk else "",
            "came_of_it": any(case.came_of_it for case in linked),
        }
        return render(request, "posts/visit.html", context)


class AmendVisitView(VisitsPage, FormPage):
    form_class = VisitForm
    template_name = "posts/visit_form.html"
    done = "入格日志已更正。"

    def find(self) -> Visit:
        visit = visit_of(self.request, self.kwargs["uid"])
        if visit.author_id != self.request.user.pk:
            raise NotPermitted("入格日志由记录人本人更正。")
        return visit

    def make_form(self, data: Any = None) -> VisitForm:
        return VisitForm(data, user=self.request.user, visit=self.subject)  # type: ignore[arg-type]

    def perform(self, form: VisitForm) -> str:
        values = {name: value for name, value in form.cleaned_data.items() if name != "uid"}
        return services.amend(self.subject, by=self.request.user, **values).get_absolute_url()  # type: ignore[arg-type]

    def context(self, form: VisitForm) -> dict[str, Any]:
        visit: Any = self.subject
        return {"title": "更正入格日志", "back_url": visit.get_absolute_url(), "submit": "保存更正"}
