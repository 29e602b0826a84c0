"""What the law asks of a committee and the record does not show: one table, worked out in SQL for lists and pages alike.

Warnings inform; none of them blocks anything.  Adding one is adding a line here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

#: 人民调解法 第8条: three to nine members.
FEWEST, MOST = 3, 9
#: How long before its end a term is announced as ending: electing members takes a villagers' meeting.
TERM_SOON = dt.timedelta(days=60)


@dataclass(frozen=True)
class LegalWarning:
    """``applies`` is a condition on the columns of ``CommitteeQuerySet.with_members``."""

    key: str
    label: str
    sentence: str
    law: str
    tone: str = "amber"

    def applies(self, today: dt.date) -> Q:
        return CONDITIONS[self.key](today)


CONDITIONS: Final[dict[str, Any]] = {
    "no_members": lambda today: Q(member_count=0),
    "too_few": lambda today: Q(member_count__gt=0, member_count__lt=FEWEST),
    "too_many": lambda today: Q(member_count__gt=MOST),
    "no_chair": lambda today: Q(member_count__gt=0, chair_count=0),
    "no_women": lambda today: Q(member_count__gt=0, women_count=0),
    "no_minority": lambda today: Q(member_count__gt=0, minority_count=0, is_minority_place=True),
    "term_over": lambda today: Q(term_ends_on__lt=today),
    "term_soon": lambda today: Q(term_ends_on__gte=today, term_ends_on__lte=today + TERM_SOON),
}

WARNINGS: Final[tuple[LegalWarning, ...]] = (
    LegalWarning("no_members", "没有登记委员", "没有登记委员。调委会由委员三至九人组成。", "人民调解法 第8条", "red"),
    LegalWarning(
        "too_few", "委员不足三人", f"委员不足 {FEWEST} 人。调委会由委员三至九人组成。", "人民调解法 第8条", "red"
    ),
    LegalWarning("too_many", "委员超过九人", f"委员超过 {MOST} 人。调委会由委员三至九人组成。", "人民调解法 第8条"),
    LegalWarning("no_chair", "没有主任", "没有主任。调委会设主任一人。", "人民调解法 第8条", "red"),
    LegalWarning("no_women", "没有妇女委员", "没有妇女委员。调委会应当有妇女成员。", "人民调解法 第8条"),
    LegalWarning(
        "no_minority",
        "没有少数民族委员",
        "这里是多民族居住的地区，调委会应当有人数较少民族的成员。",
        "人民调解法 第8条",
    ),
    LegalWarning(
        "term_over", "任期届满", "有委员任期已满。委员每届任期三年，可以连选连任。", "人民调解法 第9条", "red"
    ),
    LegalWarning("term_soon", "任期将满", f"有委员任期在 {TERM_SOON.days} 日内届满，请准备推选。", "人民调解法 第9条"),
)
BY_KEY: Final = {one.key: one for one in WARNINGS}
