"""Who keeps the records of committees and mediators, and where: one table for pages, querysets and the API."""

from __future__ import annotations

from typing import Any

from accounts.choices import Role
from grids.choices import Level

#: At the county these keep all of them; the justice bureau guides people's mediation (人民调解法 第5条).
OF_COUNTY = frozenset({Role.JUSTICE_BUREAU, Role.SUPERVISOR, Role.DISPATCHER})
#: Whose law it is to tell the court (人民调解法 第10条), and who may read what was told: the court among them.
LIST_MAKERS = frozenset({Role.JUSTICE_BUREAU})
LIST_READERS = LIST_MAKERS | {Role.SUPERVISOR, Role.LEADER, Role.COURT_LIAISON}


def kept_paths(user: Any) -> tuple[str, ...]:
    """Paths of the places whose committees and mediators this person keeps: the county, or their own township."""
    paths = {
        holding.division.path
        for holding in getattr(user, "holdings", ())
        if holding.division
        and (
            (holding.role in OF_COUNTY and holding.division.level == Level.COUNTY)
            or (holding.role == Role.TOWNSHIP_CENTRE and holding.division.level == Level.TOWNSHIP)
        )
    }
    return tuple(sorted(paths))


def keeps(user: Any, committee: Any) -> bool:
    """Whether this person may change that committee and its mediators.  Reads the committee's place, loaded with it."""
    return any(committee.organisation.division.path.startswith(path) for path in kept_paths(user))


def keeps_county(user: Any) -> bool:
    """Whether this person may change what is set for the whole county."""
    return any(
        holding.role in OF_COUNTY and holding.division and holding.division.level == Level.COUNTY
        for holding in getattr(user, "holdings", ())
    )
