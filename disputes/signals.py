"""News of a case.  Apps above listen here; disputes knows none of them."""

from django.dispatch import Signal

#: Sent inside the transaction after a verb: ``dispute``, ``event`` (DisputeEvent), ``by`` (User).
dispute_moved = Signal()
