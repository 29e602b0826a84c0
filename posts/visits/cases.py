"""What visits ask of the cases, which live two floors up; ``disputes`` answers from its ``ready()``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q


@dataclass(frozen=True)
class CaseOfVisit:
    """A case that a reader may see and that a visit belongs to; ``came_of_it``: the visit was there first."""

    code: str
    url: str
    title: str
    came_of_it: bool


class Cases(Protocol):
    def find(self, user: Any, typed: str) -> Any:
        """The case of this code among those the person may see, or None."""

    def link(self, visit: Any, case: Any, *, by: Any) -> None:
        """Say that a visit was about a case."""

    def of(self, visits: Collection[int], user: Any) -> dict[int, list[CaseOfVisit]]:
        """The cases of these visits that the person may see."""

    def owned_by(self, user: Any) -> Q:
        """Condition for visits that belong to a case whose mediator this is."""

    def register_url(self, visit: Any, user: Any) -> str:
        """Where this person registers a case with what the visit says; "" when they may not."""


class NoCases:
    """A portal without cases."""

    def find(self, user: Any, typed: str) -> Any:
        return None

    def link(self, visit: Any, case: Any, *, by: Any) -> None:
        raise LookupError("there are no cases")

    def of(self, visits: Collection[int], user: Any) -> dict[int, list[CaseOfVisit]]:
        return {}

    def owned_by(self, user: Any) -> Q:
        return Q(pk__in=())

    def register_url(self, visit: Any, user: Any) -> str:
        return ""


_cases: Cases = NoCases()


def use(cases: Cases) -> None:
    global _cases
    _cases = cases


def cases() -> Cases:
    return _cases
