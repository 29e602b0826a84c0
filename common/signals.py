"""News of this layer.  Apps above listen here; common knows none of them."""

from django.dispatch import Signal

#: Days were changed or became known, and what rests on them must be worked out again: ``from_day`` (date), the first
#: of them.  A due date before it stays as it is.
#: Sent through the outbox (topic ``common.workdays.TOPIC``): only after the commit, in the transaction that marks the
#: news as delivered, again when a receiver fails, and after the calendar was read anew.  Receivers must do no harm on a
#: second time.
workdays_changed = Signal()
