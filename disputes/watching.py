"""What cards and orders, longer limits, instructions and sponsors look like in words.

Texts that people typed pass through ``scrub``, like everywhere (presentation.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from django.urls import reverse
from django.utils import timezone

from common.workflow import Transition
from disputes import deadlines, presentation, reckoning
from disputes.choices import CARD_BADGE, ExtensionState
from disputes.models import ClockRow, Dispute, Extension, Instruction, Sponsorship, Supervision
from disputes.services.timeline import SYSTEM
from disputes.workflow import TRANSITIONS

Scrub = Callable[[str], str]

EXTENSION_COLOR = {ExtensionState.ASKED: "amber", ExtensionState.GRANTED: "green", ExtensionState.REFUSED: "grey"}


def day_of(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""


def moment(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


# ---- cards and orders


def card(one: Supervision, today: dt.date, scrub: Scrub = str) -> dict[str, Any]:
    """A card or order with its office, its reply and how it ended."""
    label, color = CARD_BADGE[one.kind]  # type: ignore[index]
    return {
        "pk": one.pk,
        "kind": one.get_kind_display(),
        "label": label,
        "color": color,
        "number": one.number,
        "office": str(one.office or ""),
        "reason": scrub(one.reason),
        "issued": moment(one.issued_at),
        "issued_by": one.issued_by.name if one.issued_by else SYSTEM,
        "reply": scrub(one.reply),
        "replied": moment(one.replied_at),
        "replied_by": one.replied_by.name if one.replied_by else "",
        "lifted": moment(one.lifted_at),
        "lifted_by": one.lifted_by.name if one.lifted_by else "",
        "lifted_why": scrub(one.lifted_why),
        "is_open": one.is_open,
        "is_answered": one.is_answered,
        "state": state_of(one),
        "clock": reply_clock(one, today),
    }


def state_of(one: Supervision) -> str:
    if not one.is_open:
        return "已解除"
    return "已回复" if one.is_answered else "待回复"


def reply_clock(one: Supervision, today: dt.date) -> dict[str, str]:
    """The clock of the reply: running until there is one, or until nobody waits for it any more."""
    if one.is_answered or not one.is_open:
        return {"state": "met", "text": state_of(one)}
    if one.reply_by is None:
        return {"state": "none", "text": "未限日期"}
    state, words = presentation.clock_text(one.reply_by, today, "回复")
    return {"state": state, "text": words, "due": f"{one.reply_by:%Y-%m-%d}"}


def step_on(one: Supervision, roles: Collection[str]) -> Transition | None:
    """The step somebody holding ``roles`` on its case should take: answer it, or lift it once it is answered."""
    if not one.is_open:
        return None
    step = TRANSITIONS["lift_supervision" if one.is_answered else "answer_supervision"]
    return step if step.roles & set(roles) else None


# ---- longer limits


def extension(one: Extension, today: dt.date, scrub: Scrub = str) -> dict[str, Any]:
    """A request for a longer limit, with the last day there would be."""
    row = one.clock
    state, words = presentation.clock_text(row.due_on, today)
    rule = deadlines.BY_KEY[row.key].extend
    return {
        "pk": one.pk,
        "label": row.label,
        "clock": {"state": state, "text": words, "due": f"{row.due_on:%Y-%m-%d}"},
        "is_running": row.is_running,
        "due": f"{row.due_on:%Y-%m-%d}",
        "would_be": f"{due_if_extended(row, one.days_asked, one.dispute):%Y-%m-%d}",
        "days": f"{one.days_asked} 个{row.unit}",
        "days_asked": one.days_asked,
        "extended": f"先前已延长 {row.extended_days} 个{row.unit}" if row.extended_days else "",
        "consent": f"各方当事人 {one.agreed_on:%Y-%m-%d} 同意"
        if one.agreed_on
        else "当事人未同意"
        if rule and rule.needs_parties
        else "",
        "reason": scrub(one.reason),
        "asked": moment(one.asked_at),
        "asked_by": one.asked_by.name,
        "is_waiting": one.state == ExtensionState.ASKED,
        "state": str(ExtensionState(one.state).label),
        "color": EXTENSION_COLOR[ExtensionState(one.state)],
        "granted": f"{one.days_granted} 个{row.unit}" if one.days_granted else "",
        "decided": moment(one.decided_at),
        "decided_by": one.decided_by.name if one.decided_by else "",
        "opinion": scrub(one.decision_reason),
    }


def due_if_extended(row: ClockRow, days: int, dispute: Dispute) -> dt.date:
    """The last day of a limit that is made so many days longer.  Saves nothing."""
    longer = ClockRow(
        key=row.key, kind=row.kind, started_on=row.started_on, limit=row.limit, unit=row.unit,
        extended_days=row.extended_days + days, due_on=row.due_on,
    )  # fmt: skip
    reckoning.derive(longer, dispute.suspensions.all())
    return longer.due_on


# ---- leaders


def instruction(one: Instruction, scrub: Scrub = str) -> dict[str, Any]:
    return {
        "text": scrub(one.text),
        "by": one.given_by.name,
        "at": moment(one.given_at),
        "report": scrub(one.report),
        "reported_by": one.reported_by.name if one.reported_by else "",
        "reported": moment(one.reported_at),
    }


def sponsor(one: Sponsorship, scrub: Scrub = str) -> dict[str, Any]:
    return {
        "name": one.leader.name,
        "since": f"{one.since:%Y-%m-%d}",
        "until": f"{one.until:%Y-%m-%d}" if one.until else "",
        "note": scrub(one.note),
    }


# ---- the section of the case page


def section(dispute: Dispute, today: dt.date, scrub: Scrub, steps: Collection[str]) -> dict[str, Any] | None:
    """What was ordered, asked and answered about this case; None when there never was anything.

    ``steps``: names of the transitions that are open to the reader, for the buttons.
    """
    if not dispute.was_watched:  # type: ignore[attr-defined]
        return None
    cards = [
        card(one, today, scrub)
        for one in dispute.supervisions.select_related("office", "issued_by", "replied_by", "lifted_by")
    ]
    sponsors = [sponsor(one, scrub) for one in dispute.sponsorships.select_related("leader")]
    return {
        "cards": [one for one in cards if one["is_open"]],
        "lifted": [one for one in cards if not one["is_open"]],
        "instructions": [
            instruction(one, scrub) for one in dispute.instructions.select_related("given_by", "reported_by")
        ],
        "sponsor": next((one for one in sponsors if not one["until"]), None),
        "steps": [
            {"label": TRANSITIONS[name].label, "url": reverse(f"disputes:{name}", args=[dispute.code])}
            for name in ("answer_supervision", "report_instruction", "lift_supervision")
            if name in steps
        ],
    }
