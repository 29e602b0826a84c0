"""A small engine for life cycles that are written down as one table.

An app lists its ``Transition`` rows; this module answers three questions about them, reading only
what it is given (no request, no query): may it (``check``), what may be done (``available``), and whose
to-do it is (``awaiting``).  Buttons, API actions, to-do lists, the help page and the tests are derived from
the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from common.errors import NotPermitted, Refusal, WrongState

Guard = Callable[[Any, Any], None]


@dataclass(frozen=True)
class Transition:
    """One row of a life cycle.

    name     what code, URLs and the API call it
    label    the verb on the button, in the paper's words
    done     what the timeline says afterwards
    sources  states it may start from
    target   the state it leads to; None keeps the state (a record is added, nothing moves)
    roles    who may do it
    guards   legal gates: each raises a Refusal with a sentence, or returns
    todo     True: a case in one of ``sources`` waits for one of ``roles`` to do this
    asks     True: confirmed on a page with a reason, because it is not undone with one click
    undo     the name of the transition that reverses it, if one does
    quiet    True: takes nothing from under anybody's hands, so a page loaded before it is not out of date
    rare     True: shown only when its gate is open, never greyed with the reason
    law      where the rule is written
    """

    name: str
    label: str
    done: str
    sources: frozenset[str]
    target: str | None
    roles: frozenset[str]
    guards: tuple[Guard, ...] = ()
    todo: bool = False
    asks: bool = False
    undo: str | None = None
    law: str = ""
    primary: bool = field(default=False)
    quiet: bool = False
    rare: bool = False


def check(
    transition: Transition,
    *,
    state: str,
    state_label: str,
    roles: Collection[str],
    role_labels: Callable[[Iterable[str]], str],
    subject: Any,
    actor: Any,
) -> None:
    """Return when ``transition`` may be performed now, else raise the refusal the user should read.

    Raises WrongState (409), NotPermitted (403) or the guard's own refusal.
    """
    if state not in transition.sources:
        raise WrongState(f"现在是“{state_label}”，不能{transition.label}。")
    if not transition.roles & set(roles):
        raise NotPermitted(f"“{transition.label}”由{role_labels(transition.roles)}办理。")
    for guard in transition.guards:
        guard(subject, actor)


def refusal_of(transition: Transition, **facts: Any) -> Refusal | None:
    """The refusal ``check`` would raise, or None."""
    try:
        check(transition, **facts)
    except Refusal as refusal:
        return refusal
    return None
