"""Centres with rooms, and a case that can be arranged.  It is Monday morning, 2026-06-08; the week has five working days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from centre.models import Centre, Room
from centre.services.booking import Wish
from disputes.models import Dispute
from grids.choices import Level, OrganisationKind
from tests.disputes import lives
from tests.factories import COUNTY, NEIGHBOUR_TOWNSHIP, OWN_TOWNSHIP, OWN_VILLAGE, OrganisationFactory, place

MONDAY = dt.date(2026, 6, 8)


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(dt.datetime(2026, 6, 8, 9, 10, tzinfo=dt.UTC) - dt.timedelta(hours=8)):
        yield


def centre_at(code: str, name: str, **more: Any) -> Centre:
    body = OrganisationFactory(
        code=f"TEST-ZX-{code}", name=name, kind=OrganisationKind.CENTRE, division=place(code), phone="0936-8110000",
        address="前进路 8 号",
    )  # fmt: skip
    level = Level.COUNTY if code == COUNTY else Level.TOWNSHIP
    return Centre.objects.create(organisation=body, level=level, **more)


@pytest.fixture
def own_centre(db: None) -> Centre:
    return centre_at(OWN_TOWNSHIP, "上秦镇综治中心")


@pytest.fixture
def county_centre(db: None) -> Centre:
    return centre_at(COUNTY, "甘州区综治中心")


@pytest.fixture
def neighbour_centre(db: None) -> Centre:
    return centre_at(NEIGHBOUR_TOWNSHIP, "党寨镇综治中心")


@pytest.fixture
def room(own_centre: Centre) -> Room:
    return Room.objects.create(centre=own_centre, name="第一调解室", seats=6, floor="一楼")


@pytest.fixture
def other_room(own_centre: Centre) -> Room:
    return Room.objects.create(centre=own_centre, name="第二调解室", seats=12, number=2)


@pytest.fixture
def county_room(county_centre: Centre) -> Room:
    return Room.objects.create(centre=county_centre, name="第三调解室", seats=8, number=3)


@pytest.fixture
def make_case(clerk: Any, dispatcher: Any, mediator: Any):
    """A case under mediation; ``by`` another mediator, ``people`` as (applicant, respondent)."""

    def make(by: Any = None, people: Any = None, village: str = OWN_VILLAGE) -> Dispute:
        applicant, respondent = people or (lives.PERSON, lives.OTHER)
        case = lives.register(clerk, division=place(village), applicants=[applicant], respondents=[respondent])
        return lives.bring(case, "mediating", clerk=clerk, dispatcher=dispatcher, mediator=by or mediator)

    return make


@pytest.fixture
def case(make_case: Any) -> Dispute:
    return make_case()


def at(hour: int, minute: int = 0, day: dt.date = MONDAY + dt.timedelta(days=1)) -> dt.datetime:
    """A moment here; tomorrow, Tuesday, when no day is given."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def wish(case: Dispute | None, room: Room, begin: dt.datetime, minutes: int = 90, **more: Any) -> Wish:
    """Everybody of the case, in that room."""
    parties = tuple(case.parties.all()) if case else ()
    return Wish(
        room=room, begin=begin, end=begin + dt.timedelta(minutes=minutes), dispute=case, **{"parties": parties, **more}
    )
