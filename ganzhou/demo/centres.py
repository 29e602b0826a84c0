"""Rooms, venues, what is booked in the days around the demo's moment, and what was found about the checklists.

Bookings are of open cases, at the times that their last records name where they name one; nobody sits in two rooms.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEvent, User
from centre import hours, people, standing, times
from centre.choices import Finding, Purpose, RoomKind, VenueKind
from centre.models import Booking, BookingPerson, Centre, Checklist, CheckMark, Room, Venue
from common import workdays
from disputes.choices import Status
from disputes.models import Dispute, DisputeEvent, MediationSession
from ganzhou.demo import moments
from ganzhou.demo.organisations import COUNTY, DANGZHAI
from grids.choices import DivisionKind, Level, OrganisationKind
from grids.models import Division, Organisation
from mediators.models import Mediator

#: 示范综治中心: 大满, 乌江, 甘浚, 党寨.
MODEL = {"620702102000", "620702104000", "620702105000", DANGZHAI}
#: name, kind, floor, seats, what stands in it
DISTRICT_ROOMS = (
    ("第一调解室", RoomKind.MEDIATION, "一楼 103", 6, ("录音录像", "打印机")),
    ("第二调解室", RoomKind.MEDIATION, "一楼 105", 6, ("打印机",)),
    ("第三调解室", RoomKind.MEDIATION, "二楼 201", 10, ("录音录像", "投影", "打印机")),
    ("第四调解室", RoomKind.MEDIATION, "二楼 203", 8, ("远程视频", "打印机")),
    ("劳动争议调解室", RoomKind.FIELD, "二楼 205", 12, ("录音录像",)),
    ("物业纠纷调解室", RoomKind.FIELD, "二楼 207", 12, ("投影",)),
    ("金牌调解员室", RoomKind.MASTER, "二楼 209", 6, ("茶台",)),
    ("法律咨询专家工作站", RoomKind.LEGAL, "一楼 107", 4, ("远程视频",)),
    ("心理咨询室", RoomKind.COUNSEL, "三楼 301", 4, ("沙盘",)),
    ("会商室", RoomKind.MEETING, "三楼 303", 24, ("投影", "远程视频")),
)
TOWN_ROOMS = (
    ("第一调解室", RoomKind.MEDIATION, "一楼", 8, ("打印机",)),
    ("第二调解室", RoomKind.MEDIATION, "一楼", 6, ()),
)
#: Invented names of the district's kind.  name, kind, place, brand, since
VENUES = (
    (
        "老支书调解室",
        VenueKind.ELDERS,
        "620702105000",
        "五位退下来的老支书轮流坐班，先上门、再同坐、后握手",
        "2021-05-18",
    ),
    ("石榴籽调解室", VenueKind.BRAND, "620702211000", "各族群众的事一起商量，汉语、裕固语都能说", "2022-07-01"),
    ("枣林院坝调解点", VenueKind.COURTYARD, "620702107000", "院坝里摆长凳，邻里当面把话说开", "2021-09-10"),
    ("金种子调解室", VenueKind.TRADE, "620702104000", "制种合同、种子质量，农技员到田头看了再调", "2020-11-02"),
    ("北街和为贵工作室", VenueKind.BRAND, "620702004000", "婚姻家庭事，白天晚上都接", "2022-03-08"),
    ("银发和事佬调解室", VenueKind.ELDERS, "620702003000", "退休教师、退休法官坐班，慢慢听、细细算", "2021-10-14"),
    ("渠水连心调解点", VenueKind.COURTYARD, "620702102000", "浇水季节搬到渠边，先通水再论理", "2022-04-20"),
    ("物业圆桌调解室", VenueKind.TRADE, "620702002000", "业主、物业、社区、住建四方同坐一张圆桌", "2023-01-09"),
    ("东街法润民心服务点", VenueKind.LEGAL, "620702001000", "律师每周二、四坐班，先咨询再调解", "2022-12-04"),
)
#: How many bookings of cases to look for, and how far from the moment of the demo.
CASES, DAYS_AHEAD = 90, 10
STARTS = (8 * 60 + 30, 9 * 60, 10 * 60, 14 * 60 + 30, 15 * 60, 16 * 60)
OTHER_USES = (
    (Purpose.CONSULTATION, "欠薪案件会商", 60), (Purpose.EXPERT, "首席法律咨询专家坐诊", 180),
    (Purpose.MEETING, "每周调度会", 60), (Purpose.TRAINING, "新聘调解员培训", 120),
    (Purpose.CONSULTATION, "物业纠纷会商", 90), (Purpose.EXPERT, "心理咨询师接待", 120),
)  # fmt: skip
SHOWN_BY = ("现场看过，照片在中心档案第 2 盒", "名单上墙，与系统一致", "制度汇编 2025 年版", "现场演示", "查阅台账")
LACKING = ("无障碍通道正在改造，预计年底完工", "轮驻部门名单未更新", "接待和调解没有分开", "制度还是旧版")


def build(seed: int) -> None:
    """Centres, rooms, venues and marks.  Call in a transaction, after the organisations are there."""
    bodies = Organisation.objects.filter(kind=OrganisationKind.CENTRE).select_related("division")
    centres = Centre.objects.bulk_create(_centre(body, random.Random(f"{seed}/centre/{body.code}")) for body in bodies)
    Room.objects.bulk_create(room for centre in centres for room in _rooms(centre))
    _write_venues(seed)
    _write_marks(seed, centres)


def _centre(body: Organisation, rng: random.Random) -> Centre:
    is_county = body.division_id == COUNTY
    return Centre(
        organisation=body, level=Level.COUNTY if is_county else Level.TOWNSHIP, is_model=body.division_id in MODEL,
        area=2100 if is_county else rng.randrange(110, 300, 10),
    )  # fmt: skip


def _rooms(centre: Centre) -> Iterator[Room]:
    kinds: Iterable[Any] = DISTRICT_ROOMS
    if centre.level == Level.TOWNSHIP:
        is_large = centre.is_model or centre.organisation.division.kind == DivisionKind.SUBDISTRICT
        kinds = TOWN_ROOMS if is_large else TOWN_ROOMS[:1]
    for number, (name, kind, floor, seats, equipment) in enumerate(kinds, start=1):
        yield Room(
            centre=centre, number=number, name=name, kind=kind, floor=floor, seats=seats, equipment=list(equipment)
        )


def _write_venues(seed: int) -> None:
    places = {place.pk: place for place in Division.objects.filter(pk__in=[place for _, _, place, _, _ in VENUES])}
    rng = random.Random(f"{seed}/venues")
    venues = Venue.objects.bulk_create(
        Venue(
            name=name, kind=kind, division=places[place], brand=brand, opened_on=dt.date.fromisoformat(since),
            address=f"{places[place].name}便民服务大厅旁", phone=f"0936-1235{number:03d}（演示号码）",
        )
        for number, (name, kind, place, brand, since) in enumerate(VENUES, start=1)
    )  # fmt: skip
    links = []
    for venue in venues:
        near = Mediator.objects.serving().filter(committee__organisation__division=venue.division_id).order_by("pk")
        pool = list(near.values_list("pk", flat=True))
        chosen = rng.sample(pool, min(len(pool), 3))
        links += [Venue.keepers.through(venue=venue, mediator_id=mediator) for mediator in chosen]
    Venue.keepers.through.objects.bulk_create(links)


def _write_marks(seed: int, centres: Iterable[Centre]) -> None:
    """Most items of 五有 and 五个规范化 were looked at; nobody marks what is yet to be confirmed."""
    items = [
        item
        for checklist in Checklist.objects.in_force().filter(key__in=("wuyou", "guifan")).prefetch_related("items")
        for item in checklist.items.all()
    ]
    keepers = {
        holding.division_id: holding.user
        for user in User.objects.filter(role_holdings__role=Role.TOWNSHIP_CENTRE).prefetch_related("role_holdings")
        for holding in user.role_holdings.all()
    }
    supervisor = User.objects.filter(username="duban").first()
    marks = []
    for centre in centres:
        rng = random.Random(f"{seed}/marks/{centre.organisation.code}")
        by = keepers.get(centre.organisation.division_id) or supervisor
        for item in items:
            if rng.random() < 0.2 or by is None:
                continue
            is_met = rng.random() < (0.97 if centre.is_model else 0.85)
            day = dt.date(2026, rng.randint(3, 6), rng.randint(1, 28))
            marks.append(CheckMark(
                centre=centre, subject=item.subject, item=item, finding=Finding.MET if is_met else Finding.NOT_MET,
                evidence=rng.choice(SHOWN_BY if is_met else LACKING), found_on=day, made_by=by,
                made_at=hours.at(day, 16 * 60),
            ))  # fmt: skip
    CheckMark.objects.bulk_create(marks)


# ---- bookings


class _Book:
    """Who sits where when, so that nobody is asked twice."""

    def __init__(self) -> None:
        self.taken: dict[str, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)

    def take(self, names: Iterable[str], begin: dt.datetime, end: dt.datetime) -> bool:
        names = list(names)
        if any(start < end and begin < stop for name in names for start, stop in self.taken[name]):
            return False
        for name in names:
            self.taken[name].append((begin, end))
        return True


def book(seed: int, as_of: int) -> None:
    """Bookings around the moment of the demo.  Does nothing when there are any."""
    if Booking.objects.exists() or not Room.objects.exists():
        return
    with transaction.atomic():
        rng, now = random.Random(f"{seed}/bookings"), moments.aware(as_of)
        rooms: dict[int, list[Room]] = defaultdict(list)
        for room in Room.objects.with_centre().order_by("number"):
            rooms[room.centre_id].append(room)
        taken = _Book()
        _book_cases(rng, now, rooms, taken)
        _book_others(rng, now, rooms, taken)


def _days(now: dt.datetime, back: int, ahead: int) -> list[dt.date]:
    """The working days from so many days before to so many working days after."""
    day = timezone.localdate(now) - dt.timedelta(days=back)
    found, limit = [], timezone.localdate(now)
    while sum(one >= limit for one in found) < ahead:
        if workdays.is_workday(day):
            found.append(day)
        day += dt.timedelta(days=1)
    return found


def _book_cases(rng: random.Random, now: dt.datetime, rooms: dict[int, list[Room]], taken: _Book) -> None:
    centres = [rows[0].centre for rows in rooms.values()]
    said = dict(
        MediationSession.objects.filter(next_at__gt=now, dispute__status=Status.MEDIATING)
        .order_by("dispute", "number").values_list("dispute", "next_at")
    )  # fmt: skip
    mine = Q(mediator__user__username="tiaojie") | Q(pk__in=said)
    open_cases = Dispute.objects.filter(status=Status.MEDIATING, mediator__isnull=False)
    every = open_cases.select_related("mediator__user", "mediator__committee__organisation").prefetch_related("parties")
    cases = [*every.filter(mine).order_by("pk")[:CASES], *every.exclude(mine).order_by("-pk")[:CASES]]
    district = next(own for own in rooms.values() if own[0].centre.level == Level.COUNTY)
    days = [day for day in _days(now, 0, DAYS_AHEAD) if day > timezone.localdate(now)]
    bookings, persons, events, trail = [], [], [], []
    lasts = dict(DisputeEvent.objects.filter(dispute__in=cases).values_list("dispute").annotate(n=Max("number")))
    rows = DisputeEvent.objects.filter(dispute__in=cases)
    ends = {event.dispute_id: event for event in rows if event.number == lasts[event.dispute_id]}
    for case in cases[:CASES]:
        centre = standing.nearest(centres, case.place_path)
        if centre is None or case.mediator.user is None:
            continue
        at_home = rooms[centre.pk]
        if centre.level == Level.COUNTY or rng.random() < 0.25:
            at_home = [room for room in district if room.kind != RoomKind.MEETING]
        begin = said.get(case.pk) or hours.at(rng.choice(days), rng.choice(STARTS))
        length = dt.timedelta(minutes=rng.choice((60, 60, 90, 120)))
        keys = {key: (span, None) for key, span in people.of_mediator(case.mediator)}
        for party in case.parties.all():
            for key, span in people.of_party(party):
                keys.setdefault(key, (span, party))
        for room in rng.sample(at_home, len(at_home)):
            if not taken.take([f"room:{room.pk}", *keys], begin, begin + length):
                continue
            last = ends[case.pk]
            made_at = min(last.at + dt.timedelta(minutes=rng.randint(2, 50)), now)
            booking = Booking(
                room=room, period=times.span(begin, begin + length), dispute=case, mediator=case.mediator,
                made_by=case.mediator.user, made_at=made_at,
            )  # fmt: skip
            bookings.append(booking)
            persons += [
                BookingPerson(booking=booking, key=key, span=span, party=party, period=booking.period,
                              mediator=None if party else case.mediator)
                for key, (span, party) in keys.items()
            ]  # fmt: skip
            by = case.mediator.user
            events.append(DisputeEvent(
                dispute=case, number=last.number + 1, name="book", from_status=case.status, to_status=case.status,
                at=made_at, actor=by, actor_name=by.name, actor_post=f"{case.mediator.committee} 调解员",
                text=f"{times.words(begin, begin + length, timezone.localdate(made_at))}，{room.full_name}。",
            ))  # fmt: skip
            trail.append(AuditEvent(
                at=made_at, actor=by, actor_name=by.name, action="dispute.book", object_type="dispute", object_id=case.code,
            ))  # fmt: skip
            case.changed_at = made_at
            break
    Booking.objects.bulk_create(bookings)
    BookingPerson.objects.bulk_create(persons)
    for event, booking in zip(events, bookings, strict=True):
        event.detail = {"booking": booking.pk}
    DisputeEvent.objects.bulk_create(events)
    AuditEvent.objects.bulk_create(trail)
    Dispute.objects.bulk_update([booking.dispute for booking in bookings if booking.dispute], ["changed_at"])


def _book_others(rng: random.Random, now: dt.datetime, rooms: dict[int, list[Room]], taken: _Book) -> None:
    """Meetings, experts and training, of this week too."""
    days = _days(now, 4, DAYS_AHEAD)
    clerks = {
        holding.division_id: user
        for user in User.objects.filter(role_holdings__role=Role.CLERK).prefetch_related("role_holdings")
        for holding in user.role_holdings.all()
    }
    found = []
    for rows in rooms.values():
        centre = rows[0].centre
        many = 16 if centre.level == Level.COUNTY else 2
        by = clerks.get(centre.organisation.division_id)
        for _ in range(many):
            purpose, title, minutes = rng.choice(OTHER_USES)
            room, begin = (
                rng.choice(rows),
                hours.at(rng.choice(days), rng.choice((8 * 60 + 30, 9 * 60, 14 * 60 + 30, 15 * 60))),
            )
            end = begin + dt.timedelta(minutes=minutes)
            if by and taken.take([f"room:{room.pk}"], begin, end):
                made = min(begin - dt.timedelta(days=2), now - dt.timedelta(hours=1))
                found.append(
                    Booking(
                        room=room, period=times.span(begin, end), purpose=purpose, title=title, made_by=by, made_at=made
                    )
                )
    Booking.objects.bulk_create(found)
