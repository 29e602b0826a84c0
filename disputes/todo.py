"""Whose turn it is: which step a case is waiting for, and from whom.

Derived from the table of transitions.  Like ``reach``, each extra condition is written twice side by side, for many
rows and for one loaded row; tests/disputes/test_desk.py proves that the two agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from common.workflow import Transition
from disputes.choices import Status
from disputes.reach import roles_on, rows_for
from disputes.workflow import TRANSITIONS

if TYPE_CHECKING:
    from disputes.models import Dispute


@dataclass(frozen=True)
class Pending:
    """When a step really is somebody's to-do, beside its state and role."""

    rows: Q
    row: Callable[[Dispute], bool]


ALWAYS = Pending(Q(), lambda dispute: True)
PENDING: dict[str, Pending] = {
    "appoint": Pending(Q(mediator=None), lambda d: d.mediator_id is None),
    "take": Pending(Q(mediator__isnull=False), lambda d: d.mediator_id is not None),
    "perform": Pending(Q(status=Status.PERFORMING), lambda d: d.status == Status.PERFORMING),
    "follow_up": Pending(Q(has_pending_obligations=False), lambda d: not d.has_pending_obligations),
}
#: The step on the main road first, whatever its place in the table.
IN_ORDER = sorted((row for row in TRANSITIONS.values() if row.todo), key=lambda row: not row.primary)


def rows(user: Any, *names: str) -> Q:
    """Condition for the cases in which a to-do of ``user`` stands open; ``names`` narrows it to some steps."""
    condition = Q(pk__in=())
    for step in IN_ORDER:
        roles = step.roles & user.roles
        if roles and (not names or step.name in names):
            condition |= Q(status__in=step.sources) & PENDING.get(step.name, ALWAYS).rows & rows_for(user, *roles)
    return condition


def is_pending(name: str, dispute: Dispute) -> bool:
    """Whether the step stands open on this case, beside its state and role."""
    return PENDING.get(name, ALWAYS).row(dispute)


def step_for(dispute: Dispute, user: Any) -> Transition | None:
    """The step ``user`` should take on this case now, or None when it is not their turn."""
    roles = roles_on(dispute, user)
    for step in IN_ORDER:
        if dispute.status in step.sources and step.roles & roles and PENDING.get(step.name, ALWAYS).row(dispute):
            return step
    return None


def has_steps(user: Any) -> bool:
    """Whether any role of this person ever has something to do on a case."""
    return any(step.roles & user.roles for step in IN_ORDER)
