"""规范化清单: centres by items at a glance, the sheet of one centre, its marks, and the wording of the lists."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.choices import labels
from centre.choices import FINDING_COLOR, WORD_LISTS, ChecklistState, Finding
from centre.forms import ItemFormSet, ListForm, MarkForm
from centre.models import Centre, Checklist, ChecklistItem, CheckMark
from centre.rights import keeps, words_lists
from centre.services import checklists
from common.errors import Missing, NotPermitted, Refusal

MARK = {Finding.MET: "check", Finding.NOT_MET: "x"}


def centres_of(user: Any) -> list[Centre]:
    rows = Centre.objects.visible_to(user).active().select_related("organisation__division")
    return list(rows.order_by("organisation__division__code"))


def centre_for(user: Any, pk: int) -> Centre:
    found = Centre.objects.visible_to(user).select_related("organisation__division").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def lists_in_force(user: Any) -> list[Checklist]:
    return list(Checklist.objects.visible_to(user).in_force().order_by("pk"))


class MatrixView(View):
    """One list at a time: a line for each centre, a column for each item.  Nobody is ranked."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        lists = lists_in_force(user)
        chosen = next((one for one in lists if one.key == request.GET.get("list")), lists[0] if lists else None)
        context: dict[str, Any] = {
            "lists": [
                {"key": one.key, "label": one.name, "url": f"{request.path}?list={one.key}", "current": one is chosen}
                for one in lists
            ],
            "list": chosen,
            "words": words_lists(user),
        }
        if chosen:
            context |= self._matrix(user, chosen)
        return render(request, "centre/checklists.html", context)

    def _matrix(self, user: Any, chosen: Checklist) -> dict[str, Any]:
        items = list(chosen.items.all())
        centres = centres_of(user)
        found = CheckMark.objects.in_force().filter(centre__in=centres, subject__in=[item.subject for item in items])
        marks = {(one.centre_id, one.subject): one for one in found}
        rows = [
            {
                "centre": centre,
                "url": f"{reverse('centre:sheet', args=[centre.pk])}#{chosen.key}",
                "cells": [self._cell(centre, item, marks.get((centre.pk, item.subject))) for item in items],
            }
            for centre in centres
        ]
        return {
            "items": items,
            "rows": rows,
            "totals": [
                {
                    "met": sum(row["cells"][n]["finding"] == Finding.MET for row in rows),
                    "not_met": sum(row["cells"][n]["finding"] == Finding.NOT_MET for row in rows),
                    "open": sum(row["cells"][n]["finding"] == "" for row in rows),
                }
                for n in range(len(items))
            ],
            "unsure": sum(item.to_confirm for item in items),
        }

    @staticmethod
    def _cell(centre: Centre, item: ChecklistItem, mark: CheckMark | None) -> dict[str, str]:
        url = f"{reverse('centre:sheet', args=[centre.pk])}#i{item.pk}"
        if mark is None:
            return {"finding": "", "label": "未查", "icon": "", "hint": "", "url": url}
        finding = Finding(mark.finding)
        return {
            "url": url, "finding": finding.value, "label": str(finding.label), "icon": MARK[finding],
            "hint": f"{mark.found_on:%Y-%m-%d}：{mark.evidence}",
        }  # fmt: skip


class SheetView(View):
    """All lists in force for one centre: what was found, what shows it, when, by whom, and what it was before."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = request.user
        centre = centre_for(user, pk)
        lists = Checklist.objects.visible_to(user).in_force().prefetch_related("items").order_by("pk")
        history: dict[Any, list[CheckMark]] = {}
        for mark in CheckMark.objects.filter(centre=centre).select_related("made_by", "item__checklist"):
            history.setdefault(mark.subject, []).append(mark)
        context = {
            "centre": centre,
            "keeps": keeps(user, centre.organisation.division.path),
            "lists": [
                {
                    "list": one,
                    "items": [self._line(centre, item, history.get(item.subject, [])) for item in one.items.all()],
                }
                for one in lists
            ],
        }
        return render(request, "centre/sheet.html", context)

    @staticmethod
    def _line(centre: Centre, item: ChecklistItem, marks: list[CheckMark]) -> dict[str, Any]:
        current = next((mark for mark in marks if mark.superseded_at is None), None)
        return {
            "item": item,
            "url": reverse("centre:mark", args=[centre.pk, item.pk]),
            "label": str(Finding(current.finding).label) if current else "未查",
            "color": FINDING_COLOR[Finding(current.finding)] if current else "grey",
            "current": current,
            "who": _who(current) if current else "",
            "before": [
                {"label": str(Finding(mark.finding).label), "evidence": mark.evidence, "who": _who(mark)}
                for mark in marks
                if mark.superseded_at is not None
            ],
        }


def _who(mark: CheckMark) -> str:
    made = timezone.localdate(mark.made_at)
    later = f"，{made:%Y-%m-%d} 登记" if made != mark.found_on else ""
    return f"{mark.found_on:%Y-%m-%d}，{mark.made_by}{later}"


class MarkView(View):
    def get(self, request: HttpRequest, pk: int, item: int) -> HttpResponse:
        centre, row = self._rows(pk, item)
        current = CheckMark.objects.in_force().filter(centre=centre, subject=row.subject).first()
        initial = {"finding": current.finding, "evidence": current.evidence} if current else {}
        return self._show(centre, row, MarkForm(initial=initial | {"found_on": timezone.localdate()}))

    def post(self, request: HttpRequest, pk: int, item: int) -> HttpResponse:
        centre, row = self._rows(pk, item)
        form = MarkForm(request.POST)
        if not form.is_valid():
            return self._show(centre, row, form, status=422)
        try:
            checklists.mark(centre, row, by=request.user, **form.cleaned_data)
        except Missing as refusal:
            for name, sentence in refusal.fields.items():
                form.add_error(name, sentence)
            return self._show(centre, row, form, status=422)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            return self._show(centre, row, form, status=refusal.status)
        messages.success(request, f"“{row.title}”已登记。")
        return redirect(f"{reverse('centre:sheet', args=[centre.pk])}#{row.checklist.key}")

    def _rows(self, pk: int, item: int) -> tuple[Centre, ChecklistItem]:
        centre = centre_for(self.request.user, pk)
        row = ChecklistItem.objects.visible_to(self.request.user).select_related("checklist").filter(pk=item).first()
        if row is None or row.checklist.state == ChecklistState.DRAFT:
            raise Http404
        if not keeps(self.request.user, centre.organisation.division.path):
            raise NotPermitted("清单情况由本乡镇综治中心、区中心督办和分流员登记。")
        return centre, row

    def _show(self, centre: Centre, row: ChecklistItem, form: MarkForm, status: int = 200) -> HttpResponse:
        context = {
            "centre": centre, "item": row, "form": form,
            "cancel_url": f"{reverse('centre:sheet', args=[centre.pk])}#{row.checklist.key}",
        }  # fmt: skip
        return render(self.request, "centre/mark.html", context, status=status)


# ---- wording


class ListView(View):
    """The versions of one list, newest first, each as it was worded."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        versions = list(
            Checklist.objects.visible_to(request.user).filter(key=key).prefetch_related("items")
            .select_related("published_by", "made_by")
        )  # fmt: skip
        words = words_lists(request.user)
        shown = [one for one in versions if words or one.state != ChecklistState.DRAFT]
        if not shown:
            raise Http404
        context = {"versions": shown, "name": shown[0].name, "key": key, "words": words,
                   "has_draft": any(one.state == ChecklistState.DRAFT for one in shown)}  # fmt: skip
        return render(request, "centre/checklist.html", context)


class ForWorders(View):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not words_lists(request.user):
            raise NotPermitted(f"规范化清单的条目由{labels(WORD_LISTS)}起草和发布。")
        if not Checklist.objects.filter(key=kwargs["key"]).exists():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def draft(self, key: str) -> Checklist | None:
        return Checklist.objects.filter(key=key, state=ChecklistState.DRAFT).prefetch_related("items").first()


class DraftView(ForWorders):
    """Opening it shows the draft, or what is in force as the beginning of one; saving makes it."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        begun = self.draft(key) or Checklist.objects.filter(key=key).order_by("-version").first()
        assert begun is not None
        rows = [
            {"subject": item.subject, "title": item.title, "hint": item.hint, "to_confirm": item.to_confirm}
            for item in begun.items.all()
        ]
        note = begun.note if begun.state == ChecklistState.DRAFT else ""
        head = ListForm(initial={"source": begun.source, "note": note})
        return self._show(key, begun, head, ItemFormSet(initial=rows, prefix="items"))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        begun = self.draft(key) or Checklist.objects.filter(key=key).order_by("-version").first()
        assert begun is not None
        head, items = ListForm(request.POST), ItemFormSet(request.POST, prefix="items")
        if not (head.is_valid() & items.is_valid()):
            return self._show(key, begun, head, items, status=422)
        rows = [form.cleaned_data for form in items.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        try:
            checklists.word(checklists.draft(key, by=request.user), by=request.user, items=rows, **head.cleaned_data)
        except Refusal as refusal:
            head.add_error(None, refusal.sentence)
            return self._show(key, begun, head, items, status=422)
        messages.success(request, "草稿已保存；发布以后各中心才看到。")
        return redirect("centre:checklist", key)

    def _show(self, key: str, begun: Checklist, head: ListForm, items: Any, status: int = 200) -> HttpResponse:
        is_draft = begun.state == ChecklistState.DRAFT
        context = {
            "name": begun.name, "key": key, "form": head, "items": items,
            "version": begun.version if is_draft else begun.version + 1,
        }  # fmt: skip
        return render(self.request, "centre/draft.html", context, status=status)


class PublishView(ForWorders):
    """POST only, from the page of the list."""

    http_method_names = ["post"]
    verb = staticmethod(checklists.publish)
    done = "已发布，各中心从现在起按这一版登记；以前登记的情况保留。"

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        begun = self.draft(key)
        try:
            if begun is None:
                raise Missing({"items": "没有草稿。"})
            self.verb(begun, by=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, self.done)
        return redirect("centre:checklist", key)


class DropView(PublishView):
    verb = staticmethod(checklists.drop)
    done = "草稿已放弃，现行的一版不变。"
