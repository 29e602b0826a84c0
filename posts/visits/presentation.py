"""A visit as lists, pages and files show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common.logs import redact
from posts.choices import VisitKind
from posts.models import Visit
from posts.visits.cases import CaseOfVisit, cases

#: What everybody else reads in the place of what was said in 心理疏导.
SEALED = "内容只有记录人和承办调解员可以查看"
KIND_COLOR = {
    VisitKind.CALL: "blue", VisitKind.LAW: "green", VisitKind.ADVICE: "grey", VisitKind.MEDIATION: "amber",
    VisitKind.STUDY: "grey", VisitKind.COUNSELLING: "purple",
}  # fmt: skip


def rows(visits: Iterable[Visit], user: Any) -> list[dict[str, Any]]:
    """Rows of a list, with the cases the reader may see.  Sealed for everybody, the author included: lists are seen by
    whoever stands beside."""
    there = list(visits)
    found = cases().of([visit.pk for visit in there], user) if there else {}
    return [row(visit, found.get(visit.pk, ())) for visit in there]


def row(visit: Visit, linked: Iterable[CaseOfVisit] = ()) -> dict[str, Any]:
    return {
        "url": visit.get_absolute_url(),
        "day": f"{visit.visited_on:%Y-%m-%d}",
        "kind": visit.get_kind_display(),
        "color": KIND_COLOR[VisitKind(visit.kind)],
        "village": visit.village.name,
        "township": visit.village.parent.name if visit.village.parent else "",
        "text": SEALED if visit.is_sealed else redact(visit.text),
        "is_sealed": visit.is_sealed,
        "reached": visit.people_reached,
        "author": visit.author_name,
        "cases": list(linked),
    }


def latest(village: Any, user: Any, number: int = 5) -> list[dict[str, Any]]:
    """The newest visits to a village that the reader may see, for the village's page."""
    found = Visit.objects.visible_to(user).filter(village=village).select_related("village__parent")
    return rows(found[:number], user)
