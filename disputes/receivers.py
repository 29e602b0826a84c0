"""Doorbells: what other apps' news means for cases."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import OuterRef, Subquery
from django.dispatch import receiver

from common import outbox
from common.signals import workdays_changed
from disputes.models import Dispute, DisputeEvent
from disputes.services import clocks, warning
from disputes.signals import dispute_moved
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


@outbox.handles(warning.TOPIC, alone=True)
def act_on_a_warning(escalation: int) -> None:
    warning.deliver(escalation)


@receiver(dispute_moved)
def tell_and_settle(sender: Any, dispute: Dispute, event: DisputeEvent, **kwargs: Any) -> None:
    """Messages are rows of this very transaction: told with the step, or not at all."""
    warning.tell_of_step(dispute, event)
    warning.settle_after(dispute, event)


outbox.sends_task(clocks.RECKON, "disputes.tasks.reckon_clocks")


@receiver(workdays_changed)
def reckon_after_a_change_of_days(sender: Any, from_day: dt.date, **kwargs: Any) -> None:
    """Thousands of cases may rest on it: a task does them one by one."""
    key = f"{from_day}:{uuid.uuid4()}"
    outbox.publish(clocks.RECKON, key, {"from_day": from_day.isoformat()})
