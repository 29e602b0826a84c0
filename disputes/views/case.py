"""The case page, one URL for each transition, and the logged reveal of a party's details."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django_htmx.http import HttpResponseClientRedirect

from accounts.choices import labels
from common import panels
from common.errors import Conflict, NotVisible, Refusal
from disputes import checklist, presentation, services, slots, todo, visits, watching, workflow
from disputes.choices import Status
from disputes.forms.transitions import FORMS, OralForm
from disputes.models import Agreement, Dispute, DisputeEvent, Party
from disputes.reach import roles_on
from disputes.services import reveal
from disputes.views import earlier
from posts import presentation as posts

#: Steps that end or take something away are drawn as dangerous.
DANGER = {"decline", "return_assignment", "terminate", "renegotiate"}
#: A brief longer than this is folded on the page of a step: the form is what one came for.
LONG_BRIEF = 160
#: More parties than this are folded away.
MOST_CARDS = 6
#: Forms too wide for the side panel open on their own page.
FULL_PAGE = {"settle", "settle_orally", "take_effect", "amend"}
ICONS = {
    "accept": "circle-check", "decline": "ban", "give_notice": "file-text", "report_risk": "alert-triangle", "assign": "send",
    "reassign": "refresh", "appoint": "user-plus", "take": "inbox", "return_assignment": "arrow-back-up",
    "record_session": "edit", "suspend": "player-pause", "resume": "player-play", "settle": "writing",
    "settle_orally": "message", "take_effect": "rubber-stamp", "fail": "circle-x", "terminate": "square-x",
    "withdraw": "arrow-back", "transfer": "gavel", "perform": "coin", "follow_up": "phone", "archive": "archive",
    "reopen": "rotate", "amend": "pencil", "ask_extension": "clock", "decide_extension": "circle-check",
    "escalate": "arrow-up", "urge": "bell", "supervise": "flag", "answer_supervision": "message",
    "lift_supervision": "flag-off", "instruct": "writing", "report_instruction": "edit", "sponsor": "user-check",
}  # fmt: skip


def case_for(user: Any, code: str) -> Dispute:
    """The case with everything its page reads, or 404 when it does not exist or is not this person's."""
    dispute = Dispute.objects.visible_to(user).for_page().filter(code=code).first()
    if dispute is None:
        raise Http404
    return dispute


def _prominence(step: workflow.Transition) -> tuple[bool, bool, bool]:
    """The next step on the main road first, steps that end something last; the table's order otherwise."""
    return (
        not step.primary,
        step.name in DANGER or step.asks,
        step.quiet or step.name in {"give_notice", "report_risk", "amend"},
    )


def panel(dispute: Dispute, user: Any, current: str = "", form: Any = None, refusal: str = "") -> dict[str, Any]:
    """What the action panel shows: open steps in table order, and the closed ones with what opens them."""
    roles = roles_on(dispute, user)
    open_steps = sorted(workflow.available(dispute, user, roles), key=_prominence)
    main = _main_step(dispute, user, open_steps)
    open_steps.sort(key=lambda step: step is not main)
    clock = presentation.nearest_clock(dispute, timezone.localdate())
    return {
        "title": f"当前环节：{Status(dispute.status).label}",
        "transitions": [
            {
                "name": step.name,
                "label": step.label,
                "icon": ICONS.get(step.name, "chevron-right"),
                "url": reverse(f"disputes:{step.name}", args=[dispute.code]),
                "primary": step is main,
                "asks": step.asks or step.name in FULL_PAGE,
                "danger": step.name in DANGER,
            }
            for step in open_steps
        ],
        "refused": [
            {"label": step.label, "sentence": sentence} for step, sentence in workflow.gated(dispute, user, roles)
        ],
        "current": current,
        "clock": clock if clock["state"] != "none" else None,
        "form": form,
        "refusal": refusal,
    }


def _main_step(dispute: Dispute, user: Any, steps: list[workflow.Transition]) -> workflow.Transition | None:
    """The one thing this person should do next; none while the case waits for somebody else."""
    mine = todo.step_for(dispute, user)
    if mine in steps:
        return mine
    return None if _waiting_for(dispute, user) else next((step for step in steps if step.primary), None)


def _situation(dispute: Dispute, events: list[DisputeEvent], scrub: Callable[[str], str], today: dt.date) -> list[str]:
    """What is unusual about this case, in sentences: why it stands still, that it came back."""
    said = []
    if dispute.status == Status.SUSPENDED:
        said += [
            presentation.suspension(row, dispute.clocks.all(), today) for row in dispute.suspensions.filter(until=None)
        ]
    if dispute.times_reopened:
        last = max((event for event in events if event.name == "reopen"), key=lambda event: event.number)
        said.append(f"第 {dispute.times_reopened} 次重开，{timezone.localtime(last.at):%Y-%m-%d}：{scrub(last.text)}")
    return said


def _waiting_for(dispute: Dispute, user: Any) -> str:
    """``等待分流员、乡镇综治中心派单``, for someone whose turn it is not; empty when it is, or nobody's."""
    steps = [step for step in todo.IN_ORDER if dispute.status in step.sources and todo.is_pending(step.name, dispute)]
    if not steps or any(step.roles & roles_on(dispute, user) for step in steps):
        return ""
    return f"等待{labels(steps[0].roles)}{steps[0].label}"


class CaseView(View):
    """One case: heading, steps, facts, parties, timeline, and what may be done next."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        dispute = case_for(request.user, code)
        return render(request, "disputes/case.html", case_context(dispute, request.user))


def case_context(dispute: Dispute, user: Any, *, on_paper: bool = False) -> dict[str, Any]:
    """Those who only look on, and paper, get the free texts with their people masked."""
    may_reveal = bool(roles_on(dispute, user) & reveal.ROLES)
    scrub = str if may_reveal and not on_paper else presentation.scrubber(dispute)
    agreements = list(dispute.agreements.all())
    for agreement in agreements:
        _scrub_agreement(agreement, scrub)
    today = timezone.localdate()
    events = list(dispute.events.all())
    actions, waiting_for = panel(dispute, user), _waiting_for(dispute, user)
    cards = [presentation.party_card(party, today) for party in dispute.parties.all()]
    if not may_reveal:
        for card in cards:
            del card["reveal_url"]
    for card, text in zip(cards, earlier.sentences(dispute, user), strict=True):
        card["earlier"] = text
        if any(step["name"] == "amend" for step in actions["transitions"]):
            card["amend_url"] = reverse("disputes:amend_party", args=[dispute.code, card["uid"]])
    return {
        "dispute": dispute,
        "title": presentation.title(dispute),
        "status_label": presentation.STATUS_LABEL[dispute.status],
        "status_color": presentation.COLOR[dispute.status],
        "clock": {
            **presentation.nearest_clock(dispute, today),
            "all": presentation.all_clocks(dispute.clocks.all(), today),
        },
        "steps": presentation.steps(dispute, events),
        "facts": presentation.facts(dispute, scrub),
        "parties": cards[:MOST_CARDS],
        "more_parties": cards[MOST_CARDS:],
        "all_parties": cards,
        "reveal_reasons": reveal.Reason.choices,
        "events": presentation.timeline(events, scrub),
        "agreements": agreements,
        "is_partial": any(one.is_partial and not one.is_superseded for one in agreements),
        "endings": [
            presentation.ending(row, scrub, with_concessions=may_reveal and not on_paper)
            for row in (dispute.endings.all() if dispute.outcome or dispute.times_reopened else ())
        ],
        "situation": _situation(dispute, events, scrub, today),
        "card": presentation.card_badge(dispute),
        "watch": watching.section(dispute, today, scrub, {step["name"] for step in actions["transitions"]}),
        "checklist": checklist.for_dispute(dispute),
        "links": earlier.links(dispute, user),
        "visits": visits.of_case(dispute, user),
        "six": None if on_paper else posts.six(dispute.division, today),
        "panel": actions,
        "parts": [] if on_paper else panels.of(slots.CASE, dispute, user),
        "main_action": next((t for t in actions["transitions"] if t["primary"]), None),
        "waiting_for": waiting_for,
        "may_reveal": may_reveal,
    }


def _scrub_agreement(agreement: Agreement, scrub: Callable[[str], str]) -> None:
    """In memory only, for showing."""
    for name in ("facts", "content", "unresolved", "superseded_why"):
        setattr(agreement, name, scrub(getattr(agreement, name)))
    for obligation in agreement.obligations.all():
        for name in ("what", "how", "where"):
            setattr(obligation, name, scrub(getattr(obligation, name)))


class TransitionView(View):
    """One step of the life cycle: its form on GET, the verb on POST.  Subclassed by nothing; the table says it all."""

    transition = ""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        dispute = case_for(request.user, code)
        try:
            workflow.check(self.row, dispute, request.user, roles_on(dispute, request.user))
        except Refusal as refusal:
            return self.page(request, dispute, None, refusal=refusal)
        form = FORMS[self.transition]
        offered = {name: request.GET[name] for name in form.offered if name in request.GET}
        known = slots.initial_of(self.transition, dispute, request.user)
        return self.page(request, dispute, form(dispute=dispute, user=request.user, initial=known | offered))

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        dispute = case_for(request.user, code)
        try:
            workflow.check(self.row, dispute, request.user, roles_on(dispute, request.user))
        except Refusal as refusal:
            return self.page(request, dispute, None, refusal=refusal)
        form = FORMS[self.transition](request.POST, dispute=dispute, user=request.user)
        if "compose" in request.POST and isinstance(form, OralForm):
            form.is_valid()
            return self.page(request, dispute, form.composed())
        if not form.is_valid():
            return self.page(request, dispute, form, status=422)
        try:
            moved = services.perform(
                dispute, self.transition, by=request.user, data=form.values(), version=version_in(request)
            )
        except NotVisible:
            raise Http404 from None
        except Conflict as refusal:
            fresh = case_for(request.user, code)
            return self.page(request, fresh, form, refusal=refusal)
        except Refusal as refusal:
            form.show(refusal)
            return self.page(request, dispute, form, status=422 if refusal.status == 400 else refusal.status)
        return self.done(request, moved)

    @property
    def row(self) -> workflow.Transition:
        return workflow.TRANSITIONS[self.transition]

    def done(self, request: HttpRequest, dispute: Dispute) -> HttpResponse:
        undo = undo_tags(self.row.undo, dispute) if self.row.undo else ""
        messages.success(request, f"{dispute.code} 已{self.row.done.removeprefix('已')}。", extra_tags=undo)
        url = where_next(request, dispute)
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)

    def page(
        self, request: HttpRequest, dispute: Dispute, form: Any, *, refusal: Refusal | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            "dispute": dispute,
            "row": self.row,
            "form": form,
            "form_template": form.template if form else "components/actionform.html",
            "action": request.path,
            "submit_label": self.row.label,
            "danger": self.transition in DANGER,
            "law": self.row.law,
            "version": dispute.version,
            "then": then(request),
            "refusal": refusal.sentence if refusal else "",
        }
        code = refusal.status if refusal else status
        if request.htmx:
            template = "disputes/_refused.html" if form is None else context["form_template"]
            return render(request, template, context, status=code)
        context |= {
            "title": presentation.title(dispute),
            "facts": presentation.facts(dispute)[:1],
            "brief_is_long": len(dispute.summary) > LONG_BRIEF,
            "checklist": checklist.for_dispute(dispute),
        }
        return render(request, "disputes/transition.html", context, status=code)


#: The version of no case: a form of ours always names the one it was drawn from, so one that does not is out of date.
NO_VERSION = -1


def version_in(request: HttpRequest, name: str = "version") -> int:
    """The version of the case that the person was looking at.  Missing or unreadable, it is nobody's: a conflict."""
    given = request.POST.get(name, "")
    return int(given) if re.fullmatch(r"[0-9]{1,9}", given, re.ASCII) else NO_VERSION


def undo_tags(step: str, dispute: Dispute) -> str:
    """Tags of a message that offers to take ``dispute``, as it is now, one step back."""
    return f"undo={reverse(f'disputes:{step}', args=[dispute.code])} version={dispute.version}"


#: Inboxes that a step may have been opened from; ``where_next`` leads back to them.
INBOXES = frozenset({"supervision", "extensions"})


def then(request: HttpRequest) -> str:
    """The inbox this step was opened from, if any."""
    asked = request.POST.get("then", request.GET.get("then", ""))
    return asked if asked in INBOXES else ""


def where_next(request: HttpRequest, dispute: Dispute) -> str:
    """Back to the board or inbox it was done on, at the same case if asked; else the case, or the list it left."""
    match request.POST.get("then"):
        case "dispatch":
            return reverse("disputes:dispatch")
        case "board":
            return f"{reverse('disputes:dispatch')}?case={dispute.code}"
        case "preview":
            return reverse("disputes:preview", args=[dispute.code])
        case "supervision" | "extensions" as inbox:
            return reverse(f"disputes:{inbox}")
    still: QuerySet[Dispute] = Dispute.objects.visible_to(request.user).filter(pk=dispute.pk)
    return dispute.get_absolute_url() if still.exists() else reverse("disputes:list")


class RevealView(View):
    """Show one party's name, number, phone and address in plain, for a stated reason, for 60 seconds."""

    def post(self, request: HttpRequest, code: str, uid: Any) -> HttpResponse:
        dispute = case_for(request.user, code)
        party = Party.objects.filter(dispute=dispute, uid=uid).first()
        if party is None:
            raise Http404
        only = request.POST.get("field") or None
        try:
            values = reveal.reveal(
                party, by=request.user, reason=request.POST.get("reason", ""),
                words=request.POST.get("reason_text", ""), only=only,
            )  # fmt: skip
        except Refusal as refusal:
            if request.headers.get("Accept", "").startswith("application/json"):
                return JsonResponse({"error": refusal.sentence}, status=refusal.status)
            messages.error(request, refusal.sentence)
            return redirect(dispute)
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse({"values": values})
        return render(request, "disputes/reveal.html", {"dispute": dispute, "party": party, "values": values})


class PrintView(View):
    """The case on A4, masked like the page."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        dispute = case_for(request.user, code)
        context = case_context(dispute, request.user, on_paper=True)
        context |= {
            "printed_at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
            "back_url": dispute.get_absolute_url(),
        }
        return render(request, "disputes/print.html", context)
