"""A case in memory, and its verbs: what ``disputes.services`` writes, without a query.

Legality is the real table's: ``perform`` asks ``workflow.check`` with the real guards and the real reach, so a life
that the portal would refuse cannot be told.  What each verb writes is said here a second time, because the real
effects go to the database row by row; tests/ganzhou/test_seed.py tells lives by both and compares every column.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django.db import models

from accounts.models import AuditEvent
from common import workdays
from common.crypto import blind_index
from common.pinyin import sort_key
from common.search import grams
from disputes import checklist, deadlines, workflow
from disputes.choices import (
    SETTLED_OUTCOMES,
    AgreementForm,
    ChosenBy,
    DeclineReason,
    EndReason,
    FollowUpWay,
    NoticeForm,
    ObligationKind,
    ObligationState,
    Outcome,
    RecusalGround,
    Risk,
    Route,
    Satisfaction,
    SessionMode,
    Status,
    SuspendReason,
    WarnLevel,
)
from disputes.models import (
    Agreement,
    Assignment,
    ClockRow,
    Dispute,
    DisputeEvent,
    DisputeLink,
    Ending,
    Escalation,
    Filing,
    FollowUp,
    MediationSession,
    Obligation,
    Party,
    Signature,
    Supervision,
    Suspension,
)
from disputes.reach import roles_on
from disputes.reckoning import Watch, lifted_because, stands_again
from disputes.services import sweep
from disputes.services.clocks import climbed
from disputes.services.effects import SESSION_FIELDS, in_force_text
from disputes.services.intake import DISPUTE_FIELDS, PARTY_FIELDS, township_of
from disputes.services.timeline import SYSTEM

Data = Mapping[str, Any]
#: The first sweep of a day.
SWEPT_AT = dt.time(0, 1)


class Rows(list[Any]):
    """Related rows as guards and the checklist ask for them."""

    def all(self) -> Rows:
        return self

    def exists(self) -> bool:
        return bool(self)


class Row:
    """A row to be: the columns of ``model`` with their defaults, so that a column added later gets its own."""

    model: ClassVar[type[models.Model]]
    constants: ClassVar[dict[str, Any]]
    made: ClassVar[dict[str, Callable[[], Any]]]
    with_pk: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        cls.constants, cls.made = {}, {}
        for field in cls.model._meta.concrete_fields:
            if field.primary_key and not cls.with_pk:
                continue
            if field.has_default() and callable(field.default):
                cls.made[field.attname] = field.default
            else:
                cls.constants[field.attname] = field.get_default()

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(self.constants)
        for name, make in self.made.items():
            if name not in values:
                values[name] = make()
        self.__dict__.update(values)


class EventRow(Row):
    model = DisputeEvent


class AuditRow(Row):
    model = AuditEvent


class AssignmentRow(Row):
    model = Assignment


class SessionRow(Row):
    model = MediationSession


class SuspensionRow(Row):
    model = Suspension


class ObligationRow(Row):
    model = Obligation


class SignatureRow(Row):
    model = Signature


class EndingRow(Row):
    model = Ending


class FollowUpRow(Row):
    model = FollowUp


class LinkRow(Row):
    model = DisputeLink


class FilingRow(Row):
    model = Filing
    file_number = Filing.file_number


class EscalationRow(Row):
    model = Escalation
    with_pk = True


class SupervisionRow(Row):
    model = Supervision


class ClockRowInMemory(Row):
    model = ClockRow
    with_pk = True
    is_running = ClockRow.is_running
    is_paused = ClockRow.is_paused


class PartyRow(Row):
    model = Party
    with_pk = True
    age = Party.age
    is_minor = Party.is_minor


class AgreementRow(Row):
    model = Agreement
    with_pk = True
    confirmable_until = Agreement.confirmable_until


class Case(Row):
    """A dispute with everything that hangs on it, as far as the rules look at it."""

    model = Dispute
    with_pk = True
    current_agreement = Dispute.current_agreement
    applicants = Dispute.applicants
    respondents = Dispute.respondents

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.parties, self.sessions, self.agreements, self.suspensions = Rows(), Rows(), Rows(), Rows()
        self.endings, self.follow_ups, self.filings, self.clocks = Rows(), Rows(), Rows(), Rows()
        self.events, self.audit, self.assignments, self.links = Rows(), Rows(), Rows(), Rows()
        self.signatures, self.obligations = Rows(), Rows()
        self.escalations, self.supervisions = Rows(), Rows()
        self.mediator: Any = None
        self.committee: Any = None

    @property
    def pk(self) -> int:
        return int(self.id)


class Register:
    """Gives out primary keys, codes and file numbers.  The writer hands in the real ones."""

    def __init__(
        self, numbers: Callable[[type[models.Model]], Iterator[int]], file_number: Callable[[Case, int], int],
        centre_of: Callable[[str], int | None],
    ) -> None:  # fmt: skip
        self.disputes, self.parties, self.agreements = numbers(Dispute), numbers(Party), numbers(Agreement)
        self.clocks, self.escalations = numbers(ClockRow), numbers(Escalation)
        self.file_number, self.centre_of = file_number, centre_of


def register(
    ids: Register,
    at: dt.datetime,
    by: Any,
    data: Data,
    sides: Iterable[tuple[str, list[Data]]],
    *,
    code: str,
    submission_key: uuid.UUID,
) -> Case:
    """``services.register``: a registered case with its parties, first event and first clock."""
    today = at.date()
    values = {name: data[name] for name in DISPUTE_FIELDS if data.get(name) not in (None, "")}
    division = values.pop("division")
    township = township_of(division)
    category, organisation = values.pop("category"), values.pop("source_organisation", None)
    notice = data.get("notice_form") or NoticeForm.NONE
    case = Case(
        id=next(ids.disputes), code=code, submission_key=submission_key, version=1, status=Status.REGISTERED,
        applied_on=data.get("applied_on") or today, registered_at=at, registered_by_id=by.pk,
        division_id=division.pk, township_id=township.pk if township else None, place_path=division.path,
        category_id=category.pk, source_organisation_id=organisation.pk if organisation else None,
        notice_form=notice, notice_at=at if notice else None, **values,
    )  # fmt: skip
    case.category, case.division, case.ids = category, division, ids
    for role, given in sides:
        for number, one in enumerate(given, start=1):
            case.parties.append(_party(ids, case, role, number, one))
    case.grams = grams(f"{case.summary} {case.claim} {case.place_detail}", names=[p.name for p in case.parties])
    case.has_minor = any(party.is_minor(today) for party in case.parties)
    for other_id, kind in data.get("links", ()):
        case.links.append(LinkRow(dispute_id=case.id, other_id=other_id, kind=kind, made_by_id=by.pk, made_at=at))
    _record(case, "register", at, by, before="", text="", detail={"source": case.source})
    _advance(case, "register", at)
    return case


def _party(ids: Register, case: Case, role: str, number: int, given: Data) -> PartyRow:
    values = {name: given[name] for name in PARTY_FIELDS if given.get(name) not in (None, "")}
    party = PartyRow(id=next(ids.parties), uid=given["uid"], dispute_id=case.id, role=role, number=number, **values)
    party.sort_key = sort_key(party.name)[:200]
    party.id_number_index = blind_index("party.id_number", party.id_number) if party.id_number else ""
    party.phone_index = blind_index("party.phone", party.phone) if party.phone else ""
    return party


def perform(case: Case, name: str, at: dt.datetime, by: Any, data: Data) -> None:
    """``services.perform`` at a moment of the past.  Raises the portal's own refusals."""
    row = workflow.TRANSITIONS[name]
    warn(case, at)
    workflow.check(row, case, by, roles_on(case, by))  # type: ignore[arg-type]  # a case in memory answers alike
    before = case.status
    text, detail, happened_on = EFFECTS[name](case, data, by, at)
    case.status = row.target or case.status
    case.version += 1
    _record(case, name, at, by, before=before, text=text, detail=detail, happened_on=happened_on)
    _advance(case, name, at)


def _record(
    case: Case, name: str, at: dt.datetime, by: Any, *, before: str, text: str, detail: dict[str, Any],
    happened_on: dt.date | None = None,
) -> None:  # fmt: skip
    case.events.append(
        EventRow(
            dispute_id=case.id, number=len(case.events) + 1, name=name, from_status=before, to_status=case.status, at=at,
            happened_on=happened_on, actor_id=by.pk, actor_name=by.name, actor_post=by.post[:120], text=text, detail=detail,
        )
    )  # fmt: skip
    case.audit.append(
        AuditRow(
            at=at,
            actor_id=by.pk,
            actor_name=by.name,
            action=f"dispute.{name}",
            object_type="dispute",
            object_id=case.code,
        )
    )
    case.changed_at = at


# ---- clocks


def _watch(case: Case, today: dt.date) -> Watch:
    return Watch(
        case, case.clocks, today=today, suspensions=case.suspensions.all,
        make=lambda **values: ClockRowInMemory(id=next(case.ids.clocks), dispute_id=case.id, **values),
    )  # fmt: skip


def _advance(case: Case, event: str, at: dt.datetime) -> None:
    watch = _watch(case, at.date())
    watch.advance(event)
    case.clocks.extend(watch.made)
    changed = {row.id: row for row in watch.warnings_changed}
    for card in case.supervisions:
        row = changed.get(card.clock_id)
        if row is None:
            continue
        if card.lifted_at is None and (why := lifted_because(row, card.level)):
            card.lifted_at, card.lifted_why = at, why
        elif card.lifted_at and stands_again(row, card.level, card.lifted_why):
            card.lifted_at, card.lifted_why = None, ""


def warn(case: Case, until: dt.datetime) -> None:
    """What the sweep writes up to that moment: ledger, cards, timeline; the ladder climbs.

    Early on the day of a warning, or a minute after the step that made it due.
    """
    while days := [r.next_warn_on for r in case.clocks if r.is_running and not r.is_paused and r.next_warn_on]:
        day = min(days)
        at = max(dt.datetime.combine(day, SWEPT_AT, until.tzinfo), case.changed_at + dt.timedelta(minutes=1))
        if at > until:
            return
        watch = _watch(case, day)
        climbing = [row for row, level, _ in watch.fire() if _issue(case, row, level, day, at)]
        for row in climbing:
            level = deadlines.rung_of(row.key)
            started = watch.climb(row, row.due_on)
            case.clocks.extend([started] if started else [])
            _by_the_clock(case, "climb", at, climbed(level, started), {})
            case.audit.append(AuditRow(at=at, action="dispute.climb", object_type="dispute", object_id=case.code))


def _issue(case: Case, row: ClockRowInMemory, level: int, day: dt.date, at: dt.datetime) -> bool:
    """One line of the ledger with what goes with it; whether the ladder climbs by it."""
    office = case.committee_id or case.ids.centre_of(case.place_path)
    line = EscalationRow(
        id=next(case.ids.escalations), clock_id=row.id, dispute_id=case.id, level=level, due_on=row.due_on, fell_on=day,
        issued_at=at, office_id=office,
    )  # fmt: skip
    case.escalations.append(line)
    fell_due = f"{row.label}期限 {row.due_on} 届满，"
    if sweep.KINDS[level - 1]:
        card = SupervisionRow(
            dispute_id=case.id, kind=sweep.KINDS[level - 1], escalation_id=line.id, office_id=office, issued_at=at,
            reason=fell_due + sweep.CARD_WORDS, reply_by=workdays.add_workdays(at.date(), deadlines.REPLY_WITHIN),
        )  # fmt: skip
        card.clock_id, card.level = row.id, level
        case.supervisions.append(card)
    if sweep.WORDS[level - 1]:
        detail = {"level": level, "clock": row.kind, "escalation": line.id}
        _by_the_clock(case, "warned", at, fell_due + sweep.WORDS[level - 1], detail)
    return level == WarnLevel.CLIMB


def _by_the_clock(case: Case, name: str, at: dt.datetime, text: str, detail: dict[str, Any]) -> None:
    case.events.append(
        EventRow(
            dispute_id=case.id, number=len(case.events) + 1, name=name, from_status=case.status, to_status=case.status,
            at=at, actor_name=SYSTEM, text=text, detail=detail,
        )
    )  # fmt: skip


# ---- what each verb writes: (text, detail, happened_on) of its event

Note = tuple[str, dict[str, Any], dt.date | None]
Effect = Callable[[Case, Data, Any, dt.datetime], Note]
EFFECTS: dict[str, Effect] = {}


def effect(function: Effect) -> Effect:
    EFFECTS[function.__name__] = function
    return function


@effect
def accept(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    case.accepted_at = at
    if data.get("notice_form") and not case.notice_form:
        case.notice_form, case.notice_at = data["notice_form"], at
    return data.get("note", ""), {}, None


@effect
def decline(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    reason = DeclineReason(data["reason"])
    _end(case, Outcome.DECLINED, data, by, at)
    return f"原因：{reason.label}。已告知：{data['destination']}。{data.get('note', '')}", {"reason": reason}, None


@effect
def give_notice(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    case.notice_form, case.notice_at = data["notice_form"], at
    return f"{NoticeForm(case.notice_form).label}。{data.get('note', '')}", {}, None


@effect
def report_risk(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    before = Risk(case.risk).label
    case.risk, case.may_escalate = data["risk"], bool(data.get("may_escalate"))
    case.police_told_at = data.get("police_told_at") or case.police_told_at
    told = ""
    if case.may_escalate:
        told = "可能引起治安、刑事案件，" + ("已报告公安机关。" if case.police_told_at else "尚未报告公安机关。")
    return f"{before} → {Risk(case.risk).label}。{told}{data['note']}", {"risk": case.risk}, None


@effect
def assign(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    return _assign(case, data, by, at)


@effect
def recall(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    _end_assignment(case, data.get("note") or "撤回分派", at)
    return data.get("note", ""), {}, None


@effect
def appoint(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    return _assign(case, {**data, "committee": case.committee}, by, at)


@effect
def reassign(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    for row in case.suspensions:
        row.until = row.until or at.date()
    return _assign(case, data, by, at)


@effect
def take(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    for row in case.assignments:
        if row.ended_at is None:
            row.taken_at = at
    return data.get("note", ""), {}, None


@effect
def return_assignment(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    _end_assignment(case, data["reason"], at)
    return data["reason"], {}, None


def _assign(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    committee, mediator = data["committee"], data.get("mediator")
    for row in case.assignments:
        if row.ended_at is None:
            row.ended_at, row.ended_why = at, data.get("reason") or "改派"
    _entrust(case, committee, mediator)
    case.assignments.append(
        AssignmentRow(
            dispute_id=case.id, committee_id=committee.pk, mediator_id=case.mediator_id, made_by_id=by.pk, made_at=at,
            suggestion=data.get("suggestion", ""), followed_suggestion=data.get("followed_suggestion", True),
            chosen_by=data["chosen_by"], recusal=data.get("recusal") or RecusalGround.NONE, reason=data.get("reason", ""),
        )
    )  # fmt: skip
    parts = [f"{committee.organisation}" + (f" {mediator.name}" if mediator else "（由主任指定调解员）") + "。"]
    parts.append(f"{ChosenBy(data['chosen_by']).label}。")
    if data.get("recusal"):
        parts.append(f"回避：{RecusalGround(data['recusal']).label}。")
    if data.get("reason"):
        parts.append(data["reason"])
    if data.get("suggestion"):
        parts.append(f"（系统建议：{data['suggestion']}）")
    return "".join(parts), {"committee": committee.pk, "mediator": case.mediator_id}, None


def _entrust(case: Case, committee: Any, mediator: Any) -> None:
    case.committee, case.committee_id = committee, committee.pk if committee else None
    case.mediator, case.mediator_id = mediator, mediator.pk if mediator else None


def _end_assignment(case: Case, why: str, at: dt.datetime) -> None:
    for row in case.assignments:
        if row.ended_at is None:
            row.ended_at, row.ended_why = at, why[:300]
    _entrust(case, None, None)


@effect
def record_session(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    for row in case.assignments:
        if row.ended_at is None and row.chosen_by == ChosenBy.NOT_ASKED:
            row.chosen_by = ChosenBy.ACCEPTED
    held_at = data.get("held_at") or at
    given = {name: data[name] for name in SESSION_FIELDS if data.get(name) not in (None, "")}
    session = SessionRow(
        dispute_id=case.id,
        number=case.session_count + 1,
        held_at=held_at,
        recorded_by_id=by.pk,
        recorded_at=at,
        **given,
    )
    case.sessions.append(session)
    case.session_count = session.number
    held_on = held_at.date()
    heading = f"第 {session.number} 次调解（{SessionMode(session.mode).label}）。"
    return heading + session.record, {"session": session.number}, held_on if held_on < at.date() else None


@effect
def suspend(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    reason, expected = SuspendReason(data["reason"]), data.get("expected_on")
    case.suspensions.append(
        SuspensionRow(
            dispute_id=case.id, reason=reason, note=data.get("note", ""), since=at.date(), expected_on=expected
        )
    )
    until = f"预计 {expected:%Y-%m-%d} 恢复。" if expected else ""
    return f"{reason.label}。{until}{data.get('note', '')}", {"reason": reason}, None


@effect
def resume(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    for row in case.suspensions:
        row.until = row.until or at.date()
    return data.get("note", ""), {}, None


@effect
def settle(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    agreement = _agree(case, data, by, at, AgreementForm.WRITTEN)
    return _agreement_text(agreement) + _told(data), {"agreement": agreement.id, "partial": agreement.is_partial}, None


@effect
def settle_orally(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    agreement = _agree(case, data, by, at, AgreementForm.ORAL)
    agreement.effective_on = agreement.agreed_on
    case.outcome, case.outcome_on = Outcome.ORAL, agreement.agreed_on
    return _agreement_text(agreement) + _told(data), {"agreement": agreement.id}, agreement.agreed_on


def _agree(case: Case, data: Data, by: Any, at: dt.datetime, form: str) -> AgreementRow:
    owed = data.get("obligations", ())
    agreement = AgreementRow(
        id=next(case.ids.agreements), dispute_id=case.id, form=form, agreed_on=data["agreed_on"],
        facts=data.get("facts", ""), content=data["content"],
        amount=sum((row["amount"] for row in owed if row.get("amount")), start=0) or None,
        copies=data.get("copies") or len(case.parties) + 1, is_partial=bool(data.get("is_partial")),
        unresolved=data.get("unresolved", ""), recorded_by_id=by.pk, recorded_at=at,
    )  # fmt: skip
    agreement.obligations = Rows()
    case.agreements.append(agreement)
    for number, row in enumerate(owed, start=1):
        done = bool(row.get("done_now"))
        obligation = ObligationRow(
            agreement_id=agreement.id, number=number, debtor_id=case.parties[row["debtor"]].id,
            kind=row.get("kind") or ObligationKind.MONEY, what=row["what"], amount=row.get("amount"), how=row.get("how", ""),
            where=row.get("where", ""), due_on=row["due_on"], state=ObligationState.DONE if done else ObligationState.PENDING,
            performed_on=agreement.agreed_on if done else None, performed_amount=row.get("amount") if done else None,
        )  # fmt: skip
        agreement.obligations.append(obligation)
        case.obligations.append(obligation)
    return agreement


def _agreement_text(agreement: AgreementRow) -> str:
    amount = f"涉及金额 {agreement.amount:,.2f} 元。" if agreement.amount else ""
    partly = "（部分达成）" if agreement.is_partial else ""
    return f"{AgreementForm(agreement.form).label}{partly}：{agreement.content} {amount}".strip()


def _told(data: Data) -> str:
    if not data.get("is_partial"):
        return ""
    return f" 未达成部分已告知：{'、'.join(str(Route(route).label) for route in data['routes_told'])}。"


@effect
def take_effect(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    agreement = case.current_agreement
    for row in data["signatures"]:
        case.signatures.append(
            SignatureRow(
                agreement_id=agreement.id,
                party_id=case.parties[row["party"]].id,
                manner=row["manner"],
                signed_on=row["signed_on"],
            )
        )
    agreement.mediator_signed_on, agreement.sealed_on = data["mediator_signed_on"], data["sealed_on"]
    agreement.effective_on = max(
        data["mediator_signed_on"], data["sealed_on"], *(row["signed_on"] for row in data["signatures"])
    )
    case.outcome, case.outcome_on = Outcome.WRITTEN, agreement.effective_on
    agreement.seal_recorded_by_id = by.pk
    text = in_force_text(agreement, by, roles_on(case, by))  # type: ignore[arg-type]  # a case in memory answers alike
    return text, {"agreement": agreement.id}, agreement.effective_on


@effect
def renegotiate(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    _supersede(case, data["reason"])
    return data["reason"], {}, None


@effect
def fail(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    _supersede(case, "调解不成")
    _end(case, Outcome.FAILED, data, by, at)
    return _ending_text(data), {"reason": data["reason"]}, None


@effect
def terminate(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    _end(case, Outcome.TERMINATED, data, by, at)
    return _ending_text(data), {"reason": data["reason"]}, None


@effect
def withdraw(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    _end(case, Outcome.WITHDRAWN, data, by, at)
    return _ending_text(data), {"reason": data["reason"]}, None


@effect
def transfer(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    case.transferred_to_id = data["organisation"].pk
    _end(case, Outcome.TRANSFERRED, data, by, at)
    return f"转往{data['organisation'].name}。{data['note']}", {"organisation": data["organisation"].pk}, None


def _end(case: Case, outcome: str, data: Data, by: Any, at: dt.datetime) -> None:
    ended_on = data.get("ended_on") or at.date()
    case.endings.append(
        EndingRow(
            dispute_id=case.id, kind=outcome, reason=data.get("reason", ""), note=data.get("note", ""),
            routes_told=list(data.get("routes_told", ())), undisputed_facts=data.get("undisputed_facts", ""),
            concessions=data.get("concessions", ""), destination=data.get("destination", ""), ended_on=ended_on,
            recorded_by_id=by.pk, recorded_at=at,
        )
    )  # fmt: skip
    for row in case.suspensions:
        row.until = row.until or ended_on
    for row in case.assignments:
        if row.ended_at is None:
            row.ended_at, row.ended_why = at, str(Outcome(outcome).label)
    case.outcome, case.outcome_on = outcome, ended_on


def _ending_text(data: Data) -> str:
    routes = "、".join(str(Route(route).label) for route in data.get("routes_told", ()))
    told = f"已告知：{routes}。" if routes else ""
    return f"{EndReason(data['reason']).label}。{told}{data.get('note', '')}"


def _supersede(case: Case, why: str) -> None:
    for row in case.agreements:
        if not row.is_superseded:
            row.is_superseded, row.superseded_why = True, why[:300]
    case.has_pending_obligations = False


@effect
def perform_obligation(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    obligation = case.current_agreement.obligations[data["obligation"] - 1]
    state, amount = ObligationState(data["state"]), data.get("performed_amount")
    obligation.state, obligation.performed_on = state, data.get("performed_on")
    if amount is None and state == ObligationState.DONE:
        amount = obligation.amount
    obligation.performed_amount, obligation.note = amount, data.get("note", "")
    paid = f"，已付 {amount:,.2f} 元" if amount else ""
    text = f"第 {obligation.number} 项“{obligation.what}”{state.label}{paid}。{data.get('note', '')}"
    return text, {"obligation": obligation.number, "state": state}, obligation.performed_on


EFFECTS["perform"] = EFFECTS.pop("perform_obligation")


@effect
def follow_up(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    way, satisfaction = FollowUpWay(data.get("way") or FollowUpWay.PHONE), Satisfaction(data.get("satisfaction") or "")
    smoulders = bool(data.get("smoulders"))
    case.follow_ups.append(
        FollowUpRow(
            dispute_id=case.id, visited_on=data["visited_on"], way=way, whom=data.get("whom", ""), record=data["record"],
            satisfaction=satisfaction, went_to_court=bool(data.get("went_to_court")), smoulders=smoulders,
            visited_by_id=by.pk, recorded_at=at,
        )
    )  # fmt: skip
    rated = f"满意程度：{satisfaction.label}。" if satisfaction else ""
    warns = "有反复、激化苗头。" if smoulders else ""
    return f"{way.label}。{rated}{warns}{data['record']}", {"satisfaction": satisfaction}, data["visited_on"]


@effect
def archive(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    missing, today = lacking(case), at.date()
    filing = FilingRow(
        dispute_id=case.id, year=today.year, number=case.ids.file_number(case, len(case.filings)), filed_on=today,
        filed_by_id=by.pk, checked_by=data.get("checked_by", ""), missing=missing,
        missing_reason=data.get("missing_reason", "") if missing else "",
        **({"retention": data["retention"]} if data.get("retention") else {}),
    )  # fmt: skip
    case.filings.append(filing)
    case.archived_at = at
    said = data.get("missing_reason", "")
    state = f"缺：{'、'.join(missing)}（{said}）。" if missing else f"应有的记录齐备。{said}"
    return f"卷号 {filing.file_number}。{state}", {"missing": missing}, None


def lacking(case: Case) -> list[str]:
    """Papers that the file must hold and does not."""
    return [item.name for item in checklist.for_dispute(case) if item.required and not item.there]  # type: ignore[arg-type]


@effect
def reopen(case: Case, data: Data, by: Any, at: dt.datetime) -> Note:
    if case.outcome in SETTLED_OUTCOMES:
        _supersede(case, data["reason"])
    case.times_reopened += 1
    case.outcome, case.outcome_on, case.archived_at = Outcome.NONE, None, None
    case.has_pending_obligations = False
    case.accepted_at = at
    case.transferred_to_id = None
    _end_assignment(case, "重开", at)
    return data["reason"], {"times": case.times_reopened}, None
