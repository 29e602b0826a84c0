"""Where a case should go, and why.  A suggestion in plain words; the dispatcher decides.

Lives here, one floor above ``mediators``, because the lightest load is a question about open cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from django.db.models import Count, Q

from disputes.choices import OPEN_STATES, PartyKind, Risk
from disputes.models import Assignment, Category
from grids.choices import Level
from grids.models import Division
from mediators.choices import CommitteeKind
from mediators.models import Committee, Mediator


class Matter(Protocol):
    """What a suggestion is made from: a case, or a registration that is still being typed."""

    category: Category
    division: Division
    risk: str


@dataclass(frozen=True)
class Suggestion:
    committee: Committee
    mediator: Mediator | None
    reasons: tuple[str, ...]
    open_cases: int

    @property
    def sentence(self) -> str:
        """``上秦镇人民调解委员会 王某某：属地上秦镇；…`` in one line."""
        who = f"{self.committee.organisation}" + (f" {self.mediator.name}" if self.mediator else "")
        return f"{who}：{'；'.join(self.reasons)}"


def fitting(committees: Any, place_path: str) -> Any:
    """Those of ``committees`` that stand at the place, above it, or in the same township."""
    return committees.filter(fitting_at(place_path))


def fitting_at(place_path: str) -> Q:
    codes, township = _around(place_path)
    condition = Q(organisation__division_id__in=codes)
    return condition | Q(organisation__division__parent_id=township) if township else condition


def fits(committee: Committee, place_path: str) -> bool:
    """``fitting_at`` of one committee that was read with its place."""
    codes, township = _around(place_path)
    place = committee.organisation.division
    return place.pk in codes or (township is not None and place.parent_id == township)


def _around(place_path: str) -> tuple[list[str], str | None]:
    """The places of a path, and the township among them."""
    codes = place_path.strip("/").split("/")
    return codes, next((code for code in codes if code.endswith("000") and not code.endswith("000000")), None)


def recused(dispute: Any) -> set[int]:
    """Mediators who stood back from this case, or whom a party asked to stand back (人民法院特邀调解规定 第15条)."""
    out: set[int] = set()
    before: int | None = None
    for mediator, ground in dispute.assignments.order_by("made_at", "id").values_list("mediator_id", "recusal"):
        if ground and before:
            out.add(before)
        before = mediator
    return out


class Pool:
    """Who may be suggested for some matters, and how much each has in hand: read once, however many the matters.

    ``give`` counts what is handed out meanwhile, so that ten cases do not all go to the one with the lightest load.
    """

    def __init__(self, matters: Iterable[Any]) -> None:
        self.matters = list(matters)
        self._mediators: dict[int, list[Any]] = {}

    @cached_property
    def committees(self) -> list[Any]:
        condition = Q(pk__in=())
        for path in {matter.division.path for matter in self.matters}:
            condition |= fitting_at(path)
        return list(
            Committee.objects.active()
            .filter(condition)
            .select_related("organisation__division")
            .annotate(load=Count("disputes", filter=Q(disputes__status__in=OPEN_STATES)))
        )

    def mediators(self, committee: Committee) -> list[Any]:
        """Serving mediators of one committee; for several matters those of every committee are read with the first."""
        if committee.pk not in self._mediators:
            asked = [committee] if len(self.matters) == 1 else self.committees
            self._mediators |= {one.pk: [] for one in asked}
            serving = Mediator.objects.serving().filter(committee__in=[one.pk for one in asked])
            for mediator in serving.annotate(load=Count("disputes", filter=Q(disputes__status__in=OPEN_STATES))):
                self._mediators[mediator.committee_id].append(mediator)
        return self._mediators[committee.pk]

    @cached_property
    def had_it(self) -> dict[int, set[int]]:
        """By case: mediators who gave it back or were replaced on it, and are not suggested again."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        keys = [matter.pk for matter in self.matters if getattr(matter, "pk", None)]
        if keys:
            ended = Assignment.objects.filter(dispute__in=keys).exclude(ended_at=None).exclude(mediator=None)
            for case, mediator in ended.values_list("dispute_id", "mediator_id"):
                found[case].add(mediator)
        return found

    def give(self, committee: Committee, mediator: Mediator | None) -> None:
        """One more case is theirs."""
        for own in self.committees:
            if own.pk == committee.pk:
                own.load += 1
                for one in self.mediators(own):
                    one.load += mediator is not None and one.pk == mediator.pk


def suggest(matter: Any, pool: Pool | None = None) -> Suggestion | None:
    """The best committee and mediator for a matter, with the reasons in the order they weighed; None when none fits.

    Trade committee for its field; the township's for middle and high risk, several people or an organisation on one
    side; else the village's own (纠纷发生地一般管辖; 四级 ladder starts at the village).  ``pool``: what was read for
    several cases that are dispatched at once, this one among them.
    """
    pool = pool or Pool([matter])
    committees = [one for one in pool.committees if fits(one, matter.division.path)]
    committee, reasons = _choose(matter, committees, _places(matter.division))
    if committee is None:
        return None
    had_it = pool.had_it[matter.pk] if getattr(matter, "pk", None) else set()
    candidates = [one for one in pool.mediators(committee) if one.pk not in had_it]
    mediator, why = _lightest(candidates, matter.category.official_code)
    return Suggestion(committee, mediator, (*reasons, *why), committee.load)


def _places(division: Division) -> dict[str, Division]:
    found = {division.level: division}
    if division.level == Level.VILLAGE and division.parent:
        found[Level.TOWNSHIP] = division.parent
    return found


def _choose(matter: Any, committees: list[Any], places: dict[str, Division]) -> tuple[Any, tuple[str, ...]]:
    official = matter.category.official_code
    for committee in committees:
        if committee.kind == CommitteeKind.TRADE and official in committee.fields:
            name = matter.category.parent.name if matter.category.parent else matter.category.name
            return committee, (f"{name}纠纷有专业调委会",)
    at = {
        committee.organisation.division_id: committee
        for committee in committees
        if committee.kind != CommitteeKind.TRADE
    }
    village, township = places.get(Level.VILLAGE), places.get(Level.TOWNSHIP)
    heavy = _why_not_village(matter)
    if village and village.pk in at and not heavy:
        return at[village.pk], (f"发生在{village.name}", "风险低，先在村（社区）调解")
    if township and township.pk in at:
        return at[township.pk], (f"属地{township.name}", *((heavy,) if heavy else ()))
    county = next((c for c in committees if c.kind == CommitteeKind.TRADE and not c.fields), None)
    return (county, ("没有属地调委会，由区级调委会办理",)) if county else (None, ())


def _why_not_village(matter: Any) -> str:
    if matter.risk in (Risk.MEDIUM, Risk.HIGH):
        return "有激化风险，由乡镇（街道）调委会办理"
    if getattr(matter, "people_count", 2) >= 10:
        return "涉及人数较多，由乡镇（街道）调委会办理"
    # A registration still being typed has no rows yet; whoever asks lists its parties' kinds.
    kinds = [party.kind for party in matter.parties.all()] if matter.pk else getattr(matter, "typed_kinds", ())
    if PartyKind.ORGANISATION in kinds:
        return "一方是单位，由乡镇（街道）调委会办理"
    return ""


def _lightest(mediators: list[Any], official: str) -> tuple[Mediator | None, tuple[str, ...]]:
    if not mediators:
        return None, ("该调委会没有在聘调解员，由主任指定",)
    best = min(mediators, key=lambda m: (official not in m.specialities, m.load, m.sort_key, m.pk))
    speciality = ("擅长这类纠纷",) if official in best.specialities else ()
    return best, (
        f"{best.name}在办 {best.load} 件，为本调委会最少" if not speciality else f"{best.name}在办 {best.load} 件",
        *speciality,
    )
