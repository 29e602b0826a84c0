"""分派台: what waits to be sent to a committee, with the suggestion beside it; and several at once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.choices import labels
from common.errors import Conflict, NotPermitted, NotVisible, Refusal
from disputes import assignment, listing, presentation, services, workflow
from disputes.choices import ChosenBy, NoticeForm, RecusalGround
from disputes.forms.transitions import AssignForm, Batch
from disputes.models import Dispute
from disputes.reach import roles_on
from disputes.views.case import case_for, version_in
from disputes.views.lists import list_row, ticked
from disputes.workflow import DISPATCH, TRANSITIONS
from mediators.models import Committee, Mediator

#: As many as a dispatcher looks through at a sitting; the list page has the rest.
MOST_ON_BOARD = 60
MOST_AT_ONCE = 100


class DispatchersView(View):
    """A page of those who dispatch.  Others read whose right it is."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.holds(*DISPATCH):
            raise NotPermitted(f"“派单”由{labels(DISPATCH)}办理。")
        return super().dispatch(request, *args, **kwargs)


# ---- the board


class BoardView(DispatchersView):
    """Cases waiting for a committee, the nearest limit first; ``case`` is opened, else the first one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = Dispute.objects.awaiting(request.user, "assign")
        cases = listing.nearest(waiting, MOST_ON_BOARD + 1)
        today = timezone.localdate()
        shown = cases[:MOST_ON_BOARD]
        wanted = request.GET.get("case", "")
        context = {
            "rows": [list_row(case, request.user, today) | {"is_untold": not case.notice_form} for case in shown],
            "total": waiting.count() if len(cases) > MOST_ON_BOARD else len(cases),
            "most": MOST_ON_BOARD,
            "today": f"{timezone.localtime():%H:%M}",
        }
        if cases:
            opened = wanted if wanted in {case.code for case in shown} else shown[0].code
            context |= {"opened": opened} | preview(case_for(request.user, opened), request.user)
        return render(request, "disputes/dispatch.html", context)


class PreviewView(DispatchersView):
    """One case as the board shows it: a fragment for the board, a page on its own elsewhere."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        dispute = case_for(request.user, code)
        if not roles_on(dispute, request.user) & DISPATCH:
            raise NotPermitted(f"“派单”由{labels(DISPATCH)}办理。")
        context = preview(dispute, request.user)
        if request.htmx:
            return render(request, "disputes/_preview.html", context)
        return render(request, "disputes/dispatch_one.html", context | {"then": "preview"})


def preview(dispute: Dispute, user: Any) -> dict[str, Any]:
    """What a dispatcher reads before deciding, the suggestion, and the form to decide otherwise."""
    today = timezone.localdate()
    row = presentation.row(dispute, today)
    roles = roles_on(dispute, user)
    refusal, form = "", None
    try:
        workflow.check(TRANSITIONS["assign"], dispute, user, roles)
        form = AssignForm(dispute=dispute, user=user)
    except Refusal as closed:
        refusal = closed.sentence
    returned = dispute.events.filter(name="return_assignment").first()
    may = {step.name for step in workflow.available(dispute, user, roles)}
    return {
        "dispute": dispute,
        "row": row,
        "title": presentation.title(dispute),
        "facts": [fact for fact in presentation.facts(dispute) if fact["label"] in SHOWN],
        "parties": [
            {"role": party.get_role_display(), "name": presentation.masked_name(party)}
            for party in dispute.parties.all()
        ],
        "returned": f"{returned.actor_name} {presentation.short_moment(returned.at, today)} 退回：{returned.text}"
        if returned
        else "",
        "form": form,
        "suggestion": form.suggestion if form else None,
        "accepts": accepted(form) if form else [],
        "not_asked": ChosenBy.NOT_ASKED.value,
        "by_parties": ChosenBy.PARTIES.value,
        "refusal": refusal,
        "may_unaccept": "unaccept" in may,
        "may_notify": bool(refusal) and "give_notice" in may and not dispute.notice_form,
        "notices": [(form.value, str(form.label)) for form in NoticeForm if form],
        "then": "board",
        "may_report": bool(refusal) and "report_risk" in may and dispute.may_escalate and not dispute.police_told_at,
    }


#: Facts that decide where a case goes.
SHOWN = {"简要情况", "调解请求", "来源", "申请日期", "发生地", "纠纷类型", "涉及人数", "涉及金额", "权利义务告知", "需要的语言",
         "当事人选择"}  # fmt: skip


def accepted(form: AssignForm) -> list[tuple[str, str]]:
    """What one press on 按建议派单 posts.  Nobody asked the parties yet, and the record says so."""
    suggestion = form.suggestion
    if suggestion is None:
        return []
    return [
        ("committee", str(suggestion.committee.pk)),
        ("mediator", str(suggestion.mediator.pk) if suggestion.mediator else ""),
        ("chosen_by", ChosenBy.NOT_ASKED.value),
        ("recusal", RecusalGround.NONE.value),
        ("reason", ""),
    ]


# ---- several at once


@dataclass
class Line:
    """One ticked case on the asking page and on the page of results."""

    code: str
    row: dict[str, Any] | None = None
    suggestion: assignment.Suggestion | None = None
    outcome: str = ""
    sentence: str = ""
    version: int = 0

    @property
    def label(self) -> str:
        return {"done": "已分派", "conflict": "已被他人办理", "refused": "没有办成", "undone": "已撤回"}[self.outcome]

    @property
    def color(self) -> str:
        return {"done": "green", "conflict": "amber", "refused": "red", "undone": "grey"}[self.outcome]


class BatchAssignView(DispatchersView):
    """Ticked cases: first the page that shows where each would go, then the doing, case by case.

    Each case stands for itself: one that cannot be sent says why and stops no other.
    """

    def post(self, request: HttpRequest) -> HttpResponse:
        codes = ticked(request)[:MOST_AT_ONCE]
        cases = {case.code: case for case in Dispute.objects.visible_to(request.user).for_page().filter(code__in=codes)}
        if "undo" in request.POST:
            return self.results(request, [self.undo(request, code, cases.get(code)) for code in codes], undone=True)
        if "confirmed" in request.POST:
            batch = self.shared(request, cases)
            return self.results(request, [self.assign(request, code, cases.get(code), batch) for code in codes])
        return self.ask(request, codes, cases)

    def ask(self, request: HttpRequest, codes: list[str], cases: dict[str, Dispute]) -> HttpResponse:
        today = timezone.localdate()
        pool = assignment.Pool(cases.values())
        ready, closed = [], []
        for code in codes:
            case = cases.get(code)
            if case is None:
                closed.append(Line(code, outcome="refused", sentence=NotVisible().sentence))
                continue
            line = Line(code, presentation.row(case, today), version=case.version)
            try:
                workflow.check(TRANSITIONS["assign"], case, request.user, roles_on(case, request.user))
            except Refusal as refusal:
                line.outcome, line.sentence = "refused", refusal.sentence
                closed.append(line)
                continue
            line.suggestion = assignment.suggest(case, pool)
            if line.suggestion:  # so that ten cases do not all go to the one with the lightest load
                pool.give(line.suggestion.committee, line.suggestion.mediator)
            ready.append(line)
        context = {
            "ready": ready,
            "closed": closed,
            "committees": common_committees(request.user, [cases[line.code] for line in ready]),
            "most": MOST_AT_ONCE,
        }
        return render(request, "disputes/dispatch_batch.html", context)

    @staticmethod
    def shared(request: HttpRequest, cases: dict[str, Dispute]) -> Batch:
        """What all forms of the batch read, read once: only assigning itself costs more with more cases."""
        chosen = {"committee": set(), "mediator": set()}  # type: dict[str, set[int]]
        for name, value in request.POST.items():
            what = name.partition("-")[0]
            if what in chosen and re.fullmatch(r"[0-9]{1,18}", value, re.ASCII):
                chosen[what].add(int(value))
        committees = Committee.objects.active().visible_to(request.user).filter(pk__in=chosen["committee"])
        return Batch(
            assignment.Pool(cases.values()),
            list(committees.select_related("organisation__division")),
            list(Mediator.objects.serving().filter(pk__in=chosen["mediator"])),
        )

    def assign(self, request: HttpRequest, code: str, case: Dispute | None, batch: Batch) -> Line:
        if case is None:
            return Line(code, outcome="refused", sentence=NotVisible().sentence)
        line = Line(code, presentation.row(case, timezone.localdate()))
        one = request.POST.get("committee", "") if request.POST.get("mode") == "one" else ""
        try:
            workflow.check(TRANSITIONS["assign"], case, request.user, roles_on(case, request.user))
            form = AssignForm(self.wanted(request, code, one), dispute=case, user=request.user, batch=batch)
            if not form.is_valid():
                line.outcome, line.sentence = "refused", "该调委会不能办理这件案件，请单独派单。"
                return line
            version = version_in(request, f"version-{code}")
            done = services.perform(case, "assign", by=request.user, data=form.values(), version=version)
        except Refusal as refusal:
            line.outcome = "conflict" if isinstance(refusal, Conflict) else "refused"
            line.sentence = refusal.sentence
            return line
        batch.pool.give(done.committee, done.mediator)
        line.outcome, line.version = "done", done.version
        line.sentence = f"{done.committee} {done.mediator.name if done.mediator else '（由主任指定调解员）'}"
        return line

    @staticmethod
    def wanted(request: HttpRequest, code: str, one: str) -> dict[str, str]:
        """What the form of this case receives: its own suggestion as shown, or the one committee for all."""
        return {
            "committee": one or request.POST.get(f"committee-{code}", ""),
            "mediator": "" if one else request.POST.get(f"mediator-{code}", ""),
            "chosen_by": ChosenBy.NOT_ASKED.value,
            "recusal": RecusalGround.NONE.value,
            "reason": request.POST.get("reason", "")[:300],
        }

    def undo(self, request: HttpRequest, code: str, case: Dispute | None) -> Line:
        """Take back what was just sent; what somebody took meanwhile stays with them."""
        if case is None:
            return Line(code, outcome="refused", sentence=NotVisible().sentence)
        line = Line(code, presentation.row(case, timezone.localdate()))
        try:
            services.perform(case, "recall", by=request.user, data={}, version=version_in(request, f"version-{code}"))
            line.outcome, line.sentence = "undone", "已撤回，等待重新派单。"
        except Refusal as refusal:
            line.outcome = "conflict" if isinstance(refusal, Conflict) else "refused"
            line.sentence = refusal.sentence
        return line

    def results(self, request: HttpRequest, lines: list[Line], *, undone: bool = False) -> HttpResponse:
        done = [line for line in lines if line.outcome == "done"]
        context = {
            "lines": lines,
            "done": done,
            "undone": undone,
            "counts": Counter(line.outcome for line in lines),
            "board_url": reverse("disputes:dispatch"),
        }
        return render(request, "disputes/dispatch_results.html", context)


def common_committees(user: Any, cases: list[Dispute]) -> list[Committee]:
    """Committees that may take every one of the cases: at a place above all of them, or in their one township."""
    if not cases:
        return []
    paths = [case.place_path.strip("/").split("/") for case in cases]
    shared = []
    for codes in zip(*paths, strict=False):
        if len(set(codes)) > 1:
            break
        shared.append(codes[0])
    rows = Committee.objects.active().visible_to(user).select_related("organisation")
    return list(assignment.fitting(rows, "/" + "/".join(shared) + "/").order_by("organisation__name")[:100])
