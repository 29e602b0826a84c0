"""The clocks of a case as its events happen: load, let ``reckoning`` work, save what changed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from disputes import deadlines, reckoning
from disputes.deadlines import Warn
from disputes.models import ClockRow, Dispute, LocalLimit, Supervision, WarningRule
from disputes.reckoning import Rules, Watch
from notices import services as notices

#: What the reckoning may change on a row.
COLUMNS = [
    field.name
    for field in ClockRow._meta.concrete_fields
    if not field.primary_key and field.name not in ("dispute", "kind")
]


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
        _close_warnings([row for row in changed if not row.is_running])


#: Why a card is lifted when the thing it asked for was done.
DONE: Final = "所警示的事项已经办理"


def _close_warnings(ended: list[ClockRow]) -> None:
    """What the warnings asked for was done: cards are lifted and messages settled by that, nobody writes it again."""
    warned = [row for row in ended if row.warned]
    if not warned:
        return
    cards = Supervision.objects.open().filter(escalation__clock__in=warned)
    cards.update(lifted_at=timezone.now(), lifted_why=DONE)
    for row in warned:
        notices.settle(f"dispute:{row.dispute_id}/clock:{row.pk}")


def reckon(dispute_id: int) -> None:
    """Derive the running clocks of one case anew, because the calendar or the rules changed."""
    with transaction.atomic():
        Dispute.objects.select_for_update().filter(pk=dispute_id).values_list("pk").first()
        dispute = Dispute.objects.for_page().get(pk=dispute_id)
        watched = watch(dispute)
        watched.reckon_again()
        save([watched])
        dispute.save(update_fields=["next_due_on", "next_clock"])


def advance(dispute: Dispute, event: str, today: dt.date) -> None:
    """Meet, start, pause and resume clocks because ``event`` happened.  The caller saves the case."""
    watched = watch(dispute, is_new=event == "register")
    watched.advance(event, today)
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
    level = int(row.key.rpartition("_")[2])
    started = watched.climb(row, on)
    save([watched])
    return climbed(level, started)


def climbed(level: int, started: Any | None) -> str:
    """What the timeline says when a level of the ladder ended and ``started`` began, or nothing was left above."""
    if started is None:
        return f"{deadlines.office(level)}阶段结束未化解，报区领导研究。"
    return f"{deadlines.office(level)}阶段结束未化解，升级到{deadlines.office(level + 1)}，{started.due_on:%Y-%m-%d} 前办理。"
