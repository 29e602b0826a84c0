"""The sweep: every warning that has fallen due is written down once, whoever runs it how often.

One batch is one transaction: clock and case rows are locked (what somebody is working on is skipped and comes with the
next sweep), then one statement writes the ledger, the card, the line in the timeline and the news for the outbox, and
moves the clock on to its next warning.  Oldest first, batch after batch, until none is left: a clock that missed
several days gets each level it passed, in order.  Nothing here looks at people: who is told is worked out by the
handler of the news.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import DataError, IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from common import workdays
from disputes import deadlines
from disputes.choices import SupervisionKind, WarnLevel
from disputes.services import warning
from disputes.services.timeline import SYSTEM

log = logging.getLogger(__name__)

BATCH: Final = 2000
#: PostgreSQL advisory lock: two sweeps at once would only wait for each other.
LOCK: Final = 0x64656C_61
#: What says that a row is at fault and not the database, the network or this program.
AtFault = (DataError, IntegrityError, InternalError)

#: Which batch is next: running, neither paused nor met nor run out, oldest first.
_NEXT = """
    SELECT c.id, c.next_warn_on FROM disputes_clockrow c JOIN disputes_dispute d ON d.id = c.dispute_id
    WHERE c.met_on IS NULL AND c.expired_on IS NULL AND c.pause_began_on IS NULL AND c.next_warn_on <= %(today)s
        AND (c.next_warn_on, c.id) > (%(after_day)s, %(after_id)s) AND c.id <> ALL(%(bad)s)
    ORDER BY c.next_warn_on, c.id LIMIT %(size)s
    FOR NO KEY UPDATE OF c, d SKIP LOCKED
"""

#: The office that answers: the committee that has the case, else the nearest centre at or above the place.
_WARN = """
WITH due AS (
    SELECT c.id, c.dispute_id, c.label, c.kind, c.due_on, c.next_warn_level AS level, c.next_warn_on AS fell_on,
        c.warn_days, d.status, coalesce(d.committee_id, centre.id) AS office_id
    FROM disputes_clockrow c
    JOIN disputes_dispute d ON d.id = c.dispute_id
    LEFT JOIN LATERAL (
        SELECT o.id FROM grids_organisation o JOIN grids_division g ON g.code = o.division_id
        WHERE o.kind = 'centre' AND o.is_active AND starts_with(d.place_path, g.path)
        ORDER BY length(g.path) DESC, o.id LIMIT 1
    ) centre ON d.committee_id IS NULL
    WHERE c.id = ANY(%(ids)s)
),
ledger AS (
    INSERT INTO disputes_escalation (clock_id, dispute_id, level, due_on, fell_on, issued_at, office_id)
    SELECT id, dispute_id, level, due_on, fell_on, %(now)s, office_id FROM due ORDER BY fell_on, id
    ON CONFLICT (clock_id, level, due_on) DO NOTHING
    RETURNING id, clock_id, dispute_id, level, office_id
),
cards AS (
    INSERT INTO disputes_supervision
        (dispute_id, kind, escalation_id, number, office_id, reason, issued_at, reply_by, reply, lifted_why)
    SELECT l.dispute_id, (%(kinds)s::text[])[l.level], l.id, '', l.office_id,
        due.label || '期限 ' || due.due_on || ' 届满，' || %(card)s, %(now)s, %(reply_by)s::date, '', ''
    FROM ledger l JOIN due ON due.id = l.clock_id WHERE l.level IN (2, 3)
),
lines AS (
    INSERT INTO disputes_disputeevent (dispute_id, number, name, from_status, to_status, at, actor_name, actor_post, text, detail)
    SELECT l.dispute_id,
        (SELECT coalesce(max(e.number), 0) FROM disputes_disputeevent e WHERE e.dispute_id = l.dispute_id)
            + row_number() OVER (PARTITION BY l.dispute_id ORDER BY l.id),
        'warned', due.status, due.status, %(now)s, %(system)s, '',
        due.label || '期限 ' || due.due_on || ' 届满，' || (%(words)s::text[])[l.level],
        jsonb_build_object('level', l.level, 'clock', due.kind, 'escalation', l.id)
    FROM ledger l JOIN due ON due.id = l.clock_id WHERE l.level BETWEEN 2 AND 4
),
news AS (
    INSERT INTO common_outbox (topic, dedup_key, payload, attempts, last_error)
    SELECT %(topic)s, id::text, jsonb_build_object('escalation', id), 0, '' FROM ledger
    ON CONFLICT (topic, dedup_key) DO NOTHING
),
moved AS (
    UPDATE disputes_clockrow c SET
        warned = due.level,
        next_warn_level = following.level,
        next_warn_on = due.warn_days[following.level]
    FROM due LEFT JOIN LATERAL (
        SELECT min(n) AS level FROM generate_subscripts(due.warn_days, 1) n
        WHERE n > due.level AND due.warn_days[n] IS NOT NULL
    ) following ON true
    WHERE c.id = due.id
)
SELECT level, count(*) FROM ledger GROUP BY level
"""

_COUNT = """
    SELECT level, count(*) FROM disputes_clockrow c, unnest(c.warn_days) WITH ORDINALITY AS w(day, level)
    WHERE c.met_on IS NULL AND c.expired_on IS NULL AND c.pause_began_on IS NULL AND c.next_warn_on <= %(today)s
        AND w.level > c.warned AND w.day <= %(today)s
    GROUP BY level
"""

#: What the timeline says of each level, and the card it brings, from level 1 on.
WORDS: Final = ["", "发黄牌警示。", "发红牌警示。", "报领导关注。", ""]
KINDS: Final = ["", SupervisionKind.YELLOW.value, SupervisionKind.RED.value, "", ""]
CARD_WORDS: Final = "至今未办。"


@dataclass
class Swept:
    """What one sweep wrote: warnings by level; ``bad`` clocks were left out because writing theirs failed."""

    levels: dict[int, int] = field(default_factory=dict)
    batches: int = 0
    bad: list[int] = field(default_factory=list)
    was_busy: bool = False

    @property
    def total(self) -> int:
        return sum(self.levels.values())

    def __str__(self) -> str:
        parts = [f"{WarnLevel(level).label} {count:,}" for level, count in sorted(self.levels.items())]
        return ("、".join(parts) or "没有到期的警示") + (f"；{len(self.bad)} 个期限未能写入" if self.bad else "")


def sweep(today: dt.date | None = None, *, size: int = BATCH, seconds: float = 55.0) -> Swept:
    """Write down every warning that is due by ``today``, oldest first, until none is left or the time is up.

    Safe to run twice, at the same time, and to be killed at any moment: what is committed is complete, what is not
    has never been.  When another sweep is under way it says so (``was_busy``) and leaves the work to that one.
    """
    swept = Swept()
    today = today or timezone.localdate()
    ends = time.monotonic() + seconds
    after = start = (dt.date.min, 0)
    while time.monotonic() < ends:
        try:
            last = _batch(swept, today, after, size)
        except AtFault as error:
            last = _one_by_one(swept, today, after, size, error)
        if last is not None:
            after = last
        elif swept.was_busy or after == start:
            break
        else:  # the next level of a clock that was written may lie before the end of its batch
            after = start
    return swept


def due_by(today: dt.date) -> dict[int, int]:
    """How many warnings of each level a sweep would write.  Changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"today": today})
        return dict(cursor.fetchall())


def _batch(swept: Swept, today: dt.date, after: tuple[dt.date, int], size: int) -> tuple[dt.date, int] | None:
    """Do one batch; where it ended, or None when there was nothing (or somebody else is at it)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            swept.was_busy = True
            return None
        rows = _next(cursor, swept, today, after, size)
        if not rows:
            return None
        facts: dict[str, Any] = {
            "ids": [pk for pk, _ in rows], "now": timezone.now(), "topic": warning.TOPIC, "words": WORDS, "kinds": KINDS, "card": CARD_WORDS,
            "system": SYSTEM,
            "reply_by": workdays.add_workdays(today, deadlines.REPLY_WITHIN),
        }  # fmt: skip
        cursor.execute(_WARN, facts)
        written = cursor.fetchall()
    for level, count in written:
        swept.levels[level] = swept.levels.get(level, 0) + count
    swept.batches += 1
    return rows[-1][1], rows[-1][0]


def _next(
    cursor: Any, swept: Swept, today: dt.date, after: tuple[dt.date, int], size: int
) -> list[tuple[int, dt.date]]:
    """Lock and return the clocks that come next, each with the day its warning fell due."""
    cursor.execute(_NEXT, {"today": today, "after_day": after[0], "after_id": after[1], "bad": swept.bad, "size": size})
    rows: list[tuple[int, dt.date]] = cursor.fetchall()
    return rows


def _one_by_one(
    swept: Swept, today: dt.date, after: tuple[dt.date, int], size: int, error: Exception
) -> tuple[dt.date, int] | None:
    """A batch failed: halve it until the clock at fault stands alone, leave that one out, and go on."""
    if size > 1:
        try:
            return _batch(swept, today, after, size // 2)
        except AtFault as again:
            return _one_by_one(swept, today, after, size // 2, again)
    with transaction.atomic(), connection.cursor() as cursor:
        rows = _next(cursor, swept, today, after, 1)
    if not rows:
        return None
    swept.bad.append(rows[0][0])
    log.error("sweep: clock #%s was left out (%s)", rows[0][0], type(error).__name__, exc_info=error)
    return after
