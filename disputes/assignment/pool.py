"""Who may be suggested, and how much each has in hand: read once, however many matters are asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import Count, Q

from common.crypto import blind_index
from disputes.assignment import duty
from disputes.assignment.matter import Matter, household
from disputes.assignment.routing import Near
from disputes.choices import OPEN_STATES
from disputes.models import Assignment, Dispute, Party
from mediators.models import Committee, Mediator

#: For more places than this, reading every committee of the district is cheaper than asking for theirs.
MANY_PLACES = 20


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


def phone_index(mediator: Any) -> str:
    """Blind index of a mediator's phone, reckoned once for each row."""
    kept = mediator.__dict__.get("_phone_index")
    if kept is None:
        kept = mediator._phone_index = blind_index("party.phone", mediator.phone)
    return str(kept)


class Pool:
    """Committees and mediators around some matters.

    ``give`` counts what is handed out meanwhile, so that ten cases do not all go to the one with the lightest load.
    ``loads=False`` leaves the counting out, for questions about rules alone.
    """

    def __init__(self, matters: Iterable[Matter | Dispute], *, loads: bool = True) -> None:
        self.matters = [one if isinstance(one, Matter) else Matter.of(one) for one in matters]
        self.loads = loads
        self._near: dict[str, Near] = {}
        self._mediators: dict[int, list[Any]] = {}
        self._records: dict[int, list[Party]] = {}

    @cached_property
    def committees(self) -> list[Any]:
        # Named: a counting query forgets the order of its model, and the first committee of a kind is the one that is taken.
        rows = Committee.objects.active().select_related("organisation__division").order_by("organisation__code")
        paths = {matter.division.path for matter in self.matters}
        if len(paths) <= MANY_PLACES:
            condition = Q(pk__in=())
            for path in paths:
                condition |= fitting_at(path)
            rows = rows.filter(condition)
        if self.loads:
            rows = rows.annotate(load=Count("disputes", filter=Q(disputes__status__in=OPEN_STATES)))
        return list(rows)

    @cached_property
    def _by_place(self) -> tuple[dict[str, list[int]], dict[str | None, list[int]]]:
        """Numbers of the committees at a place, and in the places directly below it."""
        at: defaultdict[str, list[int]] = defaultdict(list)
        below: defaultdict[str | None, list[int]] = defaultdict(list)
        for number, committee in enumerate(self.committees):
            at[committee.organisation.division_id].append(number)
            below[committee.organisation.division.parent_id].append(number)
        return at, below

    def near(self, place_path: str) -> Near:
        """Committees that fit a place, in the order of their codes."""
        if place_path not in self._near:
            codes, township = _around(place_path)
            at, below = self._by_place
            numbers = {number for code in codes for number in at.get(code, ())}
            if township:
                numbers.update(below.get(township, ()))
            self._near[place_path] = Near(self.committees[number] for number in sorted(numbers))
        return self._near[place_path]

    def mediators(self, *committees: Committee) -> list[Any]:
        """Serving mediators of some committees; for several matters those of every committee are read with the first."""
        missing = [one for one in committees if one.pk not in self._mediators]
        if missing:
            asked = missing if len(self.matters) == 1 else self.committees
            self._mediators |= {one.pk: [] for one in asked}
            serving = Mediator.objects.serving().filter(committee__in=[one.pk for one in asked])
            for mediator in serving.annotate(load=Count("disputes", filter=Q(disputes__status__in=OPEN_STATES))):
                self._mediators[mediator.committee_id].append(mediator)
        return [mediator for one in committees for mediator in self._mediators[one.pk]]

    @cached_property
    def had_it(self) -> dict[int, set[int]]:
        """By case: mediators who gave it back or were replaced on it, and are not suggested again."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        keys = [matter.case for matter in self.matters if matter.case]
        if keys:
            ended = Assignment.objects.filter(dispute__in=keys).exclude(ended_at=None).exclude(mediator=None)
            for case, mediator in ended.values_list("dispute_id", "mediator_id"):
                found[case].add(mediator)
        return found

    def interested(self, matter: Matter, mediators: Iterable[Any]) -> set[int]:
        """Mediators who are named on a side of the matter, or seem to belong to one.

        By name and phone; and, where an earlier case knows the mediator by that phone, by document and household.
        """
        mediators = list(mediators)
        found = {one.pk for one in mediators if one.name in matter.names}
        found |= {one.pk for one in mediators if phone_index(one) in matter.phones}
        if matter.documents or matter.households:
            self._read_records(mediators)
            for one in mediators:
                for record in self._records[one.pk]:
                    lives_there = bool(record.address) and household(record) in matter.households
                    if record.id_number_index in matter.documents or lives_there:
                        found.add(one.pk)
        return found

    def _read_records(self, mediators: Iterable[Any]) -> None:
        """What earlier cases know of mediators who were a party themselves."""
        new = {one.pk: one for one in mediators if one.pk not in self._records}
        self._records |= {key: [] for key in new}
        by_phone = {phone_index(one): one for one in new.values()}
        by_phone.pop("", None)
        if by_phone:
            rows = Party.objects.filter(phone_index__in=by_phone)
            for row in rows.only("uid", "name", "phone_index", "id_number_index", "address"):
                one = by_phone[row.phone_index]
                if row.name == one.name:
                    self._records[one.pk].append(row)

    @cached_property
    def on_duty(self) -> frozenset[int]:
        """Accounts that are on duty now at a centre around the matters; nobody outside office hours."""
        return duty.present({code for matter in self.matters for code in matter.division.path.strip("/").split("/")})

    def give(self, committee: Committee, mediator: Mediator | None) -> None:
        """One more case is theirs."""
        for own in self.committees:
            if own.pk == committee.pk:
                own.load += 1
                for one in self.mediators(own):
                    one.load += mediator is not None and one.pk == mediator.pk
