"""Which centre is whose: the nearest one at or above a place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from centre.models import Centre


def nearest(centres: Iterable[Centre], path: str) -> Centre | None:
    """The one at or above the place with this path, as deep as possible."""
    above = [centre for centre in centres if path.startswith(centre.organisation.division.path)]
    return max(above, key=lambda centre: len(centre.organisation.division.path), default=None)


def own(centres: Iterable[Centre], user: Any) -> Centre | None:
    """The centre a person works in or under, or the highest of those below them."""
    rows = list(centres)
    for holding in user.holdings:
        place = holding.division or holding.organisation.division
        if found := nearest(rows, place.path):
            return found
    return min(rows, key=lambda centre: len(centre.organisation.division.path), default=None)
