"""Cases told by hand: the desks of the demo accounts as they should look today, the long-pending file, the mass cases.

A scene says what the matter is, where, and step by step what happened how long ago.  Times are (working days ago,
"hh:mm"); what would lie in the future at an early hour is moved to the moment of seeding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ganzhou.demo import moments
from ganzhou.demo.organisations import DANGZHAI, DEMO_MEDIATOR, SHANGQIN, XUZHAOZHAI

When = tuple[int, str]


@dataclass(frozen=True)
class Step:
    name: str
    when: When
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    category: str
    place: str
    when: When
    steps: tuple[Step, ...] = ()
    source: str = "window"
    risk: str = "low"
    parties: int = 0  # on the larger side; 0: as usual
    #: To which level's people the registration belongs: county, township or village.
    level: str = "township"
    mediator: str = ""
    summary: str = ""
    claim: str = ""
    least: int = 0  # told only when there are at least so many cases


def _s(name: str, days: int, clock: str, **more: Any) -> Step:
    return Step(name, (days, clock), more)


def _road(*steps: Step) -> tuple[Step, ...]:
    return steps


def _owed(part: float, days: int, *, after: bool = False, done: When | None = None) -> dict[str, Any]:
    """One obligation: its part of the money, due so many days from today or ``after`` the agreement, performed when."""
    return {"part": part, "due": days, "after": after, "done": done}


def _taken(days: int, *, hours: tuple[str, str, str] = ("09:20", "10:05", "15:10")) -> tuple[Step, ...]:
    """Accepted, assigned and taken on one day."""
    return (_s("accept", days, hours[0]), _s("assign", days, hours[1]), _s("take", days, hours[2]))


SQ, XZ = SHANGQIN, XUZHAOZHAI
_TJ = DEMO_MEDIATOR

SCENES: dict[str, Scene] = {
    # ---- the desk of the mediator of 上秦镇
    "take-new": Scene("0501", "620702101203", (1, "16:20"), _road(_s("accept", 1, "16:45"), _s("assign", 0, "08:50")), mediator=_TJ),
    "take-due": Scene("0204", "620702101210", (4, "15:10"), _road(_s("accept", 4, "15:40"), _s("assign", 3, "09:15")), mediator=_TJ, source="police", risk="medium"),
    "talk-first": Scene("0301", XZ, (3, "09:10"), _road(_s("accept", 3, "09:35"), _s("assign", 3, "10:30"), _s("take", 1, "09:05")), mediator=_TJ),
    "talk-second": Scene("0401", "620702101206", (8, "10:10"), _road(*_taken(7), _s("record_session", 5, "10:00", next=1)), mediator=_TJ),
    "talk-soon": Scene("0404", "620702101212", (20, "09:00"), _road(*_taken(20, hours=("09:25", "10:10", "16:00")), _s("record_session", 17, "15:00"), _s("record_session", 9, "10:00")), mediator=_TJ, source="department", risk="medium", parties=6),
    "talk-late": Scene("0304", "620702101209", (26, "10:20"), _road(*_taken(25), _s("record_session", 20, "15:30"), _s("record_session", 11, "09:40")), mediator=_TJ, source="petition", risk="medium"),
    "paused": Scene("0601", "620702101208", (16, "09:30"), _road(*_taken(16, hours=("09:50", "10:40", "15:20")), _s("record_session", 13, "10:00"), _s("suspend", 12, "11:10", reason="appraisal", expected=6)), mediator=_TJ),
    "marks-one": Scene("0202", XZ, (9, "09:00"), _road(*_taken(9, hours=("09:15", "10:20", "14:50")), _s("record_session", 6, "10:00"), _s("settle", 1, "11:00", owed=[_owed(1, 12)])), mediator=_TJ),
    "marks-two": Scene("1003", "620702101204", (7, "14:50"), _road(*_taken(6), _s("record_session", 3, "09:30"), _s("settle", 2, "16:10", owed=[_owed(1, 9)])), mediator=_TJ, source="department"),
    "pay-today": Scene("0401", "620702101213", (24, "09:20"), _road(*_taken(23), _s("record_session", 20, "10:00"), _s("settle", 18, "10:40", owed=[_owed(0.5, -9, done=(7, "15:20")), _owed(0.5, 0)]), _s("take_effect", 18, "11:30")), mediator=_TJ),
    "pay-soon": Scene("0602", "620702101207", (14, "15:00"), _road(*_taken(13), _s("record_session", 11, "15:30"), _s("settle_orally", 10, "10:00", owed=[_owed(1, 2)])), mediator=_TJ),
    "pay-late": Scene("0502", "620702101211", (30, "10:40"), _road(*_taken(29), _s("record_session", 26, "09:50"), _s("settle", 24, "15:20", owed=[_owed(1, -6)]), _s("take_effect", 23, "10:00")), mediator=_TJ),
    "visit-one": Scene("0103", XZ, (28, "09:40"), _road(*_taken(27), _s("record_session", 24, "10:20"), _s("settle", 22, "10:10", owed=[_owed(1, -10, done=(8, "10:00"))]), _s("take_effect", 22, "11:00")), mediator=_TJ),
    "visit-two": Scene("0603", "620702101200", (15, "10:00"), _road(*_taken(14), _s("record_session", 12, "16:00"), _s("settle_orally", 12, "16:40", owed=[_owed(1, -12, done=(10, "09:30"))])), mediator=_TJ),
    "file-sq": Scene("0202", "620702101202", (32, "09:10"), _road(*_taken(31), _s("record_session", 28, "10:00"), _s("settle", 27, "10:30", owed=[_owed(1, -20, done=(15, "16:00"))]), _s("take_effect", 27, "11:10"), _s("follow_up", 4, "10:30")), mediator=_TJ),
    # ---- the head of the committee names a mediator
    "name-one": Scene("0702", "620702101206", (2, "10:30"), _road(_s("accept", 2, "10:50"), _s("assign", 1, "10:15", nobody=True))),
    "name-two": Scene("0204", "620702101201", (1, "14:50"), _road(_s("accept", 1, "15:20"), _s("assign", 1, "17:10", nobody=True)), source="police", risk="medium"),
    # ---- the window of 上秦镇, its centre and 徐赵寨村
    "window-one": Scene("0401", SQ, (0, "08:45")),
    "window-two": Scene("0205", "620702101207", (0, "09:05")),
    "window-late": Scene("0502", "620702101205", (3, "17:20"), source="phone"),
    "send-one": Scene("0501", "620702101214", (1, "09:50"), _road(_s("accept", 1, "10:15"))),
    "send-two": Scene("1001", SQ, (1, "15:30"), _road(_s("accept", 0, "08:40")), parties=5, risk="medium"),
    "village-one": Scene("0702", XZ, (0, "08:55"), source="grid", level="village"),
    "village-two": Scene("0105", XZ, (1, "10:10"), _road(_s("accept", 1, "10:40")), level="village"),
    "village-risk": Scene("0204", XZ, (1, "16:30"), _road(_s("accept", 1, "17:00"), _s("report_risk", 0, "08:45")), source="grid", level="village", risk="high"),
    # ---- the centre of the district: two of its own to send, one from the court
    "county-one": Scene("1702", "620702002010", (0, "08:40"), level="county", source="hotline"),
    "county-two": Scene("1001", "620702004006", (1, "11:10"), _road(_s("accept", 1, "11:30")), level="county", parties=9, risk="medium", source="department"),
    "county-three": Scene("0401", "620702001005", (1, "09:30"), _road(_s("accept", 1, "09:50")), level="county", source="court"),
    # ---- 党寨镇
    "dz-one": Scene("0403", DANGZHAI, (0, "08:50")),
    "dz-two": Scene("0202", "620702107203", (1, "15:40"), _road(_s("accept", 1, "16:05"))),
    # ---- the file that is older than most of those who handle it
    "pension": Scene(
        "1802", "620702003009", (228, "10:10"),
        _road(
            _s("accept", 228, "10:40"), _s("assign", 227, "09:30"), _s("take", 226, "15:10"),
            _s("record_session", 221, "10:00"), _s("record_session", 210, "15:00"),
            _s("suspend", 208, "10:20", reason="evidence", expected=-240), _s("resume", 150, "09:30"),
            _s("record_session", 148, "10:10"), _s("record_session", 139, "15:30"),
            _s("suspend", 137, "11:00", reason="evidence", expected=-60), _s("resume", 7, "10:00"), _s("record_session", 5, "10:30"),
        ),
        level="county", source="petition", risk="medium",
        summary="申请人{hired}年招工进县办农机修造厂，{closed}年企业撤并时以临时工为由未安置，档案去向不明，至今未能办理退休。"
        "四十二年间先后向多个部门反映，承接单位称接收名册上没有其姓名。申请人提供了当年的粮油关系转移单和工友证明。",
        claim="要求查清档案，认定{hired}年至{closed}年的工龄，按规定办理退休手续。", least=2000,
    ),
    # ---- one property company against the owners of an estate, and wages of a whole site
    "mass-owners": Scene(
        "1701", "620702002012", (33, "09:30"),
        _road(_s("accept", 33, "10:10"), _s("assign", 32, "09:20"), _s("take", 31, "15:00"), _s("record_session", 28, "15:00"), _s("record_session", 16, "15:00"), _s("record_session", 6, "16:00")),
        level="county", source="court", risk="medium", parties=60,
        summary="物业公司起诉前向法院提出，小区六十户业主两年未交物业费，合计十九万余元。业主方认为屋面漏水、电梯常停、"
        "路灯不亮，多次反映没有整改，集体拒交。双方代表均到场，愿意先谈整改再谈收费。", claim="要求六十户业主交清两年物业费。", least=600,
    ),
    "mass-wages": Scene(
        "1001", "620702106003", (215, "08:50"),
        _road(
            _s("accept", 215, "09:05"), _s("assign", 215, "09:30"), _s("take", 215, "10:20"), _s("record_session", 214, "10:00"),
            _s("settle", 212, "16:00", owed=[_owed(0.6, 14, after=True, done=(205, "15:00")), _owed(0.4, 30, after=True, done=(195, "11:00"))]),
            _s("take_effect", 212, "17:00"), _s("follow_up", 190, "10:00"), _s("archive", 186, "15:30"),
        ),
        level="county", source="department", risk="high", parties=41,
        summary="滨河新区一处住宅工地四十一名农民工到中心集体反映，主体完工后劳务公司拖欠工资，合计三十七万余元。"
        "总包称进度款未到，劳务公司负责人电话不接。工人情绪激动，要求年前回家前拿到钱。", claim="要求付清全部工资，由总包单位先行垫付。", least=2000,
    ),
    "mass-seed": Scene(
        "0404", "620702103208", (120, "09:00"),
        _road(_s("accept", 120, "09:30"), _s("assign", 119, "10:00"), _s("take", 119, "16:00"), _s("record_session", 116, "10:00"), _s("record_session", 109, "10:00"), _s("settle", 101, "11:00", owed=[_owed(0.5, 20, after=True, done=(88, "10:00")), _owed(0.5, 60, after=True, done=(62, "10:00"))]), _s("take_effect", 101, "15:00"), _s("follow_up", 52, "10:00"), _s("archive", 47, "10:00")),
        source="superior", risk="medium", parties=36,
        summary="三十六户农户反映，种子公司以纯度不达标为由扣减制种玉米结算款，每亩扣四百元。农户认为去雄时技术员全程在场，"
        "没有书面通知。公司提供了抽检报告，农户对取样地块有疑问。", claim="要求按合同保底产值付清制种款。", least=2000,
    ),
}  # fmt: skip


def starts(as_of: int, cases: int) -> dict[str, int]:
    """When each scene that is told among so many cases was registered."""
    return {name: moment(as_of, scene.when) for name, scene in SCENES.items() if cases >= scene.least}


def moment(as_of: int, when: When) -> int:
    """``when`` counted back from the last working day that has begun."""
    days, clock = when
    day = today(as_of)
    hour, minute = (int(part) for part in clock.split(":"))
    found = moments.at(moments.workday(day, -days), hour, minute)
    return min(found, as_of - 300 + hour * 6 + minute // 10)


def today(as_of: int) -> int:
    """The last working day whose office hours have begun."""
    day = as_of // moments.DAY
    if as_of < moments.at(day, 9, 30):
        day -= 1
    return moments.workday(day, 0)
