"""The free-slot finder and the opening hours: arithmetic at its edges, and what it feeds on."""

import datetime as dt

import pytest

from centre import hours, people, slots
from centre.services import booking as verbs
from tests.centre.conftest import MONDAY, at, wish

HOUR = dt.timedelta(hours=1)
MORNING = (at(8, 30), at(12))


@pytest.mark.parametrize(
    ("taken", "length", "begin"),
    [
        ([], HOUR, at(8, 30)),
        ([(at(8), at(9))], HOUR, at(9)),
        ([(at(9), at(10))], HOUR, at(10)),  # half an hour before nine is too short
        ([(at(9), at(10))], HOUR / 2, at(8, 30)),
        ([(at(8, 30), at(9, 40))], HOUR, at(10)),  # on the half hour
        ([(at(8, 30), at(11))], HOUR, at(11)),  # until the very end
        ([(at(8, 30), at(11, 15))], HOUR, None),
        ([(at(7), at(13))], HOUR, None),
        ([(at(11), at(12)), (at(8), at(9, 30)), (at(9), at(10))], HOUR, at(10)),  # in any order, overlapping
        ([(at(14), at(15))], HOUR, at(8, 30)),
    ],
)
def test_the_first_free_moment_of_a_stretch(taken, length, begin):
    assert slots.free(MORNING, taken, length) == begin


def test_a_stretch_that_has_begun_is_offered_from_the_next_half_hour():
    assert slots.free((at(9, 10), at(12)), [], HOUR) == at(9, 30)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("08:30-12:00 14:30-18:00", "08:30-12:00 14:30-18:00"),
        ("8:30～12:00，14:30～18:00", "08:30-12:00 14:30-18:00"),
        ("上午 8点30 至 12点 和 下午14:30至18:00", "08:30-12:00 14:30-18:00"),
        ("14:00-18:00 9:00-12:00", "09:00-12:00 14:00-18:00"),
        ("９：００－１７：００", "09:00-17:00"),
        ("0:00-24:00", "00:00-24:00"),
    ],
)
def test_hours_are_read_as_people_write_them(typed, kept):
    assert hours.written(hours.read(typed)) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "全天",
        "12:00-9:00",
        "9:00-12:00 11:00-15:00",
        "9:00-10:00 x",
        "25:00-26:00",
        "1:00-2:00 3:00-4:00 5:00-6:00 7:00-8:00",
    ],
)
def test_hours_that_cannot_be_read_say_how_to_write_them(typed):
    with pytest.raises(ValueError, match="。"):
        hours.read(typed)


@pytest.mark.django_db
def test_room_mediator_and_parties_must_all_be_free(case, room, other_room, mediator, clerk):
    verbs.book(wish(case, room, at(8, 30), 210), by=mediator)  # the whole morning
    verbs.book(wish(None, other_room, at(14, 30), 60, purpose="meeting", title="例会"), by=clerk)
    keys = [key for party in case.parties.all() for key in people.of_party(party)]
    found = slots.find([other_room], keys, HOUR, at(8))
    assert [one.begin for one in found[:3]] == [
        at(15, 30),
        at(8, 30, MONDAY + dt.timedelta(days=2)),
        at(14, 30, MONDAY + dt.timedelta(days=2)),
    ]
    assert slots.find([other_room], [], HOUR, at(8))[0].begin == at(8, 30), "the room alone was free"
    assert slots.find([other_room], people.of_mediator(mediator.mediator), HOUR, at(8))[0].begin == at(15, 30)


@pytest.mark.django_db
def test_any_room_means_the_smallest_that_is_free(room, other_room, clerk):
    first = slots.find([other_room, room], [], HOUR, at(8))[0]
    assert (first.room, first.begin) == (room, at(8, 30))
    verbs.book(wish(None, room, at(8, 30), 210, purpose="meeting", title="例会"), by=clerk)
    first = slots.find([other_room, room], [], HOUR, at(8))[0]
    assert (first.room, first.begin) == (other_room, at(8, 30))


@pytest.mark.django_db
def test_days_off_and_closed_hours_are_not_offered(room):
    friday = dt.date(2026, 6, 12)
    found = slots.find([room], [], dt.timedelta(hours=3), at(17, day=friday))
    assert found[0].begin == at(8, 30, dt.date(2026, 6, 15))
    room.hours = "19:00-21:00"
    found = slots.find([room], [], HOUR, at(8))
    assert found[0].begin == at(19)


@pytest.mark.django_db
def test_what_is_longer_than_any_stretch_is_not_found(room):
    assert slots.find([room], [], dt.timedelta(hours=4), at(8)) == []
    assert slots.find([], [], HOUR, at(8)) == []


@pytest.mark.django_db
def test_the_finder_asks_the_database_twice(room, other_room, case, django_assert_num_queries):
    keys = [key for party in case.parties.all() for key in people.of_party(party)]
    rooms = list(type(room).objects.with_centre())
    slots.find(rooms, keys, HOUR, at(8))  # the calendar of working days is in memory from now on
    with django_assert_num_queries(2):
        slots.find(rooms, keys, HOUR, at(8))


@pytest.mark.django_db
def test_days_of_leave_are_passed_over_and_refused_in_words(case, room, mediator, own_centre):
    from posts.models import Leave, Officer

    officer = Officer.objects.create(
        name="马秀英", organisation=mediator.mediator.committee.organisation, mediator=mediator.mediator
    )
    Leave.objects.create(officer=officer, starts_on=at(0).date(), ends_on=dt.date(2026, 6, 10))
    found = slots.find([room], [], HOUR, at(8), mediator=mediator.mediator)
    assert found[0].begin == at(8, 30, dt.date(2026, 6, 11))
    with pytest.raises(verbs.Taken, match="调解员马秀英 06-09 至 06-10 请假"):
        verbs.book(wish(case, room, at(9)), by=mediator)
