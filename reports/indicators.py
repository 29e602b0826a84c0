"""Indicators: each is one definition, used by page, tooltip and (later) report and API.

A figure here is a count over a named set of disputes; its link opens the list of that very set.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from disputes.choices import OPEN_STATES, SETTLED_OUTCOMES, Outcome, Status


@dataclass(frozen=True)
class Indicator:
    """One number: its words, how it is made, and the query of the list that proves it (empty: no list says it yet)."""

    key: str
    name: str
    unit: str
    formula: str
    exclusions: str
    condition: Q
    query: str


@dataclass(frozen=True)
class Rate:
    """Two counts over each other.  Nothing over zero is not a rate."""

    key: str
    name: str
    formula: str
    exclusions: str
    numerator: str
    denominator: str


def indicators(start: dt.date, end: dt.date, today: dt.date) -> list[Indicator]:
    """The counts of the overview for cases registered from ``start`` to ``end`` (both included), and what is open now."""
    registered = Q(registered_at__date__gte=start, registered_at__date__lte=end)
    window = f"since={start:%Y-%m-%d}&until={end:%Y-%m-%d}"
    ended = Q(outcome__in=[*SETTLED_OUTCOMES, Outcome.FAILED, Outcome.TERMINATED])
    accepted = ~Q(status__in=[Status.REGISTERED, Status.DECLINED]) & ~Q(outcome=Outcome.DECLINED)
    return [
        Indicator("registered", "登记", "件", "期内登记的纠纷", "无", registered, window),
        Indicator("accepted", "受理", "件", "期内登记且已受理的纠纷", "不予受理", registered & accepted, ""),
        Indicator("settled", "调解成功", "件", "期内登记且协议已经生效（书面三项签章齐备，或者口头）", "签章未齐的协议不计",
                  registered & Q(outcome__in=SETTLED_OUTCOMES), f"{window}&outcome=written&outcome=oral"),
        Indicator("ended", "已有结果", "件", "期内登记且已调解成功、调解不成或者终止", "撤回、转出、不予受理",
                  registered & ended, f"{window}&outcome=written&outcome=oral&outcome=failed&outcome=terminated"),
        Indicator("open", "在办", "件", "此刻尚未办结的纠纷（不分登记时间）", "无", Q(status__in=OPEN_STATES), "period=all&open=true"),
        Indicator("overdue", "超期", "件", "此刻最近期限已过的纠纷", "中止期间不计", Q(next_due_on__lt=today), "period=all&due=late"),
    ]  # fmt: skip


RATES = (
    Rate("success_of_accepted", "化解率（按受理）", "调解成功 ÷ 受理，含仍在办理的", "不予受理", "settled", "accepted"),
    Rate("success_of_ended", "调解成功率（按结果）", "调解成功 ÷ 已有结果", "撤回、转出、不予受理", "settled", "ended"),
)


def count(rows: Any, start: dt.date, end: dt.date, today: dt.date) -> dict[str, int]:
    """Value of each indicator over ``rows`` (already scoped), in one query."""
    return dict(rows.counts(**{one.key: one.condition for one in indicators(start, end, today)}))
