"""Doorbells: what other apps' news means for cases."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.dispatch import receiver

from disputes.models import Dispute
from grids.loading import Change
from grids.models import Division
from grids.signals import divisions_changed


@receiver(divisions_changed)
def follow_moved_places(sender: Any, change: Change, **kwargs: Any) -> None:
    """A village that now belongs to another township takes its cases along; scope follows the path."""
    if not change.moved:
        return
    place = Division.objects.filter(pk=OuterRef("division_id"))
    moved = Division.objects.filter(pk__in=change.moved).values_list("path", flat=True)
    for path in moved:
        inside = Dispute.objects.filter(division__path__startswith=path)
        inside.update(place_path=Subquery(place.values("path")[:1]))
        for village in Division.objects.filter(path__startswith=path, level="village"):
            Dispute.objects.filter(division=village).update(township=village.parent_id)
