"""Who answers for which village in the demo: 1,662 posts of 277 villages with some gaps, and the four chiefs.

Nobody here exists, the chiefs least of all.  One judge looks after a dozen villages, a police officer after four, a
mediator after two: about 320 people in all.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from common.pinyin import sort_key
from ganzhou.demo.people import People
from grids.choices import Level
from grids.models import Division, Organisation
from mediators.models import Mediator
from posts.choices import ChiefKind, LeaveReason, PostKind
from posts.models import ChiefArea, Leave, Officer, PostHolding, Substitution

#: Villages one person of each kind looks after, in the order of the codes.
EACH = {PostKind.JUDGE: 12, PostKind.PROCURATOR: 19, PostKind.POLICE: 4, PostKind.COUNSEL: 6, PostKind.MEDIATOR: 2,
        PostKind.COUNSELLOR: 11}  # fmt: skip
TITLES = {
    PostKind.JUDGE: "员额法官", PostKind.PROCURATOR: "员额检察官", PostKind.POLICE: "社区民警",
    PostKind.COUNSEL: "执业律师", PostKind.MEDIATOR: "人民调解员", PostKind.COUNSELLOR: "心理咨询师",
}  # fmt: skip
BODIES = {
    PostKind.JUDGE: "GZ-FY",
    PostKind.PROCURATOR: "GZ-JCY",
    PostKind.COUNSEL: "GZ-SF",
    PostKind.COUNSELLOR: "GZ-WJ",
}
#: Gaps of each kind: what is scarce in the country is scarce here.
GAPS = {PostKind.JUDGE: 5, PostKind.PROCURATOR: 9, PostKind.POLICE: 5, PostKind.COUNSEL: 12, PostKind.MEDIATOR: 6,
        PostKind.COUNSELLOR: 23}  # fmt: skip
#: Always complete: 徐赵寨村, where the demo's grid officer works, and 三闸镇瓦窑村.
COMPLETE = ("徐赵寨村", "瓦窑村")
#: Part of those who hold a post followed somebody, so that a day of the past is not full of gaps.
FOLLOWED = 0.92
CHIEFS = (
    (ChiefKind.COURT, "GZ-FY", "院长"), (ChiefKind.PROCURATORATE, "GZ-JCY", "检察长"), (ChiefKind.POLICE, "GZ-GA", "局长"),
    (ChiefKind.JUSTICE, "GZ-SF", "局长"),
)  # fmt: skip
#: Where the numbers of these people begin; accounts and mediators have those below.
FIRST = 60_000


@dataclass
class _Book:
    people: People
    as_of: dt.date
    rng: random.Random
    officers: list[Officer] = field(default_factory=list)
    holdings: list[PostHolding] = field(default_factory=list)

    def officer(self, body: Organisation, title: str, mediator: Mediator | None = None) -> Officer:
        number = len(self.officers)
        name = mediator.name if mediator else self.people.staff(FIRST + number)[0]
        one = Officer(
            name=name, sort_key=sort_key(name)[:200], organisation=body, title=title, mediator=mediator,
            # Nobody is called on 0936-1235…: local numbers do not begin with 1.
            phone=f"0936-1235{number:03d}", user_id=mediator.user_id if mediator else None,
        )  # fmt: skip
        self.officers.append(one)
        return one

    def day(self, fewest: int, most: int) -> dt.date:
        """A day that lies so many days back."""
        return self.as_of - dt.timedelta(days=self.rng.randint(fewest, most))


def build(people: People, places: dict[str, Division], stations: dict[str, Organisation], as_of: dt.date) -> None:
    """Write officers, posts, leave, substitutes and chiefs.  ``stations`` is the police station of each township."""
    book = _Book(people, as_of, random.Random(f"{people.seed}/posts"))
    villages = sorted((one for one in places.values() if one.level == Level.VILLAGE), key=lambda one: one.pk)
    bodies = {body.code: body for body in Organisation.objects.filter(code__startswith="GZ-").exclude(kind="committee")}
    gaps = _gaps(book.rng, villages)
    for kind in PostKind:
        _fill(book, kind, villages, gaps, bodies, stations)
    areas = list(_areas(book, places.values(), bodies))
    Officer.objects.bulk_create(book.officers)
    PostHolding.objects.bulk_create(book.holdings, batch_size=1000)
    ChiefArea.objects.bulk_create(areas)
    _leaves(book)


def _gaps(rng: random.Random, villages: list[Division]) -> set[tuple[str, str]]:
    open_to = [one.pk for one in villages if one.name not in COMPLETE]
    found = {(code, kind) for kind, count in GAPS.items() for code in rng.sample(open_to, count)}
    # 上秦镇, whose township centre signs in to the demo, always has something to fill.
    shangqin = [one.pk for one in villages if one.pk in open_to and one.parent_id == "620702101000"]
    return found | {(shangqin[0], PostKind.COUNSELLOR), (shangqin[3], PostKind.COUNSEL)}


def _fill(
    book: _Book,
    kind: PostKind,
    villages: list[Division],
    gaps: set[tuple[str, str]],
    bodies: dict[str, Organisation],
    stations: dict[str, Organisation],
) -> None:
    mediators = _mediators() if kind == PostKind.MEDIATOR else {}
    holders: list[Officer] = []
    #: The contracts of the lawyers of a township end together.
    terms: dict[str | None, dt.date] = {}
    town, left = "", 0
    for village in villages:
        # A judge's round runs on into the next township, a police officer's and a mediator's does not.
        if left == 0 or (kind in (PostKind.POLICE, PostKind.MEDIATOR) and village.parent_id != town):
            body = bodies[BODIES[kind]] if kind in BODIES else bodies["GZ-SF"]
            if kind == PostKind.POLICE:
                body = stations.get(village.parent_id or "", bodies["GZ-GA"])
            mediator = mediators.get(village.pk) or mediators.get(village.parent_id or "")
            if mediator:
                body = mediator.committee.organisation
                for place in (village.pk, village.parent_id or ""):
                    if mediators.get(place) is mediator:
                        del mediators[place]
            holders.append(book.officer(body, TITLES[kind], mediator))
            left = EACH[kind]
        town, left = village.parent_id or "", left - 1
        if (village.pk, kind) in gaps:
            continue
        since, ends_on = book.day(120, 900), None
        if kind == PostKind.COUNSEL:
            ends_on = terms.setdefault(village.parent_id, book.as_of + dt.timedelta(days=_term(len(terms))))
        book.holdings.append(
            PostHolding(division=village, kind=kind, officer=holders[-1], starts_on=since, ends_on=ends_on)
        )
        if len(holders) > 1 and book.rng.random() < FOLLOWED:
            before = book.rng.choice(holders[:-1])
            book.holdings.append(
                PostHolding(
                    division=village,
                    kind=kind,
                    officer=before,
                    starts_on=since - dt.timedelta(days=700),
                    ends_on=since - dt.timedelta(days=1),
                )
            )


def _term(number: int) -> int:
    """Days until the contract of a township's lawyer ends: two soon, the others over the year."""
    return {1: 5, 6: 21}.get(number, 60 + number * 23)


def _mediators() -> dict[str, Mediator]:
    """For each place the first mediator of its committee who serves."""
    rows = Mediator.objects.serving().select_related("committee__organisation").order_by("-pk")
    return {row.committee.organisation.division_id: row for row in rows if row.committee.kind != "trade"}


def _areas(book: _Book, places: Iterable[Division], bodies: dict[str, Organisation]) -> Iterator[ChiefArea]:
    """23 townships and subdistricts, each in the area of one of the four; the development zone is a part of none."""
    towns = sorted(
        (one for one in places if one.level == Level.TOWNSHIP and one.kind != "other"), key=lambda one: one.pk
    )
    size = -(-len(towns) // len(CHIEFS))
    for number, (kind, body, title) in enumerate(CHIEFS):
        chief = book.officer(bodies[body], title)
        since = book.day(200, 500)
        for town in towns[number * size : (number + 1) * size]:
            yield ChiefArea(township=town, kind=kind, officer=chief, starts_on=since)


def _leaves(book: _Book) -> None:
    """Some are away today: for most somebody stands in.  Some were away in spring."""
    now = [one for one in book.holdings if one.ends_on is None or one.ends_on > book.as_of + dt.timedelta(days=30)]
    of: dict[int, list[PostHolding]] = {}
    for holding in now:
        of.setdefault(holding.officer.pk, []).append(holding)
    by_kind: dict[str, list[Officer]] = {}
    for holding in now:
        same = by_kind.setdefault(holding.kind, [])
        if not same or same[-1] is not holding.officer:
            same.append(holding.officer)
    leaves, substitutions = [], []
    for kind in PostKind:
        away, other, *_ = [one for one in by_kind[kind] if one.mediator_id is None or kind == PostKind.MEDIATOR][3:]
        begins, ends = book.day(1, 6), book.as_of + dt.timedelta(days=book.rng.randint(4, 20))
        reason = book.rng.choice((LeaveReason.HOLIDAY, LeaveReason.TRAINING, LeaveReason.DUTY))
        leaves.append(Leave(officer=away, starts_on=begins, ends_on=ends, reason=reason))
        if kind != PostKind.COUNSELLOR:
            substitutions += [
                Substitution(holding=holding, officer=other, starts_on=begins, ends_on=ends) for holding in of[away.pk]
            ]
        spring = dt.date(book.as_of.year, 3, 2) if book.as_of > dt.date(book.as_of.year, 4, 1) else None
        if spring:
            leaves.append(Leave(officer=other, starts_on=spring, ends_on=spring + dt.timedelta(days=6)))
    Leave.objects.bulk_create(leaves)
    Substitution.objects.bulk_create(substitutions)
