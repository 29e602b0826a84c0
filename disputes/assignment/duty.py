"""Who is on duty now, as far as a suggestion cares: between two who are alike in everything else."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone

from grids.choices import OrganisationKind
from grids.models import Organisation
from rosters import standing


def present(places: Collection[str]) -> frozenset[int]:
    """Accounts on duty at the centres of these places, by the roster; nobody outside office hours."""
    now = timezone.now()
    if standing.half_at(now) is None:
        return frozenset()
    centres = Organisation.objects.active().filter(kind=OrganisationKind.CENTRE, division_id__in=places)
    found: set[int] = set()
    for centre in centres.values_list("pk", flat=True):
        found |= {one.user_id for one in standing.on_duty(centre, now) if one.user_id}
    return frozenset(found)
