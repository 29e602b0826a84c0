"""Who may change who answers for a village: the township centre in its township, the county's dispatchers and
supervisors everywhere.  One place; pages ask it which buttons to show, services before they write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.choices import Role, labels
from common.errors import NotPermitted
from grids.choices import Level
from grids.models import Division

CHANGE = frozenset({Role.TOWNSHIP_CENTRE, Role.DISPATCHER, Role.SUPERVISOR})


def changing_paths(user: Any) -> tuple[str, ...]:
    """Paths of the places whose posts ``user`` may change."""
    return tuple(
        holding.division.path
        for holding in getattr(user, "holdings", ())
        if holding.division
        and (
            holding.role == Role.TOWNSHIP_CENTRE or (holding.role in CHANGE and holding.division.level == Level.COUNTY)
        )
    )


def may_change(user: Any, place: Division | str) -> bool:
    """``place`` is a place or its path."""
    path = place if isinstance(place, str) else place.path
    return any(path.startswith(own) for own in changing_paths(user))


def for_county(user: Any) -> bool:
    """Whether ``user`` may change the posts of every township: what the four chiefs look after is theirs to change."""
    return any(
        holding.role in CHANGE and holding.division and holding.division.level == Level.COUNTY
        for holding in getattr(user, "holdings", ())
    )


def require(user: Any, *places: Division | str) -> None:
    """Raise NotPermitted unless ``user`` may change the posts of all these places."""
    if not all(may_change(user, place) for place in places):
        raise NotPermitted(
            f"这里的六员由{labels([Role.TOWNSHIP_CENTRE])}（本乡镇）、区级{labels(CHANGE - {Role.TOWNSHIP_CENTRE})}安排。"
        )


def require_any(user: Any, places: Iterable[Division | str]) -> None:
    """Raise NotPermitted unless ``user`` may change the posts of one of these places, or of the county."""
    if not for_county(user) and not any(may_change(user, place) for place in places):
        require(user, "")
