"""Free text without personal data.  People write names and numbers into narratives; an answer must not carry them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from common.logs import redact
from common.masks import mask_name, mask_org
from disputes.choices import PartyKind


class Named(Protocol):
    name: str
    kind: str


class Scrubber:
    """Replaces the names of a case's people by their masks, and cuts out ID numbers, phones and bank cards."""

    def __init__(self, people: Iterable[Named], others: Iterable[str] = ()) -> None:
        """``others``: guardians, agents and managers, known by name alone."""
        masks = {row.name: (mask_org if row.kind == PartyKind.ORGANISATION else mask_name)(row.name) for row in people}
        masks |= {name: mask_name(name) for name in others if name and name not in masks}
        # 王建国 before 建国; a name of one character would blot out ordinary words
        self._masks = sorted(((n, m) for n, m in masks.items() if len(n) > 1), key=lambda pair: -len(pair[0]))

    def __call__(self, text: str) -> str:
        for name, mask in self._masks:
            if name in text:
                text = text.replace(name, mask)
        return redact(text)
