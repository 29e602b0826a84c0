"""Correcting one party, or adding one: the verb ``amend`` with a form that shows nobody's data."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from common.errors import Conflict, NotVisible, Refusal
from disputes import presentation, services, workflow
from disputes.forms.parties import AddPartyForm, AmendPartyForm
from disputes.models import Dispute, Party
from disputes.reach import roles_on
from disputes.views.case import case_for, version_in

AMEND = workflow.TRANSITIONS["amend"]


class PartyView(View):
    """What both pages share: who may, which form, the verb, and refusals in their place."""

    heading = ""
    submit_label = "保存"

    def get(self, request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        dispute = case_for(request.user, code)
        workflow.check(AMEND, dispute, request.user, roles_on(dispute, request.user))
        return self.page(request, dispute, self.form(dispute, **kwargs))

    def post(self, request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        dispute = case_for(request.user, code)
        workflow.check(AMEND, dispute, request.user, roles_on(dispute, request.user))
        form = self.form(dispute, request.POST, **kwargs)
        if not form.is_valid():
            return self.page(request, dispute, form, status=422)
        try:
            services.perform(dispute, "amend", by=request.user, data=form.values(), version=version_in(request))
        except NotVisible:
            raise Http404 from None
        except Conflict as refusal:  # what was typed stays; the next try starts from how the case is now
            return self.page(
                request, case_for(request.user, code), form, refusal=refusal.sentence, status=refusal.status
            )
        except Refusal as refusal:
            return self.page(
                request,
                dispute,
                form,
                refusal=refusal.sentence,
                status=422 if refusal.status == 400 else refusal.status,
            )
        messages.success(request, f"{dispute.code} 已{self.done}。")
        if form.warning:
            messages.warning(request, f"{form.warning}已先保存。")
        return redirect(dispute)

    done = "更正"

    def form(self, dispute: Dispute, data: Any = None, **kwargs: Any) -> Any:
        raise NotImplementedError

    def page(
        self, request: HttpRequest, dispute: Dispute, form: Any, *, refusal: str = "", status: int = 200
    ) -> HttpResponse:
        context = {
            "dispute": dispute,
            "title": presentation.title(dispute),
            "heading": self.heading_for(form),
            "form": form,
            "refusal": refusal,
            "version": dispute.version,
            "action": request.path,
            "submit_label": self.submit_label,
        }
        return render(request, "disputes/party_form.html", context, status=status)

    def heading_for(self, form: Any) -> str:
        return self.heading


class AmendPartyView(PartyView):
    submit_label = "更正"

    def form(self, dispute: Dispute, data: Any = None, **kwargs: Any) -> AmendPartyForm:
        party = Party.objects.filter(dispute=dispute, uid=kwargs["uid"]).first()
        if party is None:
            raise Http404
        return AmendPartyForm(data, party=party)

    def heading_for(self, form: Any) -> str:
        return f"更正{form.party}"


class AddPartyView(PartyView):
    heading = "添加当事人"
    submit_label = "添加当事人"
    done = "添加当事人"

    def form(self, dispute: Dispute, data: Any = None, **kwargs: Any) -> AddPartyForm:
        return AddPartyForm(data)
