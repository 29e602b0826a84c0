"""The journal of the client against the database: what is lost, doubled or half written; who was warned and told how often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from common.models import Counter as RunningNumber
from common.models import Outbox, TaskRun
from disputes.choices import WarnLevel
from disputes.models import Dispute
from disputes.services.sweep import due_by
from ganzhou.chaos.effects import TASKED, WRITTEN, due_level

#: Examples shown of each kind of fault.
EXAMPLES: Final = 5


@dataclass
class Journal:
    """What the client knows.  ``codes``: key to the code it was told; ``open``: sent, never answered."""

    numbers: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failures: int = 0
    requests: int = 0

    @classmethod
    def read(cls, path: str) -> Journal:
        found = cls()
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                found._take(json.loads(line))
        return found

    def _take(self, row: dict[str, Any]) -> None:
        key = row["key"]
        match row["event"]:
            case "sent":
                self.requests += 1
                self.numbers[key] = row["number"]
            case "failed":
                self.failures += 1
            case "answered" if row["status"] in {200, 201}:
                self.seconds.append(row["took"])
                if self.codes.setdefault(key, row["code"]) != row["code"]:
                    self.contradictions.append(f"{key}: {self.codes[key]} 和 {row['code']}")
            case "answered":
                self.refused.append(f"{key}: {row['status']}")

    @property
    def unanswered(self) -> int:
        return len(self.numbers) - len(self.codes) - len(self.refused)


@dataclass
class Verdict:
    """Figures to print, and everything that must not be: name of the fault to examples of it."""

    facts: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def blame(self, what: str, examples: Iterable[Any]) -> None:
        self.faults.setdefault(what, []).extend(str(example) for example in examples)

    @property
    def is_clean(self) -> bool:
        return not any(self.faults.values())

    def lines(self) -> list[str]:
        told = [f"{name}：{value}" for name, value in self.facts.items()]
        for what, examples in self.faults.items():
            shown = f"，如 {'；'.join(examples[:EXAMPLES])}" if examples else ""
            told.append(f"{what}：{len(examples)}{shown}")
        return told


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` of them lie (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def spread(seconds: list[float]) -> str:
    return " · ".join(
        f"{name} {value:.2f} 秒"
        for name, value in (
            ("p50", percentile(seconds, 0.5)),
            ("p99", percentile(seconds, 0.99)),
            ("最长", max(seconds, default=0.0)),
        )
    )


def verify(path: str) -> Verdict:
    """Compare everything.  Call when nothing is waiting any more."""
    journal, verdict = Journal.read(path), Verdict()
    _registrations(journal, verdict)
    _effects(verdict)
    _warnings(verdict)
    _runs(verdict)
    return verdict


# -- registrations -------------------------------------------------------------------------------------------------


def _registrations(journal: Journal, verdict: Verdict) -> None:
    cases = {
        str(key): (code, summary)
        for key, code, summary in Dispute.objects.values_list("submission_key", "code", "summary")
    }
    verdict.facts["登记"] = (
        f"发出 {len(journal.numbers)} 件 {journal.requests} 次，确认 {len(journal.codes)} 件，"
        f"没有等到答复而放弃 {journal.unanswered} 件（其中已登记 {len(cases.keys() - journal.codes.keys())} 件）"
    )
    verdict.facts["登记用时"] = f"{spread(journal.seconds)}；没有答复或者 5xx 后重发 {journal.failures} 次"
    told = journal.codes.items()
    verdict.blame("丢失：已确认，库中没有", (key for key, _ in told if key not in cases))
    verdict.blame("不符：库中的案件码不同", (key for key, code in told if key in cases and cases[key][0] != code))
    verdict.blame("重复：两次答复的案件码不同", journal.contradictions)
    summaries = Counter(summary for _, summary in cases.values())
    verdict.blame("重复：同一件登记了两次", (summary for summary, n in summaries.items() if n > 1))
    verdict.blame("来历不明：库中有，没有发出过", cases.keys() - journal.numbers.keys())
    verdict.blame("被拒绝", journal.refused)
    _whole(verdict, len(cases))


#: Of every registered case there must be exactly so many; the query counts them by case.
PARTS: Final = {
    "当事人": ("SELECT dispute_id::text, count(*) FROM disputes_party GROUP BY 1", "id", 2),
    "登记记录": (
        "SELECT dispute_id::text, count(*) FROM disputes_disputeevent WHERE name = 'register' GROUP BY 1", "id", 1,
    ),
    "受理期限": ("SELECT dispute_id::text, count(*) FROM disputes_clockrow WHERE kind = 'accept' GROUP BY 1", "id", 1),
    "审计记录": (
        "SELECT object_id, count(*) FROM accounts_auditevent WHERE action = 'dispute.register' GROUP BY 1", "code", 1,
    ),
}  # fmt: skip


def _whole(verdict: Verdict, cases: int) -> None:
    with connection.cursor() as cursor:
        for name, (counted, column, wanted) in PARTS.items():
            cursor.execute(
                f"SELECT d.code FROM disputes_dispute d LEFT JOIN ({counted}) AS part (of, n)"  # noqa: S608
                f" ON part.of = d.{column}::text WHERE coalesce(part.n, 0) <> %s",
                [wanted],
            )
            verdict.blame(f"残缺：{name}不是 {wanted} 条", (code for (code,) in cursor.fetchall()))
    taken = RunningNumber.objects.filter(key=f"dispute:{timezone.localdate().year}").values_list("value", flat=True)
    used = taken.first() or 0
    verdict.blame("断号", [f"用到 {used}，有 {cases} 件"] if used != cases else [])


# -- news ----------------------------------------------------------------------------------------------------------


def _effects(verdict: Verdict) -> None:
    cases = set(Dispute.objects.values_list("pk", flat=True))
    for topic, name, may_repeat in ((WRITTEN, "消息", False), (TASKED, "任务", True)):
        subjects, seconds = _seen(topic)
        verdict.facts[f"{name}送达"] = f"{sum(subjects.values())} 次，{spread(seconds)}"
        verdict.blame(f"{name}没有送达", cases - subjects.keys())
        if may_repeat:
            verdict.facts[f"{name}重复执行（允许）"] = str(sum(n - 1 for n in subjects.values()))
        else:
            verdict.blame(f"{name}送达不止一次", (pk for pk, n in subjects.items() if n > 1))
    dead = Outbox.objects.filter(dead_at__isnull=False).values_list("topic", "last_error")
    verdict.blame("放弃的消息", (f"{topic} {error}" for topic, error in dead))
    waiting = Outbox.objects.filter(done_at=None, dead_at=None).values_list("topic", "dedup_key")
    verdict.blame("还在等待的消息", (f"{topic} {key}" for topic, key in waiting))


def _seen(topic: str) -> tuple[Counter[int], list[float]]:
    """How often each subject was seen, and after how many seconds the first time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.subject, count(*), extract(epoch FROM min(e.at) - min(o.created_at))::float8"
            " FROM chaos_effect e LEFT JOIN common_outbox o ON o.topic = e.topic AND o.dedup_key = e.subject::text"
            " WHERE e.topic = %s GROUP BY e.subject",
            [topic],
        )
        rows = cursor.fetchall()
    return Counter({subject: n for subject, n, _ in rows}), [seconds for *_, seconds in rows if seconds is not None]


# -- due clocks ----------------------------------------------------------------------------------------------------


#: Of every case: lines of the ledger, cards, lines in the timeline, messages; and how long the warning took.
_WARNED: Final = """
SELECT d.id, d.code,
    array_agg(DISTINCT e.level) FILTER (WHERE e.id IS NOT NULL), count(DISTINCT e.id), count(DISTINCT s.id),
    count(DISTINCT l.id), count(DISTINCT m.id),
    extract(epoch FROM min(e.issued_at) - min(d.registered_at))::float8,
    extract(epoch FROM min(m.created_at) - min(e.issued_at))::float8
FROM disputes_dispute d
LEFT JOIN disputes_escalation e ON e.dispute_id = d.id
LEFT JOIN disputes_supervision s ON s.dispute_id = d.id
LEFT JOIN disputes_disputeevent l ON l.dispute_id = d.id AND l.name = 'warned'
LEFT JOIN notices_message m ON m.event = 'escalation:' || e.id
GROUP BY d.id, d.code
"""
_CARDED: Final = (WarnLevel.YELLOW, WarnLevel.RED)


def _warnings(verdict: Verdict) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WARNED)
        rows = cursor.fetchall()
    to_ledger = [seconds for *_, seconds, _ in rows if seconds is not None]
    to_message = [seconds for *_, seconds in rows if seconds is not None]
    verdict.facts["到期的期限"] = (
        f"{len(rows)} 个，警示 {sum(row[3] for row in rows)} 次，通知 {sum(row[6] for row in rows)} 条"
    )
    verdict.facts["到期至警示"] = spread(to_ledger)
    verdict.facts["警示至通知"] = spread(to_message)
    for pk, code, levels, warned, cards, lines, messages, *_ in rows:
        level = due_level(pk)
        if not warned:
            verdict.blame("警示丢失", [code])
            continue
        if warned > 1:
            verdict.blame("警示重复", [code])
        if levels != [level]:
            verdict.blame("警示级别不对", [f"{code} {levels}"])
        _count(verdict, "督办牌", code, cards, int(level in _CARDED))
        _count(verdict, "办理记录中的警示", code, lines, int(level > WarnLevel.REMIND))
        _count(verdict, "通知", code, messages, 1)
    for what in ("警示丢失", "警示重复"):
        verdict.blame(what, [])


def _count(verdict: Verdict, what: str, code: str, found: int, wanted: int) -> None:
    verdict.blame(f"{what}丢失", [code] if found < wanted else [])
    verdict.blame(f"{what}重复", [code] if found > wanted else [])


def _runs(verdict: Verdict) -> None:
    runs = TaskRun.objects.count()
    cut = TaskRun.objects.filter(finished_at=None).count()
    failed = TaskRun.objects.filter(ok=False).count()
    verdict.facts["定时任务"] = f"运行 {runs} 次，被杀死而中断 {cut} 次，失败 {failed} 次"


# -- waiting -------------------------------------------------------------------------------------------------------


def settled() -> bool:
    """Whether nothing is due and nothing waiting to be delivered."""
    return not due_by(timezone.localdate()) and not Outbox.objects.filter(done_at=None, dead_at=None).exists()
