"""Swaps: asked for, answered, and what became of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.views.base import FormPage
from common.errors import NotPermitted
from common.paging import paged
from rosters import rights, services
from rosters.choices import SWAP_COLOR, Half, SwapState
from rosters.forms import AnswerForm, AskSwapForm
from rosters.grid import Week
from rosters.models import DutyShift, SwapRequest
from rosters.views.base import RosterView
from rosters.views.week import week_url

TABS = {"waiting": "待答复", "all": "全部"}


class SwapsView(RosterView):
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = SwapRequest.objects.visible_to(request.user)
        waiting = rows.waiting().count()
        asked = request.GET.get("tab", "")
        tab = asked if asked in TABS else "waiting" if waiting else "all"
        shown = rows.waiting() if tab == "waiting" else rows
        page = paged(
            request,
            shown.select_related(
                "residency__organisation", "residency__centre__division", "asked_by", "answered_by", "to_user"
            ),
        )
        context = {
            "tab": tab,
            "tabs": [
                {
                    "key": key,
                    "label": label,
                    "url": f"?tab={key}",
                    "count": waiting if key == "waiting" else None,
                    "current": key == tab,
                }
                for key, label in TABS.items()
            ],
            "rows": [row_of(request.user, swap) for swap in page.rows],
            "pager": page.pager,
        }
        return render(request, "rosters/swaps.html", context)


def row_of(user: Any, swap: SwapRequest) -> dict[str, Any]:
    back = f"，换 {swap.other_day:%m-%d} {Half(swap.other_half).label}" if swap.other_day else "（代班）"
    return {
        "pk": swap.pk,
        "organisation": str(swap.residency.organisation),
        "centre": str(swap.residency.centre),
        "when": f"{swap.day:%m-%d} {Half(swap.half).label}",
        "week_url": week_url(swap.residency.centre, Week.of(swap.day)),
        "change": f"{swap.from_name} → {swap.to_name}{back}",
        "reason": swap.reason,
        "asked_by": swap.asked_by.name,
        "asked_at": swap.asked_at,
        "state": SwapState(swap.state).label,
        "color": SWAP_COLOR[SwapState(swap.state)],
        "answered_by": swap.answered_by.name if swap.answered_by else "",
        "answered_at": swap.answered_at,
        "answer": swap.answer,
        "may_answer": swap.is_open and rights.may_answer(user, swap),
        "may_withdraw": swap.is_open and swap.asked_by_id == user.pk,
    }


class AskSwapView(RosterView, FormPage):
    form_class = AskSwapForm
    template_name = "rosters/ask_swap.html"
    done = "换班申请已提出，答复以后会有消息。"

    def find(self) -> DutyShift:
        rows = DutyShift.objects.visible_to(self.request.user).filter(pk=self.kwargs["pk"])
        shift = rows.select_related("residency__organisation", "residency__centre__division").first()
        if shift is None:
            raise Http404
        if not rights.may_ask(self.request.user, shift):
            raise NotPermitted("换班由值班人本人、单位联络员或者中心提出。")
        return shift

    def make_form(self, data: Any = None) -> AskSwapForm:
        return AskSwapForm(data, shift=self.subject)  # type: ignore[arg-type]

    def perform(self, form: AskSwapForm) -> str:
        services.ask_swap(self.subject, by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        return reverse("rosters:swaps")

    def context(self, form: Any) -> dict[str, Any]:
        shift: Any = self.subject
        return {
            "facts": [
                {"label": "单位", "value": str(shift.residency)},
                {"label": "这一班", "value": f"{shift.day} {shift.get_half_display()} {shift.name}"},
            ],
            "is_past": shift.day < timezone.localdate(),
            "back_url": week_url(shift.residency.centre, Week.of(shift.day)),
        }


class AnswerView(RosterView):
    """POST: agree to a swap, or take one's own request back."""

    http_method_names = ["post"]
    verb = "accept"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        swap = swap_of(request, pk)
        if self.verb == "accept":
            services.accept_swap(swap, by=request.user)  # type: ignore[arg-type]
            messages.success(request, "已同意换班，值班表已改。")
        else:
            services.withdraw_swap(swap, by=request.user)  # type: ignore[arg-type]
            messages.success(request, "换班申请已撤回。")
        return redirect("rosters:swaps")


class RefuseView(RosterView, FormPage):
    form_class = AnswerForm
    template_name = "rosters/refuse_swap.html"
    done = "已答复不同意，值班表不变。"

    def find(self) -> SwapRequest:
        swap = swap_of(self.request, self.kwargs["pk"])
        if not rights.may_answer(self.request.user, swap):
            raise NotPermitted("换班由接替的人，或者该中心的分流员、中心督办、乡镇综治中心答复。")
        return swap

    def make_form(self, data: Any = None) -> AnswerForm:
        return AnswerForm(data)

    def perform(self, form: AnswerForm) -> str:
        services.refuse_swap(self.subject, by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        return reverse("rosters:swaps")

    def context(self, form: Any) -> dict[str, Any]:
        row = row_of(self.request.user, self.subject)  # type: ignore[arg-type]
        return {
            "facts": [
                {"label": "单位", "value": row["organisation"]},
                {"label": "这一班", "value": row["when"]},
                {"label": "怎样换", "value": row["change"]},
                {"label": "原因", "value": row["reason"]},
            ]
        }


def swap_of(request: HttpRequest, pk: int) -> SwapRequest:
    """The request, if this person may see it; else 404."""
    rows = SwapRequest.objects.visible_to(request.user).filter(pk=pk)
    found = rows.select_related(
        "residency__organisation", "residency__centre__division", "asked_by", "answered_by"
    ).first()
    if found is None:
        raise Http404
    return found
