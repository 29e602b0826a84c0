"""Periodic work on cases."""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Collection

from celery import shared_task
from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from common import outbox, workdays
from disputes.choices import WarnLevel
from disputes.models import ClockRow, IntakeDraft
from disputes.services import clocks
from disputes.services.sweep import sweep as sweep_warnings

log = logging.getLogger(__name__)

#: A registration that nobody finished within a month holds personal data for no purpose (个人信息保护法 第19条).
DRAFT_LIFE = dt.timedelta(days=30)


@shared_task
def drop_old_drafts() -> int:
    """Delete drafts older than ``DRAFT_LIFE``; returns how many."""
    deleted, _ = IntakeDraft.objects.filter(saved_at__lt=timezone.now() - DRAFT_LIFE).delete()
    return deleted


# A run that waited longer than the pace of the timetable would only repeat the next one.
@shared_task(expires=55)
def sweep() -> str:
    """Write down the warnings that are due; says what it wrote."""
    return str(sweep_warnings())


#: Cases locked at a time, and how long one task works before it leaves the rest to the next: far less than the time
#: limit of a task, so that a county of any size is finished whatever is killed meanwhile.
RECKON_BATCH = 200
RECKON_SECONDS = 100.0


@shared_task
def reckon_clocks(
    from_day: str = "", key: str = "", after: int = 0, cases: Collection[int] = (), attempt: int = 0
) -> int:
    """Work out running clocks anew: those that rest on a day of the calendar from ``from_day`` on, those of one rule
    (``key``), those of these ``cases``, or, with none of these, those never worked out or worked out on a guess.
    Returns how many cases that were.

    A case that fails stops no other; one that somebody works on comes later, with longer and longer pauses
    (``attempt``).  Cases up to the number ``after`` were done by the task before.
    """
    workdays.forget()  # this worker may remember the calendar of half a minute ago
    clocks.forget_rules()
    running = ClockRow.objects.filter(met_on=None, expired_on=None)
    if from_day:
        running = running.filter(_rests_on(dt.date.fromisoformat(from_day)))
    elif key:
        running = running.filter(key=key)
    elif cases:
        running = running.filter(dispute__in=cases)
    else:
        running = running.filter(Q(warned_due_on=None) | Q(is_provisional=True))
    concerned = running.order_by("dispute_id").values_list("dispute_id", flat=True).distinct()
    done, ends = 0, time.monotonic() + RECKON_SECONDS
    while ids := list(concerned.filter(dispute_id__gt=after)[:RECKON_BATCH]):
        reached, busy = _reckon(ids)
        done += reached
        if busy:
            _come_back_to(busy, attempt + 1)
        after = ids[-1]
        if time.monotonic() > ends and len(ids) == RECKON_BATCH:
            rest = {name: value for name, value in (("from_day", from_day), ("key", key)) if value}
            with transaction.atomic():
                outbox.publish(clocks.RECKON, f"{uuid.uuid4()}", {**rest, "after": after})
            break
    return done


def _rests_on(day: dt.date) -> Q:
    """Clocks whose due day or any warning comes on that day or later, the cards of a limit that ends before it too."""
    concerned = Q(due_on__gte=day) | Q(is_provisional=True)
    for level in range(WarnLevel.CLIMB):
        concerned |= Q(**{f"warn_days__{level}__gte": day})
    return concerned


def _reckon(ids: list[int]) -> tuple[int, list[int]]:
    """All at once; when that fails, each by itself.  How many it was done for, and what somebody works on."""
    try:
        busy = clocks.reckon(ids).busy
        return len(ids) - len(busy), busy
    except Exception:
        log.warning("%s cases from #%s on are worked out one by one", len(ids), ids[0], exc_info=len(ids) == 1)
    done, busy = 0, []
    for pk in ids:
        try:
            left = clocks.reckon([pk]).busy
        except OperationalError:  # waited too long for somebody
            left = [pk]
        except Exception:
            log.exception("the clocks of case #%s could not be worked out", pk)
            continue
        busy += left
        done += not left
    return done, busy


def _come_back_to(busy: list[int], attempt: int) -> None:
    with transaction.atomic():
        due_at = timezone.now() + outbox.pause_after(attempt)
        outbox.publish(clocks.RECKON, f"{uuid.uuid4()}", {"cases": busy, "attempt": attempt}, due_at=due_at)
