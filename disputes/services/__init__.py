"""The verbs of a case.  ``register`` starts one, ``perform`` does everything else; nothing else changes a case."""

from disputes.services.engine import perform
from disputes.services.intake import register

__all__ = ["perform", "register"]
