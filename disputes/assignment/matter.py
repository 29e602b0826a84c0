"""What a suggestion is made from: a case, or a registration that is still being typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

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
    #: For a case somebody made up to try the rules: there are no sides to look at.
    names_an_organisation: bool = False

    @classmethod
    def of(cls, dispute: Dispute) -> Matter:
        """A registered case.  Reads its parties, as they were loaded with it."""
        return cls(
            dispute.category, dispute.division, dispute.source, dispute.risk, dispute.people_count,
            tuple(dispute.parties.all()), dispute.pk,
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

    @property
    def official_name(self) -> str:
        """The kind of dispute as the official list calls it."""
        return self.category.parent.name if self.category.parent else self.category.name


def all_of(disputes: Iterable[Any]) -> list[Matter]:
    return [Matter.of(dispute) for dispute in disputes]
