"""Has this been registered before?  Asked while someone is typing, answered within what that person may see.

Same document number or phone (by blind index), or same name in the same township.  Of what lies beyond the person's
scope only one thing is said: that somewhere the same number or phone is registered.  Neither where nor how often.

An answer tells whether a number is known at all, so numbers count toward the same hour as those of the search box, and
each leaves its audit row (``disputes.lookups``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from accounts import audit
from common import idnumbers, phones
from common.crypto import blind_index
from common.idnumbers import IdNumber, Uscc
from disputes import lookups
from disputes.models import Dispute, Party
from grids.choices import Level
from grids.models import Division

#: As many cards as fit beside the form without hiding the suggestion.
MOST_CARDS = 5
#: Rows looked at before the best are chosen; a common name has hundreds.
MOST_ROWS = 200
#: Parties of one form that are looked for.
MOST_TYPED = 20

TOO_MANY = "一小时内核对的号码已达 {} 个，暂时不再按号码查重。登记照常办理，是否重复请稍后在案件页核对。"
REASONS = {"number": "证件号码相同", "phone": "电话相同", "name": "同一乡镇（街道）同名"}
#: ``names``: two or more of the typed names stand in one earlier case.
WEIGHT = {"number": 4, "phone": 3, "name": 1, "names": 3}


@dataclass(frozen=True)
class Typed:
    """What has been typed so far that can be looked for; document numbers and phones as blind indexes only."""

    numbers: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    township: Division | None = None

    @classmethod
    def of(cls, parties: Iterable[Mapping[str, str]], division: Division | None) -> Typed:
        """Only complete numbers count: half a number is nobody's."""
        found: dict[str, set[str]] = {"numbers": set(), "phones": set(), "names": set()}
        for party in list(parties)[:MOST_TYPED]:
            number, phone = idnumbers.normalise(party.get("id_number", "")), phones.normalise(party.get("phone", ""))
            if _is_complete(number):
                found["numbers"].add(blind_index("party.id_number", number))
            if phones.is_valid(phone):
                found["phones"].add(blind_index("party.phone", phone))
            name = " ".join("".join(c for c in party.get("name", "")[:100] if c.isprintable()).split())
            if len(name) >= 2:
                found["names"].add(name)
        return cls(**{name: frozenset(values) for name, values in found.items()}, township=_township(division))

    def __bool__(self) -> bool:
        return bool(self.numbers or self.phones or (self.names and self.township))


def _is_complete(number: str) -> bool:
    if len(number) == 18:
        return bool(IdNumber.parse(number).birth_date) or Uscc.parse(number).is_valid
    return 6 <= len(number) < 18 and not number.isdigit()  # a passport; digits alone are a card half typed


def _township(division: Division | None) -> Division | None:
    if division is None or division.level == Level.TOWNSHIP:
        return division
    return division.parent if division.level == Level.VILLAGE else None


@dataclass
class Match:
    """One earlier case and why it may be the same."""

    dispute: Dispute
    reasons: list[str]


@dataclass
class Found:
    rows: list[Match] = field(default_factory=list)
    outside: bool = False
    refusal: str = ""

    def __bool__(self) -> bool:
        return bool(self.rows) or self.outside


def find(user: Any, typed: Typed) -> Found:
    """Earlier cases that may be this one, best first, and whether something lies outside ``user``'s scope.

    Numbers beyond the hour's limit are left out and ``refusal`` says so; names are still compared.
    """
    if not typed:
        return Found()
    visible = Dispute.objects.visible_to(user)
    typed, known, refusal = _within_the_hour(user, typed)
    why, outside, seen = _same_person(typed, visible)
    if typed.names and typed.township:
        rows = Party.objects.filter(name__in=typed.names, dispute__township=typed.township, dispute__in=visible)
        met: defaultdict[int, set[str]] = defaultdict(set)
        for case, name in rows.order_by("-id").values_list("dispute_id", "name")[:MOST_ROWS]:
            met[case].add(name)
            why[case].add("name" if len(met[case]) == 1 else "names")
    best = sorted(why, key=lambda case: (sum(WEIGHT[reason] for reason in why[case]), case), reverse=True)[:MOST_CARDS]
    cases = {dispute.pk: dispute for dispute in visible.for_list().filter(pk__in=best)} if best else {}
    matches = [Match(cases[case], [words for reason, words in REASONS.items() if reason in why[case]]) for case in best]
    _write_down(user, typed, known, seen)
    return Found(matches, bool(outside), refusal)


def _within_the_hour(user: Any, typed: Typed) -> tuple[Typed, set[str], str]:
    """What may be looked up of what was typed, the numbers known from this hour, and why the rest may not."""
    wanted = typed.numbers | typed.phones
    if not wanted:
        return typed, set(), ""
    known = lookups.tried(user)
    allowed = lookups.allowed(wanted, known)
    refusal = "" if allowed == wanted else TOO_MANY.format(lookups.NUMBERS_AN_HOUR)
    return replace(typed, numbers=typed.numbers & allowed, phones=typed.phones & allowed), known, refusal


#: For every looked-up index: visible cases with it, and whether one lies beyond.
Seen = dict[str, tuple[int, bool]]


def _same_person(typed: Typed, visible: Any) -> tuple[defaultdict[int, set[str]], bool, Seen]:
    """Why each visible case matches by number or phone, whether a case that is not visible does, and how many by index."""
    why: defaultdict[int, set[str]] = defaultdict(set)
    if not (typed.numbers or typed.phones):
        return why, False, {}
    # Ids of all cases first, the scope second: few rows by index, however many cases a person may see.
    anywhere = Party.objects.filter(Q(id_number_index__in=typed.numbers) | Q(phone_index__in=typed.phones))
    rows = list(anywhere.order_by("-id").values_list("dispute_id", "id_number_index", "phone_index")[:MOST_ROWS])
    seen = set(visible.filter(pk__in={case for case, *_ in rows}).values_list("pk", flat=True)) if rows else set()
    for case, number, phone in rows:
        if case in seen:
            why[case] |= {"number"} if number in typed.numbers else set()
            why[case] |= {"phone"} if phone in typed.phones else set()
    by_index: Seen = {}
    for index in typed.numbers | typed.phones:
        cases = {case for case, number, phone in rows if index in (number, phone)}
        by_index[index] = len(cases & seen), bool(cases - seen)
    return why, any(case not in seen for case, *_ in rows), by_index


def _write_down(user: Any, typed: Typed, known: set[str], seen: Seen) -> None:
    """Each number once an hour: how many cases in scope were shown for it, and whether one beyond was given away."""
    audit.record_each(
        lookups.CHECK,
        [
            (
                "party_index",
                index,
                {
                    "index": index,
                    "by": "document" if index in typed.numbers else "phone",
                    "hits": hits,
                    "outside": outside,
                },
            )
            for index, (hits, outside) in sorted(seen.items())
            if index not in known
        ],
        actor=user,
    )
