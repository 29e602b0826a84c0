"""Two requests at the same moment: one takes the room or the person, the other reads who was faster."""

import pytest
from django.db import transaction

from centre.models import Booking, BookingPerson
from centre.services import booking as verbs
from centre.services.booking import Taken
from tests.centre.conftest import at, wish
from tests.disputes import lives
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = (
    {**lives.PERSON, "name": "王海", "id_number": "620702197001010003", "phone": "13900000011"},
    {**lives.OTHER, "name": "孙燕", "phone": "13900000012"},
)


def one_wins(results):
    won = [one for one in results if isinstance(one, Booking)]
    lost = [one for one in results if isinstance(one, Taken)]
    assert (len(won), len(lost)) == (1, len(results) - 1), results
    assert Booking.objects.holding().count() == 1
    return lost[0].sentence


def ready(*people):
    for person in people:
        person.holdings  # loaded before the threads start  # noqa: B018


def test_one_room_is_taken_once(case, make_case, room, mediator, other_mediator):
    other = make_case(other_mediator, OTHERS)
    ready(mediator, other_mediator)
    sentence = one_wins(at_once(
        lambda: verbs.book(wish(case, room, at(9)), by=mediator),
        lambda: verbs.book(wish(other, room, at(9, 30)), by=other_mediator),
    ))  # fmt: skip
    assert "第一调解室" in sentence and "请换一个时间或者房间" in sentence


def test_one_mediator_sits_once(case, make_case, room, other_room, mediator):
    other = make_case(people=OTHERS)
    ready(mediator)
    sentence = one_wins(at_once(
        lambda: verbs.book(wish(case, room, at(9)), by=mediator),
        lambda: verbs.book(wish(other, other_room, at(9, 30)), by=mediator),
    ))  # fmt: skip
    assert "调解员马秀英" in sentence


def test_one_party_is_asked_once(case, make_case, room, other_room, mediator, other_mediator):
    """The same telephone in two cases of two mediators, in two rooms."""
    other = make_case(other_mediator, ({**OTHERS[0]}, {**OTHERS[1], "phone": lives.OTHER["phone"]}))
    ready(mediator, other_mediator)
    sentence = one_wins(at_once(
        lambda: verbs.book(wish(case, room, at(9)), by=mediator),
        lambda: verbs.book(wish(other, other_room, at(9, 30)), by=other_mediator),
    ))  # fmt: skip
    assert "另有安排" in sentence and "GZ" not in sentence


def test_six_presses_of_one_button_book_once(case, room, mediator):
    ready(mediator)
    one_wins(at_once(*[lambda: verbs.book(wish(case, room, at(9)), by=mediator)] * 6))


@pytest.mark.parametrize("constraint", ["room", "mediator", "party"])
def test_the_constraints_alone_let_one_of_two_writers_through(case, make_case, room, other_room, mediator, constraint):
    """Whoever writes past the verbs and their locks meets the tables themselves."""
    party = case.parties.first()
    rooms = (room, room) if constraint == "room" else (room, other_room)
    names = {"mediator": {"mediator": mediator.mediator, "key": "m:1"}, "party": {"party": party, "key": "i:1"}}

    def write(where):
        with transaction.atomic():
            made = Booking.objects.create(
                room=where,
                period=verbs.times.span(at(9), at(10)),
                dispute=case,
                mediator=mediator.mediator,
                made_by=mediator,
            )
            if constraint in names:
                BookingPerson.objects.create(booking=made, period=made.period, **names[constraint])
            return made

    results = at_once(lambda: write(rooms[0]), lambda: write(rooms[1]))
    assert sum(isinstance(one, Booking) for one in results) == 1, results
    assert Booking.objects.count() == 1
