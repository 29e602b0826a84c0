"""Where a case should go, and why.  A suggestion in plain words; the dispatcher decides.

Lives here, one floor above ``mediators``, because the lightest load is a question about open cases.  ``matter`` is what is
asked about, ``routing`` the rules that name the committee, ``pool`` who there is, ``choosing`` the mediator among them.
"""

from disputes.assignment.choosing import recused
from disputes.assignment.matter import Matter, TypedSide
from disputes.assignment.pool import Pool, fits, fitting
from disputes.assignment.routing import rung
from disputes.assignment.suggesting import Suggestion, suggest

__all__ = ["Matter", "Pool", "Suggestion", "TypedSide", "fits", "fitting", "recused", "rung", "suggest"]
