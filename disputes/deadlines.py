"""The clocks of a case, in one table: what starts each, how long it runs, what stops it, and where it is written.

Statutory limits carry their article; limits marked local are the centre's own and can be changed there.
First day not counted, last day rolls past holidays (民法典 第201、203条): ``common.workdays`` does the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disputes.models import Dispute

WORKING = "工作日"
CALENDAR = "自然日"


@dataclass(frozen=True)
class Clock:
    """One row: a limit that starts with one step of the case and is met by another."""

    kind: str
    label: str
    starts: frozenset[str]
    stops: frozenset[str]
    days: int
    unit: str
    source: str
    statutory: bool = False
    pauses: bool = False
    applies: Callable[[Dispute], bool] = lambda dispute: True
    from_application: bool = False
    todo: str = ""


def _labour(dispute: Dispute) -> bool:
    return dispute.category.official_code in {"10", "11"}


def _medical(dispute: Dispute) -> bool:
    return dispute.category.official_code == "15"


def _ordinary(dispute: Dispute) -> bool:
    return not _labour(dispute) and not _medical(dispute)


RESULT = frozenset({"settle", "settle_orally", "fail", "terminate", "withdraw", "transfer"})
LEAVES = frozenset({"terminate", "withdraw", "transfer"})

CLOCKS: tuple[Clock, ...] = (
    Clock("accept", "受理", frozenset({"register", "unaccept"}), frozenset({"accept", "decline"}) | LEAVES, 1, WORKING,
          "本中心约定", todo="受理"),
    Clock("assign", "分派", frozenset({"accept", "recall", "return_assignment", "reopen"}),
          frozenset({"assign", "unaccept"}) | LEAVES, 1, WORKING, "本中心约定", todo="派单"),
    Clock("take", "接收", frozenset({"assign", "reassign", "appoint"}),
          frozenset({"take", "return_assignment", "recall"}) | LEAVES, 3, WORKING, "人民法院在线调解规则 第12条（参照）",
          todo="接收"),
    Clock("mediate", "调解", frozenset({"accept", "reopen"}), RESULT | {"unaccept"}, 30, CALENDAR,
          "人民调解工作若干规定 第33条（一般一个月内调结）", pauses=True, applies=_ordinary, todo="调结"),
    Clock("mediate", "劳动争议调解", frozenset({"accept", "reopen"}), RESULT | {"unaccept"}, 15, CALENDAR,
          "劳动争议调解仲裁法 第14条（自收到申请之日起）", statutory=True, applies=_labour,
          from_application=True, todo="调结"),
    Clock("mediate", "医疗纠纷调解", frozenset({"accept", "reopen"}), RESULT | {"unaccept"}, 30, WORKING,
          "医疗纠纷预防和处理条例 第38条（鉴定不计）", statutory=True, pauses=True, applies=_medical, todo="调结"),
    Clock("sign", "签章", frozenset({"settle"}), frozenset({"take_effect", "renegotiate", "fail"}), 7, CALENDAR,
          "本中心约定", todo="签章"),
    Clock("follow_up", "回访", frozenset({"performed"}), frozenset({"follow_up", "reopen"}), 15, CALENDAR,
          "本中心约定（法律没有规定回访天数）", todo="回访"),
    Clock("archive", "归档", frozenset({"follow_up", "fail", "decline"}) | LEAVES, frozenset({"archive", "reopen"}), 10,
          WORKING, "本中心约定", todo="归档"),
)  # fmt: skip

#: Not a limit with a fixed length: the nearest unperformed obligation of the agreement (人民调解法 第31条).
PERFORM = "perform"
PERFORM_LABEL = "履行"
PERFORM_SOURCE = "协议约定的履行期限；人民调解法 第31条"

LABELS = {clock.kind: clock.label for clock in CLOCKS} | {PERFORM: PERFORM_LABEL, "mediate": "调解"}


def started_by(event: str, dispute: Dispute) -> list[Clock]:
    return [clock for clock in CLOCKS if event in clock.starts and clock.applies(dispute)]


def stopped_by(event: str) -> frozenset[str]:
    return frozenset(clock.kind for clock in CLOCKS if event in clock.stops)
