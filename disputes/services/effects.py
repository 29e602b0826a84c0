"""What each transition writes beside the new state.  One function a row of the table, called only by ``perform``.

An effect receives the locked case, the cleaned data of the transition's form and the person acting; it writes
related rows, sets columns of the case without saving it, and returns the note for the timeline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts.choices import Role
from common.errors import Missing
from common.masks import mask_name, mask_org
from common.models import Counter
from disputes import assignment, checklist, clauses
from disputes.assignment.routing import RUNG_NAMES
from disputes.choices import (
    SETTLED_OUTCOMES,
    AgreementForm,
    ChosenBy,
    DeclineReason,
    EndReason,
    NoticeForm,
    ObligationKind,
    ObligationState,
    Outcome,
    PartyKind,
    RecusalGround,
    Risk,
    Route,
    Satisfaction,
    SessionMode,
    SuspendReason,
)
from disputes.models import (
    Agreement,
    Assignment,
    Dispute,
    Ending,
    Filing,
    FollowUp,
    MediationSession,
    Obligation,
    Signature,
    Suspension,
)
from disputes.reach import roles_on
from disputes.services.intake import add_parties, fill_derived, refresh_derived, township_of
from disputes.services.timeline import Note
from disputes.workflow import INTAKE

Data = dict[str, Any]
#: What a column of money can hold.
MOST_MONEY = 10**12
#: What the words of an agreement may come to (Agreement.content).
MOST_CONTENT = 4000
Effect = Callable[[Dispute, Data, Any], Note]

EFFECTS: dict[str, Effect] = {}


def effect(name: str) -> Callable[[Effect], Effect]:
    def register_effect(function: Effect) -> Effect:
        EFFECTS[name] = function
        return function

    return register_effect


def need(data: Data, **sentences: str) -> None:
    """Raise Missing naming each field that is absent or empty."""
    missing = {name: sentence for name, sentence in sentences.items() if data.get(name) in (None, "", [])}
    if missing:
        raise Missing(missing)


def not_future(data: Data, *names: str) -> None:
    today = timezone.localdate()
    late = {name: "日期不能晚于今天。" for name in names if data.get(name) and data[name] > today}
    if late:
        raise Missing(late)


# ---- 受理


@effect("accept")
def accept(dispute: Dispute, data: Data, by: Any) -> Note:
    dispute.accepted_at = timezone.now()
    if data.get("notice_form") and not dispute.notice_form:
        dispute.notice_form = data["notice_form"]
        dispute.notice_at = timezone.now()
    return Note(text=data.get("note", ""))


@effect("unaccept")
def unaccept(dispute: Dispute, data: Data, by: Any) -> Note:
    dispute.accepted_at = None
    return Note(text=data.get("note", ""))


@effect("decline")
def decline(dispute: Dispute, data: Data, by: Any) -> Note:
    need(
        data,
        reason="请选择不予受理的原因。",
        destination="请写明告知当事人可以去哪里。",
        routes_told="请勾选已告知的途径。",
    )
    reason = DeclineReason(data["reason"])
    _end(dispute, Outcome.DECLINED, data, by)
    return Note(
        text=f"原因：{reason.label}。已告知：{data['destination']}。{data.get('note', '')}", detail={"reason": reason}
    )


@effect("give_notice")
def give_notice(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, notice_form="请选择告知方式。")
    dispute.notice_form = data["notice_form"]
    dispute.notice_at = timezone.now()
    return Note(text=f"{NoticeForm(dispute.notice_form).label}。{data.get('note', '')}")


@effect("report_risk")
def report_risk(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, risk="请选择风险程度。", note="请写明依据。")
    if data.get("police_told_at") and data["police_told_at"] > timezone.now():
        raise Missing({"police_told_at": "报告时间不能晚于现在。"})
    before = Risk(dispute.risk).label
    dispute.risk = data["risk"]
    dispute.may_escalate = bool(data.get("may_escalate"))
    dispute.police_told_at = data.get("police_told_at") or dispute.police_told_at
    told = ""
    if dispute.may_escalate:
        told = "可能引起治安、刑事案件，" + ("已报告公安机关。" if dispute.police_told_at else "尚未报告公安机关。")
    return Note(text=f"{before} → {Risk(dispute.risk).label}。{told}{data['note']}", detail={"risk": dispute.risk})


# ---- 分派


@effect("assign")
def assign(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, committee="请选择调委会。", chosen_by="请询问当事人后选择。")
    return _assign(dispute, data, by)


@effect("recall")
def recall(dispute: Dispute, data: Data, by: Any) -> Note:
    _end_assignment(dispute, data.get("note") or "撤回分派")
    return Note(text=data.get("note", ""))


@effect("appoint")
def appoint(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, mediator="请选择调解员。", chosen_by="请询问当事人后选择。")
    return _assign(dispute, data | {"committee": dispute.committee}, by)


@effect("reassign")
def reassign(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, committee="请选择调委会。", reason="请写明改派的理由。", chosen_by="请询问当事人后选择。")
    if data.get("mediator") and data["mediator"].pk == dispute.mediator_id:
        raise Missing({"mediator": "改派后的调解员不能还是原来的调解员。"})
    dispute.suspensions.filter(until=None).update(until=timezone.localdate())
    return _assign(dispute, data, by)


@effect("take")
def take(dispute: Dispute, data: Data, by: Any) -> Note:
    dispute.assignments.filter(ended_at=None).update(taken_at=timezone.now())
    return Note(text=data.get("note", ""))


@effect("return_assignment")
def return_assignment(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, reason="请写明退回的理由。")
    _end_assignment(dispute, data["reason"])
    return Note(text=data["reason"])


def _assign(dispute: Dispute, data: Data, by: Any) -> Note:
    committee, mediator = data["committee"], data.get("mediator")
    outgoing = dispute.mediator
    if data.get("recusal") and not outgoing:
        raise Missing({"mediator": "拟指定的调解员有回避情形，请另选调解员。"})
    if mediator and mediator.pk in assignment.recused(dispute):
        raise Missing({"mediator": f"{mediator.name}在本案已经回避，请另选调解员。"})
    if mediator:
        if mediator.committee_id != committee.pk:
            raise Missing({"mediator": "该调解员不属于所选的调委会。"})
        if not mediator.is_serving:
            raise Missing({"mediator": f"{mediator.name}当前为“{mediator.get_status_display()}”，不能承办。"})
    skipped = _skips_levels(data)
    now = timezone.now()
    dispute.assignments.filter(ended_at=None).update(ended_at=now, ended_why=data.get("reason") or "改派")
    dispute.committee, dispute.mediator = committee, mediator
    Assignment.objects.create(
        dispute=dispute,
        committee=committee,
        mediator=mediator,
        made_by=by,
        suggestion=data.get("suggestion", ""),
        followed_suggestion=data.get("followed_suggestion", True),
        chosen_by=data["chosen_by"],
        recusal=data.get("recusal") or RecusalGround.NONE,
        reason=data.get("reason", ""),
    )
    whom = f"{committee.organisation}" + (f" {mediator.name}" if mediator else "（由主任指定调解员）")
    parts = [f"{whom}。{ChosenBy(data['chosen_by']).label}。"]
    if skipped:
        parts.append(f"越级分派：按规则由{skipped[0]}办理，派到{skipped[1]}。")
    if data.get("recusal"):
        parts.append(f"回避：{RecusalGround(data['recusal']).label}。")
    if data.get("reason"):
        parts.append(data["reason"])
    if data.get("suggestion"):
        parts.append(f"（系统建议：{data['suggestion']}）")
    detail = {"committee": committee.pk, "mediator": mediator.pk if mediator else None}
    return Note(text="".join(parts), detail=detail | ({"skipped": data["rungs"]} if skipped else {}))


def _skips_levels(data: Data) -> tuple[str, str] | None:
    """The level the rules name and the higher one it goes to: village, township, district, skipped only for a reason.

    ``rungs`` comes from the form, which knows the suggestion.  That the parties chose is a reason (人民调解法 第19条).
    """
    ruled, chosen = data.get("rungs") or (0, 0)
    if chosen <= ruled or not ruled:
        return None
    names = (RUNG_NAMES[ruled], RUNG_NAMES[chosen])
    if not data.get("reason") and data.get("chosen_by") != ChosenBy.PARTIES:
        raise Missing({"reason": f"按规则由{names[0]}办理，派到{names[1]}是越级，请写明理由。"})
    return names


def _end_assignment(dispute: Dispute, why: str) -> None:
    dispute.assignments.filter(ended_at=None).update(ended_at=timezone.now(), ended_why=why[:300])
    dispute.committee = dispute.mediator = None


# ---- 调解


SESSION_FIELDS = (
    "place", "mode", "is_public", "attendees", "invitees_agreed", "record", "rights_told", "principles_told", "statements",
    "facts", "risks_told", "result", "signed", "next_at",
)  # fmt: skip


@effect("record_session")
def record_session(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, record="请写调解情况，一句话即可。")
    held_at = data.get("held_at") or timezone.now()
    if held_at > timezone.now():
        raise Missing({"held_at": "调解时间不能晚于现在。"})
    if timezone.localdate(held_at) < dispute.applied_on:
        raise Missing({"held_at": "调解时间不能早于申请日期。"})
    if data.get("attendees") and not data.get("invitees_agreed"):
        raise Missing({"invitees_agreed": "邀请他人参加调解应当征得当事人同意（人民调解法第20条）。"})
    _parties_were_asked(dispute, data)
    session = MediationSession(dispute=dispute, held_at=held_at, recorded_by=by)
    session.number = dispute.session_count + 1
    for name in SESSION_FIELDS:
        if data.get(name) not in (None, ""):
            setattr(session, name, data[name])
    session.save()
    dispute.session_count = session.number
    held_on = timezone.localdate(held_at)
    heading = f"第 {session.number} 次调解（{SessionMode(session.mode).label}）。"
    return Note(
        text=heading + session.record,
        detail={"session": session.number},
        happened_on=held_on if held_on < timezone.localdate() else None,
    )


def _parties_were_asked(dispute: Dispute, data: Data) -> None:
    """人民调解法 第19、23条: parties choose or accept their mediator; asked at the latest when mediation begins."""
    current = dispute.assignments.filter(ended_at=None).first()
    if current is None or current.chosen_by != ChosenBy.NOT_ASKED:
        return
    need(data, mediator_accepted="派单时还没有询问当事人，请先问明当事人是否接受本调解员。")
    current.chosen_by = ChosenBy.ACCEPTED
    current.save(update_fields=["chosen_by"])


@effect("suspend")
def suspend(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, reason="请选择中止的原因。")
    reason = SuspendReason(data["reason"])
    expected = data.get("expected_on")
    if expected and expected < timezone.localdate():
        raise Missing({"expected_on": "预计恢复日期不能早于今天。"})
    Suspension.objects.create(
        dispute=dispute, reason=reason, note=data.get("note", ""), since=timezone.localdate(), expected_on=expected
    )
    until = f"预计 {expected:%Y-%m-%d} 恢复。" if expected else ""
    return Note(text=f"{reason.label}。{until}{data.get('note', '')}", detail={"reason": reason})


@effect("resume")
def resume(dispute: Dispute, data: Data, by: Any) -> Note:
    dispute.suspensions.filter(until=None).update(until=timezone.localdate())
    return Note(text=data.get("note", ""))


# ---- 结果


@effect("settle")
def settle(dispute: Dispute, data: Data, by: Any) -> Note:
    agreement = _agree(dispute, data, by, AgreementForm.WRITTEN)
    return Note(
        text=_agreement_text(agreement) + _told(data),
        detail={"agreement": agreement.pk, "partial": agreement.is_partial},
    )


@effect("settle_orally")
def settle_orally(dispute: Dispute, data: Data, by: Any) -> Note:
    agreement = _agree(dispute, data, by, AgreementForm.ORAL)
    agreement.effective_on = agreement.agreed_on
    agreement.save(update_fields=["effective_on"])
    dispute.outcome, dispute.outcome_on = Outcome.ORAL, agreement.agreed_on
    return Note(
        text=_agreement_text(agreement) + _told(data),
        detail={"agreement": agreement.pk},
        happened_on=agreement.agreed_on,
    )


def _agree(dispute: Dispute, data: Data, by: Any, form: AgreementForm) -> Agreement:
    need(data, agreed_on="请填写达成日期。")
    not_future(data, "agreed_on")
    if data["agreed_on"] < _mediation_began(dispute):
        raise Missing({"agreed_on": "达成日期不能早于第一次调解的日期。"})
    if data.get("is_partial"):
        need(data, unresolved="部分达成的，请写明没有达成的部分。", routes_told="没有达成的部分，请勾选已告知的途径。")
    obligations = [row for row in data.get("obligations", ()) if row]
    if sum((row.get("amount") or 0 for row in obligations), start=0) >= MOST_MONEY:
        raise Missing({"obligations": "各项金额合计过大，请核对。"})
    if form == AgreementForm.WRITTEN and not obligations and not data.get("nothing_to_perform"):
        raise Missing({"obligations": "请写明履行义务（谁、做什么、何时之前），没有需要履行的请勾选“无需履行”。"})
    agreement = Agreement.objects.create(
        dispute=dispute,
        form=form,
        agreed_on=data["agreed_on"],
        facts=data.get("facts", ""),
        content=_content(dispute, data, obligations),
        amount=_amount(data, obligations),
        copies=data.get("copies") or len(dispute.parties.all()) + 1,
        is_partial=bool(data.get("is_partial")),
        unresolved=data.get("unresolved", ""),
        recorded_by=by,
    )
    for number, row in enumerate(obligations, start=1):
        _oblige(agreement, number, row)
    return agreement


def _content(dispute: Dispute, data: Data, obligations: list[Data]) -> str:
    """What was written; left blank, the clauses that the obligations make."""
    content = (data.get("content") or "").strip() or clauses.content(obligations, dispute.parties.all())
    if not content:
        raise Missing({"content": "请写协议内容；写明履行义务的可以留空，由义务生成。"})
    if len(content) > MOST_CONTENT:
        raise Missing({"content": f"由义务生成的协议内容超过 {MOST_CONTENT:,} 字，请自行填写。"})
    return content


def _amount(data: Data, obligations: list[Data]) -> Any:
    """What the agreement is about in money: as stated, else what its obligations to pay come to.

    The two may differ (part was paid before, a thing is given instead), but not unnoticed.
    """
    owed, stated = clauses.money(obligations), data.get("amount")
    if stated and owed and stated != owed and not data.get("amount_differs"):
        raise Missing({
            "amount_differs": f"各项给付金额合计 {owed:,.2f} 元，与协议涉及金额 {stated:,.2f} 元不一致，请核对；确实不一致的请勾选。"
        })  # fmt: skip
    return stated or owed or None


def _mediation_began(dispute: Dispute) -> dt.date:
    """Day of the first mediation in this life of the case (发生 ≤ 受理 ≤ 调解 ≤ 协议)."""
    sessions = dispute.sessions.all()
    if dispute.accepted_at:
        sessions = sessions.filter(recorded_at__gte=dispute.accepted_at)
    first = sessions.order_by("held_at").values_list("held_at", flat=True).first()
    return timezone.localdate(first) if first else dispute.applied_on


def _oblige(agreement: Agreement, number: int, row: Data) -> None:
    here = f"第 {number} 项"
    need(row, debtor=f"{here}请选择义务人。", what=f"{here}请写明内容。", due_on=f"{here}请填写履行期限。")
    if row.get("kind", ObligationKind.MONEY) == ObligationKind.MONEY and not row.get("amount"):
        raise Missing({"amount": f"{here}给付金钱须写明金额。"})
    if row["due_on"] < agreement.agreed_on:
        raise Missing({"due_on": f"{here}履行期限不能早于达成日期。"})
    done_now = bool(row.get("done_now"))
    Obligation.objects.create(
        agreement=agreement,
        number=number,
        debtor=row["debtor"],
        kind=row.get("kind") or ObligationKind.MONEY,
        what=row["what"],
        amount=row.get("amount"),
        how=row.get("how", ""),
        where=row.get("where", ""),
        due_on=row["due_on"],
        state=ObligationState.DONE if done_now else ObligationState.PENDING,
        performed_on=agreement.agreed_on if done_now else None,
        performed_amount=row.get("amount") if done_now else None,
    )


def _agreement_text(agreement: Agreement) -> str:
    amount = f"涉及金额 {agreement.amount:,.2f} 元。" if agreement.amount else ""
    partly = "（部分达成）" if agreement.is_partial else ""
    return f"{agreement.get_form_display()}{partly}：{agreement.content} {amount}".strip()


def _told(data: Data) -> str:
    """What the timeline says of the routes told for the part that was not settled."""
    if not data.get("is_partial"):
        return ""
    return f" 未达成部分已告知：{'、'.join(str(Route(route).label) for route in data['routes_told'])}。"


@effect("take_effect")
def take_effect(dispute: Dispute, data: Data, by: Any) -> Note:
    """人民调解法 第29条: in force on the day the last of three marks is there."""
    agreement = dispute.agreements.get(is_superseded=False)
    need(
        data,
        mediator_signed_on="请填写调解员签名日期。",
        sealed_on="请填写调委会印章日期。",
        signatures="请填写各方签章日期。",
    )
    not_future(data, "mediator_signed_on", "sealed_on")
    by_party = {row["party"].pk: row for row in data["signatures"]}
    if len(by_party) < len(data["signatures"]):
        raise Missing({"signatures": "同一当事人只签章一次。"})
    lacking = [party.number for party in dispute.parties.all() if party.pk not in by_party]
    if lacking:
        raise Missing({"signatures": "还有当事人没有签章，协议没有生效。"})
    days = [data["mediator_signed_on"], data["sealed_on"], *(row["signed_on"] for row in data["signatures"])]
    if min(days) < agreement.agreed_on:
        raise Missing({"signatures": "签章日期不能早于达成协议的日期。"})
    if max(days) > timezone.localdate():
        raise Missing({"signatures": "签章日期不能晚于今天。"})
    Signature.objects.bulk_create(
        Signature(agreement=agreement, party=row["party"], manner=row["manner"], signed_on=row["signed_on"])
        for row in data["signatures"]
    )
    agreement.mediator_signed_on, agreement.sealed_on = data["mediator_signed_on"], data["sealed_on"]
    agreement.seal_recorded_by = by
    agreement.effective_on = max(days)
    agreement.save()
    dispute.outcome, dispute.outcome_on = Outcome.WRITTEN, agreement.effective_on
    return Note(
        text=in_force_text(agreement, by, roles_on(dispute, by)),
        detail={"agreement": agreement.pk},
        happened_on=agreement.effective_on,
    )


def in_force_text(agreement: Any, by: Any, roles: Collection[str]) -> str:
    """What the timeline says of an agreement in force.  The seal is the committee's, so who recorded it is named."""
    recorder = Role.COMMITTEE_HEAD if Role.COMMITTEE_HEAD in roles else Role.MEDIATOR
    return (
        f"各方签章、调解员签名、调委会印章齐备，自 {agreement.effective_on:%Y-%m-%d} 起生效。"
        f"调委会印章由{recorder.label}{by.name}登记。"
        f"双方可以在 {agreement.confirmable_until:%Y-%m-%d} 前共同申请司法确认。"
    )


@effect("renegotiate")
def renegotiate(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, reason="请写明恢复协商的原因。")
    _supersede(dispute, data["reason"])
    return Note(text=data["reason"])


@effect("fail")
def fail(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, reason="请选择调解不成的原因。", routes_told="请勾选已告知的途径（人民调解法第26条）。")
    _supersede(dispute, "调解不成")
    _end(dispute, Outcome.FAILED, data, by)
    return Note(text=_ending_text(data), detail={"reason": data["reason"]})


@effect("terminate")
def terminate(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, reason="请选择终止的原因。", routes_told="请勾选已告知的途径（人民调解法第26条）。", note="请写明情况。")
    _end(dispute, Outcome.TERMINATED, data, by)
    return Note(text=_ending_text(data), detail={"reason": data["reason"]})


@effect("withdraw")
def withdraw(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, reason="请选择撤回的原因。", note="请写明申请人的意思表示。")
    _end(dispute, Outcome.WITHDRAWN, data, by)
    return Note(text=_ending_text(data), detail={"reason": data["reason"]})


@effect("transfer")
def transfer(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, organisation="请选择转往的机构。", note="请写明转出的理由。")
    dispute.transferred_to = data["organisation"]
    _end(dispute, Outcome.TRANSFERRED, data, by)
    return Note(
        text=f"转往{data['organisation'].name}。{data['note']}", detail={"organisation": data["organisation"].pk}
    )


def _end(dispute: Dispute, outcome: Outcome, data: Data, by: Any) -> None:
    ended_on = data.get("ended_on") or timezone.localdate()
    if ended_on > timezone.localdate():
        raise Missing({"ended_on": "日期不能晚于今天。"})
    if ended_on < dispute.applied_on:
        raise Missing({"ended_on": "日期不能早于申请日期。"})
    since = dispute.suspensions.filter(until=None).values_list("since", flat=True).first()
    if since and ended_on < since:
        raise Missing({"ended_on": f"日期不能早于中止的日期（{since:%Y-%m-%d}）。"})
    Ending.objects.create(
        dispute=dispute,
        kind=outcome,
        reason=data.get("reason", ""),
        note=data.get("note", ""),
        routes_told=list(data.get("routes_told", ())),
        undisputed_facts=data.get("undisputed_facts", ""),
        concessions=data.get("concessions", ""),
        destination=data.get("destination", ""),
        ended_on=ended_on,
        recorded_by=by,
    )
    dispute.suspensions.filter(until=None).update(until=ended_on)
    dispute.assignments.filter(ended_at=None).update(ended_at=timezone.now(), ended_why=Outcome(outcome).label)
    dispute.outcome, dispute.outcome_on = outcome, ended_on


def _ending_text(data: Data) -> str:
    routes = "、".join(str(Route(route).label) for route in data.get("routes_told", ()))
    told = f"已告知：{routes}。" if routes else ""
    return f"{EndReason(data['reason']).label}。{told}{data.get('note', '')}"


def _supersede(dispute: Dispute, why: str) -> None:
    dispute.agreements.filter(is_superseded=False).update(is_superseded=True, superseded_why=why[:300])
    dispute.has_pending_obligations = False


# ---- 履行、回访、归档


@effect("perform")
def perform_obligation(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, obligation="请选择履行的义务。", state="请选择履行情况。")
    obligation = data["obligation"]
    if obligation.agreement.dispute_id != dispute.pk or obligation.agreement.is_superseded:
        raise Missing({"obligation": "请选择本案有效协议的义务。"})
    not_future(data, "performed_on")
    state = ObligationState(data["state"])
    if state in (ObligationState.DONE, ObligationState.PARTLY):
        need(data, performed_on="请填写履行日期。")
        if data["performed_on"] < obligation.agreement.agreed_on:
            raise Missing({"performed_on": "履行日期不能早于达成协议的日期。"})
    if state in (ObligationState.BROKEN, ObligationState.WAIVED):
        need(data, note="请写明情况。")
    amount = data.get("performed_amount")
    if amount is not None and obligation.amount is not None and amount > obligation.amount:
        raise Missing({"performed_amount": f"已付金额不能超过应付的 {obligation.amount:,.2f} 元。"})
    if (
        state == ObligationState.DONE
        and amount is not None
        and obligation.amount is not None
        and amount < obligation.amount
    ):
        raise Missing({"state": f"应付 {obligation.amount:,.2f} 元，只付了一部分的请选“部分履行”。"})
    if state == ObligationState.PARTLY and obligation.kind == ObligationKind.MONEY:
        need(data, performed_amount="请填写已付金额。")
    obligation.state = state
    obligation.performed_on = data.get("performed_on")
    obligation.performed_amount = (
        amount if amount is not None else (obligation.amount if state == ObligationState.DONE else None)
    )
    obligation.note = data.get("note", "")
    obligation.save()
    paid = f"，已付 {obligation.performed_amount:,.2f} 元" if obligation.performed_amount else ""
    return Note(
        text=f"第 {obligation.number} 项“{obligation.what}”{state.label}{paid}。{data.get('note', '')}",
        detail={"obligation": obligation.number, "state": state},
        happened_on=obligation.performed_on,
    )


@effect("follow_up")
def follow_up(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, record="请写回访情况，一句话即可。", visited_on="请填写回访日期。")
    not_future(data, "visited_on")
    if dispute.outcome_on and data["visited_on"] < dispute.outcome_on:
        raise Missing({"visited_on": "回访日期不能早于协议生效日期。"})
    visit = FollowUp.objects.create(
        dispute=dispute,
        visited_on=data["visited_on"],
        way=data.get("way") or FollowUp._meta.get_field("way").get_default(),
        whom=data.get("whom", ""),
        record=data["record"],
        satisfaction=data.get("satisfaction") or Satisfaction.UNRATED,
        went_to_court=bool(data.get("went_to_court")),
        smoulders=bool(data.get("smoulders")),
        visited_by=by,
    )
    rated = f"满意程度：{visit.get_satisfaction_display()}。" if visit.satisfaction else ""
    warns = "有反复、激化苗头。" if visit.smoulders else ""
    return Note(
        text=f"{visit.get_way_display()}。{rated}{warns}{visit.record}",
        detail={"satisfaction": visit.satisfaction},
        happened_on=visit.visited_on,
    )


@effect("archive")
def archive(dispute: Dispute, data: Data, by: Any) -> Note:
    missing = [item.name for item in checklist.for_dispute(dispute) if item.required and not item.there]
    if missing and not data.get("missing_reason"):
        raise Missing({"missing_reason": f"卷内还缺：{'、'.join(missing)}。请补齐，或者写明原因后归档。"})
    today = timezone.localdate()
    filing = Filing.objects.create(
        dispute=dispute,
        year=today.year,
        number=Counter.take(f"filing:{today.year}"),
        filed_on=today,
        filed_by=by,
        checked_by=data.get("checked_by", ""),
        missing=missing,
        missing_reason=data.get("missing_reason", "") if missing else "",
        **({"retention": data["retention"]} if data.get("retention") else {}),
    )
    dispute.archived_at = timezone.now()
    said = data.get("missing_reason", "")
    lacking = f"缺：{'、'.join(missing)}（{said}）。" if missing else f"应有的记录齐备。{said}"
    return Note(text=f"卷号 {filing.file_number}。{lacking}", detail={"missing": missing})


@effect("reopen")
def reopen(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, reason="请写明重开的原因。")
    if dispute.outcome in SETTLED_OUTCOMES:
        _supersede(dispute, data["reason"])
    dispute.times_reopened += 1
    dispute.outcome, dispute.outcome_on, dispute.archived_at = Outcome.NONE, None, None
    dispute.has_pending_obligations = False
    dispute.accepted_at = timezone.now()
    dispute.transferred_to = None
    _end_assignment(dispute, "重开")
    return Note(text=data["reason"], detail={"times": dispute.times_reopened})


# ---- 更正


AMENDABLE = (
    "category", "division", "place_detail", "summary", "claim", "people_count", "amount", "willingness", "happened_on",
    "source", "source_number", "language", "wanted_mediator",
)  # fmt: skip
PARTY_AMENDABLE = (
    "kind", "name", "id_kind", "id_number", "no_id_reason", "id_is_checked", "sex", "birth_date", "phone", "address", "contact_name",
    "guardian_name", "agent_name", "refuses",
)  # fmt: skip
#: Personal data, or words that may hold some: the timeline says that it changed, never what it was or is.
UNSPOKEN = {"id_number", "phone", "address", "birth_date", "summary", "claim", "place_detail"}
#: Names stand in the timeline as they stand everywhere else: masked.
NAMES = {"name", "contact_name", "guardian_name", "agent_name"}


@effect("amend")
def amend(dispute: Dispute, data: Data, by: Any) -> Note:
    """Correct facts, correct a party, or add one.  ``applied_on`` cannot be corrected: it is evidence."""
    need(data, reason="请写明更正的理由。")
    _category_may_change(dispute, data, by)
    if data.get("new_parties") and dispute.current_agreement:
        raise Missing({"reason": "协议已经拟定，不能再增加当事人；需要增加的，先恢复协商或者重开。"})
    if data.get("happened_on") and data["happened_on"] > dispute.applied_on:
        raise Missing({"happened_on": f"发生日期不能晚于申请日期（{dispute.applied_on:%Y-%m-%d}）。"})
    changes = _amend_fields(dispute, data, AMENDABLE)
    if data.get("division"):
        dispute.township, dispute.place_path = township_of(dispute.division), dispute.division.path
    party = data.get("party")
    if party:
        changes += [
            f"{party}：{change}" for change in _amend_fields(party, data.get("party_data", {}), PARTY_AMENDABLE)
        ]
        fill_derived(party)
        party.save()
    for row in data.get("new_parties", ()):
        first = (dispute.parties.filter(role=row["role"]).aggregate(top=Max("number"))["top"] or 0) + 1
        added = add_parties(dispute, [row], row["role"], first)[0]
        changes.append(f"增加{added}")
    if not changes:
        raise Missing({"reason": "没有需要更正的内容。"})
    refresh_derived(dispute, list(dispute.parties.all()) if not (party or data.get("new_parties")) else list(
        dispute.parties.model.objects.filter(dispute=dispute)
    ))  # fmt: skip
    return Note(text=f"{'；'.join(changes)}。理由：{data['reason']}")


def _category_may_change(dispute: Dispute, data: Data, by: Any) -> None:
    """The category decides whether an oral agreement is allowed: it cannot be turned round the gate."""
    wanted = data.get("category")
    if wanted is None or wanted.pk == dispute.category_id:
        return
    agreement = dispute.current_agreement
    if agreement and agreement.form == AgreementForm.ORAL and wanted.written_only_law:
        raise Missing({"category": f"本案已有口头协议，这类纠纷应当书面（{wanted.written_only_law}），请先重开。"})
    begun = dispute.session_count > 0
    if begun and dispute.category.written_only_law != wanted.written_only_law and not roles_on(dispute, by) & INTAKE:
        raise Missing({"category": "调解开始以后，这一更正由窗口受理员、分流员、乡镇综治中心或者村（社区）办理。"})


#: Facts that may be emptied again.
CLEARABLE = {"amount", "happened_on", "wanted_mediator"}


def _amend_fields(row: Any, data: Data, names: tuple[str, ...]) -> list[str]:
    """Set the given fields that differ; return a sentence for each change."""
    changes = []
    for name in names:
        if name not in data or (data[name] is None and name not in CLEARABLE):
            continue
        before, after = getattr(row, name), data[name]
        if before == after:
            continue
        label = row._meta.get_field(name).verbose_name
        setattr(row, name, after)
        if name in UNSPOKEN:
            changes.append(f"更正{label}")
        elif name in NAMES:
            mask = mask_org if name == "name" and row.kind == PartyKind.ORGANISATION else mask_name
            changes.append(f"{label}由“{mask(before) or '空'}”改为“{mask(after) or '空'}”")
        elif isinstance(before, dt.date) or not hasattr(row, f"get_{name}_display"):
            changes.append(
                f"{label}由“{before or '空'}”改为“{after or '空'}”" if len(str(before)) < 60 else f"更正{label}"
            )
        else:
            shown = dict(row._meta.get_field(name).flatchoices)
            changes.append(f"{label}由“{shown.get(before, '空')}”改为“{shown.get(after, '空')}”")
    return changes
