"""What a suggestion is made from: a case, or a registration that is still being typed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from common.crypto import blind_index
from disputes.choices import PartyKind
from disputes.models import Category, Dispute
from grids.choices import Level
from grids.models import Division

#: Fewer people than a dispute has sides are not counted.
USUAL_PEOPLE = 2


class Side(Protocol):
    """Who stands on one side: a row of the case, or what is typed so far."""

    kind: str
    name: str
    guardian_name: str
    agent_name: str
    phone_index: str
    id_number_index: str
    address: str


@dataclass(frozen=True)
class TypedSide:
    """A party of a registration that is still being typed; its numbers are at once turned into blind indexes."""

    kind: str = PartyKind.PERSON.value
    name: str = ""
    guardian_name: str = ""
    agent_name: str = ""
    phone_index: str = ""
    id_number_index: str = ""
    address: str = ""

    @classmethod
    def of(cls, kind: str, name: str, phone: str, id_number: str) -> TypedSide:
        return cls(
            kind=kind,
            name=name,
            phone_index=blind_index("party.phone", phone),
            id_number_index=blind_index("party.id_number", id_number),
        )


@dataclass(frozen=True)
class Matter:
    """The facts that rules ask about, and who is involved."""

    category: Category
    division: Division
    source: str = ""
    risk: str = ""
    people_count: int = USUAL_PEOPLE
    sides: tuple[Side, ...] = ()
    case: int | None = None
    #: A language that a party needs, one of ``mediators.choices.Language``.
    language: str = ""
    #: The mediator whom the parties chose.
    wanted: int | None = None
    #: For a case somebody made up to try the rules: there are no sides to look at.
    names_an_organisation: bool = False

    @classmethod
    def of(cls, dispute: Dispute) -> Matter:
        """A registered case.  Reads its parties, as they were loaded with it."""
        return cls(
            dispute.category, dispute.division, dispute.source, dispute.risk, dispute.people_count,
            tuple(dispute.parties.all()), dispute.pk, dispute.language, dispute.wanted_mediator_id,
        )  # fmt: skip

    @cached_property
    def has_organisation(self) -> bool:
        return self.names_an_organisation or any(side.kind == PartyKind.ORGANISATION for side in self.sides)

    @cached_property
    def places(self) -> dict[str, Division]:
        """The place itself and, for a village, its township: by level."""
        found = {self.division.level: self.division}
        if self.division.level == Level.VILLAGE and self.division.parent:
            found[Level.TOWNSHIP] = self.division.parent
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """Everyone who is named on a side: parties, guardians, agents."""
        found = {name for side in self.sides for name in (side.name, side.guardian_name, side.agent_name)}
        return frozenset(found - {""})

    @cached_property
    def phones(self) -> frozenset[str]:
        return frozenset({side.phone_index for side in self.sides} - {""})

    @cached_property
    def documents(self) -> frozenset[str]:
        return frozenset({side.id_number_index for side in self.sides} - {""})

    @cached_property
    def households(self) -> frozenset[tuple[str, str]]:
        return frozenset(household(side) for side in self.sides if side.name and side.address)

    @property
    def official_name(self) -> str:
        """The kind of dispute as the official list calls it."""
        return self.category.parent.name if self.category.parent else self.category.name


def household(side: Side) -> tuple[str, str]:
    """Surname and address, by which people who live together are told."""
    return side.name[0], "".join(side.address.split())
