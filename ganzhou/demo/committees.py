"""What the demo knows of committees and mediators beyond their names: seats, seals, courses, languages, histories.

Most committees are as the law wants them; about one in ten is not, so that the warnings have something to show.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from grids.models import Division
from mediators import court_lists
from mediators.choices import CommitteeKind, Grade, Ground, Language, MediatorKind, MediatorStatus, MemberPost
from mediators.models import Committee, CommitteeMember, CourtList, Mediator, StatusChange, Training, term_ends

#: A committee with each of these shares of a hundred is as its name says; the rest are in order.
FLAWS = (("too_few", 3), ("no_chair", 2), ("no_women", 3), ("term_over", 3), ("term_soon", 3))

KINDS: dict[str, tuple[str, ...]] = {
    CommitteeKind.VILLAGE: (MediatorKind.PART_TIME, MediatorKind.PART_TIME, MediatorKind.LEGAL_HAND, MediatorKind.VETERAN),
    CommitteeKind.COMMUNITY: (MediatorKind.PART_TIME, MediatorKind.LEGAL_HAND, MediatorKind.RETIRED, MediatorKind.VETERAN),
    CommitteeKind.TRADE: (MediatorKind.PART_TIME, MediatorKind.LAWYER, MediatorKind.RETIRED),
}  # fmt: skip
OTHER_KINDS = (MediatorKind.PART_TIME, MediatorKind.RETIRED, MediatorKind.LAWYER, MediatorKind.VETERAN)

COURSES: tuple[tuple[str, str, str], ...] = (
    ("人民调解法与调解程序", "8", "甘州区司法局"),
    ("调解协议书制作与卷宗规范", "4", "甘州区司法局"),
    ("婚姻家庭纠纷调解技巧", "4", "甘州区人民法院"),
    ("土地承包与水事纠纷调处", "6", "甘州区司法局"),
    ("新任人民调解员岗前培训", "16", "张掖市司法局"),
    ("诉调对接与司法确认", "4", "甘州区人民法院"),
)  # fmt: skip


def complete_mediator(row: Mediator, rng: random.Random, as_of: dt.date, *, is_full_time: bool) -> None:
    """Fill the columns that say what somebody brings to a mediation."""
    committee = row.committee
    row.kind = (
        MediatorKind.FULL_TIME if is_full_time else rng.choice(KINDS.get(CommitteeKind(committee.kind), OTHER_KINDS))
    )
    spoken = {Language.GANZHOU.value}
    if rng.random() < 0.6 or committee.kind not in (CommitteeKind.VILLAGE, CommitteeKind.TOWNSHIP):
        spoken.add(Language.MANDARIN.value)
    if "·" in row.name:
        spoken |= {Language.MONGOLIAN.value, Language.MANDARIN.value}
    elif rng.random() < 0.01:
        spoken.add(rng.choice((Language.YUGUR, Language.TIBETAN, Language.SIGN)).value)
    row.languages = [code for code in Language.values if code in spoken]
    row.grade = rng.choices(list(Grade.values), (55, 1, 5, 14, 25))[0]
    row.appointed_on = as_of - dt.timedelta(days=rng.randrange(130, 1900))
    if row.status != MediatorStatus.SERVING:
        row.status_on = as_of - dt.timedelta(days=rng.randrange(5, 120))


def complete_committee(row: Committee) -> None:
    row.seal_name = row.organisation.name
    if row.kind in (CommitteeKind.VILLAGE, CommitteeKind.COMMUNITY):
        row.seal_keeper = "文书"


def write(seed: int, mediators: Iterable[Mediator], women: frozenset[int], as_of: dt.date) -> None:
    """Write seats, courses and histories of mediators who are in the database.  ``women``: accounts of women."""
    own: dict[int, list[Mediator]] = {}
    trainings: list[Training] = []
    for row in mediators:
        own.setdefault(row.committee_id, []).append(row)
        trainings += _courses(random.Random(f"{seed}/courses/{row.pk}"), row, as_of)
    seats: list[CommitteeMember] = []
    keepers: list[Committee] = []
    for rows in own.values():
        committee = rows[0].committee
        found = _seats(random.Random(f"{seed}/seats/{committee.organisation.code}"), rows, women, as_of)
        chair = next((seat for seat in found if seat.post == MemberPost.CHAIR), None)
        if not committee.seal_keeper and chair:
            committee.seal_keeper = chair.mediator.name
            keepers.append(committee)
        seats += found
    CommitteeMember.objects.bulk_create(seats, batch_size=1000)
    Training.objects.bulk_create(trainings, batch_size=1000)
    Committee.objects.bulk_update(keepers, ["seal_keeper"], batch_size=500)
    StatusChange.objects.bulk_create(_histories(own), batch_size=1000)
    _one_committee_for_two_places()


def _courses(rng: random.Random, row: Mediator, as_of: dt.date) -> list[Training]:
    chosen = rng.sample(COURSES, rng.choice((0, 1, 1, 2)))
    return [
        Training(
            mediator=row, topic=topic, hours=Decimal(hours), organiser=organiser,
            held_on=as_of - dt.timedelta(days=rng.randrange(10, 420)),
        )
        for topic, hours, organiser in chosen
    ]  # fmt: skip


def _seats(rng: random.Random, rows: list[Mediator], women: frozenset[int], as_of: dt.date) -> list[CommitteeMember]:
    """Three to seven members, the first mediator in the chair, or with the flaw that fell to this committee."""
    draw, flaw = rng.random() * 100, ""
    for name, share in FLAWS:
        if draw < share:
            flaw = name
            break
        draw -= share
    serving = [row for row in rows if row.is_serving]
    size = 2 if flaw == "too_few" else min(len(serving), rng.choice((3, 5, 5, 7)))
    chosen = serving[:size]
    if flaw == "no_women":
        chosen = [row for row in serving if row.user_id not in women][:size]
    elif not any(row.user_id in women for row in chosen):
        chosen += [row for row in serving[size:] if row.user_id in women][:1]
    starts_on = as_of - dt.timedelta(days=rng.randrange(60, 900))
    if flaw == "term_over":
        starts_on = as_of - dt.timedelta(days=3 * 366 + rng.randrange(10, 160))
    elif flaw == "term_soon":
        starts_on = as_of - dt.timedelta(days=3 * 365 - rng.randrange(10, 55))
    posts: list[str] = [MemberPost.CHAIR, MemberPost.VICE_CHAIR] if len(chosen) > 4 else [MemberPost.CHAIR]
    if flaw == "no_chair":
        posts = [MemberPost.MEMBER, *posts[1:]]
    posts += [MemberPost.MEMBER] * (len(chosen) - len(posts))
    return [
        CommitteeMember(
            committee_id=row.committee_id, mediator=row, post=post, is_woman=row.user_id in women,
            is_minority="·" in row.name, starts_on=starts_on, ends_on=term_ends(starts_on),
        )
        for row, post in zip(chosen, posts, strict=True)
    ]  # fmt: skip


REASONS = {"因病请假": Ground.HEALTH, "外出培训": Ground.AWAY, "任期届满未续聘": Ground.TERM}


def _histories(own: dict[int, list[Mediator]]) -> list[StatusChange]:
    return [
        StatusChange(
            mediator=row, from_status=MediatorStatus.SERVING, to_status=row.status, note=row.status_reason,
            ground=REASONS[row.status_reason], effective_on=row.status_on,
        )
        for rows in own.values()
        for row in rows
        if row.status_on and not row.is_serving
    ]  # fmt: skip


def _one_committee_for_two_places() -> None:
    """下安村 has no committee of its own: that of 下安社区 around it answers for both."""
    both: Any = Division.objects.filter(name__in=("下安村", "下安社区"), parent_id="620702005000")
    committee = Committee.objects.filter(organisation__division__in=both).first()
    if committee:
        committee.places.set(both)


def write_court_list(by: Any, court: Any, as_of: dt.date) -> None:
    """A list that was sent half a year ago: today's, without those appointed since and with some who left since."""
    sent_on = as_of - dt.timedelta(days=182)
    committees = court_lists.snapshot()
    recent = set(Mediator.objects.filter(appointed_on__gt=sent_on + dt.timedelta(days=20)).values_list("pk", flat=True))
    for row in committees:
        row["people"] = [one for one in row["people"] if one["id"] not in recent]
    CourtList.objects.create(
        year=sent_on.year, number=1, as_of=sent_on, content={"committees": committees, "changes": []},
        committee_count=len(committees), mediator_count=court_lists.count_people(committees), change_count=0, made_by=by,
        made_at=timezone.make_aware(dt.datetime.combine(sent_on, dt.time(9, 30))), court=court, sent_on=sent_on,
        sent_how="公文交换", sent_by=by,
    )  # fmt: skip
