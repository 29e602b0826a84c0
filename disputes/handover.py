"""Open cases of a mediator who leaves: what disputes puts into the hand-over of posts (``posts.charges``).

A case passes to another mediator of the same committee by the ordinary step 改派, with its event, clocks and rights;
who may not take that step sees the case and reads who may.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q

from accounts.choices import labels
from common.errors import Conflict, Missing
from disputes import assignment, presentation
from disputes.caseload import REASSIGN, pass_to
from disputes.models import Dispute
from disputes.querysets import DisputeQuerySet
from disputes.reach import roles_on
from mediators.models import Mediator
from posts.charges import Charge, Item
from posts.models import Officer


def cases_of(officer: Officer, by: Any) -> DisputeQuerySet:
    """Cases this officer is mediating, within the reader's scope."""
    if officer.mediator_id is None:
        return Dispute.objects.none()
    return Dispute.objects.visible_to(by).filter(mediator=officer.mediator_id, status__in=REASSIGN.sources)


def items(officer: Officer, by: Any) -> list[Item]:
    """The cases, each with the mediators of its committee who have fewest; few statements, however many cases."""
    found = list(cases_of(officer, by).for_list().order_by("registered_at", "pk"))
    if not found:
        return []
    colleagues = _colleagues(officer)
    return [_item(case, by, colleagues) for case in found]


def _item(case: Dispute, by: Any, colleagues: list[Mediator]) -> Item:
    may = bool(roles_on(case, by) & REASSIGN.roles)
    return Item(
        key=case.code,
        label=f"{case.code} {presentation.title(case)}",
        hint=presentation.STATUS_LABEL[case.status],
        url=case.get_absolute_url(),
        choices=[
            (str(one.pk), f"{one.name}（在办 {one.in_hand} 件）")  # type: ignore[attr-defined]
            for one in colleagues
            if one.committee_id == case.committee_id
        ],
        refusal="" if may else f"改派由{labels(REASSIGN.roles)}办理。",
    )


def _colleagues(officer: Officer) -> list[Mediator]:
    """Serving mediators of the same committee, who has least in hand first."""
    in_hand = Count("disputes", filter=Q(disputes__status__in=REASSIGN.sources))
    rows = Mediator.objects.serving().filter(committee__mediators=officer.mediator_id).exclude(pk=officer.mediator_id)
    return list(rows.annotate(in_hand=in_hand).order_by("in_hand", "sort_key", "pk"))


def pass_on(officer: Officer, chosen: Mapping[str, str], by: Any) -> None:
    """Reassign each chosen case.  In the caller's transaction; one that moved meanwhile stops the whole hand-over."""
    cases = {case.code: case for case in cases_of(officer, by).filter(code__in=chosen).select_related("committee")}
    to = {str(one.pk): one for one in _colleagues(officer)}
    for code, value in chosen.items():
        case = cases.get(code)
        if case is None:
            raise Conflict(f"{code} 刚刚有变动，不再由{officer.name}承办。已为您刷新，请重新核对。")
        successor = to.get(value)
        if successor is None or successor.pk in assignment.recused(case):
            raise Missing({f"charge_cases_{code}": "请为这件另选调解员：所选的不在这个调委会，或者在本案已经回避。"})
        pass_to(successor, case, reason="原调解员离任", by=by)


CASES = Charge("cases", "在办案件", items, pass_on)
