"""The clocks of a case, in one table: what starts each, how long it runs, what stops it, and where it is written.

Statutory limits carry their article and cannot be changed here; local ones are the centre's own custom and are
overridden, with history, by ``LocalLimit`` rows.  The same holds for the steps of warning.
First day not counted, last day rolls past holidays (民法典 第201、203条): ``common.workdays`` does the arithmetic,
``disputes.reckoning`` puts the parts together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from disputes.choices import Source, SuspendReason

if TYPE_CHECKING:
    from disputes.models import Dispute

WORKING: Final = "工作日"
CALENDAR: Final = "自然日"


@dataclass(frozen=True)
class Extend:
    """How a limit may be made longer: by at most so many days in its own unit, and with whose consent."""

    days: int
    needs_parties: bool
    source: str = "本中心约定"


@dataclass(frozen=True)
class Warn:
    """When a clock warns: a reminder so many working days before its last day, then cards after it.

    0 days before is the last day itself; card 1 is the first working day after it.  A holiday in between does not put
    the reminder forward (reckoning.py).  None: no such step.
    """

    remind: int | None
    yellow: int | None
    red: int | None
    leader: int | None


@dataclass(frozen=True)
class Clock:
    """One row: a limit that starts with one step of the case and is met by another.

    ``leaves``: steps that end it although nobody did what it asked for.  ``taken_back``: steps that undo what met it,
    so that it runs on with the day it always had.  ``is_right``: what the parties may do and nobody must; it is
    reminded of once, and nobody is late when it lapses.
    """

    key: str
    kind: str
    label: str
    starts: frozenset[str]
    stops: frozenset[str]
    days: int
    unit: str
    source: str
    warn: Warn
    statutory: bool = False
    pauses: frozenset[str] = frozenset()
    extend: Extend | None = None
    applies: Callable[[Dispute], bool] = lambda dispute: True
    from_application: bool = False
    todo: str = ""
    leaves: frozenset[str] = frozenset()
    taken_back: frozenset[str] = frozenset()
    is_right: bool = False

    @property
    def ends(self) -> frozenset[str]:
        return self.stops | self.leaves


@dataclass(frozen=True)
class Rung:
    """One level of 四级七天: who tries, for how many working days, before the case climbs."""

    level: int
    office: str
    days: int


def _labour(dispute: Dispute) -> bool:
    return dispute.category.official_code in {"10", "11"}


def _medical(dispute: Dispute) -> bool:
    return dispute.category.official_code == "15"


def _ordinary(dispute: Dispute) -> bool:
    return not _labour(dispute) and not _medical(dispute)


def _found_by_grid(dispute: Dispute) -> bool:
    """The ladder is for what is found and first tried at the grass roots; other channels have limits of their own."""
    return dispute.source == Source.GRID


RESULT = frozenset({"settle", "settle_orally", "fail", "terminate", "withdraw", "transfer"})
LEAVES = frozenset({"terminate", "withdraw", "transfer"})
ANY_PAUSE = frozenset(SuspendReason.values)
APPRAISAL_ONLY = frozenset({SuspendReason.APPRAISAL.value})

#: 受理黄牌 1、红牌 2 个工作日，办理黄牌 5、红牌 10 个工作日：县级系统通行的默认值 (PRACTICE A3), all of it local.
AT_ONCE = Warn(remind=0, yellow=1, red=2, leader=5)
IN_DAYS = Warn(remind=1, yellow=1, red=3, leader=8)
OF_WORK = Warn(remind=1, yellow=1, red=6, leader=11)
OF_LAW = Warn(remind=3, yellow=1, red=5, leader=10)
OF_FILES = Warn(remind=2, yellow=5, red=10, leader=20)
BEFORE_IT_LAPSES = Warn(remind=10, yellow=None, red=None, leader=None)
ONLY_REMIND = Warn(remind=0, yellow=None, red=None, leader=None)

LOCAL: Final = "本中心约定"
BY_CONSENT: Final = "当事人可以约定延长；每次最长由本中心约定"

#: An agreement that came to nothing did not end mediation; acceptance that was taken back never began it.
OF_MEDIATION: Final[dict[str, Any]] = {"leaves": frozenset({"unaccept"}), "taken_back": frozenset({"renegotiate"})}

CLOCKS: tuple[Clock, ...] = (
    Clock("accept", "accept", "受理", frozenset({"register"}), frozenset({"accept", "decline"}),
          1, WORKING, LOCAL, AT_ONCE, extend=Extend(3, needs_parties=False), todo="受理", leaves=LEAVES,
          taken_back=frozenset({"unaccept"})),
    Clock("assign", "assign", "分派", frozenset({"accept", "return_assignment", "reopen"}),
          frozenset({"assign"}), 1, WORKING, LOCAL, AT_ONCE,
          extend=Extend(3, needs_parties=False), todo="派单", leaves=LEAVES | {"unaccept"},
          taken_back=frozenset({"recall"})),
    # To say why not is an answer too (第12条).
    Clock("take", "take", "接收", frozenset({"assign", "reassign", "appoint"}),
          frozenset({"take", "return_assignment"}), 3, WORKING, "人民法院在线调解规则 第12条（参照）",
          IN_DAYS, extend=Extend(3, needs_parties=False), todo="接收", leaves=LEAVES | {"recall"}),
    Clock("begin", "begin", "首次调解", frozenset({"take"}), frozenset({"record_session"}),
          5, WORKING, LOCAL, OF_WORK, pauses=ANY_PAUSE, extend=Extend(5, needs_parties=False), todo="首次调解",
          leaves=RESULT | {"return_assignment", "reassign"}),
    Clock("mediate", "mediate", "调解", frozenset({"accept", "reopen"}), RESULT, 30, CALENDAR,
          "人民调解工作若干规定 第33条（一般一个月内调结）", OF_LAW, pauses=ANY_PAUSE,
          extend=Extend(30, needs_parties=True, source=BY_CONSENT), applies=_ordinary, todo="调结", **OF_MEDIATION),
    Clock("mediate_labour", "mediate", "劳动争议调解", frozenset({"accept", "reopen"}), RESULT, 15, CALENDAR,
          "劳动争议调解仲裁法 第14条（自收到申请之日起）", OF_LAW, statutory=True, applies=_labour,
          from_application=True, todo="调结", **OF_MEDIATION),
    Clock("mediate_medical", "mediate", "医疗纠纷调解", frozenset({"accept", "reopen"}), RESULT, 30, WORKING,
          "医疗纠纷预防和处理条例 第38条（鉴定不计）", OF_LAW, statutory=True, pauses=APPRAISAL_ONLY,
          extend=Extend(30, needs_parties=True, source="医疗纠纷预防和处理条例 第38条（约定延长）；最长由本中心约定"),
          applies=_medical, todo="调结", **OF_MEDIATION),
    Clock("sign", "sign", "签章", frozenset({"settle"}), frozenset({"take_effect"}), 7, CALENDAR,
          LOCAL, IN_DAYS, extend=Extend(7, needs_parties=False), todo="签章", leaves=frozenset({"renegotiate", "fail"})),
    Clock("confirm", "confirm", "司法确认申请", frozenset({"take_effect"}), frozenset(), 30, CALENDAR,
          "民事诉讼法 第205条；人民调解法 第33条（双方自协议生效之日起共同申请）", BEFORE_IT_LAPSES, statutory=True,
          leaves=frozenset({"reopen", "archive"}), is_right=True, todo="申请司法确认"),
    Clock("follow_up", "follow_up", "回访", frozenset({"performed"}), frozenset({"follow_up"}), 15, CALENDAR,
          "本中心约定（法律没有规定回访天数）", OF_FILES, extend=Extend(15, needs_parties=False), todo="回访",
          leaves=frozenset({"reopen"})),
    Clock("archive", "archive", "归档", frozenset({"follow_up", "fail", "decline"}) | LEAVES, frozenset({"archive"}), 10,
          WORKING, LOCAL, OF_FILES, extend=Extend(10, needs_parties=False), todo="归档", leaves=frozenset({"reopen"})),
)  # fmt: skip

#: 张掖“四级七天”: 1+2+2+2 working days, then the case climbs; running out never ends it.  The names of the levels
#: differ from county to county (LAW §5.1); these are the ones published in 2025.
LADDER: tuple[Rung, ...] = (
    Rung(1, "网格员", 1),
    Rung(2, "村（社区）调委会", 2),
    Rung(3, "乡镇（街道）综治中心", 2),
    Rung(4, "镇党委政府（街道党工委、办事处）", 2),
)
LADDER_SOURCE: Final = "张掖“四级七天”工作法（本地约定）；期满升级，不终止调解"
LADDER_CLOCKS: tuple[Clock, ...] = tuple(
    Clock(f"ladder_{rung.level}", "ladder", f"四级七天·{rung.level} 级", frozenset({"register"} if rung.level == 1 else ()),
          RESULT | {"decline"}, rung.days, WORKING, LADDER_SOURCE, ONLY_REMIND, pauses=ANY_PAUSE,
          applies=_found_by_grid, todo="化解，不成上报", taken_back=frozenset({"renegotiate"}))
    for rung in LADDER
)  # fmt: skip


@dataclass(frozen=True)
class Given:
    """A clock without a length of its own: somebody named its last day."""

    key: str
    label: str
    starts: str
    ends: str
    limit: str
    extend: str
    source: str
    warn: Warn
    nature: str
    color: str
    todo: str


#: The nearest unperformed obligation of the agreement (人民调解法 第31条).
PERFORM = Given(
    "perform", "履行", "协议生效", "履行完毕", "协议约定的日期", "当事人协商变更协议", "协议约定的履行期限；人民调解法 第31条",
    Warn(remind=3, yellow=3, red=10, leader=20), "约定", "purple", "履行",
)  # fmt: skip
#: A suspension for which a day was named is looked after from that day on: everything else stands still meanwhile.
RESUME = Given(
    "resume", "恢复调解", "中止调解时写明预计恢复日期", "恢复调解、改派、有调解结果", "预计恢复的日期", "不延长；仍不能恢复的，先恢复再中止",
    LOCAL, Warn(remind=0, yellow=3, red=10, leader=20), "本地", "grey", "恢复调解",
)  # fmt: skip
GIVEN = (PERFORM, RESUME)

#: Within how many working days a card, or an order that does not say, is answered.  The centre's own custom.
REPLY_WITHIN: Final = 3

EVERY_CLOCK = CLOCKS + LADDER_CLOCKS
BY_KEY = {clock.key: clock for clock in EVERY_CLOCK}
WARNINGS: dict[str, Warn] = {clock.key: clock.warn for clock in (*EVERY_CLOCK, *GIVEN)}
#: What a clock is called, by its key, and by its kind.
NAMES = {clock.key: clock.label for clock in (*EVERY_CLOCK, *GIVEN)}
LABELS = {clock.kind: clock.label for clock in EVERY_CLOCK} | {clock.key: clock.label for clock in GIVEN} | {
    "mediate": "调解", "ladder": "四级七天",
}  # fmt: skip
TODO = {clock.kind: clock.todo for clock in EVERY_CLOCK} | {clock.key: clock.todo for clock in GIVEN}


#: Kinds of clocks that bind nobody: no case is late for them.
RIGHTS = frozenset(clock.kind for clock in EVERY_CLOCK if clock.is_right)


def started_by(event: str, dispute: Dispute) -> list[Clock]:
    return [clock for clock in EVERY_CLOCK if event in clock.starts and clock.applies(dispute)]


def met_by(event: str) -> frozenset[str]:
    return frozenset(clock.kind for clock in EVERY_CLOCK if event in clock.stops)


def ended_by(event: str) -> frozenset[str]:
    """Met or left."""
    return frozenset(clock.kind for clock in EVERY_CLOCK if event in clock.ends)


def taken_back_by(event: str) -> frozenset[str]:
    return frozenset(clock.kind for clock in EVERY_CLOCK if event in clock.taken_back)


def rung_of(key: str) -> int:
    """The level of a clock of the ladder: 2 for ``ladder_2``."""
    return int(key.rpartition("_")[2])


def office(level: int) -> str:
    """Who answers for a level of the ladder."""
    return LADDER[level - 1].office
