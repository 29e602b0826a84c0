"""Writing the audit trail.  In the caller's transaction: an operation whose audit row fails, fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.choices import Act
from accounts.models import AuditEvent
from common.logs import current_request

#: What the audit page calls each action.  Filled by this app and, at start-up, by the apps above.
_LABELS: dict[str, str] = {action.value: str(action.label) for action in Act}


def name(labels: Mapping[str, str]) -> None:
    """Give actions of another app their Chinese names on the audit page."""
    _LABELS.update(labels)


def label(action: str) -> str:
    """The name of an action; an action nobody named shows its code."""
    return _LABELS.get(action, action)


def actions() -> list[tuple[str, str]]:
    """Every named action, as choices."""
    return list(_LABELS.items())


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


def record_each(action: str, objects: Iterable[tuple[str, str, Mapping[str, Any]]], *, actor: Any) -> None:
    """Append one row for each (object type, object id, detail), in one statement."""
    request = current_request()
    AuditEvent.objects.bulk_create(
        AuditEvent(
            action=action, actor=actor, actor_name=actor.name, ip=request.ip, request_id=request.request_id,
            object_type=object_type, object_id=object_id, detail=dict(detail),
        )
        for object_type, object_id, detail in objects
    )  # fmt: skip
