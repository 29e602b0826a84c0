"""What the pages of committees and mediators show of cases: the slot of ``mediators``, filled from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from common.errors import Missing, NotVisible, Refusal
from disputes import presentation, workflow
from disputes.choices import ChosenBy
from disputes.listing import PARTY_COLUMNS
from disputes.models import Category, Dispute, Party
from disputes.reach import roles_on
from disputes.services import perform
from mediators.models import Mediator
from mediators.slots import OpenCase

#: More open cases than this are counted, not named.
MOST = 100
REASSIGN = workflow.TRANSITIONS["reassign"]


def pass_to(mediator: Mediator | None, case: Dispute, *, reason: str, by: Any) -> None:
    """A case of somebody who stops handling it goes to another mediator of its committee, or to its head to name one.

    By the ordinary step 改派; raises what ``perform`` raises.
    """
    data = {"committee": case.committee, "mediator": mediator, "chosen_by": ChosenBy.NOT_ASKED, "reason": reason}
    perform(case, REASSIGN.name, by=by, data=data)


class Caseload:
    def load(self, whose: str) -> Any:
        rows = Dispute.objects.open().filter(**{whose: OuterRef("pk")}).order_by().values(whose)
        return Coalesce(Subquery(rows.annotate(_n=Count("pk")).values("_n")), 0)

    def list_url(self, committee: Any) -> str:
        return f"{reverse('disputes:list')}?tab=all&open=true&committee={committee.pk}"

    def open_cases(self, mediator: Any, user: Any) -> Sequence[OpenCase]:
        rows = (
            Dispute.objects.visible_to(user)
            .open()
            .filter(mediator=mediator)
            .select_related("category__parent", "mediator")
            .prefetch_related(_parties())
            .order_by("next_due_on", "pk")[:MOST]
        )
        return [
            OpenCase(
                code=case.code,
                url=f"/disputes/{case.code}/",
                title=presentation.title(case),
                state=presentation.STATUS_LABEL[case.status],
                color=presentation.COLOR[case.status],
                may_move=_may_move(case, user),
            )
            for case in rows
        ]

    def hand_over(self, plan: Mapping[str, Any], reason: str, by: Any) -> int:
        cases = {case.code: case for case in Dispute.objects.visible_to(by).filter(code__in=plan)}
        for code, mediator in plan.items():
            if code not in cases:
                raise NotVisible
            try:
                pass_to(mediator, cases[code], reason=reason, by=by)
            except Missing as refusal:
                raise _of_case(code, refusal) from refusal
            except Refusal as refusal:
                raise type(refusal)(f"{code}：{refusal.sentence}") from refusal
        return len(plan)

    def kinds(self) -> Sequence[tuple[str, str]]:
        return list(Category.objects.active().order_by("code").values_list("code", "name"))


def _parties() -> Any:
    return Prefetch("parties", Party.objects.only(*PARTY_COLUMNS))


def _may_move(case: Dispute, user: Any) -> bool:
    try:
        workflow.check(REASSIGN, case, user, roles_on(case, user))
    except Refusal:
        return False
    return True


def _of_case(code: str, refusal: Missing) -> Missing:
    return Missing({f"case_{code}": refusal.sentence})
