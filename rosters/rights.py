"""Who may change what about rosters.  Reading is in querysets.py."""

from __future__ import annotations

from typing import Any

from accounts.choices import Role
from accounts.models import RoleHolding
from grids.models import Organisation
from rosters.models import Residency, SwapRequest

#: Plan the duty of a centre: the county's for all, a township's for its own.
ARRANGERS = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.TOWNSHIP_CENTRE})
#: Keep the list of who resides where.
KEEPERS = ARRANGERS | {Role.SYSTEM_ADMIN}
#: Fill the lines of their own organisation.
LIAISONS = frozenset({Role.DEPARTMENT_LIAISON, Role.COURT_LIAISON, Role.COMMITTEE_HEAD})


def _holds_at(user: Any, roles: frozenset[str], centre: Organisation) -> bool:
    return any(
        holding.role in roles and holding.division and centre.division.path.startswith(holding.division.path)
        for holding in user.holdings
    )


def may_arrange(user: Any, centre: Organisation) -> bool:
    """Write the whole roster of a centre, copy a week, decide on swaps."""
    return _holds_at(user, ARRANGERS, centre)


def may_keep(user: Any, centre: Organisation) -> bool:
    """Add, change and end residences of a centre."""
    return _holds_at(user, KEEPERS, centre)


def keeps_anything(user: Any) -> bool:
    return bool(user.roles & KEEPERS)


def speaks_for(user: Any, organisation_id: int) -> bool:
    """Whether this is the liaison of that very organisation."""
    return any(holding.role in LIAISONS and holding.organisation_id == organisation_id for holding in user.holdings)


def may_fill(user: Any, residency: Residency) -> bool:
    """Write the line of one residence: its own liaison, or whoever plans for the centre."""
    return speaks_for(user, residency.organisation_id) or may_arrange(user, residency.centre)


def may_ask(user: Any, shift: Any) -> bool:
    """Ask for a swap: whose shift it is, or who may write the line."""
    return shift.user_id == user.pk or may_fill(user, shift.residency)


def may_answer(user: Any, swap: SwapRequest) -> bool:
    """The one who was asked, or who plans for the centre; nobody answers what they asked themselves for others."""
    if swap.to_user_id == user.pk:
        return True
    return may_arrange(user, swap.residency.centre) and swap.asked_by_id != user.pk


def arrangers_of(centre: Organisation, today: Any) -> list[int]:
    """Accounts that plan the duty of exactly this centre: those to tell of a swap that is asked for."""
    rows = RoleHolding.objects.active(today).filter(role__in=ARRANGERS, division=centre.division_id)
    return sorted(set(rows.values_list("user_id", flat=True)))
