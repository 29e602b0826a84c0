"""The words of an agreement, made from its obligations: what was written down once is not typed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from disputes.choices import ObligationKind

if TYPE_CHECKING:
    from disputes.models import Party


def content(obligations: Iterable[Mapping[str, Any]], parties: Iterable[Party]) -> str:
    """One numbered clause an obligation: who, what or how much, how, where, by when.

    People stand in it by their side (被申请人), as on the form of the agreement, not by name.
    """
    everyone = list(parties)
    return "\n".join(f"{number}. {_clause(row, everyone)}" for number, row in enumerate(obligations, start=1))


def money(obligations: Iterable[Mapping[str, Any]]) -> Decimal:
    """What all obligations to pay come to."""
    return sum((row["amount"] for row in obligations if _is_money(row) and row.get("amount")), start=Decimal(0))


def _is_money(row: Mapping[str, Any]) -> bool:
    return (row.get("kind") or ObligationKind.MONEY) == ObligationKind.MONEY


def _clause(row: Mapping[str, Any], parties: list[Party]) -> str:
    what = str(row.get("what") or "").strip().rstrip("。；;.")
    if _is_money(row) and row.get("amount"):
        what = f"给付 {row['amount']:,.2f} 元（{what}）"
    when = "当场" if row.get("done_now") else f"于 {_day(row['due_on'])}前" if row.get("due_on") else ""
    details = [
        f"履行方式：{row['how']}" if row.get("how") else "",
        f"履行地点：{row['where']}" if row.get("where") else "",
    ]
    tail = "".join(f"，{one}" for one in details if one)
    return f"{_side(row.get('debtor'), parties)}{when}{what}{tail}{'，已履行' if row.get('done_now') else ''}。"


def _side(debtor: Party | None, parties: list[Party]) -> str:
    """被申请人; with its number where there are several."""
    if debtor is None:
        return ""
    alone = sum(party.role == debtor.role for party in parties) == 1
    return str(debtor.get_role_display()) if alone else f"{debtor} "


def _day(day: dt.date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
