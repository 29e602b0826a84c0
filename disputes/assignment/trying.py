"""What other rules would do, before they are published: one case under both, the last cases replayed, the difference.

Reads only; nothing is assigned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Prefetch

from disputes.assignment.matter import Matter
from disputes.assignment.pool import Pool
from disputes.assignment.routing import Route, Rule, route
from disputes.models import Dispute, Party

#: As many of the latest cases as tell what a change does.
REPLAYED = 500


def tried(matter: Matter, *sets: Sequence[Rule]) -> list[Route]:
    """Where a matter goes under each set of rules."""
    near = Pool([matter], loads=False).near(matter.division.path)
    return [route(matter, rules, near) for rules in sets]


@dataclass(frozen=True)
class Moved:
    """A case that would go elsewhere."""

    case: Dispute
    before: Route
    after: Route


@dataclass(frozen=True)
class Replay:
    asked: int
    moved: tuple[Moved, ...]
    #: (from, to) in words -> how many, the most first.
    ways: tuple[tuple[str, str, int], ...]


def replay(cases: Any, before: Sequence[Rule], after: Sequence[Rule]) -> Replay:
    """The newest of ``cases`` under two sets of rules; a fixed number of queries."""
    newest = list(
        cases.order_by("-registered_at", "-id")
        .select_related("category__parent", "division__parent", "township")
        .prefetch_related(Prefetch("parties", Party.objects.only("id", "dispute", "kind")))
        .defer("summary", "claim", "grams")[:REPLAYED]
    )
    pool = Pool(newest, loads=False)
    moved = []
    for case, matter in zip(newest, pool.matters, strict=True):
        near = pool.near(matter.division.path)
        was, would = route(matter, before, near), route(matter, after, near)
        if was.key != would.key:
            moved.append(Moved(case, was, would))
    ways = Counter((str(one.before.committee or "没有建议"), str(one.after.committee or "没有建议")) for one in moved)
    return Replay(len(newest), tuple(moved), tuple((a, b, n) for (a, b), n in ways.most_common()))


# ---- the difference between two sets


@dataclass(frozen=True)
class Change:
    """One rule of either set: what became of it.  ``tone`` is the colour of its badge."""

    rule: Rule
    label: str
    tone: str
    was: int | None
    now: int | None


def difference(before: Sequence[Rule], after: Sequence[Rule]) -> list[Change]:
    """The rules of both sets in reading order; what stands on both sides unchanged is left out of the list."""
    old, new = [_words(rule) for rule in before], [_words(rule) for rule in after]
    found = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        gone = [rule for rule in before[a:b] if _words(rule) not in new]
        found += [Change(rule, "删除", "red", rule.position, None) for rule in gone]
        for rule in after[c:d]:
            if _words(rule) in old:
                found.append(Change(rule, "移动", "amber", before[old.index(_words(rule))].position, rule.position))
            else:
                found.append(Change(rule, "新增", "green", None, rule.position))
    return found


def _words(rule: Rule) -> tuple[str, str]:
    return rule.sentence, rule.reason
