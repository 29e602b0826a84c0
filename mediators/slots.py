"""What the floor above knows and these pages show: open cases and the names of kinds of disputes.

``disputes`` fills the slot when it starts (``fill``); without it a mediator has no cases and kinds are bare codes, and
everything here still works.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import IntegerField, Value


@dataclass(frozen=True)
class OpenCase:
    """One open case as the page of its mediator names it; ``may_move`` says whether this reader may hand it over."""

    code: str
    url: str
    title: str
    state: str
    color: str
    may_move: bool


class Work(Protocol):
    def load(self, whose: str) -> Any:
        """Expression for the open cases beside each ``mediator`` or ``committee``."""

    def list_url(self, committee: Any) -> str:
        """Where the open cases of a committee are listed."""

    def open_cases(self, mediator: Any, user: Any) -> Sequence[OpenCase]:
        """Those of a mediator's open cases that ``user`` may see."""

    def hand_over(self, plan: Mapping[str, Any], reason: str, by: Any) -> int:
        """Give each case (by code) to a mediator, or to its committee's head to name one.  Returns how many moved.

        Raises the refusals of the verb; the caller's transaction holds all of them together.
        """

    def kinds(self) -> Sequence[tuple[str, str]]:
        """(code, name) of the kinds of disputes in force: two digits the official ones, four the local."""


class Nothing:
    """No floor above."""

    def load(self, whose: str) -> Any:
        return Value(0, output_field=IntegerField())

    def list_url(self, committee: Any) -> str:
        return ""

    def open_cases(self, mediator: Any, user: Any) -> Sequence[OpenCase]:
        return ()

    def hand_over(self, plan: Mapping[str, Any], reason: str, by: Any) -> int:
        return 0

    def kinds(self) -> Sequence[tuple[str, str]]:
        return ()


_filled: list[Work] = [Nothing()]


def fill(work: Work) -> None:
    """Called once, by the app above, from its ``AppConfig.ready``."""
    _filled[:] = [work]


def work() -> Work:
    return _filled[0]
