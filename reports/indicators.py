"""Indicators: each is one definition, used by page, tooltip and (later) report and API.

A figure here is a count over a named set of disputes; its link opens the list of that very set.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from disputes.choices import OPEN_STATES, SETTLED_OUTCOMES, Outcome
from disputes.filters import WAS_ACCEPTED, midnight, settled_in_part

#: 深圳条例 第26条, 人民调解工作规范: a part may be agreed on first.  PRACTICE C2 counts cases, not claims.
PARTIAL = "部分达成的计 1 件，未达成部分须已告知其他途径（人民调解法第26条），另列其件数"


@dataclass(frozen=True)
class Indicator:
    """One number: its words, how it is made, and the query of the list that proves it."""

    key: str
    name: str
    unit: str
    formula: str
    exclusions: str
    condition: Q
    query: str
    headline: bool = True


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
    registered = registered_in(start, end)
    window = f"since={start:%Y-%m-%d}&until={end:%Y-%m-%d}"
    settled = registered & Q(outcome__in=SETTLED_OUTCOMES)
    ended = Q(outcome__in=[*SETTLED_OUTCOMES, Outcome.FAILED, Outcome.TERMINATED])
    agreed = "outcome=written&outcome=oral"
    return [
        Indicator("registered", "登记", "件", "期内登记的纠纷", "无", registered, window),
        Indicator("accepted", "受理", "件", "期内登记且已受理的纠纷", "尚未决定受理的、不予受理的",
                  registered & WAS_ACCEPTED, f"{window}&accepted=true"),
        Indicator("settled", "调解成功", "件", "期内登记且协议已经生效（书面三项签章齐备，或者口头）",
                  f"签章未齐的协议不计；{PARTIAL}", settled, f"{window}&{agreed}"),
        Indicator("partial", "其中部分达成", "件", "调解成功中，协议只解决部分争议的", "已被取代的协议",
                  settled & settled_in_part(), f"{window}&{agreed}&partial=true", headline=False),
        Indicator("ended", "已有结果", "件", "期内登记且已调解成功、调解不成或者终止", "撤回、转出、不予受理",
                  registered & ended, f"{window}&{agreed}&outcome=failed&outcome=terminated"),
        Indicator("open", "在办", "件", "此刻尚未办结的纠纷（不分登记时间）", "无", Q(status__in=OPEN_STATES), "period=all&open=true"),
        Indicator("overdue", "超期", "件", "此刻最近期限已过的纠纷", "中止期间不计", Q(next_due_on__lt=today), "period=all&due=late"),
    ]  # fmt: skip


RATES = (
    Rate("success_of_accepted", "化解率（按受理）", "调解成功 ÷ 受理，含仍在办理的", f"不予受理的不进分母；{PARTIAL}",
         "settled", "accepted"),
    Rate("success_of_ended", "调解成功率（按结果）", "调解成功 ÷ 已有结果", f"撤回、转出、不予受理的不进分母；{PARTIAL}",
         "settled", "ended"),
)  # fmt: skip


def registered_in(start: dt.date, end: dt.date) -> Q:
    """Registered from ``start`` to ``end``, both included: the same bounds as the list's."""
    return Q(registered_at__gte=midnight(start), registered_at__lt=midnight(end + dt.timedelta(days=1)))


def count(rows: Any, start: dt.date, end: dt.date, today: dt.date, **more: Q) -> dict[str, int]:
    """Value of each indicator over ``rows`` (already scoped), and of ``more`` conditions, in one query."""
    return dict(rows.counts(**{one.key: one.condition for one in indicators(start, end, today)}, **more))


def count_by(rows: Any, column: Any, start: dt.date, end: dt.date, today: dt.date) -> dict[Any, dict[str, int]]:
    """The same values for each value of ``column``, in one query."""
    columns = {one.key: Count("pk", filter=one.condition) for one in indicators(start, end, today) if one.headline}
    found = rows.order_by().values(_by=column).annotate(**columns)
    return {row.pop("_by"): row for row in found}
