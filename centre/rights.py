"""Where a person's roles count for centres: which branch they read, and what they keep."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from centre.choices import KEEP_COUNTY, KEEP_ROOMS, KEEP_TOWNSHIP, WORD_LISTS
from grids.choices import Level


def branch(user: Any, column: str) -> Q:
    """Condition for rows whose place (``column`` leads to a Division) lies at, below or above where ``user`` works.

    系统管理员 keeps rooms and so reads them too; the other two administrators have no business there.
    """
    condition = Q(pk__in=())
    for path in {*getattr(user, "place_paths", ()), *paths(user, KEEP_ROOMS)}:
        codes = path.strip("/").split("/")
        condition |= Q(**{f"{column}__path__startswith": path}) | Q(**{f"{column}__in": codes})
    return condition


def paths(user: Any, roles: Any) -> tuple[str, ...]:
    """Paths of the places where ``user`` holds one of ``roles``."""
    found = {h.division.path for h in getattr(user, "holdings", ()) if h.role in roles and h.division_id}
    return tuple(sorted(found))


def kept_paths(user: Any, *, rooms: bool = False) -> tuple[str, ...]:
    """Below which a person keeps venues and marks (and rooms): a whole county, or a township of their own."""
    county = {
        h.division.path
        for h in getattr(user, "holdings", ())
        if h.role in KEEP_COUNTY and h.division_id and h.division.level == Level.COUNTY
    }
    own = set(paths(user, KEEP_TOWNSHIP))
    base = set(paths(user, KEEP_ROOMS)) if rooms else set()
    return tuple(sorted(county | own | base))


def keeps(user: Any, path: str, *, rooms: bool = False) -> bool:
    return any(path.startswith(kept) for kept in kept_paths(user, rooms=rooms))


def words_lists(user: Any) -> bool:
    return bool(user.holds(*WORD_LISTS))
