"""A list of cases as a file: which columns, and what their cells say.  Everything personal is masked as on the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Prefetch
from django.utils import timezone

from common.sheets import Column, Sheet, Value
from disputes import presentation, watching
from disputes.listing import PARTY_COLUMNS
from disputes.models import Dispute, Party, Supervision

#: Rows read at a time: the file grows, the memory does not.
CHUNK = 500


def _day(day: dt.date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""


#: Narratives are masked too: people write phone and document numbers into them.
COLUMNS: dict[str, Column] = {
    "code": Column("案件码", lambda case, row: case.code, 16),
    "registered": Column("登记时间", lambda case, row: row["registered"], 17),
    "source": Column("来源", lambda case, row: row["source"]),
    "applicant": Column("申请人", lambda case, row: row["applicant"], 16),
    "respondent": Column("被申请人", lambda case, row: row["respondent"], 20),
    "category": Column("纠纷类型", lambda case, row: row["category"], 20),
    "summary": Column("简要情况", lambda case, row: presentation.scrubber(case)(case.summary), 50),
    "township": Column("乡镇（街道）", lambda case, row: row["township"]),
    "place": Column("村（社区）", lambda case, row: row["place"]),
    "committee": Column("调委会", lambda case, row: row["committee"], 22),
    "mediator": Column("调解员", lambda case, row: row["mediator"]),
    "status": Column("状态", lambda case, row: row["status_label"]),
    "due": Column("最近期限", lambda case, row: _day(case.next_due_on)),
    "risk": Column("风险", lambda case, row: row["risk_label"], 6),
    "people": Column("涉及人数", lambda case, row: case.people_count, 9, usual=False),
    "amount": Column(
        "涉及金额（元）",
        lambda case, row: float(case.amount) if case.amount is not None else "",
        14,
        usual=False,
        is_money=True,
    ),
    "sessions": Column("调解次数", lambda case, row: case.session_count, 9, usual=False),
    "outcome": Column("结果", lambda case, row: row["outcome"] if case.outcome else "", usual=False),
    "outcome_on": Column("结果日期", lambda case, row: _day(case.outcome_on), usual=False),
    "changed": Column(
        "最近办理", lambda case, row: f"{timezone.localtime(case.changed_at):%Y-%m-%d %H:%M}", 17, usual=False
    ),
}


def lines(ids: Sequence[int], columns: Sequence[str]) -> Iterator[list[Value]]:
    """One line a case, in the order of ``ids``, read in chunks."""
    today = timezone.localdate()
    for begin in range(0, len(ids), CHUNK):
        part = ids[begin : begin + CHUNK]
        found = {case.pk: case for case in _read(part)}
        for pk in part:
            if pk in found:
                row = presentation.row(found[pk], today)
                yield [COLUMNS[name].value(found[pk], row) for name in columns]


CASES = Sheet("案件清单", COLUMNS, lines)


# ---- cards and orders

CARD_COLUMNS: dict[str, Column] = {
    "code": Column("案件码", lambda one, row: one.dispute.code, 16),
    "case": Column("案件", lambda one, row: presentation.title(one.dispute), 36),
    "kind": Column("种类", lambda one, row: row["kind"]),
    "number": Column("文号", lambda one, row: row["number"], 22),
    "office": Column("责任单位", lambda one, row: row["office"], 26),
    "reason": Column("事由", lambda one, row: row["reason"], 50),
    "issued": Column("发出时间", lambda one, row: row["issued"], 17),
    "issued_by": Column("发出人", lambda one, row: row["issued_by"]),
    "reply_by": Column("要求回复", lambda one, row: _day(one.reply_by)),
    "state": Column("状态", lambda one, row: row["state"], 10),
    "replied": Column("回复时间", lambda one, row: row["replied"], 17),
    "reply": Column("回复", lambda one, row: row["reply"], 50),
    "lifted": Column("解除时间", lambda one, row: row["lifted"], 17),
    "lifted_why": Column("解除理由", lambda one, row: row["lifted_why"], 30),
}


def card_lines(ids: Sequence[int], columns: Sequence[str]) -> Iterator[list[Value]]:
    """One line a card or order, in the order of ``ids``, read in chunks, masked like the page."""
    today = timezone.localdate()
    for begin in range(0, len(ids), CHUNK):
        part = ids[begin : begin + CHUNK]
        rows = Supervision.objects.filter(pk__in=part).select_related(
            "dispute__category__parent", "office", "issued_by", "replied_by", "lifted_by"
        ).prefetch_related(Prefetch("dispute__parties", Party.objects.only(*PARTY_COLUMNS)))  # fmt: skip
        found = {one.pk: one for one in rows}
        for pk in part:
            if one := found.get(pk):
                row = watching.card(one, today, presentation.scrubber(one.dispute))
                yield [CARD_COLUMNS[name].value(one, row) for name in columns]


CARDS = Sheet("督办清单", CARD_COLUMNS, card_lines)


def _read(ids: Sequence[int]) -> Iterable[Dispute]:
    people = Party.objects.only(*PARTY_COLUMNS)
    return (
        Dispute.objects.filter(pk__in=ids)
        .select_related("division", "township", "category__parent", "committee__organisation", "mediator")
        .defer("grams", "claim")
        .prefetch_related(Prefetch("parties", people))
    )
