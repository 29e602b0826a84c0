"""The registration page, what it asks while someone types, drafts, and the receipt to take home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views import View

from common.errors import Refusal
from disputes import assignment, deadlines, duplicates, presentation, rights, services, visits
from disputes.choices import LinkKind, NoticeForm, Status, Willingness
from disputes.forms.doubts import NOTICE, Doubt, doubts
from disputes.forms.intake import LINK, IntakeForm, links_in
from disputes.forms.parties import kind_of
from disputes.models import Dispute, IntakeDraft
from disputes.services import clocks
from disputes.views import drafts
from disputes.views.case import undo_tags
from disputes.views.drafts import RegisteringView
from disputes.workflow import INTAKE, REGISTER
from grids.choices import OrganisationKind
from grids.models import Organisation
from posts.models import Visit

#: The hidden field that says which unlikely things were shown already.
NOTED = "noted"
UNTOLD_SINCE = "还没有告知权利义务：告知以前不能派单，也不能记录调解。"


# ---- the form


class IntakeView(RegisteringView):
    """Register a dispute.  The same submission sent twice leads to the same case."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("draft", "")
        if not wanted:
            start = self.start(request)
            left = None if start else drafts.left_behind(request.user)
            return self.page(request, IntakeForm(user=request.user, initial=start), left=left)
        draft = IntakeDraft.objects.visible_to(request.user).filter(uid=drafts.uid_of(wanted)).first()
        if draft is None:
            raise Http404
        return self.page(request, IntakeForm.unjudged(drafts.fields_of(draft), user=request.user), draft=draft)

    @staticmethod
    def start(request: HttpRequest) -> dict[str, Any]:
        """What a registration begins with when it comes of a visit (``?visit=``); nothing out of sight."""
        uid = drafts.uid_of(request.GET.get("visit", ""))
        if uid is None:
            return {}
        visit = Visit.objects.visible_to(request.user).filter(uid=uid).select_related("village__parent").first()
        return visits.carried_over(visit) if visit else {}

    def post(self, request: HttpRequest) -> HttpResponse:
        then = request.POST.get("then", "")
        if "add" in request.POST:
            return self.page(request, IntakeForm.unjudged(_one_more(request.POST), user=request.user))
        if then == "draft":
            draft = drafts.keep_draft(request.user, request.POST)
            return redirect(f"{reverse('disputes:new')}?draft={draft.uid}" if draft else reverse("disputes:drafts"))
        posted, then = _told_in_passing(request.POST)
        form = IntakeForm(posted, user=request.user)
        if not form.is_valid():
            return self.page(request, form, status=422)
        unlikely = doubts(form, accept=then == "accept")
        if not {doubt.key for doubt in unlikely} <= set(request.POST.get(NOTED, "").split()):
            return self.page(request, form, unlikely=unlikely, status=422)
        try:
            dispute, is_new, refusal = enter(form, accept=then == "accept")
        except Refusal as refused:
            form.show(refused)
            return self.page(request, form, status=422 if refused.status == 400 else refused.status)
        return self.after(request, form, dispute, is_new, refusal)

    def after(
        self, request: HttpRequest, form: IntakeForm, dispute: Dispute, is_new: bool, refusal: Refusal | None
    ) -> HttpResponse:
        """Say what happened and go where the pressed button leads."""
        IntakeDraft.objects.visible_to(request.user).filter(uid=dispute.submission_key).delete()
        if not is_new:
            at = timezone.localtime(dispute.registered_at)
            messages.warning(
                request,
                f"这份登记 {at:%m-%d %H:%M} 已经提交为 {dispute.code}，没有再登记一件；此后在登记页上的改动没有保存，"
                "需要更正请在案件页办理。",
            )
            return redirect(dispute)
        accepted = dispute.status == Status.ACCEPTED
        undo = undo_tags("unaccept", dispute) if accepted else ""
        messages.success(request, f"{dispute.code} 已登记{'并受理' if accepted else ''}。", extra_tags=undo)
        if refusal:
            messages.warning(request, f"还没有受理：{refusal.sentence}")
        if accepted and not dispute.notice_form:
            messages.warning(request, f"{UNTOLD_SINCE}可以在案件页办理“权利义务告知”。")
        for warning in form.warnings:
            messages.warning(request, f"{warning}已先登记，核对后可以在案件页更正。")
        match request.POST.get("then"):
            case "next":
                return redirect("disputes:new")
            case "receipt":
                return redirect(f"{reverse('disputes:receipt', args=[dispute.code])}?print=1")
        return redirect(dispute)

    def page(
        self,
        request: HttpRequest,
        form: IntakeForm,
        *,
        draft: IntakeDraft | None = None,
        left: dict[str, Any] | None = None,
        unlikely: Sequence[Doubt] = (),
        status: int = 200,
    ) -> HttpResponse:
        user = request.user
        for doubt in unlikely:
            doubt.show()
        context = {
            "form": form,
            "applicants": form.rows["applicants"],
            "respondents": form.rows["respondents"],
            "may_accept": user.holds(*INTAKE),
            "has_faults": form.is_bound and form.has_faults,
            "takes_focus": bool(unlikely) or (form.is_bound and form.has_faults),
            "unlikely": [doubt for doubt in unlikely if doubt.field.name != NOTICE],
            "asks_notice": any(doubt.field.name == NOTICE for doubt in unlikely),
            "noted": " ".join(doubt.key for doubt in unlikely) or request.POST.get(NOTED, ""),
            "notice": rights.NOTICE,
            "routes": rights.ROUTES,
            "draft": draft,
            "left": left,
            "draft_count": drafts.open_drafts(user).count(),
            **live_context(form),
        }
        return render(request, "disputes/intake.html", context, status=status)


def enter(form: IntakeForm, *, accept: bool) -> tuple[Dispute, bool, Refusal | None]:
    """Register what the form holds and, when asked, accept it; both stand or fall together.

    Returns the case, whether this call registered it, and the gate's refusal when it stays registered only: the
    application is on record whatever becomes of it (信访工作条例 第22条; 诉讼时效规定 第12条).
    """
    with transaction.atomic():
        dispute, is_new = services.register(by=form.user, **form.values())
        if accept and is_new:
            try:
                return services.perform(dispute, "accept", by=form.user), True, None
            except Refusal as refusal:
                return dispute, True, refusal
    return dispute, is_new, None


#: The buttons that answer the question for the notice of rights and accept in the same press.
IN_PASSING = {"accept-oral": NoticeForm.ORAL, "accept-written": NoticeForm.WRITTEN}


def _told_in_passing(posted: Any) -> tuple[Any, str]:
    """The posted fields with the answer of the pressed button in its field, and what the button does."""
    then = posted.get("then", "")
    if then not in IN_PASSING:
        return posted, then
    data = posted.copy()
    data[NOTICE] = IN_PASSING[then].value
    return data, "accept"


def _one_more(posted: Any) -> Any:
    """The posted fields with one more row on the side that was asked for (pages without script)."""
    data = posted.copy()
    name = data.get("add", "")
    if name in IntakeForm.formsets:
        total = data.get(f"{name}-TOTAL_FORMS", "1")
        data[f"{name}-TOTAL_FORMS"] = str(int(total) + 1) if total.isdigit() and len(total) < 4 else "2"
    return data


# ---- while someone types


def live_context(form: IntakeForm) -> dict[str, Any]:
    """Both panels as they follow from what is typed, for the page that is drawn whole."""
    if not form.is_bound:
        return {"duplicates": None, "suggestion": None}
    return {"duplicates": duplicates_context(form), "suggestion": suggestion_context(form)}


def typed(form: IntakeForm, name: str) -> Any:
    """The value of one field if it can be read already, else None.  Nobody is told off while typing."""
    field = form.fields[name]
    try:
        return field.clean(form[name].data)
    except ValidationError:
        return None


def typed_parties(form: IntakeForm) -> list[dict[str, str]]:
    names = ("name", "id_number", "phone", "kind")
    return [
        {name: str(one[name].data or "") if name in one.fields else "" for name in names}
        for rows in form.row_sets
        for one in rows.forms
    ]


def duplicates_context(form: IntakeForm) -> dict[str, Any]:
    found = duplicates.find(form.user, duplicates.Typed.of(typed_parties(form), typed(form, "division")))
    chosen = links_in(form.data)
    return {
        "rows": [_card(match, chosen.get(match.dispute.code, "")) for match in found.rows],
        "outside": found.outside,
        "refusal": found.refusal,
        "asked": any(party["name"] or party["id_number"] or party["phone"] for party in typed_parties(form)),
    }


def _card(match: duplicates.Match, chosen: str) -> dict[str, Any]:
    dispute = match.dispute
    shown = presentation.row(dispute, timezone.localdate())
    left = "协议还有未履行的义务，可能是没有履行" if dispute.has_pending_obligations else ""
    return {
        "code": dispute.code,
        "url": shown["url"],
        "state": shown["status_label"],
        "state_color": shown["color"],
        "parties": f"{shown['applicant']} 与 {shown['respondent']}",
        "matter": f"{shown['place'] or shown['township']} · {shown['category']}",
        "hint": "；".join(part for part in (*match.reasons, f"{shown['registered'][:10]} 登记", left) if part),
        "link_name": f"{LINK}{dispute.code}",
        "choices": [("", "未核对"), (LinkKind.RECURRENCE, "关联为反复"), (LinkKind.DISTINCT, "不是同一件")],
        "chosen": chosen,
    }


#: Beside the form there is room for so many besides the suggestion; the dispatcher sees more.
MOST_OTHERS_TYPED = 2


def suggestion_context(form: IntakeForm) -> dict[str, Any] | None:
    """Where the matter should go, why, and by when; None until place and kind are known."""
    category, division = typed(form, "category"), typed(form, "division")
    if not category or not division:
        return None
    parties = typed_parties(form)
    today = timezone.localdate()
    matter = assignment.Matter(
        category=category,
        division=division,
        source=typed(form, "source") or "",
        risk=typed(form, "risk") or "",
        people_count=typed(form, "people_count") or max(2, sum(1 for party in parties if party["name"])),
        sides=tuple(
            assignment.TypedSide.of(
                p["kind"] or kind_of(p["name"], p["id_number"]), p["name"], p["phone"], p["id_number"]
            )
            for p in parties
            if p["name"]
        ),
        language=typed(form, "language") or "",
    )
    case = Dispute(category=category, applied_on=min(typed(form, "applied_on") or today, today))
    suggestion = assignment.suggest(matter, others=True)
    return {
        "title": suggestion.committee.name if suggestion else "没有合适的调委会",
        "mediator": suggestion.mediator.name if suggestion and suggestion.mediator else "",
        "meta": f"在办 {suggestion.open_cases} 件" if suggestion else "",
        "reason": "；".join([*suggestion.reasons, *suggestion.notes]) if suggestion else "登记后由分流员指定。",
        "others": suggestion.others[:MOST_OTHERS_TYPED] if suggestion else (),
        "deadlines": list(_deadlines(case)),
    }


def _deadlines(case: Dispute) -> Iterable[tuple[str, str]]:
    today = timezone.localdate()
    for event in ("register", "accept"):
        for clock in deadlines.started_by(event, case):
            start = case.applied_on if clock.from_application else today
            last, provisional = clocks.first_due(clock, start)
            guess = "，暂按周末推算" if provisional else ""
            yield f"{clock.label}期限", f"{last:%Y-%m-%d} 前（{clock.days} 个{clock.unit}{guess}）"


class DuplicatesView(RegisteringView):
    """What may be the same matter.  POST, because names and numbers never stand in an address."""

    def post(self, request: HttpRequest) -> HttpResponse:
        form = IntakeForm.unjudged(request.POST, user=request.user)
        return render(request, "components/duplicates.html", duplicates_context(form))


class SuggestView(RegisteringView):
    def post(self, request: HttpRequest) -> HttpResponse:
        form = IntakeForm.unjudged(request.POST, user=request.user)
        return render(request, "components/suggestion.html", suggestion_context(form) or {})


# ---- the receipt

#: What happens next, by state, in words for the applicant.
NEXT_STEP = {
    Status.REGISTERED: "决定是否受理，并告诉您由谁调解。",
    Status.DECLINED: "不予受理。您可以按告知的途径，向有关机关反映或者向人民法院起诉。",
    Status.ACCEPTED: "安排调委会和调解员，并告诉您。",
    Status.ASSIGNED: "调解员接收后联系您，约定调解时间。",
    Status.MEDIATING: "按约定的时间参加调解，请带上身份证和有关材料。",
    Status.SUSPENDED: "调解暂时中止，恢复后通知您。",
    Status.SETTLED: "双方在协议书上签名、盖章或者按指印，协议即生效。",
    Status.PERFORMING: "按协议约定的期限履行；对方不履行的，请告诉我们。",
    Status.FOLLOWED_UP: "本件已经办结，即将归档。",
    Status.FAILED: "调解不成。您可以申请仲裁、行政处理，或者向人民法院起诉。",
    Status.TERMINATED: "调解已经终止。您可以申请仲裁、行政处理，或者向人民法院起诉。",
    Status.WITHDRAWN: "申请已经撤回；再起争议的，可以重新申请。",
    Status.TRANSFERRED: "已转给其他机关办理，由该机关联系您。",
    Status.ARCHIVED: "本件已经归档；再起争议的，可以重新申请。",
}
#: A registration nobody may accept yet waits for the applicant's own word.
NEXT_IF_REGISTERED = {
    Willingness.CONSULTING: "您先考虑；愿意调解时告诉我们，即可受理。",
    Willingness.UNWILLING: "您不愿调解，可以申请仲裁、行政处理，或者向人民法院起诉。",
}
#: Steps with a day by which we owe the applicant an answer.
ANSWERS = {"accept": "答复您是否受理", "assign": "告诉您由谁调解", "take": "联系您", "mediate": "办结"}


class ReceiptView(View):
    """What the applicant takes home, A5.  Any state: people come back for another copy."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        rows = Dispute.objects.visible_to(request.user).filter(code=code)
        dispute = rows.for_list().select_related("registered_by").first()
        if dispute is None:
            raise Http404
        context = {
            "receipt": receipt(dispute, request.user),
            "back_url": dispute.get_absolute_url(),
            "print_now": "print" in request.GET,
            "may_register": request.user.holds(*REGISTER),
        }
        return render(request, "disputes/receipt.html", context)


def receipt(dispute: Dispute, user: Any) -> dict[str, Any]:
    applicant, respondent = presentation.sides(dispute)
    window = _window(dispute)
    phone = window.phone if window and window.phone else settings.CENTRE_PHONE
    step = NEXT_IF_REGISTERED.get(dispute.willingness) if dispute.status == Status.REGISTERED else None
    is_owed = step is None and dispute.next_clock in ANSWERS and dispute.next_due_on
    return {
        "code": dispute.code,
        "centre": window.name if window else settings.CENTRE_NAME,
        "applicant": applicant,
        "respondent": respondent,
        "matter": str(dispute.category),
        "place": dispute.place_name,
        "registered_at": f"{timezone.localtime(dispute.registered_at):%Y-%m-%d %H:%M}",
        "next_step": step or NEXT_STEP[Status(dispute.status)],
        "by_when": spoken_day(dispute.next_due_on) if is_owed else "",
        "by_what": ANSWERS.get(dispute.next_clock, "") if is_owed else "",
        "handler": _handler(dispute),
        "phone": phone,
        "address": window.address if window else "",
        "rights": rights.SHORT,
        "qr_svg": qr(f"{settings.CENTRE_SHORT_NAME} 案件码 {dispute.code}" + (f" 咨询电话 {phone}" if phone else "")),
        "printed_at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        "clerk": user.name,
    }


def _window(dispute: Dispute) -> Organisation | None:
    """The centre that stands where the case is: the township's own, else the county's."""
    places = [code for code in dispute.place_path.strip("/").split("/") if code]
    centres = Organisation.objects.active().filter(kind=OrganisationKind.CENTRE, division_id__in=places)
    return max(centres, key=lambda centre: places.index(centre.division_id), default=None)


def _handler(dispute: Dispute) -> str:
    if dispute.committee:
        return f"{dispute.committee.organisation.name} {dispute.mediator.name if dispute.mediator else ''}".strip()
    return dispute.registered_by.name


def spoken_day(day: Any) -> str:
    """``11 月 25 日（周三）``: a day as it is said."""
    return f"{day.month} 月 {day.day} 日（周{'一二三四五六日'[day.weekday()]}）"


def qr(text: str) -> SafeString:
    """A square to scan.  Plain text for now: a public progress page does not exist yet, and a dead link helps nobody."""
    return mark_safe(segno.make(text, error="m", encoding="utf-8", micro=False).svg_inline(omitsize=True, border=2))  # noqa: S308  our own drawing
