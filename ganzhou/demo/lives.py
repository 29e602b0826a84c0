"""What happens to a case and when: first its facts, then its course, a list of turns in order of time.

Facts and course are pure functions of the plan and the number of the case.  A course is told to its natural end;
whoever tells it stops at the moment of seeding, and so the stock of open cases comes about as it does in life.
"""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from disputes.choices import ObligationState, Source, SuspendReason
from disputes.models import Category
from ganzhou.demo import moments, scenes
from ganzhou.demo.matters import GROUPS, Matter
from ganzhou.demo.moments import DAY, days_on, soon, workday
from ganzhou.demo.organisations import PINGSHANHU, URBAN_WEIGHTS, World
from ganzhou.demo.people import LETTERS
from ganzhou.demo.plan import Plan
from grids.choices import Level
from grids.models import Division

#: Shares of the ten channels in town and village (PRACTICE A3; 8% from the court).
CHANNELS = {
    True: {"window": 31, "qr": 6, "phone": 8, "grid": 17, "court": 8, "police": 9, "petition": 5, "hotline": 9, "superior": 2, "department": 5},
    False: {"window": 24, "qr": 3, "phone": 7, "grid": 40, "court": 5, "police": 9, "petition": 4, "hotline": 4, "superior": 1.5, "department": 2.5},
}  # fmt: skip
#: How cases end (PRACTICE D3): those the court sends, and all others.
ENDS_COURT = {"settle": 68, "fail": 28.5, "withdraw": 1.5, "transfer": 2}
ENDS = {"settle": 93.3, "fail": 1.0, "withdraw": 0.9, "terminate": 0.7, "decline": 0.6, "transfer": 3.5}
#: Share of cases that are the quarrel of an earlier case's people come back.
AGAIN = 0.03
SUSPENSIONS = {
    SuspendReason.APPRAISAL: 35,
    SuspendReason.EVIDENCE: 25,
    SuspendReason.PARTY: 25,
    SuspendReason.PARTY_ABSENT: 15,
}


@dataclass(slots=True)
class Facts:
    """What is known when a case comes in, before anybody has written a word."""

    index: int
    code: str
    at: int
    matter: Matter
    place: Division
    urban: bool
    source: str
    risk: str
    applicants: str  # letters of ages, M, V, or a trade
    respondents: str
    people: int
    sum: int
    end: str
    story: int
    deal: int
    category: Category
    level: str
    special: str = ""
    repeat_of: int | None = None

    @property
    def township(self) -> Division | None:
        return self.place if self.place.level == Level.TOWNSHIP else self.place.parent

    @property
    def scene(self) -> scenes.Scene | None:
        return scenes.SCENES.get(self.special)

    @property
    def built_up(self) -> bool:
        """Whether people live on storeys there."""
        return self.place.kind in ("community", "subdistrict")

    def heads(self) -> tuple[int, ...]:
        """How many people of each letter take part."""
        sides = self.applicants + self.respondents
        return tuple(sides.count(letter) for letter in LETTERS)


@dataclass(slots=True)
class Owed:
    """One obligation of an agreement: which item of the deal, which part of its money, due, and what became of it."""

    item: int
    part: float
    due: int
    state: str = ObligationState.PENDING
    done_now: bool = False
    performed: int = 0


@dataclass(slots=True)
class Turn:
    name: str
    at: int
    more: dict[str, Any] = field(default_factory=dict)


def draw(rng: random.Random, weights: dict[Any, float]) -> Any:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


@cache
def _months(month: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
    shares = {name: share * months[month - 1] / (sum(months) / 12) for name, (share, _, months, _) in GROUPS.items()}
    return tuple(shares), tuple(itertools.accumulate(shares.values()))


# ---- facts


def facts_of(world: World, plan: Plan, index: int) -> Facts:
    """The facts of case ``index``."""
    special = plan.special.get(index, "")
    if special:
        return _facts_by_hand(world, plan, index, special)
    rng = random.Random(f"{plan.seed}/facts/{index}")
    if rng.random() < AGAIN:
        before = index - rng.randint(12, 700)
        theirs = random.Random(f"{plan.seed}/facts/{before}")
        if before >= 0 and before not in plan.special and theirs.random() >= AGAIN:
            return replace(
                _ordinary_facts(world, plan, before, theirs), index=index, code=plan.codes[index], at=plan.starts[index],
                end=draw(rng, ENDS), source=rng.choice((Source.WINDOW, Source.GRID, Source.PHONE)), level="township",
                repeat_of=before,
            )  # fmt: skip
    return _ordinary_facts(world, plan, index, rng)


def _ordinary_facts(world: World, plan: Plan, index: int, rng: random.Random) -> Facts:
    at = plan.starts[index]
    names, reached = _months(moments.date(at).month)
    group = rng.choices(names, cum_weights=reached)[0]
    _, town_share, _, matters = GROUPS[group]
    urban = rng.random() < town_share
    place = _place(world, rng, urban, group)
    fitting = [m for m in matters if m.where in _wheres(place)] or list(matters)
    matter = rng.choices(fitting, [m.weight for m in fitting])[0]
    channels = {name: share * matter.sources.get(name, 1.0) for name, share in CHANNELS[urban].items()}
    source = draw(rng, channels)
    story = rng.randrange(len(matter.stories))
    return Facts(
        index=index, code=plan.codes[index], at=at, matter=matter, place=place, urban=urban, source=source,
        risk=_risk(rng, matter), **_sides(rng, matter, matter.stories[story].sexes), sum=_money(rng, matter),
        end=draw(rng, ENDS_COURT if source == Source.COURT else ENDS), story=story,
        deal=rng.choice(matter.stories[story].deals), category=world.categories[matter.category],
        level=_level(rng, source, urban, place),
    )  # fmt: skip


def _wheres(place: Division) -> frozenset[str]:
    if place.pk.startswith(PINGSHANHU[:9]):
        return frozenset({"rural", "any", "pasture"})
    return frozenset({"urban", "any"} if place.kind in ("community", "subdistrict") else {"rural", "any"})


def _place(world: World, rng: random.Random, urban: bool, group: str) -> Division:
    """A village or community; land and seed are quarrelled over in villages, estates have no villages."""
    if group == "property" and not urban:
        return rng.choice(world.town_communities)
    if group in ("land", "seed") and urban:
        return rng.choice(world.city_villages)
    if urban:
        town = rng.choices(world.urban, [URBAN_WEIGHTS[place.pk] for place in world.urban])[0]
    else:
        town = rng.choices(world.rural, world.rural_weights)[0]
    kind = {"property": "community", "land": "village", "seed": "village"}.get(group)
    found = [place for place in world.villages.get(town.pk, ()) if kind in (None, place.kind)]
    return town if not found or (not kind and rng.random() < 0.04) else rng.choice(found)


def _risk(rng: random.Random, matter: Matter) -> str:
    mark = rng.random()
    if mark < 0.0165 * matter.heat:
        return "high"
    return "medium" if mark < 0.0165 * matter.heat + 0.075 else "low"


def _sides(rng: random.Random, matter: Matter, sexes: str = "") -> dict[str, Any]:
    applicants = _side(rng, matter.applicants, couples=not sexes)
    respondents = _side(rng, matter.respondents.replace("=", applicants[0]), couples=not sexes)
    fewest, most = matter.people
    people = fewest + int((most - fewest) * rng.random() ** 3)
    return {
        "applicants": applicants,
        "respondents": respondents,
        "people": max(people, _heads(applicants, respondents)),
    }


def _side(rng: random.Random, side: str, *, couples: bool) -> str:
    """The ages of those who come: of ``PPP`` some, of ``P`` now and then two."""
    if side.islower() or set(side) & {"M", "V"}:
        return side
    if len(side) > 1:
        side = side[: rng.randint(1, len(side))]
    elif couples and rng.random() < 0.09:
        side *= 2
    ages = [_age(rng, letter) for letter in side]
    return "".join(ages[:1] * 2 if len(side) == 2 and len(set(side)) == 1 and couples else ages)


def _age(rng: random.Random, letter: str) -> str:
    if letter == "P":
        return rng.choices("YAE", (27, 55, 18))[0]
    return rng.choice("YA") if letter == "B" else letter


def _heads(*sides: str) -> int:
    return sum(1 if side.islower() else len(side) for side in sides)


def _money(rng: random.Random, matter: Matter) -> int:
    if not matter.money:
        return 0
    low, high = matter.money
    drawn = math.exp(rng.triangular(math.log(low), math.log(high), math.log(low) * 0.55 + math.log(high) * 0.45))
    step = 10 if drawn < 1000 else 50 if drawn < 5000 else 100 if drawn < 20000 else 1000
    return max(step, int(drawn / step) * step)


def _level(rng: random.Random, source: str, urban: bool, place: Division) -> str:
    """Whose window it came to."""
    if source == Source.GRID:
        return "village" if place.level == Level.VILLAGE else "township"
    if source == Source.WINDOW:
        level = rng.choices(("county", "township", "village"), (45, 35, 20) if urban else (22, 43, 35))[0]
        return level if place.level == Level.VILLAGE or level != "village" else "township"
    if source == Source.POLICE:
        return "township" if rng.random() < 0.6 else "county"
    if source in (Source.PHONE, Source.QR):
        return rng.choice(("county", "township"))
    return "county" if rng.random() < 0.8 else "township"


def _facts_by_hand(world: World, plan: Plan, index: int, special: str) -> Facts:
    scene = scenes.SCENES[special]
    rng = random.Random(f"{plan.seed}/scene/{special}")
    place = world.places[scene.place]
    urban = scene.place[:9] + "000" in URBAN_WEIGHTS
    found = [m for _, _, _, matters in GROUPS.values() for m in matters if m.category == scene.category]
    matter = next((m for m in found if m.where in _wheres(place)), found[0])
    story, deal = _story_by_hand(rng, scene, matter)
    sides = _sides(rng, matter, matter.stories[story].sexes)
    if scene.parties:
        larger = "respondents" if matter.respondents == "P" else "applicants"
        sides |= {larger: "".join(_age(rng, "P") for _ in range(scene.parties)), "people": scene.parties + 1}
    if special == "pension":
        sides["applicants"] = "E"
    money = _money(rng, matter)
    return Facts(
        index=index, code=plan.codes[index], at=plan.starts[index], matter=matter, place=place, urban=urban,
        source=scene.source, risk=scene.risk, **sides, sum=max(money, scene.parties * 3000 if matter.money else 0),
        end="settle", story=story, deal=deal, category=world.categories[scene.category], level=scene.level, special=special,
    )  # fmt: skip


def _story_by_hand(rng: random.Random, scene: scenes.Scene, matter: Matter) -> tuple[int, int]:
    """A story and deal of the matter; one with money first when the scene pays."""
    pays = any("owed" in step.more for step in scene.steps)
    found = [
        (number, deal) for number, story in enumerate(matter.stories) for deal in story.deals
        if not pays or (matter.deals[deal].owed and matter.deals[deal].owed[0].startswith("钱:"))
    ]  # fmt: skip
    return rng.choice(found) if found else (0, matter.stories[0].deals[0])


# ---- course


class _Course:
    """Turns being put one after the other."""

    def __init__(self, facts: Facts, rng: random.Random) -> None:
        self.facts, self.rng = facts, rng
        self.turns: list[Turn] = []
        self.now = facts.at

    def then(self, name: str, at: int, **more: Any) -> None:
        self.now = max(at, self.now + 60)
        self.turns.append(Turn(name, self.now, more))

    def chance(self, part: float) -> bool:
        return self.rng.random() < part

    @property
    def day(self) -> int:
        return self.now // DAY


def course_of(facts: Facts, plan: Plan) -> list[Turn]:
    """Every turn of the case after its registration, to its natural end."""
    if facts.special:
        return _course_by_hand(facts, plan)
    course = _Course(facts, random.Random(f"{plan.seed}/course/{facts.index}"))
    _open(course)
    return course.turns


def _open(course: _Course) -> None:
    """受理 or 不予受理."""
    facts, rng = course.facts, course.rng
    delay = rng.random()
    quick = 0.82 if facts.level == "village" else 0.72
    if delay < quick:
        at = soon(rng, course.now, 4, 45)
    elif delay < 0.978:
        at = days_on(rng, course.now, 1)
    else:
        at = days_on(rng, course.now, rng.randint(2, 4))
    if facts.end == "decline":
        course.then("decline", at)
        return _archive(course)
    if facts.end == "withdraw" and course.chance(0.3):
        course.then("withdraw", at)
        return _archive(course)
    if facts.end == "transfer" and course.chance(0.35):
        course.then("transfer", at)
        return _archive(course)
    course.then("accept", at)
    if course.chance(0.03):
        course.then("give_notice", soon(rng, course.now, 2, 30))
    if facts.risk == "high" and course.chance(0.6):
        course.then("report_risk", soon(rng, course.now, 3, 40), told=True)
    _handle(course, first=True)


def _handle(course: _Course, *, first: bool) -> None:
    """From the dispatch to a result."""
    facts, rng = course.facts, course.rng
    began = course.now
    length = _length(course)
    _dispatch(course, quick=length < 1.5)
    if facts.end == "transfer" and first:
        course.then("transfer", days_on(rng, course.now, rng.randint(1, 5)))
        return _archive(course)
    result = max(workday(began // DAY, int(length)) * DAY if length >= 1 else 0, 0)
    end_at = moments.office(rng, result // DAY) if result else 0
    end_at = max(end_at, soon(rng, course.now, 50, 300))
    pause = _pause(course, length)
    _talks(course, end_at, pause, "settle" if not first else facts.end)
    if not first or facts.end == "settle":
        return _settle(course, first=first)
    if facts.end == "fail" and course.chance(0.12):
        course.then("settle", course.now + 900, owed=_owed(course, oral=False), oral=False)
        course.then("fail", days_on(rng, course.now, rng.randint(2, 6)), unsigned=True)
    else:
        course.then(facts.end, soon(rng, course.now, 5, 60))
    _archive(course)


def _length(course: _Course) -> float:
    """Working days from here to a result: median 6, nine in ten within 20, a few very long."""
    rng, official = course.rng, course.facts.category.official_code
    if course.chance(0.006):
        return rng.uniform(60, 250)
    days = rng.lognormvariate(math.log(5.6), 0.96)
    if official in {"10", "11"}:  # 15 days by law
        days = min(days * 0.8, 9.5 if course.chance(0.95) else 16)
    return min(days, 40)


def _dispatch(course: _Course, *, quick: bool) -> None:
    facts, rng = course.facts, course.rng
    delay = rng.random()
    if quick or delay < 0.5:
        at = soon(rng, course.now, 6, 60 if quick else 150)
    else:
        at = days_on(rng, course.now, 1 if delay < 0.985 else rng.randint(2, 4))
    appoint = not quick and facts.level != "village" and course.chance(0.05)
    course.then("assign", at, nobody=appoint)
    if not quick and course.chance(0.01):
        course.then("recall", soon(rng, course.now, 10, 60))
        course.then("assign", soon(rng, course.now, 5, 40), nobody=appoint)
    if appoint:
        course.then("appoint", soon(rng, course.now, 20, 300))
    if not quick and course.chance(0.022):
        course.then("return_assignment", days_on(rng, course.now, rng.randint(0, 2)))
        course.then("assign", days_on(rng, course.now, rng.randint(0, 1)), again=True)
    elif not quick and course.chance(0.015):
        course.then("reassign", days_on(rng, course.now, rng.randint(0, 2)), again=True)
    delay = rng.random()
    if quick or delay < 0.45:
        at = soon(rng, course.now, 10, 50 if quick else 240)
    elif delay < 0.99:
        at = days_on(rng, course.now, rng.choice((1, 1, 1, 2)))
    else:
        at = days_on(rng, course.now, rng.randint(4, 6))
    course.then("take", at)


def _pause(course: _Course, length: float) -> tuple[int, int] | None:
    """(day, days) of a suspension: long cases are mostly long because something was waited for."""
    rng = course.rng
    if length > 18 and course.chance(0.9):
        days = int(length - rng.uniform(9, 14))
    elif length > 6 and course.chance(0.05):
        days = int(length * 0.4)
    else:
        return None
    return workday(course.day, rng.randint(1, 3)), max(days, 1)


def _talks(course: _Course, end_at: int, pause: tuple[int, int] | None, end: str) -> None:
    """Sessions between here and ``end_at``, the last just before it; a suspension among them."""
    rng = course.rng
    span = end_at - course.now
    count = 1 + (span > 4 * DAY and course.chance(0.7)) + (span > 12 * DAY and course.chance(0.6)) + (span > 40 * DAY)
    if pause:
        first = min(soon(rng, course.now, 60, 600), end_at - 1800)
        course.then("record_session", first, last=False, end=end)
        began = max(moments.office(rng, pause[0]), course.now + 1200)
        back = days_on(rng, began, pause[1])
        course.then("suspend", began, reason=draw(rng, SUSPENSIONS), expected=back // DAY + rng.randint(-2, 5))
        course.then("resume", back)
        end_at = max(end_at, days_on(rng, back, rng.randint(1, 6)))
        count = max(count - 1, 1)
    for number in range(count - 1):
        between = course.now + (end_at - course.now) * (number + 1) // (count + 1)
        at = moments.office(rng, workday(between // DAY, 0))
        if course.now + 3600 < at < end_at - 3600:
            course.then("record_session", at, last=False, end=end)
    course.then("record_session", max(end_at - int(rng.uniform(900, 4500)), course.now + 600), last=True, end=end)


def _settle(course: _Course, *, first: bool) -> None:
    facts, rng = course.facts, course.rng
    small = facts.sum < 6000 and len(facts.applicants) < 3
    oral = not facts.category.written_only_law and first and course.chance(0.5 if small else 0.26)
    owed = _owed(course, oral=oral)
    if oral:
        course.then("settle_orally", soon(rng, course.now, 5, 40), owed=owed, oral=True)
    else:
        course.then("settle", soon(rng, course.now, 8, 50), owed=owed, oral=False)
        if course.chance(0.01):
            course.then("renegotiate", days_on(rng, course.now, rng.randint(1, 3)))
            course.then("record_session", days_on(rng, course.now, rng.randint(1, 4)), last=True, end="settle")
            owed = _owed(course, oral=False)
            course.then("settle", soon(rng, course.now, 8, 50), owed=owed, oral=False)
        wait = rng.random()
        if wait < 0.55:
            at = soon(rng, course.now, 10, 60)
        else:
            at = days_on(
                rng, course.now, 1 if wait < 0.8 else rng.randint(2, 4) if wait < 0.985 else rng.randint(6, 12)
            )
        course.then("take_effect", at)
    _perform(course, owed)
    _visit_and_file(course, owed, first=first)


def _owed(course: _Course, *, oral: bool) -> list[Owed]:
    """The obligations of the deal, money perhaps in instalments, and what becomes of each."""
    facts, rng = course.facts, course.rng
    deal = facts.matter.deals[facts.deal]
    owed: list[Owed] = []
    for item, text in enumerate(deal.owed):
        money = "钱:" in text
        parts = 1
        if money and facts.sum > 8000 and course.chance(0.45):
            parts = rng.choice((2, 2, 2, 3, 3, 4, 6))
        for part in range(parts):
            at_once = part == 0 and course.chance((0.55 if oral else 0.25) if money else 0.2)
            due = course.day + rng.randint(2, 18)
            if part:
                due = owed[-1].due + rng.choice((28, 30, 31, 60 if parts < 4 else 30))
            # People agree on a day when somebody is there to see it done.
            owed.append(Owed(item, 1 / parts, course.day if at_once else workday(due - 1, 1), done_now=at_once))
            if at_once:
                owed[-1].state = ObligationState.DONE
    return owed


def _perform(course: _Course, owed: list[Owed]) -> None:
    """Record each performance; 88% of all obligations in time."""
    rng = course.rng
    waiting = [row for row in owed if not row.done_now]
    for row in waiting:
        # Not before the agreement stands: who signs late pays late.
        row.due = max(row.due, course.day)
        row.state = ObligationState.DONE
        if course.chance(0.845):
            row.performed = max(workday(row.due - rng.choice((0, 0, 0, 1, 1, 2, 3, 5)), 0), course.day)
            continue
        late = 1 + min(int(rng.expovariate(1 / 6)), 60)
        mark = rng.random()
        if mark < 0.11:
            row.state = ObligationState.BROKEN if mark < 0.08 else ObligationState.WAIVED
            late = rng.randint(8, 30)
        row.performed = workday(row.due + late - 1, 1)
    for row in sorted(waiting, key=lambda one: (one.performed, one.due)):
        course.then("perform", moments.office(rng, row.performed), obligation=owed.index(row) + 1, row=row)


def _visit_and_file(course: _Course, owed: list[Owed], *, first: bool) -> None:
    rng = course.rng
    wait = rng.random()
    days = rng.randint(1, 4) if wait < 0.5 else rng.randint(5, 9) if wait < 0.975 else rng.randint(11, 18)
    again = first and course.chance(0.021)
    if again and course.chance(0.25):
        return _reopen(course, rng.randint(3, 20))
    broken = any(row.state == ObligationState.BROKEN for row in owed)
    course.then("follow_up", days_on(rng, course.now, days), broken=broken, smoulders=again and course.chance(0.4))
    if again and course.chance(0.3):
        return _reopen(course, rng.randint(3, 20))
    _archive(course)
    if again:
        _reopen(course, rng.randint(5, 55))
    return None


def _reopen(course: _Course, days: int) -> None:
    course.then("reopen", days_on(course.rng, course.now, days))
    _handle(course, first=False)


def _archive(course: _Course) -> None:
    wait = course.rng.random()
    days = (
        course.rng.randint(1, 4)
        if wait < 0.6
        else course.rng.randint(5, 9)
        if wait < 0.98
        else course.rng.randint(11, 20)
    )
    course.then("archive", days_on(course.rng, course.now, days))


def _course_by_hand(facts: Facts, plan: Plan) -> list[Turn]:
    scene = scenes.SCENES[facts.special]
    today = plan.as_of // DAY
    turns: list[Turn] = []
    for step in scene.steps:
        at = max(scenes.moment(plan.as_of, step.when), (turns[-1].at if turns else facts.at) + 60)
        more = dict(step.more)
        if step.name == "record_session":
            later = [other.name for other in scene.steps[scene.steps.index(step) + 1 :]]
            more |= {"last": bool(later) and later[0].startswith("settle"), "end": "settle"}
            if "next" in more:
                more["next"] = moments.at(workday(scenes.today(plan.as_of), more["next"]), 15, 0)
        if "expected" in more:
            more["expected"] = today + more["expected"]
        if step.name in ("settle", "settle_orally"):
            rows = [_owed_by_hand(one, at, today, plan) for one in more["owed"]]
            more |= {"owed": rows, "oral": step.name == "settle_orally"}
        if step.name == "report_risk":
            more["told"] = True
        if step.name == "follow_up":
            more |= {"broken": False, "smoulders": False}
        turns.append(Turn(step.name, at, more))
    for turn, step in zip(tuple(turns), scene.steps, strict=True):
        for number, (row, one) in enumerate(
            zip(turn.more.get("owed", ()), step.more.get("owed", ()), strict=True), start=1
        ):
            if one["done"]:
                turns.append(
                    Turn("perform", scenes.moment(plan.as_of, one["done"]), {"obligation": number, "row": row})
                )
    return sorted(turns, key=lambda turn: turn.at)


def _owed_by_hand(one: dict[str, Any], at: int, today: int, plan: Plan) -> Owed:
    row = Owed(0, one["part"], (at // DAY if one["after"] else today) + one["due"])
    if one["done"]:
        row.performed, row.state = scenes.moment(plan.as_of, one["done"]) // DAY, ObligationState.DONE
    return row
