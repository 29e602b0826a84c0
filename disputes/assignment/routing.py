"""The rules at work: which committee a matter goes to, which rule said so, and why the others did not.

Pure functions of a matter, rules and committees; ``rules_in_force`` reads the published version, ``rules_of`` any other.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from disputes.assignment.matter import Matter
from disputes.choices import Destination, Risk, RoutingState, Source
from disputes.models import RoutingRule
from grids.choices import CODE_DIGITS, Level
from mediators.choices import CommitteeKind

#: What stands in the reason of a rule for the kind of dispute and for the place.
TYPE, PLACE = "{类型}", "{地点}"
HEAVINESS: Final = {"": 0, Risk.LOW: 0, Risk.MEDIUM: 1, Risk.HIGH: 2}
RISK_FROM: Final = {Risk.MEDIUM.value: "风险中以上", Risk.HIGH.value: "风险高"}
#: 四级 from below: village, township, district.  A trade committee of the district stands as high as the district's own.
RUNGS: Final = {
    CommitteeKind.VILLAGE: 1, CommitteeKind.COMMUNITY: 1, CommitteeKind.TOWNSHIP: 2, CommitteeKind.SUBDISTRICT: 2,
}  # fmt: skip
RUNG_OF_PLACE: Final = {Level.VILLAGE: 1, Level.TOWNSHIP: 2}
TOP_RUNG: Final = 3
RUNG_NAMES: Final = {1: "村（社区）", 2: "乡镇（街道）", 3: "区级"}
#: Each destination that is a level, with the level of its place; the ladder is climbed in this order.
LADDER: Final = ((Destination.VILLAGE, Level.VILLAGE), (Destination.TOWNSHIP, Level.TOWNSHIP))
NO_LOCAL = "没有属地调委会，由区级调委会办理"


@dataclass(frozen=True)
class Rule:
    """A row of ``RoutingRule`` with the names that its sentence needs; it outlives the request that read it."""

    key: int
    position: int
    category: str = ""
    category_name: str = ""
    place: str = ""
    place_name: str = ""
    source: str = ""
    risk_from: str = ""
    people_from: int | None = None
    has_organisation: bool = False
    destination: str = Destination.VILLAGE.value
    committee: int | None = None
    committee_name: str = ""
    reason: str = ""

    # -- in words

    @property
    def conditions(self) -> list[str]:
        """``纠纷类型是“劳动争议”`` and so on; empty when the rule holds for every case."""
        said = []
        if self.category:
            said.append(f"类型是“{self.category_name}”")
        if self.place:
            said.append(f"发生在{self.place_name}")
        if self.source:
            said.append(f"来源是“{Source(self.source).label}”")
        if self.risk_from:
            said.append(RISK_FROM[self.risk_from])
        if self.people_from:
            said.append(f"涉及 {self.people_from} 人以上")
        if self.has_organisation:
            said.append("有一方是单位")
        return said

    @property
    def goes_to(self) -> str:
        return (
            self.committee_name if self.destination == Destination.NAMED else str(Destination(self.destination).label)
        )

    @property
    def when(self) -> str:
        fields = ["有对口的行业性、专业性调委会"] if self.destination == Destination.FIELD else []
        said = [*self.conditions, *fields]
        return f"{'，'.join(said)}的" if said else "其他所有纠纷"

    @property
    def sentence(self) -> str:
        """``风险中以上的，派给乡镇（街道）调委会。``"""
        to = "该调委会" if self.destination == Destination.FIELD else self.goes_to
        return f"{self.when}，派给{to}。"

    # -- at work

    def mismatch(self, matter: Matter) -> str:
        """Why this rule does not speak of the matter; empty when it does."""
        category = matter.category
        if self.category and self.category not in (category.pk, category.parent_id):
            return f"类型不是“{self.category_name}”"
        if self.place and f"/{self.place}/" not in matter.division.path:
            return f"不发生在{self.place_name}"
        if self.source and self.source != matter.source:
            return f"来源不是“{Source(self.source).label}”"
        if self.risk_from and HEAVINESS.get(matter.risk, 0) < HEAVINESS[self.risk_from]:
            return f"不是{RISK_FROM[self.risk_from]}"
        if self.people_from and matter.people_count < self.people_from:
            return f"涉及人数不到 {self.people_from} 人"
        if self.has_organisation and not matter.has_organisation:
            return "各方都是个人"
        return ""

    @property
    def is_certain(self) -> bool:
        """Whether it always finds a committee: a level does, by the ladder; a trade may have none."""
        return self.destination not in (Destination.FIELD, Destination.NAMED)

    def meets(self, other: Rule) -> bool:
        """Whether some matter may be one of both rules'."""
        return (
            _nested(self.category, other.category)
            and _nested(_significant(self.place), _significant(other.place))
            and (not self.source or not other.source or self.source == other.source)
        )

    def covers(self, other: Rule) -> bool:
        """Whether every matter of ``other`` is one of this rule's, so that ``other`` after it never comes to speak."""
        return (
            self.is_certain
            and (not self.category or other.category.startswith(self.category))
            and (not self.place or _significant(other.place).startswith(_significant(self.place)))
            and (not self.source or self.source == other.source)
            and (not self.risk_from or HEAVINESS[other.risk_from] >= HEAVINESS[self.risk_from])
            and (not self.people_from or (other.people_from or 0) >= self.people_from)
            and (not self.has_organisation or other.has_organisation)
        )

    def same_as(self, other: Rule) -> bool:
        """The same words, wherever it stands."""
        return replace(self, key=0, position=0) == replace(other, key=0, position=0)


def _significant(code: str) -> str:
    """The digits of a place that its lower places begin with: 620702 of 甘州区."""
    for digits in (CODE_DIGITS[Level.COUNTY], CODE_DIGITS[Level.TOWNSHIP]):
        if code and not code[digits:].strip("0"):
            return code[:digits]
    return code


def _nested(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


@dataclass(frozen=True)
class Verdict:
    """One rule on one matter: whether it decided, and in words why or why not."""

    rule: Rule
    fired: bool
    why: str


@dataclass(frozen=True)
class Route:
    """Where a matter goes by a set of rules.  ``committee`` is None when no rule found one; ``rule`` decided."""

    committee: Any = None
    rule: Rule | None = None
    reasons: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    @property
    def key(self) -> int | None:
        return self.committee.pk if self.committee else None


class Near:
    """The committees that may take a matter, sorted out once for all the rules and matters that ask."""

    def __init__(self, committees: Iterable[Any]) -> None:
        self.by_key = {one.pk: one for one in committees}
        trades = [one for one in self.by_key.values() if one.kind == CommitteeKind.TRADE]
        self.at = {one.organisation.division_id: one for one in self.by_key.values() if one.kind != CommitteeKind.TRADE}
        #: The first without a field takes what fits nowhere else: it is the district's own.
        self.district = next((one for one in trades if not one.fields), None)
        self.for_field: dict[str, Any] = {}
        for trade in trades:
            for code in trade.fields:
                self.for_field.setdefault(code, trade)


def route(matter: Matter, rules: Iterable[Rule], near: Near) -> Route:
    """The first rule that speaks of the matter and whose committee is ``near`` decides.

    A rule that names a level decides even where nobody stands there or above: a later one never sends a case down.
    """
    decided = Route()
    verdicts = []
    for rule in rules:
        why = rule.mismatch(matter)
        if why:
            verdicts.append(Verdict(rule, False, why))
        elif decided.rule:
            verdicts.append(Verdict(rule, False, f"也符合，但是第 {decided.rule.position} 条在前"))
        else:
            committee, reasons = _find(rule, matter, near)
            if committee:
                decided = Route(committee, rule, tuple(reason for reason in reasons if reason))
                verdicts.append(Verdict(rule, True, "；".join(decided.reasons) or "符合"))
            else:
                decided = Route(None, rule) if rule.is_certain else decided
                verdicts.append(Verdict(rule, False, f"符合，但是{_nobody(rule)}"))
    return replace(decided, verdicts=tuple(verdicts))


def _find(rule: Rule, matter: Matter, near: Near) -> tuple[Any, tuple[str, ...]]:
    """The committee a rule names for a matter, with the reasons; where a level has none, the next one above."""
    reason = rule.reason
    if "{" in reason:
        reason = reason.replace(TYPE, matter.official_name).replace(PLACE, matter.division.name)
    match rule.destination:
        case Destination.NAMED:
            return near.by_key.get(rule.committee), (reason,)
        case Destination.FIELD:
            return near.for_field.get(matter.category.official_code), (reason,)
        case Destination.DISTRICT:
            return near.district, (reason,)
    for destination, level in LADDER if rule.destination == Destination.VILLAGE else LADDER[1:]:
        place = matter.places.get(level)
        if place and place.pk in near.at:
            local = f"发生在{place.name}" if level == Level.VILLAGE else f"属地{place.name}"
            return near.at[place.pk], (local, reason if destination == rule.destination else "")
    return near.district, (NO_LOCAL,)


def _nobody(rule: Rule) -> str:
    match rule.destination:
        case Destination.FIELD:
            return "没有对口的行业性、专业性调委会"
        case Destination.NAMED:
            return f"{rule.committee_name}已停用，或者不在本案发生地的范围"
    return "属地和区级都没有调委会"


def rung(committee: Any) -> int:
    """How high on the ladder a committee stands, read with its place."""
    by_place: int = RUNG_OF_PLACE.get(committee.organisation.division.level, TOP_RUNG)
    return RUNGS.get(committee.kind, by_place)


# ---- reading them

#: A process notices rules published elsewhere within this time; those it published itself at once.
RECHECK_SECONDS: Final = 30.0
_kept: tuple[tuple[Rule, ...], float] | None = None


def forget_rules() -> None:
    """Read the rules again at the next question."""
    global _kept
    _kept = None


def rules_in_force() -> tuple[Rule, ...]:
    """The published rules in their order, at most ``RECHECK_SECONDS`` old."""
    global _kept
    if _kept is None or not _kept[0] or time.monotonic() - _kept[1] > RECHECK_SECONDS:
        _kept = (rules_of(RoutingRule.objects.filter(version__state=RoutingState.PUBLISHED)), time.monotonic())
    return _kept[0]


def rules_of(rows: Any) -> tuple[Rule, ...]:
    """Rows as rules, with the names they need, in their order; one query."""
    found = rows.select_related("category__parent", "place__parent", "committee__organisation").order_by("position")
    return tuple(rule_of(row) for row in found)


def rule_of(row: RoutingRule) -> Rule:
    return Rule(
        key=row.pk,
        position=row.position,
        category=row.category_id or "",
        category_name=str(row.category or ""),
        place=row.place_id or "",
        place_name=row.place.full_name() if row.place else "",
        source=row.source,
        risk_from=row.risk_from,
        people_from=row.people_from,
        has_organisation=row.has_organisation,
        destination=row.destination,
        committee=row.committee_id,
        committee_name=str(row.committee or ""),
        reason=row.reason,
    )
