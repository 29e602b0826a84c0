"""The suggestion itself: the rules name the committee, the choosing names the mediator, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from disputes.assignment import routing
from disputes.assignment.choosing import Choice, choose
from disputes.assignment.matter import Matter
from disputes.assignment.pool import Pool
from disputes.models import Dispute
from mediators.models import Committee, Mediator

#: Beside the suggestion; more would be a list to read.
MOST_OTHERS = 4
#: Of them, others of the same committee.
MOST_COLLEAGUES = 2


@dataclass(frozen=True)
class Other:
    """Somebody else who could take it.  ``is_above``: higher up the ladder than the rules say, which asks for a reason."""

    committee: Committee
    mediator: Mediator | None
    hint: str
    is_above: bool

    @property
    def label(self) -> str:
        return who(self.committee, self.mediator)


@dataclass(frozen=True)
class Suggestion:
    """``reasons`` weighed in their order; ``notes`` tell of those who are not suggested."""

    committee: Committee
    mediator: Mediator | None
    reasons: tuple[str, ...]
    open_cases: int
    rung: int
    notes: tuple[str, ...] = ()
    others: tuple[Other, ...] = ()

    @property
    def sentence(self) -> str:
        """``上秦镇人民调解委员会 王某某：属地上秦镇；…`` in one line."""
        return f"{who(self.committee, self.mediator)}：{'；'.join(self.reasons)}"


def who(committee: Committee, mediator: Mediator | None) -> str:
    return f"{committee.organisation}" + (f" {mediator.name}" if mediator else "")


def suggest(matter: Matter | Dispute, pool: Pool | None = None, *, others: bool = False) -> Suggestion | None:
    """The best committee and mediator for a matter, with the reasons in the order they weighed; None when none fits.

    The committee follows from the published rules, the mediator from ``choosing``.  ``pool``: what was read for several
    cases that are dispatched at once, this one among them.  ``others``: with up to four more who could take it.
    """
    matter = matter if isinstance(matter, Matter) else Matter.of(matter)
    pool = pool or Pool([matter])
    near = pool.near(matter.division.path)
    way = routing.route(matter, routing.rules_in_force(), near)
    if way.committee is None:
        return None
    elsewhere = list(_elsewhere(matter, near, way.committee)) if others else []
    pool.mediators(way.committee, *elsewhere)  # read together
    choice = choose(matter, way.committee, pool)
    rung = routing.rung(way.committee)
    return Suggestion(
        way.committee,
        choice.best,
        (*way.reasons, *choice.reasons),
        way.committee.load,
        rung,
        choice.notes,
        tuple(_others(matter, choice, way.committee, elsewhere, rung, pool)) if others else (),
    )


def _elsewhere(matter: Matter, near: routing.Near, but: Any) -> Iterable[Any]:
    """Other committees one would think of: of the village, the township, the trade, the district; the lowest first."""
    places = [near.at.get(place.pk) for place in matter.places.values()]
    found = [*places, near.for_field.get(matter.category.official_code), near.district]
    seen = {but.pk}
    for one in sorted(filter(None, found), key=routing.rung):
        if one.pk not in seen:
            seen.add(one.pk)
            yield one


def _others(
    matter: Matter, choice: Choice, committee: Any, elsewhere: list[Any], rung: int, pool: Pool
) -> Iterable[Other]:
    colleagues = choice.mediators[1 : 1 + max(MOST_COLLEAGUES, MOST_OTHERS - len(elsewhere))]
    for one in colleagues:
        yield Other(committee, one, _hint(one, matter), False)
    for other in elsewhere[: MOST_OTHERS - len(colleagues)]:
        best = choose(matter, other, pool).best
        above = routing.rung(other) > rung
        hint = _hint(best, matter) if best else "由主任指定调解员"
        yield Other(other, best, hint, above)


def _hint(mediator: Any, matter: Matter) -> str:
    versed = "，擅长这类纠纷" if matter.category.official_code in mediator.specialities else ""
    return f"在办 {mediator.load} 件{versed}"
