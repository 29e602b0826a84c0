"""One case as the API tells it: what the list says of it, its people (masked), clocks, agreements, timeline, next steps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from common.masks import mask_name
from common.workflow import Transition
from disputes import presentation, workflow
from disputes.api import rows
from disputes.api.fields import describe
from disputes.forms.transitions import FORMS
from disputes.models import Agreement, Dispute, DisputeEvent, Party
from disputes.reach import roles_on
from disputes.scrubbing import Scrubber


def record(dispute: Dispute, user: Any, today: dt.date) -> dict[str, Any]:
    """``dispute`` must be loaded with ``for_page()``."""
    people = list(dispute.parties.all())
    scrub = rows.scrubber(people)
    labels = {party.pk: f"{party} {presentation.masked_name(party)}" for party in people}
    return {
        **rows.shown(Columns(dispute), people, today),
        "summary": scrub(dispute.summary),
        "claim": scrub(dispute.claim),
        "place_detail": scrub(dispute.place_detail),
        "happened_on": dispute.happened_on,
        "application_form": dispute.application_form,
        "willingness": dispute.willingness,
        "notice_form": dispute.notice_form,
        "notice_at": _moment(dispute.notice_at),
        "police_told_at": _moment(dispute.police_told_at),
        "source_organisation": dispute.source_organisation.name if dispute.source_organisation else None,
        "transferred_to": dispute.transferred_to.name if dispute.transferred_to else None,
        "registered_by": dispute.registered_by.name,
        "accepted_at": _moment(dispute.accepted_at),
        "archived_at": _moment(dispute.archived_at),
        "session_count": dispute.session_count,
        "times_reopened": dispute.times_reopened,
        "parties": [_party(party, today, scrub) for party in people],
        "clocks": [_clock(shown) for shown in presentation.all_clocks(dispute.clocks.all(), today)],
        "agreements": [_agreement(agreement, labels, scrub) for agreement in dispute.agreements.all()],
        "timeline": [_event(event, scrub) for event in dispute.events.all()],
        "available_transitions": available(dispute, user),
    }


class Columns:
    """A loaded case under the names of the list's columns: ``division__name`` reads ``division.name``."""

    def __init__(self, dispute: Dispute) -> None:
        self._dispute = dispute

    def __getattr__(self, name: str) -> Any:
        value: Any = self._dispute
        for part in name.split("__"):
            value = getattr(value, part)
            if value is None:
                return None
        return value


def available(dispute: Dispute, user: Any) -> list[dict[str, Any]]:
    """The steps this person may take now, from the table, each with what its form takes."""
    return [_step(step, dispute, user) for step in workflow.available(dispute, user, roles_on(dispute, user))]


def _step(step: Transition, dispute: Dispute, user: Any) -> dict[str, Any]:
    form = FORMS[step.name](dispute=dispute, user=user)
    return {
        "name": step.name,
        "label": step.label,
        "href": f"/api/v1/disputes/{dispute.code}/transitions/{step.name}/",
        "primary": step.primary,
        "law": step.law,
        "fields": describe(form, form.rows),
    }


def _party(party: Party, today: dt.date, scrub: Scrubber) -> dict[str, Any]:
    card = presentation.party_card(party, today)
    return {
        "uid": str(party.uid),
        "role": party.role,
        "number": party.number,
        "label": card["role"],
        "kind": party.kind,
        "name": card["name"],
        "sex": party.sex,
        "age": party.age(today),
        "is_minor": party.is_minor(today),
        "id_kind": party.id_kind,
        "id_number": card["id_number"],
        "id_is_checked": party.id_is_checked,
        "phone": card["phone"],
        "address": card["address"],
        "contact": card["contact"],
        "guardian": mask_name(party.guardian_name),
        "agent": mask_name(party.agent_name),
        "refuses": party.refuses,
        "note": scrub(card["note"]),
    }


def _clock(shown: dict[str, str]) -> dict[str, str]:
    return {
        "label": shown["label"],
        "state": shown["state"],
        "text": shown["text"],
        "due_on": shown["due"],
        "source": shown["source"],
        "note": shown["notes"],
    }


def _agreement(agreement: Agreement, labels: dict[int, str], scrub: Scrubber) -> dict[str, Any]:
    return {
        "form": agreement.form,
        "agreed_on": agreement.agreed_on,
        "effective_on": agreement.effective_on,
        "mediator_signed_on": agreement.mediator_signed_on,
        "sealed_on": agreement.sealed_on,
        "seal_recorded_by": agreement.seal_recorded_by.name if agreement.seal_recorded_by else None,
        "confirmable_until": agreement.confirmable_until,
        "content": scrub(agreement.content),
        "facts": scrub(agreement.facts),
        "amount": _money(agreement.amount),
        "is_partial": agreement.is_partial,
        "unresolved": scrub(agreement.unresolved),
        "is_superseded": agreement.is_superseded,
        "obligations": [
            {
                "number": obligation.number,
                "debtor": labels.get(obligation.debtor_id, ""),
                "kind": obligation.kind,
                "what": scrub(obligation.what),
                "amount": _money(obligation.amount),
                "how": scrub(obligation.how),
                "where": scrub(obligation.where),
                "due_on": obligation.due_on,
                "state": obligation.state,
                "performed_on": obligation.performed_on,
                "performed_amount": _money(obligation.performed_amount),
            }
            for obligation in agreement.obligations.all()
        ],
    }


def _event(event: DisputeEvent, scrub: Scrubber) -> dict[str, Any]:
    return {
        "number": event.number,
        "name": event.name,
        "label": presentation.EVENT_LABEL.get(event.name, event.name),
        "from_status": event.from_status,
        "to_status": event.to_status,
        "at": _moment(event.at),
        "happened_on": event.happened_on,
        "actor": event.actor_name,
        "post": event.actor_post,
        "text": scrub(event.text),
    }


def _moment(moment: dt.datetime | None) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
