"""The clocks of a case as its events happen: load, let ``reckoning`` work, save what changed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from disputes import deadlines, reckoning
from disputes.choices import ExtensionState
from disputes.deadlines import Warn
from disputes.models import ClockRow, Dispute, Escalation, Extension, LocalLimit, Supervision, WarningRule
from disputes.reckoning import Rules, Watch
from notices import services as notices

#: News that starts ``disputes.tasks.reckon_clocks``.
RECKON: Final = "disputes.calendar_changed"
#: What the reckoning may change on a row.
COLUMNS = [
    field.name
    for field in ClockRow._meta.concrete_fields
    if not field.primary_key and field.name not in ("dispute", "kind")
]
#: Of these, what follows from the calendar and the rules alone.
RECKONED = (
    "due_on", "is_provisional", "paused_days", "warned", "warned_due_on", "warn_days", "next_warn_level", "next_warn_on",
)  # fmt: skip

#: A process notices rules changed elsewhere within this time; those it changed itself at once.
RECHECK_SECONDS: Final = 30.0
_kept: tuple[Rules, float] | None = None


def forget_rules() -> None:
    """Read the rules again at the next question."""
    global _kept
    _kept = None


def rules_in_force() -> Rules:
    """Limits and warnings as they are, at most ``RECHECK_SECONDS`` old."""
    global _kept
    if _kept is None or time.monotonic() - _kept[1] > RECHECK_SECONDS:
        _kept = (_read_rules(), time.monotonic())
    return _kept[0]


def _read_rules() -> Rules:
    limits: dict[str, list[tuple[dt.date, int]]] = {}
    for key, since, days in LocalLimit.objects.order_by("-since", "-id").values_list("key", "since", "days"):
        limits.setdefault(key, []).append((since, days))
    warnings: dict[tuple[str, str, str], Warn] = {}
    for row in WarningRule.objects.order_by("-id"):
        warnings.setdefault((row.key, row.category, row.level), Warn(row.remind, row.yellow, row.red, row.leader))
    return Rules(limits, warnings)


def watch(dispute: Dispute, *, is_new: bool = False) -> Watch:
    """The clocks of a locked case, read afresh: what was loaded before the step may be older than it."""
    kept = getattr(dispute, "_prefetched_objects_cache", {})
    for name in ("agreements", "follow_ups", "suspensions", "clocks"):
        kept.pop(name, None)
    return Watch(
        dispute,
        () if is_new else dispute.clocks.order_by("id"),
        today=timezone.localdate(),
        make=lambda **values: ClockRow(dispute=dispute, **values),
        rules=rules_in_force(),
        suspensions=lambda: dispute.suspensions.all(),
    )


def save(watched: Iterable[Watch]) -> None:
    """Write new and changed rows.  The caller saves the cases."""
    made = [row for watch in watched for row in watch.made]
    changed = [row for watch in watched for row in watch.changed]
    ClockRow.objects.bulk_create(made)
    if changed:
        ClockRow.objects.bulk_update(changed, COLUMNS, batch_size=500)
        _follow_with_cards([row for watch in watched for row in watch.warnings_changed])
        _close_requests([row for row in changed if not row.is_running], NOT_NEEDED)
        _close_requests([row for watch in watched for row in watch.ruled], RULED_ANEW)


def subject(dispute_id: int, clock_id: int | None = None) -> str:
    """How messages name a case, or one clock of it; settling the case settles its clocks."""
    return f"dispute:{dispute_id}" + (f"/clock:{clock_id}" if clock_id else "")


#: Why nobody has to decide on a longer limit any more.
NOT_NEEDED: Final = "期限已经办结，不需要延长"
RULED_ANEW: Final = "纠纷类型已经更正，期限按新的规定计算；仍需延长的，请重新申请"


def _follow_with_cards(rows: list[ClockRow]) -> None:
    """Cards and messages follow their clocks: what was done, or is not late any more, is nobody's to do.

    Found by the ledger, whatever the clock itself remembers.  The reason is written down, the card is kept.  What the
    system lifted stands again when its clock runs on; what a person lifted stays lifted.
    """
    warned = set(Escalation.objects.filter(clock__in=rows).values_list("clock_id", flat=True)) if rows else set()
    by_pk = {row.pk: row for row in rows if row.pk in warned}
    cards = Supervision.objects.filter(escalation__clock__in=by_pk, lifted_by=None).select_related("escalation")
    for card in cards if by_pk else ():
        row, level = by_pk[card.escalation.clock_id], card.escalation.level
        if card.is_open and (why := reckoning.lifted_because(row, level)):
            card.lifted_at, card.lifted_why = timezone.now(), why
        elif not card.is_open and reckoning.stands_again(row, level, card.lifted_why):
            card.lifted_at, card.lifted_why = None, ""
        else:
            continue
        card.save(update_fields=["lifted_at", "lifted_why"])
    for row in by_pk.values():
        notices.settle(subject(row.dispute_id, row.pk))


def _close_requests(rows: list[ClockRow], why: str) -> None:
    """A longer limit was asked for and not decided, and the limit is no more what it was: that answers the request."""
    asked = Extension.objects.waiting().filter(clock__in=rows) if rows else Extension.objects.none()
    for request in asked.select_for_update():
        request.state, request.decided_at = ExtensionState.REFUSED, timezone.now()
        request.decision_reason = why
        request.save(update_fields=["state", "decided_at", "decision_reason"])
        notices.settle(f"{subject(request.dispute_id)}/extension")


@dataclass(frozen=True)
class Reckoned:
    """How many clocks came out otherwise, and the cases that were left alone because somebody works on them."""

    changed: int
    busy: list[int]


def reckon(ids: Collection[int]) -> Reckoned:
    """Derive the running clocks of these cases anew, because the calendar or the rules changed.

    One transaction.  What came out the same is not written; a case that is locked is left for later, not waited for.
    """
    running = Prefetch("clocks", ClockRow.objects.filter(met_on=None, expired_on=None).order_by("id"), "kept_clocks")
    clocks_changed, cases_changed, relieved, busy = [], [], [], set(ids)
    with transaction.atomic():
        cases = Dispute.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=ids).order_by("pk")
        for case in cases.select_related("category", "division").prefetch_related("suspensions", running):
            busy.discard(case.pk)
            before = [_reckoned(row) for row in case.kept_clocks], case.next_due_on, case.next_clock
            watched = Watch(
                case, case.kept_clocks, today=timezone.localdate(), make=ClockRow, rules=rules_in_force(),
                suspensions=case.suspensions.all,
            )  # fmt: skip
            watched.reckon_again()
            relieved += watched.relieved
            clocks_changed += [
                row for row, was in zip(case.kept_clocks, before[0], strict=True) if _reckoned(row) != was
            ]
            if (case.next_due_on, case.next_clock) != before[1:]:
                cases_changed.append(case)
        if clocks_changed:
            ClockRow.objects.bulk_update(clocks_changed, RECKONED, batch_size=200)
            _follow_with_cards(relieved)
        if cases_changed:
            Dispute.objects.bulk_update(cases_changed, ["next_due_on", "next_clock"], batch_size=200)
    return Reckoned(len(clocks_changed), sorted(busy))


def _reckoned(row: ClockRow) -> list[Any]:
    return [getattr(row, name) for name in RECKONED]


def advance(dispute: Dispute, event: str) -> None:
    """Meet, start, pause and resume clocks because ``event`` happened.  The caller saves the case."""
    watched = watch(dispute, is_new=event == "register")
    watched.advance(event)
    save([watched])


def first_due(clock: Any, start: dt.date) -> tuple[dt.date, bool]:
    """Last day a clock would have if it started on that day, and whether that rests on a calendar not loaded yet."""
    row = ClockRow(
        key=clock.key, kind=clock.kind, started_on=start, limit=rules_in_force().days(clock, start), unit=clock.unit
    )
    reckoning.derive(row, ())
    return row.due_on, row.is_provisional


def climb(dispute: Dispute, clock_id: int, on: dt.date) -> str:
    """A level of the ladder ran out, or gave up, on that day: start the next one and return what the timeline says.

    ``dispute`` is locked by the caller, who saves it.  Empty when the clock does not run any more.
    """
    watched = watch(dispute)
    row = next((one for one in watched.rows if one.pk == clock_id and one.is_running and not one.is_paused), None)
    if row is None:
        return ""
    level = deadlines.rung_of(row.key)
    started = watched.climb(row, on)
    save([watched])
    return climbed(level, started)


def climbed(level: int, started: Any | None) -> str:
    """What the timeline says when a level of the ladder ended and ``started`` began, or nothing was left above."""
    if started is None:
        return f"{deadlines.office(level)}阶段结束未化解，报区领导研究。"
    return f"{deadlines.office(level)}阶段结束未化解，升级到{deadlines.office(level + 1)}，{started.due_on:%Y-%m-%d} 前办理。"
