"""Who is one and the same person, across cases, without anybody's number being read.

A party is known by the keyed blind index of the document, or of the telephone (disputes.models.Party).  The keys of
two rows meet only where the numbers do.
"""

from __future__ import annotations

from django.db.backends.postgresql.psycopg_any import NumericRange

from centre.models import ANYONE
from disputes.models import Party
from mediators.models import Mediator

Key = tuple[str, NumericRange]


def of_mediator(mediator: Mediator) -> list[Key]:
    return [(f"m:{mediator.pk}", ANYONE)]


def of_party(party: Party) -> list[Key]:
    """The document first; a telephone for whoever else has it, as far as documents do not tell them apart."""
    keys: list[Key] = []
    document, phone = party.id_number_index, party.phone_index
    if document:
        keys.append((f"i:{document}", ANYONE))
    if phone:
        keys.append((f"p:{phone}", _point(document) if document else ANYONE))
    return [*keys, (f"u:{party.uid.hex}", ANYONE)]


def _point(index: str) -> NumericRange:
    number = int(index[:15], 16)
    return NumericRange(number, number, "[]")
