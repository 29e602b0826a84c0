"""Departments at the centres of the demo, three weeks of duty, and some swaps."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from itertools import count

from django.utils import timezone

from accounts.models import RoleHolding, User
from common import workdays
from ganzhou.demo.people import People
from grids.choices import Level, OrganisationKind
from grids.models import Organisation
from rosters.choices import Half, ResidencyKind, SwapState
from rosters.grid import Week
from rosters.models import DutyList, DutyShift, Residency, SwapRequest

R = ResidencyKind


@dataclass(frozen=True)
class Guest:
    """One department at the district's centre: how it is there, where, and what for."""

    code: str
    kind: str
    window: str
    duties: tuple[str, ...]


GUESTS = (
    Guest("GZ-FY", R.RESIDENT, "1", ("接收和转送适宜先行调解的民事纠纷", "指导调解协议的起草，办理司法确认申请", "诉讼咨询、立案辅导", "调解不成的，引导依法起诉")),
    Guest("GZ-JCY", R.RESIDENT, "2", ("受理民事、行政检察监督申请", "参与涉检信访矛盾化解", "支持起诉咨询")),
    Guest("GZ-GA", R.RESIDENT, "3", ("接收可能引起治安、刑事案件的报告", "协助核实身份和现场秩序", "移送适宜调解的治安纠纷")),
    Guest("GZ-XF", R.RESIDENT, "4", ("接待来访，登记信访事项", "把纠纷类事项移送调解", "督促按期答复信访人")),
    Guest("GZ-SF", R.RESIDENT, "5", ("指导人民调解工作", "法律援助申请的受理和转办", "公证、行政复议咨询")),
    Guest("GZ-RS", R.RESIDENT, "6", ("受理拖欠工资投诉，劳动监察", "劳动人事争议仲裁申请的接收", "工伤、社保待遇咨询")),
    Guest("GZ-ZJ", R.RESIDENT, "7", ("物业服务、房屋质量、拆迁安置纠纷的协调", "建筑领域欠薪纠纷的联合处置")),
    Guest("GZ-ZR", R.RESIDENT, "8", ("土地权属争议、宅基地纠纷的政策解释", "协助调取不动产登记资料")),
    Guest("GZ-TW-H02", R.RESIDENT, "9", ("医疗纠纷的咨询、登记和调解", "组织医疗损害鉴定的申请")),
    Guest("GZ-TW-H04", R.RESIDENT, "10", ("物业纠纷的调解", "指导业主委员会协商")),
    Guest("GZ-WJ", R.ROTATING, "11", ("医疗投诉的核实和答复", "配合医疗纠纷调解")),
    Guest("GZ-MZ", R.ROTATING, "11", ("婚姻家庭、养老、救助政策咨询", "协调困难家庭临时救助")),
    Guest("GZ-SJ", R.ROTATING, "12", ("消费投诉的受理和调解", "经营主体登记信息的核实")),
    Guest("GZ-SW", R.ON_CALL, "", ("水费、渠系用水纠纷的技术意见",)),
    Guest("GZ-JY", R.ON_CALL, "", ("涉校纠纷的到场协调",)),
    Guest("GZ-TY", R.ON_CALL, "", ("退役军人矛盾纠纷的到场协调",)),
)  # fmt: skip
#: Weekdays of those who come by turns (Monday is 0).
TURNS = {"GZ-WJ": (0, 2), "GZ-MZ": (1, 3), "GZ-SJ": (0, 3)}
#: Who resides at the centres of these townships, and on which weekdays.
AT_TOWNSHIPS = (("司法所窗口", "GZ-SF", (0, 1, 2, 3, 4)), ("人社窗口", "GZ-RS", (1, 3)))
TOWNSHIPS = ("620702101000", "620702107000", "620702001000")  # 上秦镇、党寨镇、东街街道
#: Windows that were left open, to be seen on the board: (window, weekday of next week).
GAPS = {("8", 3), ("8", 4), ("7", 4)}


def write(people: People, as_of: dt.date) -> None:
    """Write residences, duties, duty and swaps.  Call in a transaction, after the organisations."""
    bodies = {body.code: body for body in Organisation.objects.select_related("division")}
    centres = [body for body in bodies.values() if body.kind == OrganisationKind.CENTRE and body.is_active]
    district = [centre for centre in centres if centre.division.level == Level.COUNTY]
    if not district:
        return
    residencies, duties = [], []
    numbers = count(900_000)
    since = dt.date(as_of.year - 1, 3, 1)
    for n, guest in enumerate(GUESTS):
        contact, _ = people.staff(next(numbers))
        one = Residency(
            organisation=bodies[guest.code], centre=district[0], kind=guest.kind, window=guest.window, contact=contact,
            phone=f"0936-12347{n:02d}（演示号码）", since=since,
        )  # fmt: skip
        residencies.append((one, TURNS.get(guest.code, () if guest.kind == R.ON_CALL else range(5))))
        duties.append(
            DutyList(residency=one, number=1, items=list(guest.duties), basis="入驻部门管理制度", effective_on=since)
        )
    local = sorted((centre for centre in centres if centre.division_id in TOWNSHIPS), key=lambda c: c.code)
    for centre in local:
        for window, code, days in AT_TOWNSHIPS:
            contact, _ = people.staff(next(numbers))
            one = Residency(
                organisation=bodies[code], centre=centre, kind=R.ROTATING if len(days) < 5 else R.RESIDENT,
                window=window, contact=contact, since=since,
            )  # fmt: skip
            residencies.append((one, days))
            duties.append(
                DutyList(residency=one, number=1, items=["接待来访，登记和移送", "政策咨询"], effective_on=since)
            )
    Residency.objects.bulk_create([one for one, _ in residencies])
    DutyList.objects.bulk_create(duties)
    _write_duty(people, residencies, numbers, as_of)
    _write_swaps(as_of)


def _write_duty(
    people: People, residencies: list[tuple[Residency, object]], numbers: count[int], as_of: dt.date
) -> None:
    """Last, this and next week.  Two or three of a department take turns; those with an account are known by it."""
    accounts: dict[int, list[User]] = {}
    here = {one.organisation_id for one, _ in residencies}
    for holding in (
        RoleHolding.objects.filter(organisation_id__in=here).select_related("user").order_by("user__username")
    ):
        own = accounts.setdefault(holding.organisation_id or 0, [])
        if holding.user not in own:
            own.append(holding.user)
    this = Week.of(as_of)
    shifts, taken = [], set()
    for one, weekdays in residencies:
        team: list[tuple[str, User | None]] = [(user.name, user) for user in accounts.get(one.organisation_id, [])[:3]]
        while len(team) < 2:
            team.append((people.staff(next(numbers))[0], None))
        for turn, day in enumerate(day for weeks in (-1, 0, 1) for day in this.shifted(weeks).days):
            if day.weekday() not in weekdays or not workdays.is_workday(day):  # type: ignore[operator]
                continue
            if day >= this.shifted(1).monday and (one.window, day.weekday()) in GAPS:
                continue
            first, second = team[turn % len(team)], team[(turn + 1) % len(team)]
            halves = [(Half.DAY, first)] if turn % 4 else [(Half.MORNING, first), (Half.AFTERNOON, second)]
            for half, (name, user) in halves:
                key = (user.pk if user else (one.organisation_id, name), day)
                if key not in taken:
                    shifts.append(DutyShift(residency=one, day=day, half=half, name=name, user=user))
            taken |= {((user.pk if user else (one.organisation_id, name)), day) for _, (name, user) in halves}
    DutyShift.objects.bulk_create(shifts)


def _write_swaps(as_of: dt.date) -> None:
    """One of each outcome, and two that wait."""
    rng = random.Random(f"{as_of}/swaps")
    asked = {
        holding.organisation_id: holding.user
        for holding in RoleHolding.objects.select_related("user").order_by("pk")
        if holding.organisation_id
    }
    arranger = User.objects.get(username="fenliu")
    rows = DutyShift.objects.filter(day__gt=as_of).select_related("residency").order_by("day", "residency", "half")
    shifts = [shift for shift in rows if shift.residency.organisation_id in asked]
    at = timezone.now() - dt.timedelta(hours=20)
    outcomes = (
        (SwapState.ASKED, "下乡送达", ""), (SwapState.ASKED, "参加培训", ""), (SwapState.REFUSED, "家中有事", "当天另有开庭，请换别的日子"),
        (SwapState.WITHDRAWN, "会议改期", ""), (SwapState.ACCEPTED, "外出调查", ""),
    )  # fmt: skip
    swaps = []
    for n, (state, reason, answer) in enumerate(outcomes):
        pairs = [(a, b) for a in shifts for b in shifts if a.residency_id == b.residency_id and a.name != b.name]
        if not pairs:
            break
        shift, other = rng.choice(pairs)
        shifts = [one for one in shifts if one.residency_id != shift.residency_id]
        is_over = state != SwapState.ASKED
        swaps.append(
            SwapRequest(
                residency=shift.residency, shift=None if is_over else shift, other=None if is_over else other, day=shift.day,
                half=shift.half, from_name=shift.name, to_name=other.name, to_user_id=other.user_id, reason=reason,
                other_day=other.day, other_half=other.half, asked_by=asked[shift.residency.organisation_id],
                asked_at=at + dt.timedelta(hours=n), state=state, answer=answer,
                answered_by=_answerer(state, asked[shift.residency.organisation_id], arranger),
                answered_at=at + dt.timedelta(hours=n + 1) if is_over else None,
            )
        )  # fmt: skip
    SwapRequest.objects.bulk_create(swaps)


def _answerer(state: str, asker: User, arranger: User) -> User | None:
    """Who ended a request: nobody yet, whoever asked, or the centre."""
    if state == SwapState.ASKED:
        return None
    return asker if state == SwapState.WITHDRAWN else arranger
