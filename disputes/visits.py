"""Cases and 入格日志: what a visit turns into, what it was about, and what the case page says of it.

Fills the slot of ``posts.visits.cases``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.urls import reverse

from disputes.choices import Source
from disputes.models import CaseVisit, Dispute
from disputes.workflow import REGISTER
from posts.models import Visit
from posts.visits.cases import CaseOfVisit


class VisitCases:
    """See ``posts.visits.cases.Cases``."""

    def find(self, user: Any, typed: str) -> Dispute | None:
        return Dispute.objects.visible_to(user).filter(code=typed.strip().upper()).first()

    def link(self, visit: Visit, case: Dispute, *, by: Any) -> None:
        CaseVisit.objects.create(visit=visit, dispute=case, linked_by=by)

    def of(self, visits: Collection[int], user: Any) -> dict[int, list[CaseOfVisit]]:
        """Two queries, however many visits."""
        found: dict[int, list[CaseOfVisit]] = defaultdict(list)
        seen = Dispute.objects.visible_to(user).order_by("code")
        columns = ("code", "category__name")
        for pk, code, title in seen.filter(visit__in=visits).values_list("visit_id", *columns):
            found[pk].append(_case(code, title, came_of_it=True))
        for pk, code, title in seen.filter(case_visits__visit__in=visits).values_list(
            "case_visits__visit_id", *columns
        ):
            if pk in visits:
                found[pk].append(_case(code, title, came_of_it=False))
        return found

    def owned_by(self, user: Any) -> Q:
        own = Dispute.objects.filter(mediator__user=user)
        return Q(pk__in=own.filter(visit__isnull=False).values("visit")) | Q(
            pk__in=CaseVisit.objects.filter(dispute__mediator__user=user).values("visit")
        )

    def register_url(self, visit: Visit | None, user: Any) -> str:
        if not user.holds(*REGISTER):
            return ""
        return reverse("disputes:new") + (f"?visit={visit.uid}" if visit else "")


def _case(code: str, title: str, *, came_of_it: bool) -> CaseOfVisit:
    return CaseOfVisit(code, reverse("disputes:detail", args=[code]), title, came_of_it)


# ---- registering


def carried_over(visit: Visit) -> dict[str, Any]:
    """What the registration takes from a visit.  What was said in 心理疏导 stays where it is."""
    return {
        "visit": visit.uid,
        "source": Source.GRID,
        "division": visit.village,
        "happened_on": visit.visited_on,
        "summary": visit.text,
    }


# ---- on the case page


def of_case(dispute: Dispute, user: Any) -> list[dict[str, Any]]:
    """The visits of a case, newest first; with an address where the reader may open it.

    ``dispute`` comes from ``for_page``.  No query for a case without visits.
    """
    if not (dispute.visit_id or dispute.has_visits):  # type: ignore[attr-defined]
        return []
    mine = Q(pk=dispute.visit_id) | Q(about__dispute=dispute)
    seen = set(Visit.objects.visible_to(user).filter(mine).values_list("pk", flat=True))
    return [
        {
            "said": f"{visit.visited_on:%Y-%m-%d} {visit.village.name} {visit.get_kind_display()}（{visit.author_name}记录）",
            "url": visit.get_absolute_url() if visit.pk in seen else "",
            "came_of_it": visit.pk == dispute.visit_id,
        }
        for visit in Visit.objects.filter(mine).select_related("village").defer("note", "text")
    ]
