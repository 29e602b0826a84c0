"""Earlier cases of the same people, and links that somebody made on purpose."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Q

from disputes.choices import LinkKind
from disputes.models import Dispute, DisputeLink, Party


def sentences(dispute: Dispute, user: Any) -> list[dict[str, str] | None]:
    """For each party in order: ``既往 2 件`` with a link, or None.  Matched by number or phone, within scope."""
    parties = list(dispute.parties.all())
    numbers = [p.id_number_index for p in parties if p.id_number_index]
    phones = [p.phone_index for p in parties if p.phone_index]
    if not numbers and not phones:
        return [None] * len(parties)
    visible = Dispute.objects.visible_to(user).exclude(pk=dispute.pk)
    rows = Party.objects.filter(
        Q(id_number_index__in=numbers) | Q(phone_index__in=phones), dispute__in=visible
    ).values_list("dispute_id", "id_number_index", "phone_index")
    found: Counter[str] = Counter()
    seen: set[tuple[int, str]] = set()
    for case, number, phone in rows:
        for key in (number, phone):
            if key and (case, key) not in seen:
                seen.add((case, key))
                found[key] += 1
    return [
        _sentence(
            party,
            max(found[p] for p in (party.id_number_index, party.phone_index) if p)
            if (party.id_number_index or party.phone_index)
            else 0,
        )
        for party in parties
    ]


def _sentence(party: Party, count: int) -> dict[str, str] | None:
    if not count:
        return None
    return {"text": f"既往 {count} 件", "url": f"/disputes/?party={party.uid}"}


def links(dispute: Dispute, user: Any) -> list[DisputeLink]:
    """Cases that were marked as the same dispute coming back, or related, as far as this person may see them."""
    return list(
        DisputeLink.objects.filter(dispute=dispute, other__in=Dispute.objects.visible_to(user))
        .exclude(kind=LinkKind.DISTINCT)
        .select_related("other")
    )
