"""Doorbells: what happens to a case, for its meetings."""

from typing import Any

from django.dispatch import receiver

from centre.services import booking
from disputes.models import Dispute, DisputeEvent
from disputes.signals import dispute_moved

#: Steps before which nothing can have been arranged: the window need not wait for a look at the calendar.
NO_MEETING_YET = frozenset({"register", "accept"})


@receiver(dispute_moved)
def keep_meetings_with_the_case(sender: Any, dispute: Dispute, event: DisputeEvent, by: Any, **kwargs: Any) -> None:
    if event.name == "record_session":
        session = dispute.sessions.order_by("-number").first()
        if session:
            booking.held(dispute, session)
    elif event.name in NO_MEETING_YET:
        return
    elif event.to_status != event.from_status or event.name in ("reassign", "appoint"):
        booking.follow(dispute, by=by)
