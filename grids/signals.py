"""News of places.  Apps above listen here; grids knows none of them."""

from django.dispatch import Signal

#: Sent inside the transaction after an official list was applied: ``change`` (grids.loading.Change).
divisions_changed = Signal()
