"""The timeline of a case: append-only events, one audit row beside each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts import audit
from disputes.models import Dispute, DisputeEvent


@dataclass
class Note:
    """What an effect leaves in the timeline."""

    text: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    happened_on: dt.date | None = None


#: Who acts when nobody does: the clocks.
SYSTEM = "系统"


def record(dispute: Dispute, name: str, *, by: Any, before: str, note: Note, quiet: bool = False) -> DisputeEvent:
    """Append one event to the timeline and one row to the audit trail.  The caller saves the case.

    ``by`` None is the system.  The version goes up, so that people with an older page in front of them are told;
    not for a ``quiet`` event, which takes nothing from under anybody's hands.
    """
    now = timezone.now()
    last = dispute.events.order_by("-number").values_list("number", flat=True).first() or 0
    event = DisputeEvent.objects.create(
        dispute=dispute,
        number=last + 1,
        name=name,
        from_status=before,
        to_status=dispute.status,
        at=now,
        happened_on=note.happened_on,
        actor=by,
        actor_name=by.name if by else SYSTEM,
        actor_post=by.post[:120] if by else "",
        text=note.text,
        detail=note.detail,
    )
    if name != "register" and not quiet:
        dispute.version += 1
    if by:
        dispute.changed_at = now
    audit.record(f"dispute.{name}", actor=by, object_type="dispute", object_id=dispute.code)
    return event
