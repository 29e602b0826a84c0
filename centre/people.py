"""Who is one and the same person, across cases, without anybody's number being read.

A party is known by the keyed blind index of the document, or of the telephone (disputes.models.Party).  The keys of
two rows meet only where the numbers do.
"""

from __future__ import annotations

import datetime as dt

from django.db.backends.postgresql.psycopg_any import NumericRange

from centre.models import ANYONE
from disputes.models import Party
from mediators.models import Mediator
from posts.models import Leave

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


def leaves(mediator: Mediator, first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """Stretches of days on which a mediator is on leave, as far as they reach into these."""
    rows = Leave.objects.filter(officer__mediator=mediator, starts_on__lte=last, ends_on__gte=first)
    return list(rows.order_by("starts_on").values_list("starts_on", "ends_on"))
