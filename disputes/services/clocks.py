"""Starting, pausing and meeting the clocks of a case as its events happen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from common import workdays
from disputes import deadlines
from disputes.choices import UNPERFORMED, SuspendReason
from disputes.deadlines import WORKING, Clock
from disputes.models import ClockRow, Dispute

#: Clocks that stand still while a case is suspended.
PAUSING = {(clock.kind, clock.label) for clock in deadlines.CLOCKS if clock.pauses}
STATUTORY = {(clock.kind, clock.label) for clock in deadlines.CLOCKS if clock.statutory}


def advance(dispute: Dispute, event: str, today: dt.date) -> None:
    """Meet, start, pause and resume clocks because ``event`` happened; set the nearest one on the case.

    Saves clock rows; the caller saves the case.
    """
    rows = list(dispute.clocks.filter(met_on=None))
    _meet(rows, deadlines.stopped_by(event), today)
    for clock in deadlines.started_by(event, dispute):
        _meet(rows, {clock.kind}, today)
        rows.append(_start(dispute, clock, _starts_on(dispute, clock, event, today)))
    if event == "archive":  # nobody can do anything about an archived case
        _meet(rows, {row.kind for row in rows}, today)
    if event == "renegotiate":
        rows += _revive(dispute, "mediate")
    if event == "amend":
        _follow_category(dispute, rows)
    if event == "suspend":
        _pause(dispute, rows, today)
    if event in {"resume", "reassign"}:
        _resume(rows, today)
    _follow_obligations(dispute, rows, event, today)
    nearest = min(
        (row for row in rows if row.is_running and not row.is_paused), key=lambda row: row.due_on, default=None
    )
    dispute.next_due_on = nearest.due_on if nearest else None
    dispute.next_clock = nearest.kind if nearest else ""


def due(clock: Clock, start: dt.date) -> tuple[dt.date, bool]:
    """Last day of the limit, and whether it rests on a calendar that is not loaded yet."""
    last = workdays.add_workdays(start, clock.days) if clock.unit == WORKING else workdays.add_days(start, clock.days)
    return last, workdays.is_provisional(start, last)


def _start(dispute: Dispute, clock: Clock, start: dt.date) -> ClockRow:
    last, provisional = due(clock, start)
    return ClockRow.objects.create(
        dispute=dispute,
        kind=clock.kind,
        label=clock.label,
        started_on=start,
        due_on=last,
        is_provisional=provisional,
        source=clock.source,
        limit=clock.days,
        unit=clock.unit,
    )


def _meet(rows: Iterable[ClockRow], kinds: Iterable[str], today: dt.date) -> None:
    for row in rows:
        if row.is_running and row.kind in kinds:
            row.met_on = today
            row.save(update_fields=["met_on"])


def _starts_on(dispute: Dispute, clock: Clock, event: str, today: dt.date) -> dt.date:
    """Labour disputes count from the application (劳动争议调解仲裁法 第14条); reopened, from the day they came back."""
    return dispute.applied_on if clock.from_application and event == "accept" else today


def _revive(dispute: Dispute, kind: str) -> list[ClockRow]:
    """An agreement that came to nothing did not meet the limit: the clock runs on with its old due date."""
    row = dispute.clocks.filter(kind=kind).order_by("-id").first()
    if row is None or row.met_on is None:
        return []
    row.met_on = None
    row.save(update_fields=["met_on"])
    return [row]


def _follow_category(dispute: Dispute, rows: Iterable[ClockRow]) -> None:
    """A corrected category brings its own limit, counted from the same start; the day it started never moves."""
    wanted = next(clock for clock in deadlines.CLOCKS if clock.kind == "mediate" and clock.applies(dispute))
    for row in rows:
        if row.is_running and row.kind == "mediate" and row.label != wanted.label:
            row.label, row.source, row.limit, row.unit = wanted.label, wanted.source, wanted.days, wanted.unit
            row.started_on = dispute.applied_on if wanted.from_application else row.started_on
            row.due_on, row.is_provisional = due(wanted, row.started_on)
            row.save()


def _pause(dispute: Dispute, rows: Iterable[ClockRow], today: dt.date) -> None:
    """Only appraisal is left out of the statutory medical limit (医疗纠纷预防和处理条例 第38条)."""
    reason = dispute.suspensions.filter(until=None).values_list("reason", flat=True).first()
    for row in rows:
        statutory = (row.kind, row.label) in STATUTORY
        if (row.kind, row.label) in PAUSING and row.is_running and (not statutory or reason == SuspendReason.APPRAISAL):
            row.pause_began_on = today
            row.save(update_fields=["pause_began_on"])


def _resume(rows: Iterable[ClockRow], today: dt.date) -> None:
    """Push the due date by the days paused, in the clock's own unit.  The day of resuming counts again."""
    for row in rows:
        if row.is_paused and row.pause_began_on:
            row.paused_days += (today - row.pause_began_on).days
            if row.unit == WORKING:
                lost = workdays.count_workdays(row.pause_began_on, today)
                row.due_on = workdays.add_workdays(row.due_on, lost)
            else:
                row.due_on = workdays.add_days(row.due_on, (today - row.pause_began_on).days)
            row.pause_began_on = None
            row.is_provisional = workdays.is_provisional(row.started_on, row.due_on)
            row.save(update_fields=["paused_days", "due_on", "pause_began_on", "is_provisional"])


def _was_visited(dispute: Dispute) -> bool:
    """In this life of the case: what was before a reopening does not count."""
    visits = dispute.follow_ups.all()
    return (visits.filter(recorded_at__gte=dispute.accepted_at) if dispute.accepted_at else visits).exists()


def _follow_obligations(dispute: Dispute, rows: list[ClockRow], event: str, today: dt.date) -> None:
    """Keep one clock on the nearest unperformed obligation; when none is left, start the follow-up clock."""
    if event not in {"take_effect", "settle_orally", "perform", "reopen"}:
        return
    agreement = dispute.agreements.filter(is_superseded=False).first()
    pending = agreement.obligations.filter(state__in=UNPERFORMED) if agreement else None
    nearest = pending.order_by("due_on").first() if pending is not None else None
    dispute.has_pending_obligations = nearest is not None
    running = next((row for row in rows if row.is_running and row.kind == deadlines.PERFORM), None)
    if nearest is None:
        _meet(rows, {deadlines.PERFORM}, today)
        has_follow_up = any(row.is_running and row.kind == "follow_up" for row in rows)
        if event != "reopen" and not has_follow_up and not _was_visited(dispute):
            rows.extend(_start(dispute, clock, today) for clock in deadlines.started_by("performed", dispute))
    elif running is None:
        rows.append(
            ClockRow.objects.create(
                dispute=dispute, kind=deadlines.PERFORM, label=deadlines.PERFORM_LABEL, started_on=today,
                due_on=nearest.due_on, source=deadlines.PERFORM_SOURCE,
            )
        )  # fmt: skip
    elif running.due_on != nearest.due_on:
        running.due_on = nearest.due_on
        running.save(update_fields=["due_on"])
