"""Telling one case: its facts and course put into words, people and verbs."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import uuid
from collections.abc import Callable
from typing import Any

from accounts.choices import Role
from disputes import assignment
from disputes.assignment import routing
from disputes.choices import (
    ApplicationForm,
    ChosenBy,
    LinkKind,
    NoticeForm,
    ObligationState,
    Outcome,
    PartyKind,
    PartyRole,
    RecusalGround,
    Retention,
    Risk,
    Satisfaction,
    SessionMode,
    SignManner,
    Source,
    Willingness,
)
from ganzhou.demo import moments, people, record
from ganzhou.demo import narratives as say
from ganzhou.demo.lives import Facts, Owed, Turn, draw
from ganzhou.demo.matters.kinds import URBAN_SLOTS
from ganzhou.demo.narratives import Words
from ganzhou.demo.organisations import COUNTY, PINGSHANHU, World
from grids.choices import Level
from mediators.choices import CommitteeKind

#: Names of these keys are kept, whatever else changes: a case of the demo is known by its submission key.
SUBMISSIONS = uuid.UUID("6f0d5d7c-33d1-5a51-9c2e-1f6f2d8f4a11")

Data = dict[str, Any]


class Stage:
    """What all tales share: the world, the people, and the numbers given out beforehand."""

    def __init__(self, world: World, seed: int, as_of: int, people_: people.People) -> None:
        self.world, self.seed, self.as_of, self.people = world, seed, as_of, people_


class Tale:
    """One case on its way through its turns."""

    def __init__(
        self, stage: Stage, facts: Facts, course: list[Turn], first_people: tuple[int, ...], earlier: int | None
    ) -> None:
        self.stage, self.world, self.facts, self.course = stage, stage.world, facts, course
        self.rng = random.Random(f"{stage.seed}/words/{facts.index}")
        self.first_people, self.earlier = first_people, earlier
        self.story = facts.matter.stories[facts.story]
        self.script: list[tuple[str, int, Any, Data]] = []
        self.registration: Data = {}
        self.words = self._words()

    def tell(self, ids: record.Register) -> record.Case:
        """Register the case and take every turn up to the moment of seeding."""
        case = self._register(ids)
        for turn in self.course:
            if turn.at > self.stage.as_of:
                break
            by, data = TURNS[turn.name](self, case, turn)
            self.script.append((turn.name, turn.at, by, data))
            record.perform(case, turn.name, moments.aware(turn.at), by, data)
        record.warn(case, moments.aware(self.stage.as_of))
        return case

    # ---- registration

    def _words(self) -> Words:
        facts, rng = self.facts, random.Random(f"{self.stage.seed}/slots/{self.root}")
        pay = facts.sum * random.Random(f"{self.stage.seed}/pay/{facts.index}").choice(
            (0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1, 1)
        )
        step = 10 if pay < 1000 else 50 if pay < 10000 else 100
        self.pay = max(step, int(pay / step) * step) if facts.sum else 0
        self.happened = self._happened(rng)
        known = {
            "sum": str(facts.sum), "pay": str(self.pay), "when": self._when(), "号": str(rng.randint(1, 28)),
            "单": rng.choice("一二三"), "n": "几",
        }  # fmt: skip
        return Words(rng, facts.matter, URBAN_SLOTS if facts.built_up else {}, **known)

    @property
    def root(self) -> int:
        return self.facts.index if self.facts.repeat_of is None else self.facts.repeat_of

    def _happened(self, rng: random.Random) -> dt.date:
        back = int(rng.expovariate(1 / 25)) + rng.randint(0, 3)
        if self.facts.special == "pension":
            back = 365 * 42
        return dt.date.fromordinal(self.applied // 1 - min(back, 900 if back < 10_000 else back))

    def _when(self) -> str:
        today, then = moments.date(self.facts.at), self.happened
        if (today - then).days < 45:
            return f"{then.month}月{then.day}日"
        year = {0: "今年", 1: "去年"}.get(today.year - then.year, f"{then.year}年")
        return f"{year}{then.month}月"

    @property
    def applied(self) -> int:
        """The day of application: earlier than the registration when papers had to travel."""
        day = self.facts.at // moments.DAY
        if (
            self.facts.source in (Source.COURT, Source.PETITION, Source.SUPERIOR, Source.DEPARTMENT)
            and self.facts.index % 3
        ):
            day -= 1 + self.facts.index % 4
        return day

    def _register(self, ids: record.Register) -> record.Case:
        facts, rng = self.facts, self.rng
        at = moments.aware(facts.at)
        raised = any(turn.name == "report_risk" for turn in self.course)
        high = facts.risk == Risk.HIGH
        body = self._source_organisation()
        told_later = (
            self.course and self.course[0].name in ("accept", "decline", "withdraw", "transfer") and rng.random() < 0.2
        )
        scene = facts.scene
        summary = scene.summary if scene and scene.summary else ""
        data: Data = {
            "source": facts.source, "source_organisation": body, "source_number": self._source_number(at),
            "application_form": self._application_form(), "category": facts.category, "division": facts.place,
            "place_detail": self.words.pick(say.DETAILS_URBAN if facts.built_up else say.DETAILS_RURAL),
            "happened_on": self.happened if rng.random() < 0.62 else None,
            "summary": self._from_scene(summary) if summary else self._summary(),
            "claim": self._from_scene(scene.claim) if scene and scene.claim else self._claim(),
            "people_count": facts.people, "amount": facts.sum or None, "willingness": Willingness.WILLING,
            "risk": Risk.MEDIUM if raised else facts.risk, "may_escalate": high and not raised,
            "police_told_at": at - dt.timedelta(minutes=rng.randint(5, 90)) if high and not raised else None,
            "applied_on": dt.date.fromordinal(self.applied),
            "notice_form": "" if told_later else self._notice(), "links": self._links(),
        }  # fmt: skip
        if facts.end == "decline" and self.course and rng.random() < 0.5:
            data["willingness"] = Willingness.CONSULTING
        sides = self._parties()
        by = self._registrar()
        key = uuid.uuid5(SUBMISSIONS, f"{self.stage.seed}/{facts.code}")
        self.registration = {"by": by, "data": data, "sides": sides, "key": key, "at": facts.at}
        return record.register(ids, at, by, data, sides, code=facts.code, submission_key=key)

    def _from_scene(self, text: str) -> str:
        year = moments.date(self.stage.as_of).year
        return text.format(hired=year - 55, closed=year - 42)

    def _summary(self) -> str:
        told = self.words.say(self.story.text)
        for more in self.rng.sample(say.TAILS, self.rng.choices((0, 1, 2), (30, 45, 25))[0]):
            told += self.words.say(more)
        if self.facts.repeat_of is not None:
            return self.rng.choice(("双方上次的事调解以后又起争执。", "同一件事再次发生。")) + told
        return self.rng.choice(say.OPENING_OF[self.facts.source]) + told

    def _claim(self) -> str:
        if "ask" not in self.words:
            self.words["ask"] = self.words.say(self.facts.matter.asks[self.rng.choice(self.story.asks)])
        return self.words["ask"]

    def _notice(self) -> str:
        return NoticeForm.WRITTEN if self.facts.level == "county" and self.rng.random() < 0.7 else NoticeForm.ORAL

    def _application_form(self) -> str:
        if self.facts.source == Source.GRID:
            return ApplicationForm.COMMITTEE
        written = self.facts.source in (Source.COURT, Source.PETITION, Source.QR) or self.rng.random() < 0.25
        return ApplicationForm.WRITTEN if written else ApplicationForm.ORAL

    def _links(self) -> list[tuple[int, str]]:
        if self.earlier is None or self.rng.random() < 0.35:
            return []
        return [(self.earlier, LinkKind.RECURRENCE if self.rng.random() < 0.8 else LinkKind.RELATED)]

    def _source_organisation(self) -> Any:
        bodies, facts = self.world.bodies, self.facts
        match facts.source:
            case Source.COURT:
                return bodies["GZ-FY"]
            case Source.POLICE:
                township = facts.township
                return self.world.station.get(township.pk, bodies["GZ-GA"]) if township else bodies["GZ-GA"]
            case Source.PETITION:
                return bodies["GZ-XF"]
            case Source.DEPARTMENT:
                return bodies[DEPARTMENT_OF.get(facts.category.official_code, "GZ-NY")]
        return None

    def _source_number(self, at: dt.datetime) -> str:
        number = self.rng.randint(100, 9800)
        match self.facts.source:
            case Source.COURT:
                return f"（{at.year}）甘0702诉前调{number}号"
            case Source.PETITION:
                return f"甘区信转〔{at.year}〕{number}号"
            case Source.HOTLINE:
                return f"{at:%Y%m%d}{number:05d}"
            case Source.SUPERIOR:
                return f"综治交办〔{at.year}〕{number % 400}号"
        return ""

    # ---- parties

    def _parties(self) -> list[tuple[str, list[Data]]]:
        """Both sides.  The people of a repeated quarrel are those of the earlier case."""
        rng = random.Random(f"{self.stage.seed}/parties/{self.root}")
        self.numbers = dict(zip(people.LETTERS, map(itertools.count, self.first_people), strict=True))
        self.phones = itertools.count(sum(self.first_people))
        first = rng.choice(("male", "female"))
        other = "female" if first == "male" else "male"
        wanted = {"男": "male", "女": "female"}
        marks = self.story.sexes or "任任"
        sexes = (first, other) if marks == "异" else tuple(wanted.get(mark, "") for mark in marks)
        return [
            (PartyRole.APPLICANT, self._side(rng, self.facts.applicants, PartyRole.APPLICANT, sexes[0])),
            (PartyRole.RESPONDENT, self._side(rng, self.facts.respondents, PartyRole.RESPONDENT, sexes[1])),
        ]

    def _side(self, rng: random.Random, kinds: str, role: str, sex: str) -> list[Data]:
        if kinds.islower():
            return [self._party(rng, kinds, role, sex, 1)]
        # A couple, or brothers and sisters: the sex that the story tells is that of the first.
        return [self._party(rng, kind, role, sex if n == 0 else "", len(kinds)) for n, kind in enumerate(kinds)]

    def _party(self, rng: random.Random, kind: str, role: str, sex: str, among: int) -> Data:
        uid = uuid.UUID(int=self.rng.getrandbits(128), version=4)
        if kind in people.AGES:
            return self._person(rng, kind, role, sex, among) | {"uid": uid}
        if kind == "M":
            return self._minor(rng, next(self.numbers["M"])) | {"uid": uid}
        if kind == "V":
            place = self.facts.place
            number = self.world.number_of(place)
            chief = people.han_name(random.Random(f"{self.stage.seed}/chief/{place.pk}"), "male", 1972)
            return {"uid": uid, "kind": PartyKind.ORGANISATION, "name": place.official_name, "id_is_checked": True,
                    "id_number": people.uscc("54" if place.kind == "village" else "55", number),
                    "contact_name": chief, "phone": f"1860001{number:04d}"}  # fmt: skip
        firm = people.company(self.stage.seed, kind, rng.randrange(people.TRADES[kind].count))
        agent = people.han_name(rng, "male", 1985) if rng.random() < 0.35 else ""
        return {"uid": uid, "kind": PartyKind.ORGANISATION, "name": firm.name, "id_number": firm.code, "id_is_checked": True,
                "contact_name": firm.contact, "phone": firm.phone, "agent_name": agent}  # fmt: skip

    def _person(self, rng: random.Random, age: str, role: str, sex: str, among: int) -> Data:
        phone = self.stage.people.phone(next(self.phones))
        number = self._born_before(1957) if self.facts.special == "pension" and age == "E" else next(self.numbers[age])
        person = self.stage.people.person(age, number, phone, self._people_of(rng), sex, self._family_name(age, role))
        applicant = role == PartyRole.APPLICANT
        data: Data = {"kind": PartyKind.PERSON, "name": person.name, "sex": person.sex}
        if rng.random() < (0.05 if applicant else 0.15) and not self.facts.special:
            data |= {"id_kind": "none", "no_id_reason": rng.choice(say.NO_ID if applicant else say.NO_ID_RESPONDENT)}
        else:
            data |= {
                "id_kind": "id_card",
                "id_number": person.id_number,
                "id_is_checked": True,
                "birth_date": person.birth,
            }
        if applicant or rng.random() < 0.88:
            data["phone"] = person.phone
        if rng.random() < (0.85 if applicant else 0.6):
            data["address"] = self._address(rng)
        if among == 1 and rng.random() < 0.03:
            data["agent_name"] = people.han_name(rng, "male", 1980)
        return data

    def _family_name(self, age: str, role: str) -> str:
        """Kin bear one name, but a mother her own: that of old applicants is left open."""
        if not self.facts.matter.kin or (age == "E" and role == PartyRole.APPLICANT and self.root % 2):
            return ""
        return random.Random(f"{self.stage.seed}/kin/{self.root}").choice(people.SURNAMES)

    def _born_before(self, year: int) -> int:
        """Somebody old, far beyond the numbers given out."""
        number = 1_000_000
        while self.stage.people.person("E", number).birth.year >= year:
            number += 1
        return number

    def _minor(self, rng: random.Random, number: int) -> Data:
        surname = rng.choice(people.SURNAMES)
        child = self.stage.people.minor(number, surname)
        father = self.story.sexes[1:] != "男" and rng.random() < 0.6
        parent = people.given_name(rng, surname, "male", 1986) if father else people.han_name(rng, "female", 1988)
        return {"kind": PartyKind.PERSON, "name": child.name, "sex": child.sex, "id_kind": "id_card", "id_number": child.id_number,
                "id_is_checked": True, "birth_date": child.birth, "guardian_name": parent,
                "phone": self.stage.people.phone(number, people.GUARDIAN_BLOCKS), "address": self._address(rng)}  # fmt: skip

    def _people_of(self, rng: random.Random) -> str:
        mark = rng.random()
        if self.facts.matter.kin:
            return "han"
        if self.facts.place.pk.startswith(PINGSHANHU[:9]) and mark < 0.45:
            return "mongol"
        return "hui" if mark < 0.018 else "tibetan" if mark < 0.024 else "uyghur" if mark < 0.027 else "han"

    def _address(self, rng: random.Random) -> str:
        place, township = self.facts.place, self.facts.township
        where = (
            "甘肃省张掖市甘州区"
            + (township.name if township else "")
            + (place.name if place.level == Level.VILLAGE else "")
        )
        if self.facts.built_up:
            return f"{where}{rng.randint(1, 32)}号楼{rng.randint(1, 4)}单元{rng.randint(1, 17)}0{rng.randint(1, 4)}室"
        return f"{where}{rng.randint(1, 11)}社{rng.randint(1, 120)}号"

    # ---- who does it

    def _registrar(self) -> Any:
        """Somebody at the desk the case came to."""
        world, rng, facts = self.world, self.rng, self.facts
        township = facts.township.pk if facts.township else COUNTY
        if facts.source == Source.GRID and facts.place.level == Level.VILLAGE:
            return world.one(rng, Role.GRID_OFFICER, facts.place.pk)
        if facts.level == "village" and facts.place.level == Level.VILLAGE:
            return world.one(rng, Role.VILLAGE, facts.place.pk)
        if facts.level == "county":
            return world.one(rng, Role.CLERK, COUNTY)
        role = Role.CLERK if rng.random() < 0.75 else Role.TOWNSHIP_CENTRE
        return world.one(rng, role, township) or world.one(rng, Role.CLERK, COUNTY)

    def acceptor(self) -> Any:
        """Who decides on it: the desk it came to, or the village for what its grid officer reported."""
        by = self.registration["by"]
        if by.holds(Role.GRID_OFFICER):
            return self.world.one(self.rng, Role.VILLAGE, self.facts.place.pk)
        return by

    def clerk(self) -> Any:
        township = self.facts.township.pk if self.facts.township else COUNTY
        return self.world.one(self.rng, Role.CLERK, COUNTY if self.facts.level == "county" else township)

    def dispatcher(self, committee: Any = None) -> Any:
        facts, world = self.facts, self.world
        own = (
            committee is not None
            and committee.organisation.division_id == facts.place.pk
            and facts.place.level == Level.VILLAGE
        )
        if facts.level == "village" and own:
            return world.one(self.rng, Role.VILLAGE, facts.place.pk)
        township = facts.township.pk if facts.township else ""
        if facts.level == "county" or (
            committee is not None and committee.kind == CommitteeKind.TRADE and self.rng.random() < 0.6
        ):
            return world.one(self.rng, Role.DISPATCHER, COUNTY)
        return world.one(self.rng, Role.TOWNSHIP_CENTRE, township) or world.one(self.rng, Role.DISPATCHER, COUNTY)

    def head(self, case: record.Case) -> Any:
        return self.world.head.get(case.committee_id)

    def handler(self, case: record.Case) -> Any:
        return case.mediator.user

    # ---- small help

    def day(self, turn: Turn) -> dt.date:
        return moments.date(turn.at)


#: Which department hands a case of an official type over.
DEPARTMENT_OF = {"10": "GZ-RS", "11": "GZ-RS", "17": "GZ-ZJ", "03": "GZ-ZJ", "07": "GZ-ZR", "08": "GZ-ZR", "13": "GZ-SJ",
                 "14": "GZ-SJ", "15": "GZ-WJ", "06": "GZ-JY", "01": "GZ-MZ", "16": "GZ-JT", "12": "GZ-SJ"}  # fmt: skip
TRANSFER_OF = {"10": ("GZ-ZC", "GZ-RS"), "11": ("GZ-ZC",), "07": ("GZ-ZR", "GZ-NY"), "03": ("GZ-ZR", "GZ-FY"), "15": ("GZ-WJ", "GZ-FY"),
               "13": ("GZ-SJ",), "14": ("GZ-SJ",), "05": ("GZ-SW", "GZ-FY"), "08": ("GZ-XF", "GZ-ZR"), "17": ("GZ-ZJ", "GZ-FY"),
               "01": ("GZ-MZ", "GZ-FY"), "02": ("GZ-GA", "GZ-FY"), "06": ("GZ-FY", "GZ-GA")}  # fmt: skip
ROUTE_TO = {"GZ-FY": "court", "GZ-ZC": "arbitration", "GZ-GA": "police", "GZ-XF": "petition"}

Told = tuple[Any, Data]
TURNS: dict[str, Callable[[Tale, record.Case, Turn], Told]] = {}


def turn(function: Callable[[Tale, record.Case, Turn], Told]) -> Callable[[Tale, record.Case, Turn], Told]:
    TURNS[function.__name__] = function
    return function


@turn
def accept(tale: Tale, case: record.Case, now: Turn) -> Told:
    later = any(other.name == "give_notice" for other in tale.course)
    data: Data = {"note": ""}
    if not case.notice_form and not later:
        data["notice_form"] = tale._notice()
    if tale.rng.random() < 0.04:
        data["note"] = tale.rng.choice(("材料齐全。", "已电话通知被申请人。", "被申请人同意调解。"))
    return tale.acceptor(), data


@turn
def give_notice(tale: Tale, case: record.Case, now: Turn) -> Told:
    return tale.acceptor(), {"notice_form": NoticeForm.WRITTEN, "note": tale.rng.choice(("", "双方签收。"))}


@turn
def report_risk(tale: Tale, case: record.Case, now: Turn) -> Told:
    told_at = moments.aware(now.at) - dt.timedelta(minutes=tale.rng.randint(2, 30))
    return tale.acceptor(), {
        "risk": Risk.HIGH,
        "may_escalate": True,
        "police_told_at": told_at,
        "note": tale.words.pick(say.RISK_NOTES),
    }


@turn
def decline(tale: Tale, case: record.Case, now: Turn) -> Told:
    labour = tale.facts.category.official_code in {"10", "11"}
    options = [row for row in say.DECLINED if labour or row[1] != "甘州区劳动人事争议仲裁委员会"]
    reason, destination, routes, note = tale.rng.choice(options)
    return tale.acceptor(), {"reason": reason, "destination": destination, "routes_told": list(routes), "note": note}


# ---- dispatch


@turn
def assign(tale: Tale, case: record.Case, now: Turn) -> Told:
    rng = tale.rng
    committee, reasons, followed = _committee(tale, case)
    mediator = None if now.more.get("nobody") else _mediator(tale, committee)
    data: Data = {
        "committee": committee, "mediator": mediator, "chosen_by": _chosen(rng, mediator), "recusal": "",
        "suggestion": _suggestion(committee if followed else None, mediator, reasons), "followed_suggestion": followed,
        "reason": "" if followed else rng.choice(("双方要求就近调解。", "当事人指定该调委会。", "前次由其调解，情况熟悉。")),
    }  # fmt: skip
    return tale.dispatcher(committee), data


def _committee(tale: Tale, case: record.Case) -> tuple[Any, tuple[str, ...], bool]:
    """Where the portal would suggest to send it, and mostly is followed."""
    world, facts = tale.world, tale.facts
    scene = facts.scene
    near = [world.committee_at[code] for code in case.place_path.strip("/").split("/") if code in world.committee_at]
    # The very rule behind the suggestion on the dispatch page; it reads what it is given and asks no database.
    way = routing.route(assignment.Matter.of(case), routing.rules_in_force(), routing.Near([*world.trades, *near]))
    suggested, reasons = way.committee, way.reasons
    if scene and scene.mediator:
        own = world.mediator_named(scene.mediator).committee
        return own, reasons, own is suggested
    if suggested.kind == CommitteeKind.TRADE and near and tale.rng.random() < 0.3:
        return near[-1], reasons, False
    if suggested.kind != CommitteeKind.TRADE and len(near) > 1 and tale.rng.random() < 0.08:
        return tale.rng.choice(near), reasons, False
    return suggested, reasons, True


def _suggestion(committee: Any, mediator: Any, reasons: tuple[str, ...]) -> str:
    if not committee:
        return "；".join(reasons)
    who = f"{committee.organisation}" + (f" {mediator.name}" if mediator else "")
    return f"{who}：{'；'.join(reasons)}"


def _mediator(tale: Tale, committee: Any, other_than: Any = None) -> Any:
    scene = tale.facts.scene
    if scene and scene.mediator:
        return tale.world.mediator_named(scene.mediator)
    found = [m for m in tale.world.mediators[committee.pk] if m is not other_than]
    official = tale.facts.category.official_code
    fitting = [m for m in found if official in m.specialities]
    return tale.rng.choice(fitting if fitting and tale.rng.random() < 0.6 else found)


def _chosen(rng: random.Random, mediator: Any) -> str:
    if mediator is None:
        return ChosenBy.NOT_ASKED
    return ChosenBy.PARTIES if rng.random() < 0.16 else ChosenBy.ACCEPTED


@turn
def recall(tale: Tale, case: record.Case, now: Turn) -> Told:
    return tale.dispatcher(case.committee), {"note": tale.rng.choice(say.RECALLED)}


@turn
def appoint(tale: Tale, case: record.Case, now: Turn) -> Told:
    return tale.head(case), {
        "mediator": _mediator(tale, case.committee),
        "chosen_by": _chosen(tale.rng, True),
        "recusal": "",
    }


@turn
def return_assignment(tale: Tale, case: record.Case, now: Turn) -> Told:
    by = tale.handler(case) if case.mediator else tale.head(case)
    return by, {"reason": tale.rng.choice(say.RETURNED)}


@turn
def reassign(tale: Tale, case: record.Case, now: Turn) -> Told:
    mediator = _mediator(tale, case.committee, other_than=case.mediator)
    data = {"committee": case.committee, "mediator": mediator, "reason": tale.rng.choice(say.REASSIGNED), "chosen_by": ChosenBy.ACCEPTED,
            "recusal": RecusalGround.ASKED if tale.rng.random() < 0.4 else ""}  # fmt: skip
    return tale.head(case), data


@turn
def take(tale: Tale, case: record.Case, now: Turn) -> Told:
    return tale.handler(case), {"note": ""}


# ---- mediation


def _texts(last: bool, end: str, before: int) -> tuple[tuple[str, str], ...]:
    """What may be said of a session: the first, one in between, the last, or the only one."""
    if not last or end not in ("settle", "fail"):
        return say.FIRST if before == 0 else say.MIDDLE
    if end == "fail":
        return say.LAST_FAILED
    return say.LAST_AGREED if before else say.ONLY_ONE


MODES = {
    SessionMode.FACE_TO_FACE: 58,
    SessionMode.BACK_TO_BACK: 12,
    SessionMode.PHONE: 14,
    SessionMode.VISIT: 12,
    SessionMode.VIDEO: 4,
}


@turn
def record_session(tale: Tale, case: record.Case, now: Turn) -> Told:
    rng, words = tale.rng, tale.words
    words["issue"] = words.issue
    tale._claim()
    words["deal"] = words.say(tale.facts.matter.deals[tale.facts.deal].words)
    last, end = now.more["last"], now.more["end"]
    mode, text = rng.choice(_texts(last, end, case.session_count))
    data: Data = {"record": words.say(text), "mode": mode or draw(rng, MODES), "is_public": False}
    if "next" in now.more:
        data["next_at"] = moments.aware(now.more["next"])
    if rng.random() < 0.2:  # written down at the end of the day, or the next
        data["held_at"] = moments.aware(
            max(now.at - rng.randint(1, 9) * 900, tale.facts.at + 60, moments.at(tale.applied, 8))
        )
    if rng.random() < 0.3:
        data |= {"attendees": words.pick(say.ATTENDEES), "invitees_agreed": True}
    if rng.random() < 0.7:
        data["place"] = rng.choice(say.EVIDENCE_PLACE_URBAN if tale.facts.urban else say.EVIDENCE_PLACE)
    if rng.random() < 0.32:
        data |= {
            "rights_told": True, "principles_told": True, "statements": words.pick(say.STATEMENTS),
            "facts": words.pick(say.FACTS), "risks_told": True, "signed": rng.random() < 0.9,
            "result": words["deal"] if last and end == "settle" else "",
        }  # fmt: skip
    return tale.handler(case), data


@turn
def suspend(tale: Tale, case: record.Case, now: Turn) -> Told:
    reason = now.more["reason"]
    expected = dt.date.fromordinal(max(now.more["expected"], now.at // moments.DAY))
    return tale.handler(case), {
        "reason": reason,
        "expected_on": expected,
        "note": tale.words.pick(say.SUSPENDED[str(reason)]),
    }


@turn
def resume(tale: Tale, case: record.Case, now: Turn) -> Told:
    return tale.handler(case), {"note": tale.rng.choice(say.RESUMED)}


# ---- results


@turn
def settle(tale: Tale, case: record.Case, now: Turn) -> Told:
    words, rng = tale.words, tale.rng
    deal = tale.facts.matter.deals[tale.facts.deal]
    agreed_on = tale.day(now)
    owed: list[Owed] = now.more["owed"]
    rows = [_obligation(tale, case, row, owed, agreed_on) for row in owed]
    parts = [row for row in rows if row.get("amount")]
    content = words.say(deal.words)
    if len(parts) > 1:
        content += "".join(
            f"第{n}期{row['amount']}元，{row['due_on']:%Y年%-m月%-d日}前付。" for n, row in enumerate(parts, 1)
        )
    words["told"] = case.summary if len(case.summary) < 300 else case.summary[:120] + "。"
    words["issue"] = words.issue
    data: Data = {"agreed_on": agreed_on, "content": content, "obligations": rows, "nothing_to_perform": not rows,
                  "facts": words.pick(say.AGREED_FACTS)}  # fmt: skip
    if rng.random() < 0.025:
        data |= {"is_partial": True, "unresolved": "其余损失双方未达成一致，可以另行主张。", "routes_told": ["court"]}
    return tale.handler(case), data


TURNS["settle_orally"] = settle


def _obligation(tale: Tale, case: record.Case, row: Owed, owed: list[Owed], agreed_on: dt.date) -> Data:
    text = tale.facts.matter.deals[tale.facts.deal].owed[row.item]
    by_applicant, money = text.startswith("申:"), "钱:" in text
    debtor = next(n for n, p in enumerate(case.parties) if (p.role == PartyRole.APPLICANT) == by_applicant)
    row.due = max(row.due, agreed_on.toordinal())
    data: Data = {"debtor": debtor, "kind": "money" if money else "act", "what": text.split(":")[-1],
                  "due_on": dt.date.fromordinal(row.due), "done_now": row.done_now}  # fmt: skip
    if money:
        same = [one for one in owed if one.item == row.item]
        data["amount"] = _part_of(tale.pay, [one.part for one in same], same.index(row))
        data["how"] = "现场交付" if row.done_now and tale.rng.random() < 0.6 else tale.rng.choice(say.HOW)
        data["where"] = tale.rng.choice(say.WHERE_MONEY)
        if len(same) > 1:
            data["what"] += f"（第{same.index(row) + 1}期）"
    return data


def _part_of(pay: int, parts: list[float], number: int) -> int:
    """One instalment: round hundreds, the rest in the last."""
    step = 100 if pay >= 2000 else 10 if pay >= 100 else 1
    each = [int(pay * part / step) * step for part in parts[:-1]]
    return max(1, [*each, pay - sum(each)][number])


@turn
def take_effect(tale: Tale, case: record.Case, now: Turn) -> Told:
    rng = tale.rng
    first, last = case.current_agreement.agreed_on.toordinal(), now.at // moments.DAY
    manners = (SignManner.SIGNED, SignManner.SIGNED, SignManner.FINGERPRINT)
    marks = []
    for number, party in enumerate(case.parties):
        manner = SignManner.SEALED if party.kind == PartyKind.ORGANISATION else rng.choice(manners)
        marks.append({"party": number, "manner": manner, "signed_on": dt.date.fromordinal(rng.choice((first, last)))})
    return tale.handler(case), {
        "signatures": marks,
        "mediator_signed_on": dt.date.fromordinal(first),
        "sealed_on": dt.date.fromordinal(last),
    }


@turn
def renegotiate(tale: Tale, case: record.Case, now: Turn) -> Told:
    return tale.handler(case), {"reason": tale.rng.choice(say.RENEGOTIATED)}


@turn
def fail(tale: Tale, case: record.Case, now: Turn) -> Told:
    rng, words = tale.rng, tale.words
    words["n"] = str(case.session_count)
    reason = "not_signed" if now.more.get("unsigned") else rng.choices(("gap", "unwilling", "expired"), (70, 22, 8))[0]
    labour = tale.facts.category.official_code in {"10", "11"}
    data = {"reason": reason, "routes_told": ["arbitration", "court"] if labour else ["court"],
            "note": words.pick(say.UNWILLING_NOTES if reason == "unwilling" else say.GAP_NOTES)}  # fmt: skip
    if rng.random() < 0.4:
        data |= {"undisputed_facts": rng.choice(say.UNDISPUTED)}
    if rng.random() < 0.15:
        data |= {"concessions": rng.choice(say.CONCESSIONS)}
    if rng.random() < 0.2:
        data["routes_told"].append("legal_aid")
    return tale.handler(case), data


@turn
def terminate(tale: Tale, case: record.Case, now: Turn) -> Told:
    return tale.handler(case), {
        "reason": "unreachable",
        "routes_told": ["court", "legal_aid"],
        "note": tale.rng.choice(say.UNREACHABLE_NOTES),
    }


@turn
def withdraw(tale: Tale, case: record.Case, now: Turn) -> Told:
    by = tale.handler(case) if case.mediator else tale.acceptor()
    reason = "self_settled" if tale.rng.random() < 0.7 else "withdrew"
    return by, {"reason": reason, "note": tale.rng.choice(say.WITHDRAWN_NOTES)}


@turn
def transfer(tale: Tale, case: record.Case, now: Turn) -> Told:
    to = tale.rng.choice(TRANSFER_OF.get(tale.facts.category.official_code, ("GZ-FY",)))
    by = tale.world.one(tale.rng, Role.DISPATCHER, COUNTY)
    data = {
        "organisation": tale.world.bodies[to],
        "note": say.TRANSFER_NOTES[to],
        "routes_told": [ROUTE_TO.get(to, "administration")],
    }
    return by, data


# ---- afterwards


@turn
def perform(tale: Tale, case: record.Case, now: Turn) -> Told:
    row: Owed = now.more["row"]
    data: Data = {"obligation": now.more["obligation"], "state": row.state, "note": ""}
    if row.state == ObligationState.DONE:
        data["performed_on"] = dt.date.fromordinal(min(row.performed, now.at // moments.DAY))
    elif row.state == ObligationState.BROKEN:
        data["note"] = "多次督促仍未履行，已告知申请人可以起诉。"
    else:
        data["note"] = "权利人表示不再要求。"
    return tale.handler(case), data


RATED = {Satisfaction.VERY: 46, Satisfaction.SATISFIED: 46, Satisfaction.FAIR: 5.5, Satisfaction.NOT: 2.5}


@turn
def follow_up(tale: Tale, case: record.Case, now: Turn) -> Told:
    rng, words = tale.rng, tale.words
    rated = draw(rng, RATED) if rng.random() < 0.3 else ""
    broken, smoulders = now.more["broken"], now.more["smoulders"]
    low = rated in (Satisfaction.FAIR, Satisfaction.NOT)
    way, found = rng.choice(say.FOLLOWED)
    if broken or smoulders or low:
        found = rng.choice((say.UNPERFORMED,) if broken else say.SMOULDERING if smoulders else say.RATED_LOW)
    data = {
        "record": words.say(found), "visited_on": tale.day(now), "way": way,
        "whom": rng.choice(("申请人", "申请人", "双方")), "satisfaction": rated,
        "went_to_court": broken and rng.random() < 0.5, "smoulders": smoulders,
    }  # fmt: skip
    by = tale.handler(case)
    if rng.random() < 0.15 and tale.facts.township:
        by = tale.world.one(rng, Role.CLERK, tale.facts.township.pk) or by
    return by, data


@turn
def archive(tale: Tale, case: record.Case, now: Turn) -> Told:
    rng = tale.rng
    mark = rng.random()
    by = tale.head(case) if case.committee and mark < 0.5 else None
    if by is None and tale.facts.township and mark < 0.75:
        by = tale.world.one(rng, Role.TOWNSHIP_CENTRE, tale.facts.township.pk)
    by = by or tale.clerk() or tale.world.one(rng, Role.CLERK, COUNTY)
    lasting = {Outcome.ORAL: Retention.SHORT, Outcome.WRITTEN: Retention.LONG}.get(case.outcome, Retention.SHORT)
    if case.category.official_code in {"07", "03"} and case.outcome == Outcome.WRITTEN:
        lasting = Retention.PERMANENT
    checker = tale.world.one(rng, Role.TOWNSHIP_CENTRE, tale.facts.township.pk) if tale.facts.township else None
    data: Data = {"retention": lasting, "checked_by": checker.name if checker and rng.random() < 0.5 else ""}
    if record.lacking(case):
        data["missing_reason"] = "当事人外出，材料无法补齐。"
    return by, data


@turn
def reopen(tale: Tale, case: record.Case, now: Turn) -> Told:
    by = tale.clerk() or tale.world.one(tale.rng, Role.CLERK, COUNTY)
    return by, {"reason": tale.rng.choice(say.REOPENED)}
