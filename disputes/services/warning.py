"""What follows from a line of the ledger of warnings: the ladder climbs, the offices are told."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from django.utils import timezone

from accounts.models import User
from common import outbox
from disputes import deadlines
from disputes.choices import SupervisionKind, WarnLevel
from disputes.models import ClockRow, Dispute, DisputeEvent, Escalation
from disputes.reach import roles_on
from disputes.services import clocks, offices
from disputes.services.clocks import subject
from disputes.services.timeline import Note, record
from disputes.workflow import TRANSITIONS
from notices import services as notices

#: News of a warning; each is delivered in a transaction of its own, because it locks its case.
TOPIC: Final = "disputes.escalated"
#: When to ask again whether a pause is over.
PAUSED_FOR: Final = dt.timedelta(minutes=30)
#: Levels that do not wait for the daily digest.
URGENT = frozenset({WarnLevel.RED, WarnLevel.LEADER})


def deliver(escalation_id: int) -> None:
    """Act on one line of the ledger, in the transaction that marks its news as delivered.

    The case is locked before its clock is looked at, so that nobody meets the clock in between.  What the clock took
    back, what was met meanwhile and what is said anew for another due day has nobody told: the line stays, the to-do
    would be stale.  While the clock is paused the news waits.
    """
    line = Escalation.objects.get(pk=escalation_id)
    dispute = Dispute.objects.locked(line.dispute_id)
    row = ClockRow.objects.get(pk=line.clock_id)
    said_anew = Escalation.objects.filter(clock=row, level=line.level, pk__gt=line.pk)
    if not row.is_running or line.level > row.warned or said_anew.exists():
        return
    if row.is_paused:
        again = timezone.now() + PAUSED_FOR
        outbox.publish(TOPIC, f"{line.pk}:{uuid.uuid4()}", {"escalation": line.pk}, due_at=again)
    elif line.level == WarnLevel.CLIMB:
        climb(line, dispute, row)
    else:
        tell(line, dispute, row)


def tell(line: Escalation, dispute: Dispute, row: ClockRow) -> None:
    """Tell the people of the offices that this level reaches."""
    late = row.due_on < timezone.localdate()
    notices.post(
        f"escalation:{line.pk}",
        offices.people(dispute, row.kind, line.level, rung=_rung(row)),
        kind=f"warning.{WarnLevel(line.level).name.lower()}",
        title=f"{dispute.code} {row.label}{'超期' if late else '即将到期'}（{WarnLevel(line.level).label}）",
        url=dispute.get_absolute_url(),
        subject=subject(dispute.pk, row.pk),
        due_on=row.due_on,
        urgent=line.level in URGENT,
    )


def climb(line: Escalation, dispute: Dispute, row: ClockRow) -> None:
    """A level of 四级七天 ran out: the next one begins on that very day, however late this is delivered."""
    said = clocks.climb(dispute, row.pk, row.due_on)
    record(dispute, "climb", by=None, before=dispute.status, note=Note(text=said), quiet=True)
    dispute.save(update_fields=["next_due_on", "next_clock"])
    level = deadlines.rung_of(row.key)
    is_top = level == len(deadlines.LADDER)
    notices.post(
        f"climb:{line.pk}",
        offices.people(
            dispute, "ladder", WarnLevel.LEADER if is_top else WarnLevel.REMIND, rung=level if is_top else level + 1
        ),
        kind="warning.climb",
        title=f"{dispute.code} 四级七天期满，{'报领导研究' if is_top else f'升级到{deadlines.office(level + 1)}'}",
        url=dispute.get_absolute_url(),
        subject=f"{subject(dispute.pk)}/{TOP}" if is_top else subject(dispute.pk, _running_ladder(dispute)),
        urgent=is_top,
    )


def _running_ladder(dispute: Dispute) -> int | None:
    rung = ClockRow.objects.filter(dispute=dispute, kind="ladder", met_on=None, expired_on=None).first()
    return rung.pk if rung else None


def _rung(clock: ClockRow) -> int | None:
    return deadlines.rung_of(clock.key) if clock.kind == "ladder" else None


def tell_of_step(dispute: Dispute, event: DisputeEvent) -> None:
    """Supervision, urging, instructions and extensions are to-dos of an office; their answer takes them off."""
    told = TOLD.get(event.name)
    if told is None:
        return
    kind, words, urgent = told
    if event.name == "ask_extension":
        people = offices.deciders(dispute, but=event.actor_id)
    else:
        people = offices.people(dispute, dispute.next_clock or "mediate", WarnLevel.YELLOW)
    if event.name == "supervise" and event.detail.get("kind") in {SupervisionKind.RED, SupervisionKind.LISTED}:
        urgent = True
    notices.post(
        f"event:{event.pk}", people, kind=kind, title=f"{dispute.code} {words}", url=dispute.get_absolute_url(),
        subject=f"{subject(dispute.pk)}/{kind}", urgent=urgent,
    )  # fmt: skip


#: Event -> (kind of message, words of its title, at once).
TOLD: dict[str, tuple[str, str, bool]] = {
    "urge": ("urge", "催办", False),
    "supervise": ("supervision", "督办，请按期回复", False),
    "instruct": ("instruction", "领导批示，请落实并报告", True),
    "ask_extension": ("extension", "申请延期，请审批", False),
}
#: Part of a case's messages: 四级七天 ran out at its top, and leaders were told.  What ends the ladder settles it.
TOP: Final = "top"
#: Event -> the kinds of message it settles, besides ``urge``, which every step of the case settles.
SETTLED_BY: dict[str, tuple[str, ...]] = {
    "decide_extension": ("extension",),
    "answer_supervision": ("supervision", "urge"),
    "lift_supervision": ("supervision",),
    "report_instruction": ("instruction",),
    "archive": ("supervision", "instruction", "extension", TOP),
}
#: Steps after which somebody who handled the case may not open it any more.
RELIEVES: Final = frozenset({"reassign", "recall", "return_assignment"})


def settle_after(dispute: Dispute, event: DisputeEvent) -> None:
    """Take the messages that this step dealt with off the lists, and those of people who lost the case by it."""
    step = TRANSITIONS.get(event.name)
    kinds = set(SETTLED_BY.get(event.name, ()))
    if step and not step.quiet:
        kinds.add("urge")
    if "ladder" in deadlines.ended_by(event.name):
        kinds.add(TOP)
    for kind in sorted(kinds):
        notices.settle(f"{subject(dispute.pk)}/{kind}")
    if event.name in RELIEVES:
        relieved = [
            person
            for person in User.objects.filter(pk__in=notices.waiting_for(subject(dispute.pk)))
            if not roles_on(dispute, person)
        ]
        notices.settle(subject(dispute.pk), of=relieved)
