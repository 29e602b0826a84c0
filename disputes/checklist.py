"""What a mediation file must hold, and what is not there yet (调解卷宗文书样式: 卷内次序与必备性).

Whether a paper exists is answered from the record itself: the paper is printed from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disputes.choices import AgreementForm, Outcome

if TYPE_CHECKING:
    from disputes.models import Dispute


@dataclass(frozen=True)
class Item:
    name: str
    required: bool
    there: bool
    hint: str = ""


def for_dispute(dispute: Dispute) -> list[Item]:
    """The papers of this file in their order.  What is required depends on how the case ended."""
    mediated = dispute.outcome in (Outcome.WRITTEN, Outcome.ORAL, Outcome.FAILED)
    agreement = dispute.current_agreement
    since = dispute.accepted_at
    recorded = [row.recorded_at for row in dispute.sessions.all()]
    identified = all(party.id_number or party.no_id_reason for party in dispute.applicants)
    return [
        Item("调解申请书或者受理登记表", True, True, "由登记信息生成"),
        Item("当事人权利义务告知书", mediated, bool(dispute.notice_form), "记录权利义务告知"),
        Item("申请人身份证明", mediated, identified, "补充证件号码，或者写明无证件原因"),
        Item("调解记录", mediated, _in_this_life(recorded, since), "至少一次调解记录"),
        Item(
            "调解协议书",
            dispute.outcome == Outcome.WRITTEN,
            bool(agreement and agreement.form == AgreementForm.WRITTEN and agreement.effective_on),
            "三项签章齐备",
        ),
        Item(
            "口头协议登记表",
            dispute.outcome == Outcome.ORAL,
            bool(agreement and agreement.form == AgreementForm.ORAL),
        ),
        Item(
            "履行情况记录",
            dispute.has_pending_obligations,
            bool(agreement) and not dispute.has_pending_obligations,
            "还有义务没有履行完毕，记录各项履行情况",
        ),
        Item(
            "回访记录",
            dispute.outcome in (Outcome.WRITTEN, Outcome.ORAL),
            _in_this_life([row.recorded_at for row in dispute.follow_ups.all()], since),
            "回访后归档",
        ),
        Item(
            "终止、不予受理等告知记录",
            dispute.outcome in (Outcome.FAILED, Outcome.TERMINATED, Outcome.DECLINED),
            _in_this_life([row.recorded_at for row in dispute.endings.all()], since),
            "记录已告知的途径",
        ),
    ]


def _in_this_life(moments: Iterable[dt.datetime], since: dt.datetime | None) -> bool:
    """A case that was reopened is recorded anew: papers of its earlier life are in its earlier file."""
    return any(since is None or moment >= since for moment in moments)
