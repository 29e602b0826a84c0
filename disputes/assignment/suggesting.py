"""The suggestion itself: the rules name the committee, the choosing names the mediator, each with its reasons."""

from __future__ import annotations

from dataclasses import dataclass

from disputes.assignment import choosing, routing
from disputes.assignment.matter import Matter
from disputes.assignment.pool import Pool
from disputes.models import Dispute
from mediators.models import Committee, Mediator


@dataclass(frozen=True)
class Suggestion:
    committee: Committee
    mediator: Mediator | None
    reasons: tuple[str, ...]
    open_cases: int
    rung: int

    @property
    def sentence(self) -> str:
        """``上秦镇人民调解委员会 王某某：属地上秦镇；…`` in one line."""
        who = f"{self.committee.organisation}" + (f" {self.mediator.name}" if self.mediator else "")
        return f"{who}：{'；'.join(self.reasons)}"


def suggest(matter: Matter | Dispute, pool: Pool | None = None) -> Suggestion | None:
    """The best committee and mediator for a matter, with the reasons in the order they weighed; None when none fits.

    The committee follows from the published rules, the mediator from speciality and load.  ``pool``: what was read for
    several cases that are dispatched at once, this one among them.
    """
    matter = matter if isinstance(matter, Matter) else Matter.of(matter)
    pool = pool or Pool([matter])
    way = routing.route(matter, routing.rules_in_force(), pool.near(matter.division.path))
    if way.committee is None:
        return None
    had_it = pool.had_it[matter.case] if matter.case else set()
    candidates = [one for one in pool.mediators(way.committee) if one.pk not in had_it]
    mediator, why = choosing.lightest(candidates, matter.category.official_code)
    return Suggestion(way.committee, mediator, (*way.reasons, *why), way.committee.load, routing.rung(way.committee))
