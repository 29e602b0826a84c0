"""The ledger of periodic work: when each run began, when and how it ended, and one line of what it said.

Written by Celery's signals, in the worker and outside of the task's own transactions.  The ledger is for looking on:
when it cannot be written the task runs all the same.  A run that was killed stays without an end.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from celery.signals import task_postrun, task_prerun
from django.db import connection, transaction
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from common.logs import RequestFacts, answering, one_line, redact
from common.models import TaskRun

#: Every run of the last day is kept, and beyond that the newest so many of each task: of a daily one over a year.
KEEP_ALL: Final = dt.timedelta(days=1)
KEEP_NEWEST: Final = 500
LONGEST_SAID: Final = 300

log = logging.getLogger(__name__)


@dataclass
class _Running:
    run: int | None
    facts: ExitStack


_names: dict[str, str] = {}
_running: dict[str, _Running] = {}


def watch(names: Mapping[str, str]) -> None:
    """Keep the ledger for these tasks: dotted task name to the name its runs are listed under."""
    _names.update(names)
    task_prerun.connect(_begins, weak=False, dispatch_uid="common.task_runs.begins")
    task_postrun.connect(_ends, weak=False, dispatch_uid="common.task_runs.ends")


def _begins(sender: Any = None, task_id: str = "", **kwargs: Any) -> None:
    name = _names.get(getattr(sender, "name", ""))
    if name is None:
        return
    reference = task_id[:8]
    facts = ExitStack()
    # Log lines and audit rows of the run carry the reference that the page shows.
    facts.enter_context(answering(RequestFacts(reference)))
    _running[task_id] = _Running(begin(name, reference), facts)


def _ends(task_id: str = "", retval: Any = None, state: str | None = None, **kwargs: Any) -> None:
    running = _running.pop(task_id, None)
    if running is None:
        return
    running.facts.close()
    if running.run is not None:
        finish(running.run, ok=state == "SUCCESS", said=retval)


def begin(name: str, reference: str = "") -> int | None:
    """Note that a run begins; its number, or None when that could not be written."""
    try:
        with transaction.atomic():
            return TaskRun.objects.create(name=name, reference=reference, started_at=timezone.now()).pk
    except Exception as error:  # the task must run whatever happens to its ledger
        _not_written(name, error)
        return None


def finish(run: int, *, ok: bool, said: Any = None) -> None:
    """Note how a run ended.  Never raises."""
    try:
        with transaction.atomic():
            TaskRun.objects.filter(pk=run).update(finished_at=timezone.now(), ok=ok, said=in_one_line(said))
    except Exception as error:
        _not_written(f"run {run}", error)


def _not_written(what: str, error: Exception) -> None:
    log.warning("task ledger: %s not written (%s)", what, type(error).__name__)
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def in_one_line(said: Any) -> str:
    """What a task returned or raised, as one line without personal data.  A number is a count of things done."""
    match said:
        case None:
            text = ""
        case BaseException():
            text = f"{type(said).__name__}: {said}"
        case bool():
            text = ""
        case int():
            text = f"处理 {said} 项"
        case _:
            text = str(said)
    return one_line(redact(text))[:LONGEST_SAID]


# -- reading -------------------------------------------------------------------------------------------------------


def latest(names: Iterable[str]) -> dict[str, TaskRun]:
    """The newest run of each name, in one query of as many index look-ups."""
    return _newest(TaskRun.objects.all(), names)


def last_successes(names: Iterable[str]) -> dict[str, dt.datetime]:
    """When the newest run of each name that succeeded began."""
    return {name: run.started_at for name, run in _newest(TaskRun.objects.filter(ok=True), names).items()}


def _newest(among: QuerySet[TaskRun], names: Iterable[str]) -> dict[str, TaskRun]:
    each = [among.filter(name=name).order_by("-pk")[:1] for name in names]
    return {run.name: run for run in each[0].union(*each[1:], all=True)} if each else {}


def failures_since(moment: dt.datetime) -> dict[str, int]:
    """How many runs of each name failed since then."""
    failed = TaskRun.objects.filter(ok=False, started_at__gte=moment).order_by().values("name")
    return {row["name"]: row["n"] for row in failed.annotate(n=Count("pk"))}


def prune(now: dt.datetime | None = None) -> int:
    """Delete what nobody looks up any more; how many rows that were."""
    before = (now or timezone.now()) - KEEP_ALL
    deleted = 0
    for name in list(TaskRun.objects.order_by().values_list("name", flat=True).distinct()):
        newest = TaskRun.objects.filter(name=name).order_by("-pk").values("pk")[:KEEP_NEWEST]
        oldest_kept = TaskRun.objects.filter(pk__in=newest).aggregate(pk=Min("pk"))["pk"]
        deleted += TaskRun.objects.filter(name=name, pk__lt=oldest_kept, started_at__lt=before).delete()[0]
    return deleted
