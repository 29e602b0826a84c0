"""Who answers for a village on a day: what other apps ask of this one.

for seat in standing.people_of(village, today):
    seat.label      法官
    seat.person     whom to turn to: the substitute, while one stands in; else the holder; None for a gap
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from grids.models import Division
from posts.choices import PostKind
from posts.models import ChiefArea, Officer, PostHolding


@dataclass(frozen=True)
class Seat:
    """One of the six posts of a village on a day.  A gap is a gap, no fault of anybody's."""

    kind: PostKind
    holding: PostHolding | None = None
    #: Stands in that day; whether the holder is on leave or not.
    substitute: Officer | None = None
    #: Last day of the holder's leave, if that day is one of it.
    away_until: dt.date | None = None

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def holder(self) -> Officer | None:
        return self.holding.officer if self.holding else None

    @property
    def person(self) -> Officer | None:
        """Whom to turn to that day."""
        return self.substitute or self.holder

    @property
    def is_gap(self) -> bool:
        return self.holding is None

    @property
    def is_unattended(self) -> bool:
        """The holder is away and nobody stands in."""
        return self.away_until is not None and self.substitute is None


def people_of(village: Division | str, day: dt.date) -> list[Seat]:
    """The six posts of a village on that day, always six and always in their order.  One query.

    A place that is no village has six gaps.
    """
    code = village if isinstance(village, str) else village.pk
    held = PostHolding.objects.on(day).filter(division=code).with_substitute(day)
    return seats(held.select_related("officer__organisation", "acting__officer__organisation"))


def seats(holdings: Iterable[PostHolding]) -> list[Seat]:
    """The six, from the holdings of one village as ``with_substitute`` gives them."""
    held = {one.kind: one for one in holdings}
    return [seat_of(kind, held.get(kind)) for kind in PostKind]


def seat_of(kind: PostKind, holding: PostHolding | None) -> Seat:
    if holding is None:
        return Seat(kind)
    acting = getattr(holding, "acting", None)  # Django sets no attribute where the joined row is missing
    return Seat(kind, holding, acting.officer if acting else None, holding.away_until)  # type: ignore[attr-defined]


def chief_of(township: Division | str, day: dt.date) -> ChiefArea | None:
    """The chief in whose 片区 a township lies on that day, with the officer and their organisation."""
    code = township if isinstance(township, str) else township.pk
    return ChiefArea.objects.on(day).filter(township=code).select_related("officer__organisation").first()
