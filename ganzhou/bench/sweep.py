"""The sweep of due warnings: what it costs when some, all or none of the running clocks are due."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from django.core.management import CommandError
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from disputes.choices import WarnLevel
from disputes.models import ClockRow, Dispute, DisputeEvent
from disputes.services.sweep import sweep
from ganzhou.bench import scratch
from ganzhou.bench.measuring import Backend, machine, table

#: DESIGN §9 and issue: CPU seconds, and warnings a second.
MOST_CPU: Final = {"some": 2.0, "idle": 0.5}
LEAST_A_SECOND: Final = 30_000


@dataclass(frozen=True)
class Load:
    """``cases`` with one running clock each and ``met`` that are over; ``due`` of the running ones are due."""

    name: str
    cases: int
    met: int
    due: int
    times: int


def loads(small: bool) -> tuple[Load, ...]:
    if small:
        return (Load("some", 400, 2, 90, 2), Load("idle", 400, 2, 0, 2), Load("all", 400, 2, 400, 1))
    return (
        Load("some", 100_000, 2, 14_000, 5),
        Load("idle", 200_000, 14, 0, 5),
        Load("all", 200_000, 14, 200_000, 3),
    )


WORDS: Final = {"some": "部分到期", "idle": "没有到期", "all": "全部到期"}


def run(times: int, write: Callable[[str], Any], *, small: bool = False) -> None:
    """Fill a database of our own, sweep it, and write the table."""
    rows = []
    write(f"{machine()}；取中位数；CPU 秒。每件案件一个在走的期限，由真实登记的一件成批复制")
    for group in _by_data(loads(small)):
        with scratch.database():
            _fill(group[0], write)
            rows += [_row(load, min(times, load.times)) for load in group]
    heading = ("期限警示", "案件", "期限", "到期", "写出", "程序", "数据库", "合计", "预算", "条/CPU秒", "条/秒")
    for line in table(heading, rows):
        write(line)


def _by_data(all_loads: tuple[Load, ...]) -> list[list[Load]]:
    """Loads on the same data share the filling."""
    groups: dict[tuple[int, int], list[Load]] = {}
    for load in all_loads:
        groups.setdefault((load.cases, load.met), []).append(load)
    return list(groups.values())


def _fill(load: Load, write: Callable[[str], Any]) -> None:
    """So many cases; nothing is due yet."""
    began = time.monotonic()
    first = scratch.one_case()
    clock = first.clocks.get()
    _only_later(clock)
    scratch.copy(first, load.cases - 1, {"code": "'GZ2000-' || lpad(n::text, 9, '0')", "grams": "'{}'"})
    # Numbers were given out in a row.
    before = Dispute.objects.exclude(pk=first.pk).aggregate(first=Min("pk"))["first"] - 1
    running = {"dispute_id": f"{before} + n"}
    scratch.copy(clock, load.cases - 1, running)
    event = first.events.get()
    scratch.copy(event, load.cases - 1, running)
    over = {"met_on": "t.due_on", "next_warn_on": "NULL", "next_warn_level": "NULL"}
    each = {"dispute_id": f"{before} + 1 + (n - 1) %% {load.cases - 1}", **over}
    scratch.copy(clock, load.met * (load.cases - 1), each)
    scratch.analyse(Dispute, ClockRow, DisputeEvent)
    write(
        f"备好 {Dispute.objects.count():,} 件、{ClockRow.objects.count():,} 个期限（{scratch.size()}），"
        f"用时 {time.monotonic() - began:.0f} 秒"
    )


def _only_later(clock: ClockRow) -> None:
    """The clock of which all others are copies: running, nothing warned, the first warning far away."""
    days = ["2099-01-01", "2099-01-02", "2099-01-03", "2099-01-04"]
    ClockRow.objects.filter(pk=clock.pk).update(
        warn_days=days, warned=WarnLevel.NONE, next_warn_level=WarnLevel.REMIND, next_warn_on=days[0]
    )


def _make_due(count: int) -> None:
    """The oldest running clocks fall due for a reminder, a yellow or a red card in turn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE disputes_clockrow c SET next_warn_on = %s, next_warn_level = 1 + c.id %% 3, warned = c.id %% 3,"
            " warn_days = array_fill(%s::date, ARRAY[1 + (c.id %% 3)::int]) || c.warn_days[2 + c.id %% 3:]"
            " WHERE c.id IN (SELECT id FROM disputes_clockrow WHERE met_on IS NULL ORDER BY id LIMIT %s)",
            [timezone.localdate(), timezone.localdate(), count],
        )


def _row(load: Load, times: int) -> list[str]:
    app, database, wall, written = [], [], [], 0
    for _ in range(times):
        with transaction.atomic():
            with scratch.taking_its_time():
                _make_due(load.due)
            backend = Backend()
            used, clock, own = backend.seconds(), time.perf_counter(), time.process_time()
            swept = sweep(seconds=600)
            app.append(time.process_time() - own)
            wall.append(time.perf_counter() - clock)
            now = backend.seconds()
            if used is not None and now is not None:
                database.append(now - used)
            written = swept.total
            if swept.bad or swept.was_busy or written != load.due:
                raise CommandError(f"应写出 {load.due:,} 条警示，写出了 {written:,} 条：{swept}")
            if sweep(seconds=600).total:
                raise CommandError("第二次巡查又写出了警示。")
            transaction.set_rollback(True)  # the next round finds the same data
    cpu = median(app) + (median(database) if database else 0.0)
    most = MOST_CPU.get(load.name) or load.due / LEAST_A_SECOND
    return [
        WORDS[load.name] + ("  超出" if cpu > most else ""),
        f"{load.cases:,}",
        f"{load.cases * (load.met + 1):,}",
        f"{load.due:,}",
        f"{written:,}",
        f"{median(app):.2f}",
        f"{median(database):.2f}" if database else "--",
        f"{cpu:.2f}",
        f"{most:.2f}",
        f"{written / cpu:,.0f}" if written else "--",
        f"{written / median(wall):,.0f}" if written else "--",
    ]
