"""Writing the audit trail.  In the caller's transaction: an operation whose audit row fails, fails."""

from __future__ import annotations

from typing import Any

from accounts.models import AuditEvent
from common.logs import current_request


def record(
    action: str,
    *,
    actor: Any = None,
    object_type: str = "",
    object_id: str = "",
    succeeded: bool = True,
    reason: str = "",
    **detail: Any,
) -> AuditEvent:
    """Append one row.  ``detail`` takes ids, codes and counts only, never personal data."""
    request = current_request()
    person = actor if getattr(actor, "pk", None) else None
    return AuditEvent.objects.create(
        action=action,
        actor=person,
        actor_name=person.name if person else "",
        ip=request.ip,
        request_id=request.request_id,
        object_type=object_type,
        object_id=object_id,
        succeeded=succeeded,
        reason=reason[:200],
        detail=detail,
    )
