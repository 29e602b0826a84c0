"""Parts of a page that come down from the apps above.

The app that owns a page names a slot and draws what was put into it; an app above fills the slot from
``AppConfig.ready()``.  Neither knows the other.

    panels.fill("disputes.case", booking_panel)          # centre/apps.py
    panels.of("disputes.case", dispute, user)            # disputes/views/case.py

A provider gets what the slot gives and answers with a ``Panel``, or None where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Provider = Callable[..., "Panel | None"]


@dataclass(frozen=True)
class Panel:
    """A template, and the ``panel`` it reads."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


_slots: dict[str, list[Provider]] = {}


def fill(slot: str, provider: Provider) -> None:
    """Draw ``provider`` in ``slot``, after those that are there.  Filling again with the same one changes nothing."""
    providers = _slots.setdefault(slot, [])
    if provider not in providers:
        providers.append(provider)


def of(slot: str, *given: Any) -> list[Panel]:
    """What there is to draw in ``slot``, in the order of filling."""
    found = (provider(*given) for provider in _slots.get(slot, ()))
    return [panel for panel in found if panel is not None]
