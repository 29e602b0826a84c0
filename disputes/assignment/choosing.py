"""The mediator among those of a committee: who is left out, who comes first, and in which words."""

from __future__ import annotations

from typing import Any

from mediators.models import Mediator


def recused(dispute: Any) -> set[int]:
    """Mediators who stood back from this case, or whom a party asked to stand back (人民法院特邀调解规定 第15条)."""
    out: set[int] = set()
    before: int | None = None
    for mediator, ground in dispute.assignments.order_by("made_at", "id").values_list("mediator_id", "recusal"):
        if ground and before:
            out.add(before)
        before = mediator
    return out


def lightest(mediators: list[Any], official: str) -> tuple[Mediator | None, tuple[str, ...]]:
    if not mediators:
        return None, ("该调委会没有在聘调解员，由主任指定",)
    best = min(mediators, key=lambda m: (official not in m.specialities, m.load, m.sort_key, m.pk))
    speciality = ("擅长这类纠纷",) if official in best.specialities else ()
    return best, (
        f"{best.name}在办 {best.load} 件，为本调委会最少" if not speciality else f"{best.name}在办 {best.load} 件",
        *speciality,
    )
