"""What else somebody who leaves has in hand, and passes on with their posts: a slot that apps above fill.

An app above registers a ``Charge`` in its ``AppConfig.ready()``; the hand-over page lists its items, each with the
people who could take it, and passes them on in the transaction of the hand-over.  posts knows nothing of what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from posts.models import Officer


@dataclass(frozen=True)
class Item:
    """One thing in hand: a case."""

    key: str
    label: str
    hint: str = ""
    url: str = ""
    #: Who could take it: (value, label), the best first.
    choices: Sequence[tuple[str, str]] = field(default=())
    #: Why this person may not pass it on, in a sentence; it then stays where it is.
    refusal: str = ""


@dataclass(frozen=True)
class Charge:
    """One kind of thing in hand.

    ``items(officer, by)`` lists them for the person who hands over.  ``pass_on(officer, chosen, by)`` gives
    the items of ``chosen`` (key of an item to value of a choice) to their successors by verbs of its own app; it may
    raise any Refusal, and then nothing of the hand-over is written.
    """

    key: str
    title: str
    items: Callable[[Officer, Any], list[Item]]
    pass_on: Callable[[Officer, Mapping[str, str], Any], None]


_charges: dict[str, Charge] = {}


def register(charge: Charge) -> None:
    """Called once from ``ready()``."""
    _charges[charge.key] = charge


def registered() -> list[Charge]:
    return list(_charges.values())
