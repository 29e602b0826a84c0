"""What apps above add to the pages of a case: panels, values to begin a form with, meetings arranged elsewhere.

Filled from their ``AppConfig.ready()``; this app knows none of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from disputes.models import Dispute

#: Panels beside the actions of the case page (``common.panels``).  Given: the case, the reader.
CASE = "disputes.case"

Initial = Callable[["Dispute", Any], dict[str, Any]]

_initial: dict[str, list[Initial]] = {}


def prefill(transition: str, provider: Initial) -> None:
    """Let ``provider(dispute, user)`` say what the form of ``transition`` begins with."""
    providers = _initial.setdefault(transition, [])
    if provider not in providers:
        providers.append(provider)


def initial_of(transition: str, dispute: Dispute, user: Any) -> dict[str, Any]:
    """What is known already and need not be typed again."""
    found: dict[str, Any] = {}
    for provider in _initial.get(transition, ()):
        found |= provider(dispute, user)
    return found


@dataclass(frozen=True)
class Appointment:
    """A meeting in a case.  ``where`` is empty when no room was taken."""

    at: dt.datetime
    dispute: int
    where: str = ""


Appointments = Callable[[Any, dt.datetime, int], Iterable[Appointment]]

_appointments: list[Appointments] = []


def appointments_from(provider: Appointments) -> None:
    """Let ``provider(user, since, most)`` add to the meetings on the desk."""
    if provider not in _appointments:
        _appointments.append(provider)


def appointments(user: Any, since: dt.datetime, most: int) -> list[Appointment]:
    """Meetings arranged elsewhere, the next first."""
    return sorted((one for provider in _appointments for one in provider(user, since, most)), key=lambda one: one.at)
