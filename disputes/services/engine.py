"""The one way a case moves: lock, check again, write, append an event, tell who listens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from common.errors import Conflict, NotVisible
from disputes import workflow
from disputes.choices import Status
from disputes.models import Dispute
from disputes.reach import roles_on
from disputes.services import clocks, supervising  # noqa: F401  (supervising registers its effects)
from disputes.services.effects import EFFECTS
from disputes.services.timeline import record
from disputes.signals import dispute_moved


def perform(
    dispute: Dispute, name: str, *, by: Any, data: Mapping[str, Any] | None = None, version: int | None = None
) -> Dispute:
    """Do transition ``name`` on ``dispute`` for ``by`` and return the case as it is afterwards.

    ``data`` is the cleaned input of that transition's form.  ``version`` is the one the person was looking at;
    when the case moved since, ``Conflict`` says who did what and nothing is written.
    Raises the refusals of ``workflow.check``, ``Missing`` for unusable data, ``NotVisible`` out of scope.
    One transaction: state, related rows, clocks, event and audit stand or fall together.
    """
    transition = workflow.TRANSITIONS[name]
    with transaction.atomic():
        locked = Dispute.objects.locked(dispute.pk)
        roles = roles_on(locked, by) if locked else frozenset()
        if locked is None or not roles:
            raise NotVisible
        if version is not None and version != locked.version and not transition.quiet:
            raise Conflict(who_was_faster(locked))
        workflow.check(transition, locked, by, roles)
        before = locked.status
        note = EFFECTS[name](locked, dict(data or {}), by)
        locked.status = transition.target or locked.status
        event = record(locked, name, by=by, before=before, note=note, quiet=transition.quiet)
        if not transition.quiet:
            clocks.advance(locked, name)
        locked.save()
        dispute_moved.send(sender=Dispute, dispute=locked, event=event, by=by)
    locked._prefetched_objects_cache.clear()  # read before the step: no longer true
    return locked


def who_was_faster(dispute: Dispute) -> str:
    """The sentence for the slower of two people: who moved the case meanwhile, when, and where it is now."""
    moved = dispute.events.filter(name__in=[*workflow.TRANSITIONS, "register"])
    last = moved.order_by("-number").first()
    if last is None:
        return "这件纠纷刚刚有变动，请刷新后再办理。"
    row = workflow.TRANSITIONS.get(last.name)
    at = timezone.localtime(last.at).strftime("%H:%M")
    return (
        f"{last.actor_name} {at} 已办理“{row.done if row else '登记'}”，"
        f"现在是“{Status(dispute.status).label}”。已为您刷新，请确认后再办理。"
    )
