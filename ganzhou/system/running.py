"""How the background half of the portal stands, in words: facts from the database only, Redis is never asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from common import outbox, pulses, task_runs, workdays
from common.models import Outbox, TaskRun
from disputes.services import warning
from ganzhou.celery import TIMETABLE, Periodic
from ganzhou.system import schedules
from imports import services as imports
from notices import deliveries

#: The relay runs every five seconds; news that waits longer than this says that it does not.
LONGEST_LAG: Final = dt.timedelta(seconds=60)
#: Celery ends a task after five minutes (``CELERY_TASK_TIME_LIMIT``): a run without an end for longer was killed.
LONGEST_RUN: Final = dt.timedelta(minutes=6)

REVIVED: Final = "outbox.revive"


# -- periodic tasks ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TaskLine:
    """One row of the table of periodic tasks."""

    label: str
    purpose: str
    schedule: str
    state: str
    color: str
    began_at: dt.datetime | None
    took: str
    said: str
    reference: str
    due_at: dt.datetime
    is_late: bool
    failures: int


def task_lines(now: dt.datetime) -> list[TaskLine]:
    """Every line of the timetable with its newest run, in three queries."""
    runs = task_runs.latest(entry.key for entry in TIMETABLE)
    failures = task_runs.failures_since(now - dt.timedelta(days=1))
    # A task that never ran is late only when the ledger is older than its turn: a portal set up today owes nothing.
    ledger_began = TaskRun.objects.order_by("pk").values_list("started_at", flat=True).first() or now
    return [_line(entry, runs.get(entry.key), failures.get(entry.key, 0), ledger_began, now) for entry in TIMETABLE]


def _line(entry: Periodic, run: TaskRun | None, failures: int, ledger_began: dt.datetime, now: dt.datetime) -> TaskLine:
    was_due = schedules.due_after(entry.schedule, run.started_at if run else ledger_began)
    is_late = now > was_due + schedules.grace(entry.schedule)
    state, color = _state(run, now)
    return TaskLine(
        label=entry.label,
        purpose=entry.purpose,
        schedule=schedules.in_words(entry.schedule),
        state=state,
        color=color,
        began_at=run.started_at if run else None,
        took=_took(run),
        said=run.said if run else "",
        reference=run.reference if run and run.ok is not True else "",
        due_at=was_due if was_due > now else schedules.due_after(entry.schedule, now),
        is_late=is_late,
        failures=failures,
    )


def _state(run: TaskRun | None, now: dt.datetime) -> tuple[str, str]:
    if run is None:
        return "尚未运行", "grey"
    if run.finished_at is None:
        return ("运行中", "blue") if now - run.started_at < LONGEST_RUN else ("中断", "amber")
    return ("成功", "green") if run.ok else ("失败", "red")


def _took(run: TaskRun | None) -> str:
    if run is None or run.finished_at is None:
        return ""
    return lasting(run.finished_at - run.started_at)


def lasting(span: dt.timedelta) -> str:
    """``0.2 秒``, ``48 秒``, ``3 分 5 秒``, ``2 小时 1 分``."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 0.1:
        return "不到 0.1 秒"
    if seconds < 10:
        return f"{seconds:.1f} 秒"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} 秒"
    if whole < 3600:
        return f"{whole // 60} 分 {whole % 60} 秒"
    return f"{whole // 3600} 小时 {whole % 3600 // 60} 分"


# -- dead letters --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DeadTopic:
    """News of one topic that was given up.  ``errors``: what the last attempts said, each with how many said it."""

    topic: str
    label: str
    count: int
    last_at: dt.datetime
    errors: list[tuple[str, int]]


#: What the news of a topic is about.
TOPICS: Final = {
    warning.TOPIC: "期限警示",
    imports.READ: "导入：核对文件",
    imports.WRITE: "导入：写入",
    "disputes.calendar_changed": "日历变动后重算期限",
    deliveries.UNDELIVERED: "邮件和短信",
    workdays.TOPIC: "工作日历变动",
}
#: Kinds of errors shown of one topic.
ERRORS_SHOWN: Final = 3


def dead_topics() -> list[DeadTopic]:
    """Dead letters by topic, in one query."""
    kinds = (
        Outbox.objects.filter(dead_at__isnull=False)
        .values("topic", "last_error")
        .annotate(n=Count("pk"), last=Max("dead_at"))
        .order_by("topic", "-n", "last_error")
    )
    return [_dead_topic(topic, list(rows)) for topic, rows in groupby(kinds, lambda row: row["topic"])]


def _dead_topic(topic: str, rows: list[dict[str, Any]]) -> DeadTopic:
    return DeadTopic(
        topic=topic,
        label=TOPICS.get(topic, topic),
        count=sum(row["n"] for row in rows),
        last_at=max(row["last"] for row in rows),
        errors=[(row["last_error"], row["n"]) for row in rows[:ERRORS_SHOWN]],
    )


@transaction.atomic
def revive(topic: str, *, by: Any) -> int:
    """Send the dead letters of a topic again, or of every topic when it is empty; how many.  Audited."""
    letters = outbox.dead_letters()
    count = outbox.revive(letters.filter(topic=topic) if topic else letters)
    if count:
        audit.record(REVIVED, actor=by, object_type="outbox", object_id=topic, count=count)
    return count


# -- who is alive --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Process:
    """``label`` was alive at ``at``."""

    label: str
    at: dt.datetime | None
    is_alive: bool

    @property
    def state(self) -> str:
        return "正常" if self.is_alive else "没有应答"


def processes(now: dt.datetime) -> dict[str, Process]:
    """Beat, broker and worker, as their pulses tell."""
    seen = pulses.seen()
    labels = {pulses.BEAT: "定时（beat）", pulses.BROKER: "消息队列（Redis）", pulses.WORKER: "后台任务（worker）"}
    return {
        name: Process(label, seen.get(name), pulses.is_alive(seen.get(name), now)) for name, label in labels.items()
    }


# -- what is wrong -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, and what to do about it."""

    title: str
    text: str
    tone: str = "warning"
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Standing:
    """Everything the page shows."""

    now: dt.datetime
    tasks: list[TaskLine]
    outbox: outbox.Standing
    dead: list[DeadTopic]
    processes: dict[str, Process]
    missing_year: int | None
    findings: list[Finding] = field(default_factory=list)

    @property
    def lag(self) -> str:
        return lasting(self.outbox.lag) if self.outbox.lag else "0 秒"

    @property
    def is_lagging(self) -> bool:
        return self.outbox.lag > LONGEST_LAG


def standing(now: dt.datetime | None = None) -> Standing:
    """How everything stands, and what is wrong with it; seven queries."""
    now = now or timezone.now()
    today = timezone.localtime(now)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    stands = Standing(
        now=now,
        tasks=task_lines(now),
        outbox=outbox.standing(since=midnight),
        dead=dead_topics(),
        processes=processes(now),
        missing_year=workdays.missing_year(today.date()),
    )
    stands.findings.extend(_findings(stands))
    return stands


def _findings(stands: Standing) -> Iterable[Finding]:
    """The cause before its consequences: while nothing is run, that tasks are late is no news."""
    stopped = _who_is_away(stands.processes)
    if stopped:
        yield stopped
    elif stands.is_lagging:
        yield Finding(
            f"消息积压：最早的一条已经等了 {stands.lag}",
            "后台任务在运行，但赶不上。先看“消息投递”最近一次的结果；仍在增加时，增加 worker 的数量。",
        )
    late = [line.label for line in stands.tasks if line.is_late]
    if late and not stopped:
        yield Finding(
            f"没有按时运行：{'、'.join(late)}",
            "重新启动 beat 和 worker；到点没有运行的会补上一次，重复运行没有影响。",
        )
    failed = [line for line in stands.tasks if line.state == "失败"]
    if failed:
        yield Finding(
            f"最近一次失败：{'、'.join(line.label for line in failed)}",
            "在 worker 的日志中查找编号 "
            + "、".join(line.reference for line in failed)
            + "，按说明排除原因；下一次到点会自动再运行。",
            "error",
        )
    if stands.outbox.dead:
        yield Finding(
            f"{stands.outbox.dead} 条消息没有送达，已经停止尝试",
            "先按下面的“最近错误”排除原因，再点“重试”。消息一直保留；写明可能已经发出的，问清没有收到再重试。",
            "error",
        )
    if stands.missing_year:
        yield Finding(
            f"{stands.missing_year} 年的工作日历没有载入",
            "这一年的期限暂按周末推算。国务院办公厅的放假通知公布后载入，期限会重新推算。",
            url=reverse("calendar:load"),
            label="载入放假通知",
        )


def _who_is_away(found: dict[str, Process]) -> Finding | None:
    beat, broker, worker = (found[name] for name in (pulses.BEAT, pulses.BROKER, pulses.WORKER))
    kept = "网页登记和办理不受影响，没有送出的消息都留着，恢复后自动补送。"
    if not beat.is_alive:
        return Finding(
            "定时（beat）没有在运行",
            f"到点的工作不会开始。重新启动 beat；起不来时看它的日志，常见的原因是 Redis 没有启动。{kept}",
            "error",
        )
    if not broker.is_alive:
        return Finding("消息队列（Redis）没有应答", f"到点的工作送不到 worker。重新启动 Redis。{kept}", "error")
    if not worker.is_alive:
        return Finding(
            "后台任务（worker）没有在运行", f"到点的工作没有人做。重新启动 worker；起不来时看它的日志。{kept}", "error"
        )
    return None
