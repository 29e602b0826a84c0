"""How far each role reaches: whose disputes a person may see, and which of their roles count on one of them.

Each ``Reach`` states one rule twice, side by side: as a condition for many rows and as a test of one loaded row.
tests/disputes/test_scope.py proves that the two agree for every role on every row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from accounts.choices import Role

if TYPE_CHECKING:
    from accounts.models import RoleHolding
    from disputes.models import Dispute


@dataclass(frozen=True)
class Reach:
    rows: Callable[[RoleHolding], Q]
    row: Callable[[Dispute, RoleHolding], bool]


def _is_assigned_mediator(dispute: Dispute, holding: RoleHolding) -> bool:
    own = dispute.mediator is not None and dispute.mediator.user_id == holding.user_id
    return own and dispute.committee_id == holding.organisation_id


#: Cases located at or below the place where the role is held.
AT_PLACE = Reach(
    rows=lambda h: Q(place_path__startswith=h.division.path),
    row=lambda d, h: d.place_path.startswith(h.division.path),
)
#: Cases assigned to this person as mediator of the committee where the role is held.
AS_MEDIATOR = Reach(
    rows=lambda h: Q(mediator__user_id=h.user_id, committee_id=h.organisation_id),
    row=_is_assigned_mediator,
)
#: Cases assigned to the committee where the role is held.
IN_COMMITTEE = Reach(
    rows=lambda h: Q(committee_id=h.organisation_id),
    row=lambda d, h: d.committee_id is not None and d.committee_id == h.organisation_id,
)
#: Cases that the organisation sent in, or that were handed to it.
THROUGH_ORGANISATION = Reach(
    rows=lambda h: Q(source_organisation_id=h.organisation_id) | Q(transferred_to_id=h.organisation_id),
    row=lambda d, h: h.organisation_id in (d.source_organisation_id, d.transferred_to_id),
)

#: Roles that are absent here (the three administrators) reach no dispute at all.
REACH: dict[str, Reach] = {
    Role.CLERK: AT_PLACE,
    Role.DISPATCHER: AT_PLACE,
    Role.GRID_OFFICER: AT_PLACE,
    Role.TOWNSHIP_CENTRE: AT_PLACE,
    Role.VILLAGE: AT_PLACE,
    Role.SUPERVISOR: AT_PLACE,
    Role.LEADER: AT_PLACE,
    Role.JUSTICE_BUREAU: AT_PLACE,
    Role.MEDIATOR: AS_MEDIATOR,
    Role.COMMITTEE_HEAD: IN_COMMITTEE,
    Role.DEPARTMENT_LIAISON: THROUGH_ORGANISATION,
    Role.COURT_LIAISON: THROUGH_ORGANISATION,
}


def rows_for(user: Any, *roles: str) -> Q:
    """Condition for the disputes that ``user`` reaches, by any of ``roles`` or by any role at all."""
    condition = Q(pk__in=())
    for holding in getattr(user, "holdings", ()):
        reach = REACH.get(holding.role)
        if reach and (not roles or holding.role in roles):
            condition |= reach.rows(holding)
    return condition


def roles_on(dispute: Dispute, user: Any) -> frozenset[str]:
    """The roles of ``user`` that reach this dispute; empty means that it is not visible to them."""
    return frozenset(
        holding.role
        for holding in getattr(user, "holdings", ())
        if holding.role in REACH and REACH[holding.role].row(dispute, holding)
    )
