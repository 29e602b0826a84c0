"""Who was there, as their work shows it: cases handled on a day, by organisation.  Nobody checks in.

Cases live one floor up; the app that has them registers how they are counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Handled:
    """How many cases people of an organisation handled on a day, and the list of exactly these."""

    count: int
    url: str


#: Organisations, a day and the reader -> what of it the reader may see.
Source = Callable[[Collection[int], dt.date, Any], Mapping[int, Handled]]
_sources: list[Source] = []


def count_by(source: Source) -> None:
    """Called from ``ready()`` of the app that knows the cases."""
    _sources.append(source)


def handled(organisations: Collection[int], day: dt.date, reader: Any) -> dict[int, Handled]:
    """By organisation, what its people handled on that day; nothing where no app counts."""
    found: dict[int, Handled] = {}
    for source in _sources:
        found |= source(organisations, day, reader)
    return found
