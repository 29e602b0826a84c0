"""The mediator among those of a committee: who is left out, who comes first, and in which words.

Left out: who gave this case back, was replaced on it or stood back from it, and whoever may have an interest in it
(人民调解法 第15条第1项, 人民法院特邀调解规定 第15条).  First: whom the parties chose (人民调解法 第19条); then who speaks the
language a party needs, who knows the kind of dispute, who has least in hand, and who is on duty now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from disputes.assignment.matter import Matter
from mediators.choices import Language
from mediators.models import Committee, Mediator

if TYPE_CHECKING:
    from disputes.assignment.pool import Pool

NOBODY = "该调委会没有在聘调解员，由主任指定"
NOBODY_LEFT = "该调委会没有可以建议的调解员，由主任指定"


def recused(dispute: Any) -> set[int]:
    """Mediators who stood back from this case, or whom a party asked to stand back (人民法院特邀调解规定 第15条)."""
    out: set[int] = set()
    before: int | None = None
    for mediator, ground in dispute.assignments.order_by("made_at", "id").values_list("mediator_id", "recusal"):
        if ground and before:
            out.add(before)
        before = mediator
    return out


@dataclass(frozen=True)
class Choice:
    """The mediators of a committee that may be suggested, the best first, and what is said of those who may not."""

    mediators: tuple[Any, ...]
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> Mediator | None:
        return self.mediators[0] if self.mediators else None


def choose(matter: Matter, committee: Committee, pool: Pool) -> Choice:
    """Who of ``committee`` should mediate, and why."""
    everyone = pool.mediators(committee)
    had_it = pool.had_it[matter.case] if matter.case else set()
    interested = pool.interested(matter, everyone)
    free = [one for one in everyone if one.pk not in had_it and one.pk not in interested]
    notes = _notes(len(interested), sum(one.pk in had_it for one in everyone), matter, free)
    if not free:
        return Choice((), (NOBODY_LEFT if everyone else NOBODY,), notes)
    ranked = sorted(free, key=lambda one: _weight(one, matter))
    tied = [one for one in ranked if _weight(one, matter)[:4] == _weight(ranked[0], matter)[:4]]
    if len(tied) > 1:  # asked only when nothing else tells them apart
        present = pool.on_duty
        ranked.sort(key=lambda one: (_weight(one, matter)[:4], one.user_id not in present, one.sort_key, one.pk))
    best = ranked[0]
    least = best.load <= min(one.load for one in everyone)
    return Choice(tuple(ranked), tuple(_reasons(best, matter, least)), notes)


def _weight(mediator: Any, matter: Matter) -> tuple[bool, bool, bool, int, str, int]:
    return (
        mediator.pk != matter.wanted,
        bool(matter.language) and matter.language not in mediator.languages,
        matter.category.official_code not in mediator.specialities,
        mediator.load,
        mediator.sort_key,
        mediator.pk,
    )


def _reasons(best: Any, matter: Matter, least: bool) -> Iterable[str]:
    is_versed = matter.category.official_code in best.specialities
    if best.pk == matter.wanted:
        yield f"当事人选择{best.name}（人民调解法 第19条）"
    yield f"{best.name}在办 {best.load} 件" + ("，为本调委会最少" if least and not is_versed else "")
    if matter.language and matter.language in best.languages:
        yield f"会说{Language(matter.language).label}"
    if is_versed:
        yield "擅长这类纠纷"


def _notes(interested: int, had_it: int, matter: Matter, free: list[Any]) -> tuple[str, ...]:
    """What is said of those who are not suggested: how many, never who or by what they were told."""
    said = []
    if interested:
        said.append(f"有 {interested} 名调解员与当事人可能有利害关系，不作建议")
    if had_it:
        said.append(f"有 {had_it} 名调解员在本案退回、改派或者回避过，不作建议")
    if matter.language and not any(matter.language in one.languages for one in free):
        said.append(f"当事人需要{Language(matter.language).label}，本调委会没有会说的调解员，请另请翻译")
    return tuple(said)
