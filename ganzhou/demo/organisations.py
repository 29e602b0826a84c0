"""The bodies of the district, their mediators and the accounts that work in the demo.

318 committees, as the district counts them: 23 of townships and subdistricts (the economic development zone is a
township-level unit without villages and has none), 274 of villages and communities, 21 of trades.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.choices import Role
from accounts.models import RoleHolding, User
from common.idnumbers import Sex
from common.pinyin import initials
from disputes.models import Category
from ganzhou.demo import committees as seats
from ganzhou.demo import posts
from ganzhou.demo.people import People, minority_name
from grids.choices import DivisionKind, Level, OrganisationKind
from grids.models import Division, Organisation
from mediators.choices import CommitteeKind, MediatorStatus
from mediators.models import Committee, Mediator

COUNTY = "620702000000"
SHANGQIN = "620702101000"
DANGZHAI = "620702107000"
XUZHAOZHAI = "620702101207"
PINGSHANHU = "620702211000"
DEVELOPMENT_ZONE = "620702402000"

#: The official list of 2023 has 277 villages and communities, the district counts 274 committees (244 of villages,
#: 30 of communities).  Nobody published which three share one, so this is our choice: 下安村 with 下安社区 around it,
#: and two young estates of 滨河新区, whose cases the committee of 新墩镇 takes.
WITHOUT_COMMITTEE = ("620702005200", "620702106004", "620702106005")

K = OrganisationKind
BODIES = (
    ("GZ-ZZZX", "甘州区社会治安综合治理中心", "甘州区综治中心", K.CENTRE),
    ("GZ-FY", "张掖市甘州区人民法院", "甘州区人民法院", K.COURT),
    ("GZ-JCY", "张掖市甘州区人民检察院", "甘州区人民检察院", K.PROCURATORATE),
    ("GZ-GA", "张掖市公安局甘州分局", "公安局甘州分局", K.POLICE),
    ("GZ-XF", "甘州区信访局", "", K.PETITION),
    ("GZ-SF", "甘州区司法局", "", K.JUSTICE),
    ("GZ-RS", "甘州区人力资源和社会保障局", "甘州区人社局", K.DEPARTMENT),
    ("GZ-ZC", "甘州区劳动人事争议仲裁委员会", "甘州区劳动仲裁委", K.DEPARTMENT),
    ("GZ-ZJ", "甘州区住房和城乡建设局", "甘州区住建局", K.DEPARTMENT),
    ("GZ-ZR", "甘州区自然资源局", "", K.DEPARTMENT),
    ("GZ-NY", "甘州区农业农村局", "", K.DEPARTMENT),
    ("GZ-SW", "甘州区水务局", "", K.DEPARTMENT),
    ("GZ-MZ", "甘州区民政局", "", K.DEPARTMENT),
    ("GZ-WJ", "甘州区卫生健康局", "甘州区卫健局", K.DEPARTMENT),
    ("GZ-SJ", "甘州区市场监督管理局", "甘州区市场监管局", K.DEPARTMENT),
    ("GZ-JY", "甘州区教育局", "", K.DEPARTMENT),
    ("GZ-JT", "甘州区交通运输局", "", K.DEPARTMENT),
    ("GZ-LC", "甘州区林业和草原局", "甘州区林草局", K.DEPARTMENT),
    ("GZ-TY", "甘州区退役军人事务局", "", K.DEPARTMENT),
)

#: Police stations and the townships they answer for here.
STATIONS = {
    "东街": ("620702001000",), "西街": ("620702003000",), "南街": ("620702002000",), "北街": ("620702004000",),
    "火车站": ("620702005000", DEVELOPMENT_ZONE), "上秦": (SHANGQIN, "620702109000", PINGSHANHU),
    "党寨": (DANGZHAI, "620702203000", "620702204000"), "大满": ("620702102000", "620702110000"),
    "沙井": ("620702103000", "620702111000"), "乌江": ("620702104000", "620702207000"),
    "甘浚": ("620702105000", "620702202000"), "新墩": ("620702106000", "620702112000"),
    "碱滩": ("620702108000",), "梁家墩": ("620702100000",),
}  # fmt: skip

#: Trade committees.  The first, without a field, is the district's own, for cases that fit nowhere else.
TRADES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("矛盾纠纷联合", ()),
    ("医疗纠纷", ("15",)),
    ("道路交通事故纠纷", ("16",)),
    ("物业纠纷", ("17",)),
    ("劳动争议", ("10", "11")),
    ("消费纠纷", ("13", "14")),
    ("旅游纠纷", ("12",)),
    ("征地拆迁纠纷", ("08",)),
    ("环境污染纠纷", ("09",)),
    ("种业纠纷", ("0404", "0405")),
    ("金融纠纷", ()),
    ("工会劳动关系", ()),
    ("妇联婚姻家庭纠纷", ()),
    ("商会商事纠纷", ()),
    ("知识产权纠纷", ()),
    ("涉校纠纷", ()),
    ("退役军人事务", ()),
    ("建筑工程纠纷", ()),
    ("水事纠纷", ()),
    ("农村土地承包纠纷", ()),
    ("互联网纠纷", ()),
)

#: How the cases of the townships outside the city compare (villages, and how near the city they are).
URBAN_WEIGHTS = {"620702001000": 24, "620702002000": 25, "620702003000": 20, "620702004000": 19, "620702005000": 12}
NEAR_THE_CITY = {
    "620702100000": 1.6,
    SHANGQIN: 1.9,
    "620702106000": 1.9,
    DANGZHAI: 1.5,
    "620702112000": 1.5,
    PINGSHANHU: 1.2,
}


@dataclass(frozen=True)
class Seat:
    """One demo account: who, as what, where."""

    username: str
    name: str
    role: str
    at: str  # code of a division, or of an organisation
    title: str = ""


DEMO_SEATS = (
    Seat("shouli", "陈晓梅", Role.CLERK, COUNTY, "综合窗口 1 号"),
    Seat("shouli-sq", "何丽华", Role.CLERK, SHANGQIN, "上秦镇受理窗口"),
    Seat("fenliu", "高志远", Role.DISPATCHER, COUNTY, "中心分流员"),
    Seat("tiaojie", "马秀英", Role.MEDIATOR, f"GZ-TW-{SHANGQIN}"),
    Seat("zhuren", "赵国栋", Role.COMMITTEE_HEAD, f"GZ-TW-{SHANGQIN}"),
    Seat("wangge", "宋小军", Role.GRID_OFFICER, XUZHAOZHAI),
    Seat("zhongxin-sq", "林永福", Role.TOWNSHIP_CENTRE, SHANGQIN),
    Seat("zhongxin-dz", "周桂香", Role.TOWNSHIP_CENTRE, DANGZHAI),
    Seat("cun", "罗桂芳", Role.VILLAGE, XUZHAOZHAI),
    Seat("bumen", "冯涛", Role.DEPARTMENT_LIAISON, "GZ-RS"),
    Seat("fayuan", "邓敏", Role.COURT_LIAISON, "GZ-FY"),
    Seat("duban", "许静", Role.SUPERVISOR, COUNTY, "中心督办组"),
    Seat("lingdao", "韩立新", Role.LEADER, COUNTY),
    Seat("sifaju", "曹雪", Role.JUSTICE_BUREAU, COUNTY),
    Seat("xitong", "蒋斌", Role.SYSTEM_ADMIN, COUNTY),
    Seat("anquan", "沈洁", Role.SECURITY_ADMIN, COUNTY),
    Seat("shenji", "姚刚", Role.AUDIT_ADMIN, COUNTY),
)
DEMO_MEDIATOR, DEMO_HEAD = "tiaojie", "zhuren"
JUSTICE = "sifaju"


# ---- writing them


def build(people: People, as_of: dt.date) -> None:
    """Write organisations, committees, mediators and accounts.  Call in a transaction, on a database without them."""
    places = {place.pk: place for place in Division.objects.active()}
    _write_bodies(places)
    committees = _write_committees(places, as_of)
    _write_people(people, places, committees, as_of)
    bodies = {body.code: body for body in Organisation.objects.filter(code__startswith="GZ-PCS-")}
    stations = {
        place: bodies[f"GZ-PCS-{number:02d}"] for number, covers in enumerate(STATIONS.values(), 1) for place in covers
    }
    posts.build(people, places, stations, as_of)


def _write_bodies(places: dict[str, Division]) -> None:
    rows = [
        _body(number, code, name, short, kind, places[COUNTY])
        for number, (code, name, short, kind) in enumerate(BODIES, 1)
    ]
    rows[0].address = "甘州区县府街综治中心"
    for number, (station, covers) in enumerate(STATIONS.items(), start=40):
        name = f"张掖市公安局甘州分局{station}派出所"
        rows.append(_body(number, f"GZ-PCS-{number - 39:02d}", name, f"{station}派出所", K.POLICE, places[covers[0]]))
    rows += [_centre(number, place) for number, place in enumerate(_with_centre(places), start=60)]
    Organisation.objects.bulk_create(rows)


def _with_centre(places: dict[str, Division]) -> list[Division]:
    """The 23 townships and subdistricts that have a 综治中心 of their own."""
    towns = (p for p in places.values() if p.level == Level.TOWNSHIP and p.pk.startswith(COUNTY[:6]))
    return sorted((p for p in towns if p.pk != DEVELOPMENT_ZONE), key=lambda p: p.pk)


def _centre(number: int, place: Division) -> Organisation:
    full = f"{place.name}社会治安综合治理中心"
    body = _body(number, f"GZ-ZX-{place.pk[6:9]}", full, f"{place.name}综治中心", K.CENTRE, place)
    body.address = f"{place.name}人民政府院内" if place.kind != DivisionKind.SUBDISTRICT else f"{place.name}办事处一楼"
    return body


def _body(number: int, code: str, name: str, short: str, kind: str, place: Division) -> Organisation:
    # Nobody is called on 0936-1234…: local numbers do not begin with 1.
    return Organisation(
        code=code, name=name, short_name=short, kind=kind, division=place, phone=f"0936-1234{number:03d}（演示号码）",
        initials=initials(short or name)[:100],
    )  # fmt: skip


def _write_committees(places: dict[str, Division], as_of: dt.date) -> list[Committee]:
    rows: list[tuple[Organisation, str, tuple[str, ...]]] = []
    for number, (name, fields) in enumerate(TRADES, start=1):
        full = f"甘州区{name}人民调解委员会"
        rows.append(
            (
                _body(100 + number, f"GZ-TW-H{number:02d}", full, f"甘州区{name}调委会", K.COMMITTEE, places[COUNTY]),
                CommitteeKind.TRADE,
                fields,
            )
        )
    kinds = {
        DivisionKind.SUBDISTRICT: CommitteeKind.SUBDISTRICT, DivisionKind.TOWN: CommitteeKind.TOWNSHIP,
        DivisionKind.TOWNSHIP: CommitteeKind.TOWNSHIP, DivisionKind.COMMUNITY: CommitteeKind.COMMUNITY,
        DivisionKind.VILLAGE: CommitteeKind.VILLAGE,
    }  # fmt: skip
    for number, place in enumerate(sorted(places.values(), key=lambda p: p.pk), start=150):
        kind = kinds.get(DivisionKind(place.kind))
        if kind and place.pk.startswith(COUNTY[:6]) and place.pk not in WITHOUT_COMMITTEE:
            body = _body(
                number, f"GZ-TW-{place.pk}", f"{place.name}人民调解委员会", f"{place.name}调委会", K.COMMITTEE, place
            )
            rows.append((body, kind, ()))
    Organisation.objects.bulk_create([body for body, _, _ in rows])
    committees = [
        Committee(
            organisation=body,
            kind=kind,
            fields=list(fields),
            established_on=dt.date(as_of.year - 8 + n % 6, 1 + n % 12, 15),
        )
        for n, (body, kind, fields) in enumerate(rows)
    ]
    for committee in committees:
        seats.complete_committee(committee)
    return Committee.objects.bulk_create(committees)


#: How many mediators a committee of each kind has: (fewest, most).
SIZES = {
    CommitteeKind.VILLAGE: (4, 7), CommitteeKind.COMMUNITY: (5, 8), CommitteeKind.TOWNSHIP: (7, 10),
    CommitteeKind.SUBDISTRICT: (9, 13), CommitteeKind.TRADE: (7, 10),
}  # fmt: skip
#: Busy trades have more.
BUSY = {"15": 10, "16": 14, "17": 18, "10": 18, "": 12}
SPECIALITIES = {
    CommitteeKind.VILLAGE: ("01", "02", "03", "05", "07"), CommitteeKind.COMMUNITY: ("01", "02", "03", "17"),
    CommitteeKind.TOWNSHIP: ("01", "02", "04", "06", "07", "03"), CommitteeKind.SUBDISTRICT: ("01", "02", "04", "06", "17"),
}  # fmt: skip


class _Accounts:
    """Accounts and role holdings on their way into the database."""

    def __init__(self, people: People, as_of: dt.date) -> None:
        self.people = people
        self.since = dt.date(as_of.year - 6, 1, 1)
        self.users: list[User] = []
        self.holdings: list[RoleHolding] = []
        self.women: set[str] = set()
        self.now = timezone.now()
        self.unusable = make_password(None)

    def open(self, username: str, name: str = "", title: str = "") -> User:
        if not name:
            name, sex = self.people.staff(len(self.users))
            if sex == Sex.FEMALE:
                self.women.add(username)
        user = User(
            username=username, name=name, title=title, password=self.unusable, must_change_password=False,
            password_changed_at=self.now,
        )  # fmt: skip
        self.users.append(user)
        return user

    def hold(self, user: User, role: str, place: Division | None = None, body: Organisation | None = None) -> None:
        self.holdings.append(RoleHolding(user=user, role=role, division=place, organisation=body, starts_on=self.since))


def _write_people(people: People, places: dict[str, Division], committees: list[Committee], as_of: dt.date) -> None:
    accounts = _Accounts(people, as_of)
    bodies = {body.code: body for body in Organisation.objects.all()}
    for number, seat in enumerate(DEMO_SEATS, start=1):
        user = accounts.open(seat.username, seat.name, seat.title)
        # Where urgent messages and the digest go in the demo: into files on this machine (notices.channels).
        user.email, user.phone = f"{seat.username}@example.invalid", f"1390000{number:04d}"
        if seat.role != Role.MEDIATOR:
            accounts.hold(user, seat.role, places.get(seat.at), bodies.get(seat.at))
    _county_staff(accounts, places[COUNTY])
    taken = {(seat.role, seat.at) for seat in DEMO_SEATS}
    for place in sorted(places.values(), key=lambda p: p.pk):
        if place.level == Level.TOWNSHIP:
            for n in range(2 if place.kind == DivisionKind.SUBDISTRICT else 1):
                user = accounts.open(f"sl{place.pk[6:9]}{n + 1}", title=f"{place.name}受理窗口")
                accounts.hold(user, Role.CLERK, place)
            if (Role.TOWNSHIP_CENTRE, place.pk) not in taken:
                accounts.hold(accounts.open(f"zx{place.pk[6:9]}"), Role.TOWNSHIP_CENTRE, place)
        elif place.level == Level.VILLAGE:
            if (Role.VILLAGE, place.pk) not in taken:
                accounts.hold(accounts.open(f"cs{place.pk[6:]}"), Role.VILLAGE, place)
            if (Role.GRID_OFFICER, place.pk) not in taken:
                accounts.hold(accounts.open(f"wg{place.pk[6:]}"), Role.GRID_OFFICER, place)
    mediators = _mediators(accounts, committees, as_of)
    User.objects.bulk_create(accounts.users, batch_size=1000)
    RoleHolding.objects.bulk_create(accounts.holdings, batch_size=1000)
    Mediator.objects.bulk_create(mediators, batch_size=1000)
    women = frozenset(user.pk for user in accounts.users if user.username in accounts.women)
    seats.write(people.seed, mediators, women, as_of)
    bureau = next(user for user in accounts.users if user.username == JUSTICE)
    seats.write_court_list(bureau, bodies["GZ-FY"], as_of)


def _county_staff(accounts: _Accounts, county: Division) -> None:
    for n in range(2, 10):
        accounts.hold(accounts.open(f"sl{n:02d}", title=f"综合窗口 {n} 号"), Role.CLERK, county)
    for n in range(2, 5):
        accounts.hold(accounts.open(f"fl{n:02d}", title="中心分流员"), Role.DISPATCHER, county)


def _mediators(accounts: _Accounts, committees: Iterable[Committee], as_of: dt.date) -> list[Mediator]:
    found = []
    demo = {user.username: user for user in accounts.users if user.username in (DEMO_MEDIATOR, DEMO_HEAD)}
    accounts.women |= {DEMO_MEDIATOR}  # 马秀英
    number = 0
    for committee in committees:
        kind = CommitteeKind(committee.kind)
        rng = random.Random(f"{accounts.people.seed}/committee/{committee.organisation.code}")
        fewest, most = SIZES[kind]
        field = committee.fields[0] if committee.fields else ""
        size = BUSY.get(field, rng.randint(fewest, most)) if kind == CommitteeKind.TRADE else rng.randint(fewest, most)
        own = committee.organisation.code == f"GZ-TW-{SHANGQIN}"
        # 平山湖蒙古族乡; its first village is to lack a member of the smaller nationality.
        mixed = committee.organisation.code.startswith(
            f"GZ-TW-{PINGSHANHU[:9]}"
        ) and not committee.organisation.code.endswith("200")
        for n in range(size):
            number += 1
            is_demo = own and n < 2
            name = _mongol(accounts.people, rng) if mixed and n % 2 else ""
            user = demo[(DEMO_HEAD, DEMO_MEDIATOR)[n]] if is_demo else accounts.open(f"tj{number:04d}", name)
            accounts.hold(user, Role.MEDIATOR, body=committee.organisation)
            if n == 0 and not own:
                accounts.hold(user, Role.COMMITTEE_HEAD, body=committee.organisation)
            status, why = MediatorStatus.SERVING, ""
            if n > 1 and rng.random() < 0.03:
                status, why = rng.choice(
                    (
                        (MediatorStatus.PAUSED, "因病请假"),
                        (MediatorStatus.PAUSED, "外出培训"),
                        (MediatorStatus.DISMISSED, "任期届满未续聘"),
                    )
                )
            choices = SPECIALITIES.get(kind) or tuple(committee.fields) or ("04", "06", "18")
            row = Mediator(
                committee=committee, user=user, name=user.name, phone=f"1810000{number % 10000:04d}", status=status,
                status_reason=why,
                specialities=sorted({code[:2] for code in rng.sample(choices, min(len(choices), rng.randint(1, 3)))}),
            )  # fmt: skip
            row.fill_derived()
            full_time = kind != CommitteeKind.VILLAGE and n < 3
            more = random.Random(f"{accounts.people.seed}/mediator/{number}")
            seats.complete_mediator(row, more, as_of, is_full_time=full_time)
            found.append(row)
    return found


def _mongol(people: People, rng: random.Random) -> str:
    return minority_name(rng, "mongol", Sex.MALE)


# ---- knowing them


@dataclass
class World:
    """Everyone and everything a life can meet, loaded once, with holdings attached so that no rule asks the database."""

    places: dict[str, Division] = field(default_factory=dict)
    villages: dict[str, list[Division]] = field(default_factory=dict)
    urban: list[Division] = field(default_factory=list)
    rural: list[Division] = field(default_factory=list)
    rural_weights: list[float] = field(default_factory=list)
    town_communities: list[Division] = field(default_factory=list)
    city_villages: list[Division] = field(default_factory=list)
    bodies: dict[str, Organisation] = field(default_factory=dict)
    centres: list[Organisation] = field(default_factory=list)
    committee_at: dict[str, Committee] = field(default_factory=dict)
    trades: list[Committee] = field(default_factory=list)
    mediators: dict[int, list[Mediator]] = field(default_factory=dict)
    head: dict[int, User] = field(default_factory=dict)
    staff: dict[tuple[str, str], list[User]] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    station: dict[str, Organisation] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls) -> World:
        world = cls()
        world._load_places()
        world._load_bodies()
        world._load_people()
        world.categories = {row.pk: row for row in Category.objects.select_related("parent")}
        return world

    def _load_places(self) -> None:
        self.places = {place.pk: place for place in Division.objects.defer("former_names").order_by("pk")}
        for place in self.places.values():
            place.parent = self.places.get(place.parent_id) if place.parent_id else None
            if not place.is_active or not place.pk.startswith(COUNTY[:6]):
                continue
            if place.level == Level.VILLAGE:
                self.villages.setdefault(place.parent_id, []).append(place)
            elif place.level == Level.TOWNSHIP:
                (self.urban if place.kind == DivisionKind.SUBDISTRICT else self.rural).append(place)
        self.rural_weights = [
            max(len(self.villages.get(place.pk, ())), 1.2) * NEAR_THE_CITY.get(place.pk, 1.0) for place in self.rural
        ]
        self.town_communities = self._below(self.rural, DivisionKind.COMMUNITY)
        self.city_villages = self._below(self.urban, DivisionKind.VILLAGE)

    def _below(self, towns: list[Division], kind: str) -> list[Division]:
        return [place for town in towns for place in self.villages.get(town.pk, ()) if place.kind == kind]

    def centre_of(self, path: str) -> int | None:
        """The nearest centre at or above a place, by the place's path."""
        above = [body for body in self.centres if path.startswith(body.division.path)]
        return max(above, key=lambda body: len(body.division.path)).pk if above else None

    def _load_bodies(self) -> None:
        self.bodies = {body.code: body for body in Organisation.objects.all()}
        by_pk = {body.pk: body for body in self.bodies.values()}
        for body in by_pk.values():
            body.division = self.places[body.division_id]
        self.centres = [body for body in by_pk.values() if body.kind == OrganisationKind.CENTRE and body.is_active]
        for number, covers in enumerate(STATIONS.values(), start=1):
            for place in covers:
                self.station[place] = self.bodies[f"GZ-PCS-{number:02d}"]
        for committee in Committee.objects.order_by("organisation__code"):
            committee.organisation = by_pk[committee.pk]
            if committee.kind == CommitteeKind.TRADE:
                self.trades.append(committee)
            else:
                self.committee_at[committee.organisation.division_id] = committee

    def _load_people(self) -> None:
        by_pk = {user.pk: user for user in User.objects.defer("preferences", "password")}
        bodies = {body.pk: body for body in self.bodies.values()}
        for user in by_pk.values():
            user.__dict__["holdings"] = []
        for holding in RoleHolding.objects.active(timezone.localdate()).order_by("starts_on", "id"):
            user = by_pk[holding.user_id]
            holding.user = user
            if holding.division_id:
                holding.division = self.places[holding.division_id]
                self.staff.setdefault((holding.role, holding.division_id), []).append(user)
            else:
                holding.organisation = bodies[holding.organisation_id]
                if holding.role == Role.COMMITTEE_HEAD:
                    self.head[holding.organisation_id] = user
            user.holdings.append(holding)
        committees = {c.pk: c for c in [*self.trades, *self.committee_at.values()]}
        for mediator in Mediator.objects.order_by("pk"):
            mediator.committee = committees[mediator.committee_id]
            if mediator.user_id:
                mediator.user = by_pk[mediator.user_id]
                if mediator.is_serving:
                    self.mediators.setdefault(mediator.committee_id, []).append(mediator)
        self.users = {user.username: user for user in by_pk.values()}

    def number_of(self, place: Division) -> int:
        """A small number that is this place's own."""
        if not self.numbers:
            self.numbers = {
                code: number for number, code in enumerate(code for code in self.places if code.startswith(COUNTY[:6]))
            }
        return self.numbers[place.pk]

    def one(self, rng: random.Random, role: str, place: str) -> User | None:
        """Somebody who holds ``role`` at that very place."""
        found = self.staff.get((role, place))
        return rng.choice(found) if found else None

    def mediator_named(self, username: str) -> Any:
        user = self.users[username]
        return next(m for own in self.mediators.values() for m in own if m.user_id == user.pk)
