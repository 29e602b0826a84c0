"""Effects of the steps that watch over a case: extensions, climbing, urging, supervision, instructions, sponsors."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from common import workdays
from common.errors import Conflict, GuardRefused, Missing
from common.models import Counter
from disputes import deadlines, guards
from disputes.choices import ExtensionState, SupervisionKind
from disputes.models import ClockRow, Dispute, Extension, Instruction, Sponsorship, Supervision
from disputes.services import clocks, offices
from disputes.services.effects import Data, effect, need, not_future
from disputes.services.timeline import Note

# ---- 期限


@effect("ask_extension")
def ask_extension(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, clock="请选择要延长的期限。", days="请填写延长的天数。", reason="请写明延期的理由。")
    row: ClockRow = data["clock"]
    if row.pk not in {one.pk for one in guards.extendable(dispute)}:
        raise Missing({"clock": "这个期限不能延长。"})
    rule = deadlines.BY_KEY[row.key].extend
    assert rule is not None
    left = rule.days - row.extended_days
    if not 1 <= data["days"] <= left:
        raise Missing({"days": f"这个期限最多还能延长 {left} 个{row.unit}。"})
    if rule.needs_parties and not data.get("all_parties_agreed"):
        raise Missing({"all_parties_agreed": "延长调解期限须各方当事人同意，请先征得同意。"})
    if rule.needs_parties:
        need(data, agreed_on="请填写当事人同意的日期。")
    not_future(data, "agreed_on")
    Extension.objects.create(
        dispute=dispute, clock=row, days_asked=data["days"], reason=data["reason"], asked_by=by,
        all_parties_agreed=bool(data.get("all_parties_agreed")), agreed_on=data.get("agreed_on"),
    )  # fmt: skip
    agreed = "，各方当事人同意" if data.get("all_parties_agreed") else ""
    return Note(text=f"{row.label}期限申请延长 {data['days']} 个{row.unit}{agreed}。{data['reason']}")


@effect("decide_extension")
def decide_extension(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, decision="请选择批准还是不批准。")
    asked = dispute.extensions.waiting().select_for_update().select_related("clock").get()
    if data.get("asked") not in (None, asked.pk):
        raise Conflict("您看到的延期申请已经有人审批，现在等待审批的是另一份申请，请刷新后再办理。")
    if asked.asked_by_id == by.pk:
        raise GuardRefused("自己的延期申请由别人审批。")
    granted = data["decision"] == ExtensionState.GRANTED
    days = (data.get("days_granted") or asked.days_asked) if granted else 0
    if granted and not 1 <= days <= asked.days_asked:
        raise Missing({"days_granted": f"批准的天数应在 1 到 {asked.days_asked} 之间。"})
    if not granted:
        need(data, reason="不批准的，请写明意见。")
    asked.state = ExtensionState.GRANTED if granted else ExtensionState.REFUSED
    asked.days_granted, asked.decided_by, asked.decided_at = days, by, timezone.now()
    asked.decision_reason = data.get("reason", "")
    asked.save()
    label, unit = asked.clock.label, asked.clock.unit
    if not granted:
        return Note(text=f"{label}期限不予延长。{asked.decision_reason}")
    watched = clocks.watch(dispute)
    row = next(one for one in watched.rows if one.pk == asked.clock_id)
    if not row.is_running:
        raise GuardRefused("这个期限已经办结，不需要再延长。")
    watched.extend(row, days)
    clocks.save([watched])
    return Note(text=f"{label}期限延长 {days} 个{unit}，到 {row.due_on:%Y-%m-%d}。{asked.decision_reason}")


@effect("escalate")
def escalate(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, reason="请写明上报的理由和已经做过的工作。")
    row = next(one for one in dispute.clocks.all() if one.is_running and one.kind == "ladder")
    return Note(text=f"{clocks.climb(dispute, row.pk, timezone.localdate())}{data['reason']}")


# ---- 督办


@effect("urge")
def urge(dispute: Dispute, data: Data, by: Any) -> Note:
    today = timezone.localdate()
    if dispute.events.filter(name="urge", at__date=today).exists():
        raise GuardRefused("今天已经催办过这件，明天可以再催。")
    return Note(text=f"催办{offices.name_of(dispute)}。{data.get('note', '')}")


@effect("supervise")
def supervise(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, kind="请选择督办的种类。", reason="请写明督办的事由和要求。")
    today = timezone.localdate()
    reply_by = data.get("reply_by") or workdays.add_workdays(today, deadlines.REPLY_WITHIN)
    if reply_by < today:
        raise Missing({"reply_by": "要求回复的日期不能早于今天。"})
    kind = SupervisionKind(data["kind"])
    twin = dispute.supervisions.open().filter(kind=kind, reason=data["reason"], issued_by=by).first()
    if twin:
        raise GuardRefused(f"同样的督办已经发出（{twin.number}），还没有解除，不必再发一次。")
    word = "函" if kind == SupervisionKind.LETTER else "督"
    number = f"甘州综治{word}〔{today.year}〕{Counter.take(f'supervision:{word}:{today.year}')}号"
    Supervision.objects.create(
        dispute=dispute, kind=kind, number=number, office_id=offices.responsible(dispute), reason=data["reason"],
        reply_by=reply_by, issued_by=by,
    )  # fmt: skip
    return Note(
        text=f"{kind.label} {number}，由{offices.name_of(dispute)}在 {reply_by:%Y-%m-%d} 前回复。{data['reason']}",
        detail={"kind": kind},
    )


@effect("answer_supervision")
def answer_supervision(dispute: Dispute, data: Data, by: Any) -> Note:
    """One answer serves every card and order that waits for one: what is being done, and by when."""
    need(data, reply="请写明原因、措施和完成时间。")
    waiting = list(dispute.supervisions.unanswered().select_for_update())
    names = "、".join(dict.fromkeys(str(one.get_kind_display()) for one in waiting))
    dispute.supervisions.unanswered().update(reply=data["reply"], replied_at=timezone.now(), replied_by=by)
    return Note(text=f"回复{names}。{data['reply']}", detail={"count": len(waiting)})


@effect("lift_supervision")
def lift_supervision(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, reason="请写明解除的理由。")
    open_ones = list(dispute.supervisions.open().select_for_update())
    wanted = set(data.get("which") or ())
    # Unless it says which: those that were answered.  A new order that nobody has read is not lifted along with them.
    lifted = [one for one in open_ones if (one.pk in wanted if wanted else one.replied_at)]
    if not lifted and not wanted:
        lifted = open_ones
    if not lifted:
        raise Conflict("所选的督办已经有人解除，请刷新后再办理。")
    names = "、".join(dict.fromkeys(str(one.get_kind_display()) for one in lifted))
    Supervision.objects.filter(pk__in=[one.pk for one in lifted]).update(
        lifted_at=timezone.now(), lifted_by=by, lifted_why=data["reason"]
    )
    return Note(text=f"解除{names}。{data['reason']}", detail={"count": len(lifted)})


# ---- 领导


@effect("instruct")
def instruct(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, text="请写批示内容。")
    if dispute.instructions.filter(text=data["text"], given_by=by, reported_at=None).exists():
        raise GuardRefused("同样的批示已经发出，还没有报告落实情况，不必再发一次。")
    Instruction.objects.create(dispute=dispute, text=data["text"], given_by=by)
    return Note(text=data["text"])


@effect("report_instruction")
def report_instruction(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, report="请写落实情况。")
    dispute.instructions.filter(reported_at=None).update(
        report=data["report"], reported_by=by, reported_at=timezone.now()
    )
    return Note(text=data["report"])


@effect("sponsor")
def sponsor(dispute: Dispute, data: Data, by: Any) -> Note:
    need(data, leader="请选择包案领导。")
    today: dt.date = timezone.localdate()
    dispute.sponsorships.filter(until=None).update(until=today)
    Sponsorship.objects.create(
        dispute=dispute, leader=data["leader"], since=today, note=data.get("note", ""), made_by=by
    )
    return Note(text=f"{data['leader'].name}包案。{data.get('note', '')}")
