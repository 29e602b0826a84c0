"""Cases brought to a state by the real verbs, never by setting columns."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from accounts.models import User
from disputes import services
from disputes.choices import (
    ChosenBy,
    EndReason,
    NoticeForm,
    ObligationKind,
    ObligationState,
    PartyKind,
    Route,
    SignManner,
    Status,
    Willingness,
)
from disputes.models import Category, Dispute
from grids.models import Division

PERSON = {"kind": PartyKind.PERSON, "name": "李桂兰", "id_kind": "id_card", "id_number": "622201196805120002",
          "id_is_checked": True, "phone": "13800000001", "sex": "female", "birth_date": dt.date(1968, 5, 12)}  # fmt: skip
OTHER = {"kind": PartyKind.PERSON, "name": "赵建军", "phone": "13800000002"}


def register(by: User, *, division: Division, **more: Any) -> Dispute:
    """A registered case at ``division``; ``more`` overrides the data, ``applicants`` and ``respondents`` the parties."""
    applicants = more.pop("applicants", [PERSON])
    respondents = more.pop("respondents", [OTHER])
    data = {
        "division": division,
        "category": Category.objects.get(pk=more.pop("category", "0202")),
        "summary": "两户院墙滴水檐伸出，雨水冲刷菜地，要求改造屋檐。",
        "willingness": Willingness.WILLING,
        "notice_form": NoticeForm.ORAL,
        **more,
    }
    case, _ = services.register(
        by=by, data=data, applicants=applicants, respondents=respondents, submission_key=uuid.uuid4()
    )
    return case


def do(case: Dispute, name: str, by: User, **data: Any) -> Dispute:
    return services.perform(case, name, by=by, data=data)


def agreement(case: Dispute, **more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "agreed_on": today,
        "content": "被申请人一次性赔偿申请人菜苗损失。",
        "obligations": [
            {
                "debtor": case.respondents[0],
                "kind": ObligationKind.MONEY,
                "what": "赔偿菜苗损失",
                "amount": 800,
                "how": "转账",
                "where": "本村",
                "due_on": today,
            }
        ],
        **more,
    }


def marks(case: Dispute, day: dt.date | None = None) -> dict[str, Any]:
    day = day or timezone.localdate()
    return {
        "signatures": [{"party": p, "manner": SignManner.SIGNED, "signed_on": day} for p in case.parties.all()],
        "mediator_signed_on": day,
        "sealed_on": day,
    }


def told(reason: str = EndReason.GAP, **more: Any) -> dict[str, Any]:
    return {"reason": reason, "routes_told": [Route.COURT], "note": "双方差距较大。", **more}


def bring(case: Dispute, to: str, *, clerk: User, dispatcher: User, mediator: User) -> Dispute:
    """Walk a registered case along the main road until it is in state ``to``."""
    road = [
        (Status.ACCEPTED, lambda c: do(c, "accept", clerk)),
        (Status.ASSIGNED, lambda c: do(c, "assign", dispatcher, committee=mediator.mediator.committee,
                                       mediator=mediator.mediator, chosen_by=ChosenBy.ACCEPTED)),
        (Status.MEDIATING, lambda c: do(do(c, "take", mediator), "record_session", mediator, record="双方同意面谈。")),
        (Status.SETTLED, lambda c: do(c, "settle", mediator, **agreement(c))),
        (Status.PERFORMING, lambda c: do(c, "take_effect", mediator, **marks(c))),
        (Status.FOLLOWED_UP, lambda c: _follow_up(c, mediator)),
        (Status.ARCHIVED, lambda c: do(c, "archive", clerk)),
    ]  # fmt: skip
    branches = {
        Status.SUSPENDED: (Status.MEDIATING, lambda c: do(c, "suspend", mediator, reason="appraisal")),
        Status.FAILED: (Status.MEDIATING, lambda c: do(c, "fail", mediator, **told())),
        Status.TERMINATED: (Status.MEDIATING, lambda c: do(c, "terminate", mediator, **told(EndReason.UNREACHABLE))),
        Status.WITHDRAWN: (Status.ACCEPTED, lambda c: do(c, "withdraw", clerk, reason=EndReason.SELF_SETTLED, note="已和解。")),
        Status.DECLINED: (Status.REGISTERED, lambda c: do(c, "decline", clerk, reason="in_court", destination="人民法院",
                                                          routes_told=[Route.COURT])),
    }  # fmt: skip
    if to == Status.REGISTERED:
        return case
    if to in branches:
        through, step = branches[to]
        return step(bring(case, through, clerk=clerk, dispatcher=dispatcher, mediator=mediator))
    for state, step in road:
        case = step(case)
        if state == to:
            return case
    raise AssertionError(f"no road to {to}")


def _follow_up(case: Dispute, mediator: User) -> Dispute:
    for obligation in case.current_agreement.obligations.all():
        case = do(case, "perform", mediator, obligation=obligation, state=ObligationState.DONE,
                  performed_on=timezone.localdate())  # fmt: skip
    return do(
        case,
        "follow_up",
        mediator,
        record="已经履行，双方满意。",
        visited_on=timezone.localdate(),
        satisfaction="satisfied",
    )
