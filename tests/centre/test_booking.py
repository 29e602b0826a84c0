"""A room is taken with everybody who is to come, and given back whole."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from centre.models import Booking, BookingPerson
from centre.services import booking as verbs
from centre.services.booking import Taken
from common.errors import GuardRefused, Missing, NotPermitted, NotVisible, WrongState
from tests.centre.conftest import MONDAY, at, wish
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place

pytestmark = pytest.mark.django_db


def test_a_booking_holds_room_mediator_and_parties_and_stands_in_the_timeline(case, room, mediator):
    version = case.version
    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    assert (booking.room, booking.mediator, booking.dispute) == (room, mediator.mediator, case)
    assert booking.people.filter(mediator=mediator.mediator).count() == 1
    assert set(booking.people.exclude(party=None).values_list("party", flat=True)) == {p.pk for p in case.parties.all()}
    event = case.events.first()
    assert (event.name, event.text) == ("book", "06-09 周二 09:00～10:30，上秦镇综治中心第一调解室。")
    case.refresh_from_db()
    assert case.version == version, "nobody's open page is out of date because of an appointment"
    assert AuditEvent.objects.filter(action="dispute.book", object_id=case.code).count() == 1


def test_what_ends_at_half_past_ten_leaves_half_past_ten_free(case, room, mediator):
    verbs.book(wish(case, room, at(9)), by=mediator)
    assert verbs.book(wish(case, room, at(10, 30)), by=mediator)


def test_a_taken_room_is_named_with_the_case_one_may_see(case, make_case, room, mediator, other_mediator, clerk):
    verbs.book(wish(case, room, at(9)), by=mediator)
    other = make_case(other_mediator, ({**lives.PERSON, "id_number": "620702197001010003", "phone": "13900000011"},
                                       {**lives.OTHER, "phone": "13900000012"}))  # fmt: skip
    with pytest.raises(Taken) as refusal:
        verbs.book(wish(other, room, at(10)), by=clerk)
    assert f"第一调解室 06-09 周二 09:00～10:30 已有安排（{case.code}）" in refusal.value.sentence
    with pytest.raises(Taken) as refusal:  # another mediator does not reach that case
        verbs.book(wish(other, room, at(10)), by=other_mediator)
    assert (
        case.code not in refusal.value.sentence
        and "第一调解室 06-09 周二 09:00～10:30 已有安排" in refusal.value.sentence
    )


def test_a_mediator_does_not_sit_in_two_rooms(case, make_case, room, other_room, mediator):
    verbs.book(wish(case, room, at(9)), by=mediator)
    other = make_case(people=({**lives.PERSON, "id_number": "620702197001010003", "phone": "13900000011"},
                              {**lives.OTHER, "phone": "13900000012"}))  # fmt: skip
    with pytest.raises(Taken) as refusal:
        verbs.book(wish(other, other_room, at(10)), by=mediator)
    assert "调解员马秀英" in refusal.value.sentence


def same_person(**more):
    return {**lives.PERSON, "name": "李桂兰", **more}


@pytest.mark.parametrize(
    ("again", "is_same"),
    [
        (same_person(phone="13900000011"), True),  # the same document, another telephone
        (same_person(id_kind="", id_number="", no_id_reason="未带"), True),  # no document, the same telephone
        (same_person(id_number="620702197001010003"), False),  # a couple shares a telephone
        (same_person(id_number="620702197001010003", phone="13900000011"), False),
    ],
)
def test_a_party_is_the_same_person_across_cases_by_document_or_telephone(
    case, make_case, room, other_room, mediator, other_mediator, again, is_same
):
    verbs.book(wish(case, room, at(9)), by=mediator)
    other = make_case(other_mediator, (again, {**lives.OTHER, "phone": "13900000012"}))
    if not is_same:
        assert verbs.book(wish(other, other_room, at(10)), by=other_mediator)
        return
    with pytest.raises(Taken) as refusal:
        verbs.book(wish(other, other_room, at(10)), by=other_mediator)
    assert "申请人 1李*兰这一时段另有安排" in refusal.value.sentence
    assert case.code not in refusal.value.sentence, "whose other case it is stays unsaid"


def test_two_parties_of_one_case_may_share_a_telephone(make_case, room, mediator):
    case = make_case(people=(lives.PERSON, {**lives.OTHER, "phone": lives.PERSON["phone"]}))
    assert verbs.book(wish(case, room, at(9)), by=mediator).people.count() >= 3


def test_cancelling_frees_the_time_and_keeps_the_row(case, room, mediator):
    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    verbs.cancel(booking, by=mediator, why="对方出差")
    assert verbs.book(wish(case, room, at(9)), by=mediator)
    booking.refresh_from_db()
    assert booking.is_cancelled and booking.cancelled_why == "对方出差" and booking.cancelled_by == mediator
    assert Booking.objects.count() == 2
    assert [e.name for e in case.events.all()[:3]] == ["book", "unbook", "book"]


def test_moving_gives_up_one_time_for_another_or_changes_nothing(case, room, other_room, mediator, county_centre):
    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    verbs.book(wish(None, other_room, at(9), purpose="meeting", title="例会"), by=lives_clerk(case))
    with pytest.raises(Taken):
        verbs.move(booking, wish(case, other_room, at(10)), by=mediator)
    booking.refresh_from_db()
    assert not booking.is_cancelled and booking.people.filter(is_held=True).exists()
    fresh = verbs.move(booking, wish(case, room, at(9, 30)), by=mediator)  # overlaps with what it replaces
    booking.refresh_from_db()
    assert (fresh.replaces, booking.cancelled_why) == (booking, "改期")


def lives_clerk(case):
    return case.registered_by


def test_the_tables_refuse_whatever_the_verbs_do(case, room, other_room, mediator):
    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    kept = {"period": booking.period, "dispute": case, "mediator": mediator.mediator, "made_by": mediator}
    with pytest.raises(IntegrityError, match="room_is_booked_once"), transaction.atomic():
        Booking.objects.create(room=room, **kept)
    second = Booking.objects.create(room=other_room, **kept)
    for person in booking.people.all():
        with pytest.raises(IntegrityError, match="person_is_booked_once"), transaction.atomic():
            BookingPerson.objects.create(
                booking=second,
                key=person.key,
                span=person.span,
                period=booking.period,
                mediator=person.mediator,
                party=person.party,
            )
    with pytest.raises(IntegrityError, match="booking_is_for_a_case_or_says"), transaction.atomic():
        Booking.objects.create(room=other_room, period=second.period, purpose="meeting", made_by=mediator)


def test_when_a_row_fails_nothing_is_booked(case, room, mediator, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(verbs, "record", broken)
    with pytest.raises(RuntimeError):
        verbs.book(wish(case, room, at(9)), by=mediator)
    assert not Booking.objects.exists() and not BookingPerson.objects.exists()


# ---- who, what, when


def test_who_may_book_and_for_which_case(
    case, room, supervisor, other_mediator, neighbouring_clerk, county_centre, township
):
    with pytest.raises(NotPermitted, match="调解员"):
        verbs.book(wish(case, room, at(9)), by=supervisor)
    with pytest.raises(NotVisible):
        verbs.book(wish(case, room, at(9)), by=other_mediator)
    with pytest.raises(NotVisible):  # not even the room
        verbs.book(wish(case, room, at(9)), by=neighbouring_clerk)
    assert verbs.book(wish(case, room, at(9)), by=township)


def test_a_case_without_mediator_or_after_its_end_is_not_arranged(case, room, clerk, dispatcher, mediator, make_case):
    fresh = lives.register(clerk, division=place(OWN_VILLAGE))
    with pytest.raises(WrongState, match="登记"):
        verbs.book(wish(fresh, room, at(9)), by=clerk)
    fresh = lives.do(fresh, "accept", clerk)
    fresh = lives.do(
        fresh, "assign", dispatcher, committee=mediator.mediator.committee, mediator=None, chosen_by="not_asked"
    )
    with pytest.raises(GuardRefused, match="还没有确定调解员"):
        verbs.book(wish(fresh, room, at(9)), by=clerk)
    with pytest.raises(Missing, match="请谁到场"):
        verbs.book(wish(case, room, at(9), parties=()), by=clerk)


@pytest.mark.parametrize(
    ("begin", "minutes", "field"),
    [
        (at(9, day=MONDAY), 60, "begin"),  # ten minutes ago
        (at(9, 5), 60, "begin"),  # off the grid
        (at(23), 90, "length"),  # over midnight
        (at(12), 60, "after_hours"),  # at noon
        (at(9, day=dt.date(2026, 6, 13)), 60, "after_hours"),  # on a Saturday
        (at(9, day=dt.date(2027, 3, 1)), 60, "begin"),
    ],
)
def test_a_time_that_will_not_do_is_refused_beside_its_field(case, room, mediator, begin, minutes, field):
    with pytest.raises(Missing) as refusal:
        verbs.book(wish(case, room, begin, minutes), by=mediator)
    assert list(refusal.value.fields) == [field]


def test_outside_the_hours_when_somebody_opens_the_door(case, room, mediator):
    assert verbs.book(wish(case, room, at(19), after_hours=True), by=mediator)
    assert verbs.book(wish(case, room, at(9, day=dt.date(2026, 6, 13)), after_hours=True), by=mediator)


def test_a_closed_room_is_not_booked(case, room, mediator):
    room.is_active = False
    room.save()
    with pytest.raises(NotVisible):
        verbs.book(wish(case, room, at(9)), by=mediator)


# ---- what happens to the case


def test_a_case_that_ends_frees_its_meetings(case, room, mediator):
    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    lives.do(case, "fail", mediator, **lives.told())
    booking.refresh_from_db()
    assert booking.is_cancelled and "调解不成" in booking.cancelled_why
    assert not booking.people.filter(is_held=True).exists()
    assert case.events.filter(name="unbook", actor=None).exists()


def test_a_new_mediator_takes_the_meeting_over_and_the_old_one_is_free(
    case, room, other_room, mediator, other_mediator, dispatcher, make_case
):
    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    lives.do(case, "reassign", dispatcher, committee=other_mediator.mediator.committee, mediator=other_mediator.mediator,
             chosen_by="accepted", reason="回避")  # fmt: skip
    booking.refresh_from_db()
    assert booking.mediator == other_mediator.mediator and not booking.is_cancelled
    held = booking.people.filter(is_held=True, mediator__isnull=False)
    assert list(held.values_list("mediator", flat=True)) == [other_mediator.mediator.pk]


def test_a_new_mediator_who_is_busy_leaves_the_meeting_to_be_arranged_anew(
    case, room, other_room, mediator, other_mediator, dispatcher, make_case
):
    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    other = make_case(other_mediator, ({**lives.PERSON, "id_number": "620702197001010003", "phone": "13900000011"},
                                       {**lives.OTHER, "phone": "13900000012"}))  # fmt: skip
    verbs.book(wish(other, other_room, at(9)), by=other_mediator)
    lives.do(case, "reassign", dispatcher, committee=other_mediator.mediator.committee, mediator=other_mediator.mediator,
             chosen_by="accepted", reason="回避")  # fmt: skip
    booking.refresh_from_db()
    assert booking.is_cancelled and "另有安排" in booking.cancelled_why


def test_a_record_of_that_day_is_the_record_of_the_meeting(case, room, mediator):
    import time_machine

    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    with time_machine.travel(at(11)):
        lives.do(case, "record_session", mediator, record="双方各让一步。")
    booking.refresh_from_db()
    assert booking.session == case.sessions.last()
    with pytest.raises(WrongState, match="已经记录"):
        verbs.cancel(booking, by=mediator, why="错了")


def test_a_room_for_a_meeting_needs_no_case(room, clerk, mediator):
    booking = verbs.book(wish(None, room, at(9), purpose="meeting", title="物业纠纷会商"), by=clerk)
    assert booking.dispute is None and AuditEvent.objects.filter(action="booking.make").count() == 1
    with pytest.raises(NotPermitted):
        verbs.book(wish(None, room, at(15), purpose="meeting", title="例会"), by=mediator)
    with pytest.raises(Missing, match="什么事"):
        verbs.book(wish(None, room, at(15), purpose="meeting"), by=clerk)


def test_a_person_without_document_and_telephone_is_at_least_themselves(make_case, room, other_room, mediator):
    bare = {**lives.OTHER, "phone": ""}
    case = make_case(people=(lives.PERSON, bare))
    verbs.book(wish(case, room, at(9)), by=mediator)
    with pytest.raises(Taken, match="本案这一时段已经约过"):
        verbs.book(wish(case, other_room, at(9)), by=mediator)
