"""The calendar, the booking form and one booking: they work, neighbours get nothing, a bad form says why."""

import datetime as dt

import pytest
from django.urls import reverse

from centre.models import Booking
from centre.services import booking as verbs
from tests.centre.conftest import at, wish
from tests.disputes import lives

pytestmark = pytest.mark.django_db

CALENDAR = reverse("centre:calendar")


@pytest.fixture
def booking(case, room, mediator):
    return verbs.book(wish(case, room, at(9)), by=mediator)


def signed_in(client, user):
    client.force_login(user)
    return client


def day(**more):
    return {"day": "2026-06-09", **more}


# ---- the calendar


def test_the_day_shows_each_room_with_what_is_on_and_what_is_free(client, clerk, case, room, other_room, booking):
    page = signed_in(client, clerk).get(CALENDAR, day()).content.decode()
    assert "第一调解室" in page and "第二调解室" in page
    assert "李*兰 与 赵*军" in page and booking.get_absolute_url() in page
    assert "李桂兰" not in page
    assert "第一调解室 10:30 起空闲，预约" in page


def test_a_booking_of_a_case_one_does_not_see_is_only_taken(
    client, clerk, neighbouring_clerk, county_room, county_clerk, dispatcher, other_mediator, make_case
):
    case = make_case()
    verbs.book(wish(case, county_room, at(9)), by=clerk)
    page = signed_in(client, neighbouring_clerk).get(CALENDAR, day(centre=county_room.centre.code)).content.decode()
    assert "已占用" in page and "09:00～10:30" in page
    assert "李*兰" not in page and case.code not in page


def test_a_neighbours_centre_is_not_offered_and_cannot_be_asked_for(client, clerk, room, neighbour_centre):
    page = signed_in(client, clerk).get(CALENDAR, day(centre=neighbour_centre.code)).content.decode()
    assert "党寨镇综治中心" not in page and "上秦镇综治中心" in page


def test_the_week_leaves_out_a_weekend_on_which_nothing_is_on(client, clerk, room, booking, mediator, case):
    url = f"{CALENDAR}?view=week&day=2026-06-09"
    page = signed_in(client, clerk).get(url).content.decode()
    assert "06-12 周五" in page and "06-13 周六" not in page
    verbs.book(wish(case, room, at(9, day=dt.date(2026, 6, 13)), after_hours=True), by=mediator)
    assert "06-13 周六" in client.get(url).content.decode()


def test_days_far_away_and_days_that_are_none_are_drawn_in(client, clerk, room):
    for asked in ("0001-01-01", "9999-12-31", "昨天", "garbage", ""):
        assert signed_in(client, clerk).get(CALENDAR, {"day": asked}).status_code == 200


def test_the_calendar_of_a_full_day_takes_few_queries(
    client, county_clerk, county_room, case, make_case, mediator, django_assert_max_num_queries
):
    for hour in (9, 11, 15, 16):
        verbs.book(wish(case, county_room, at(hour), 60), by=mediator)
    signed_in(client, county_clerk)
    with django_assert_max_num_queries(14):
        client.get(CALENDAR, day())


def test_security_and_audit_administrators_see_no_rooms(client, security_admin, audit_admin, system_admin, room):
    for person in (security_admin, audit_admin):
        assert "第一调解室" not in signed_in(client, person).get(CALENDAR).content.decode()
    assert "第一调解室" in signed_in(client, system_admin).get(CALENDAR).content.decode()


# ---- booking


def book_url(case):
    return f"{reverse('centre:book')}?case={case.code}"


def typed(case, where, **more):
    return {"room": where.pk, "begin": "2026-06-09 09:00", "length": "90", "parties": [str(p.uid) for p in case.parties.all()],
            "find_in": where.centre_id, "find_from": "2026-06-09", "save": "1", **more}  # fmt: skip


def test_the_form_comes_filled_with_the_first_free_time_of_the_nearest_centre(
    client, mediator, case, room, county_room
):
    form = signed_in(client, mediator).get(book_url(case)).context["form"]
    assert (form["room"].value(), f"{form['begin'].value():%m-%d %H:%M}") == (room.pk, "06-09 08:30")
    assert len(form["parties"].value()) == 2


def test_a_press_books_and_leads_to_the_booking_with_its_notice(client, mediator, case, room):
    response = signed_in(client, mediator).post(book_url(case), typed(case, room))
    booking = Booking.objects.get()
    assert response.status_code == 302 and response.url == booking.get_absolute_url()
    page = client.get(response.url).content.decode()
    assert "2026 年 6 月 9 日（周二）09:00～10:30" in page and reverse("centre:notice", args=[booking.pk]) in page


def test_the_slower_one_keeps_what_was_typed_and_sees_the_next_free_times(
    client, clerk, case, make_case, room, other_mediator, booking
):
    other = make_case(other_mediator, ({**lives.PERSON, "id_number": "620702197001010003", "phone": "13900000011"},
                                       {**lives.OTHER, "phone": "13900000012"}))  # fmt: skip
    response = signed_in(client, clerk).post(book_url(other), typed(other, room, note="请带借条原件"))
    page = response.content.decode()
    assert response.status_code == 409 and "请带借条原件" in page
    assert "第一调解室 06-09 周二 09:00～10:30 已有安排" in page
    assert next(one["when"] for one in response.context["slots"]) == "06-09 周二 10:30～12:00"


def test_pressing_a_free_time_fills_the_form_and_books_nothing(client, mediator, case, room, other_room):
    slot = f"{other_room.pk}|2026-06-10 15:00"
    response = signed_in(client, mediator).post(book_url(case), typed(case, room, slot=slot, note="请带借条"))
    form = response.context["form"]
    assert (str(form["room"].value()), form["begin"].value(), form["note"].value()) == (
        str(other_room.pk),
        "2026-06-10 15:00",
        "请带借条",
    )
    assert not Booking.objects.exists()


def test_looking_again_keeps_what_was_typed(client, mediator, case, room, county_room):
    data = typed(case, room, find="1", note="请带借条", find_in=county_room.centre_id, length="180")
    response = signed_in(client, mediator).post(book_url(case), data)
    assert response.context["form"]["note"].value() == "请带借条"
    assert {one["room"] for one in response.context["slots"]} == {county_room}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"begin": ""}, "请填写开始"),
        ({"begin": "看心情"}, "看不懂这个时间"),
        ({"begin": "2026-06-01 09:00"}, "已经过去"),
        ({"parties": []}, "请选择请谁到场"),
        ({"begin": "2026-06-13 09:00"}, "休息日"),
        ({"room": "999999"}, "选择"),
    ],
)
def test_a_bad_form_says_why_and_books_nothing(client, mediator, case, room, more, said):
    response = signed_in(client, mediator).post(book_url(case), typed(case, room, **more))
    assert response.status_code == 422 and said in response.content.decode()
    assert not Booking.objects.exists()


def test_who_may_not_book_reads_whose_step_it_is(client, supervisor, security_admin, case, room):
    response = signed_in(client, supervisor).get(book_url(case))
    assert response.status_code == 403 and "调解员" in response.content.decode()
    assert signed_in(client, security_admin).get(reverse("centre:book")).status_code == 403


def test_moving_keeps_the_old_row_and_leads_on_to_the_new_one(client, mediator, case, room, booking):
    url = reverse("centre:move", args=[booking.pk])
    assert "原来约的是" in signed_in(client, mediator).get(url).content.decode()
    client.post(url, typed(case, room, begin="2026-06-09 10:00"))
    old = client.get(booking.get_absolute_url()).content.decode()
    assert "已取消" in old and "新的预约" in old


def test_cancelling_asks_why(client, mediator, case, booking):
    url = reverse("centre:cancel", args=[booking.pk])
    assert signed_in(client, mediator).get(url).status_code == 200
    assert client.post(url, {"why": ""}).status_code == 422
    assert client.post(url, {"why": "对方出差"}).url == case.get_absolute_url()
    assert client.post(url, {"why": "再来"}).status_code == 409


PAGES = ("booking", "move", "cancel", "notice")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_neighbour_gets_404_as_if_there_were_no_booking(
    client, neighbouring_clerk, other_mediator, security_admin, booking, name, method
):
    for person in (neighbouring_clerk, other_mediator, security_admin):
        signed_in(client, person)
        there = getattr(client, method)(reverse(f"centre:{name}", args=[booking.pk]))
        gone = getattr(client, method)(reverse(f"centre:{name}", args=[booking.pk + 1000]))
        assert (there.status_code, gone.status_code) in {(404, 404), (405, 405)}, (person, name)


@pytest.mark.parametrize("name", PAGES)
def test_strangers_are_asked_to_sign_in(client, booking, name):
    assert client.get(reverse(f"centre:{name}", args=[booking.pk])).url.startswith(reverse("accounts:login"))


# ---- on the case page


def test_the_case_page_offers_a_room_and_then_shows_the_meeting(client, mediator, supervisor, case, room):
    signed_in(client, mediator)
    assert book_url(case) in client.get(case.get_absolute_url()).content.decode()
    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    page = client.get(case.get_absolute_url()).content.decode()
    assert "06-09 周二 09:00～10:30" in page and reverse("centre:move", args=[booking.pk]) in page
    looking_on = signed_in(client, supervisor).get(case.get_absolute_url()).content.decode()
    assert "06-09 周二 09:00～10:30" in looking_on and reverse("centre:move", args=[booking.pk]) not in looking_on


def test_the_record_begins_with_time_and_place_of_the_meeting(client, mediator, case, room):
    import time_machine

    verbs.book(wish(case, room, at(9)), by=mediator)
    url = reverse("disputes:record_session", args=[case.code])
    assert signed_in(client, mediator).get(url).context["form"].initial == {}, "a day before there is nothing to record"
    with time_machine.travel(at(10)):
        client.force_login(mediator)
        initial = client.get(url).context["form"].initial
    assert (initial["held_at"], initial["place"]) == (at(9), "上秦镇综治中心第一调解室")


def test_the_desk_lists_the_meeting_with_its_room(client, mediator, case, room, booking):
    page = signed_in(client, mediator).get(reverse("disputes:desk")).content.decode()
    assert "06-09 星期二 09:00" in page and "上秦镇综治中心第一调解室" in page


# ---- notices


def test_a_notice_is_masked_until_somebody_says_why(client, mediator, case, booking):
    from accounts.models import AuditEvent

    url = reverse("centre:notice", args=[booking.pk])
    masked = signed_in(client, mediator).get(url).content.decode()
    assert "李*兰（申请人）" in masked and "赵*军（被申请人）" in masked and "李桂兰" not in masked
    assert "2026 年 6 月 9 日（周二）09:00～10:30" in masked and "0936-8110000" in masked and "身份证" in masked
    assert client.post(url, {"reason": ""}).status_code == 400
    plain = client.post(url, {"reason": "service"}).content.decode()
    assert "李桂兰（申请人）" in plain
    logged = AuditEvent.objects.filter(action="party.reveal", actor=mediator)
    assert logged.count() == 2 and {row.reason for row in logged} == {"送达"}


def test_the_other_side_stays_masked_on_a_plain_notice(client, mediator, case, booking):
    applicant = case.applicants[0]
    url = f"{reverse('centre:notice', args=[booking.pk])}?party={applicant.uid}"
    page = signed_in(client, mediator).post(url, {"reason": "service"}).content.decode()
    assert "李桂兰" in page and "赵建军" not in page


def test_those_who_look_on_print_only_masked_notices(client, supervisor, booking):
    url = reverse("centre:notice", args=[booking.pk])
    assert "显示全名" not in signed_in(client, supervisor).get(url).content.decode()
    assert client.post(url, {"reason": "service"}).status_code == 403


def test_a_letter_to_a_guest_leaves_the_name_to_be_written(client, mediator, booking):
    page = signed_in(client, mediator).get(f"{reverse('centre:notice', args=[booking.pk])}?for=guest").content.decode()
    assert "邀请函" in page and "李*兰" not in page and "人民调解法第20条" in page


def test_no_notice_for_a_cancelled_booking_or_one_without_a_case(client, clerk, mediator, room, booking):
    meeting = verbs.book(wish(None, room, at(15), purpose="meeting", title="例会"), by=clerk)
    verbs.cancel(booking, by=mediator, why="改日")
    for one in (meeting, booking):
        assert signed_in(client, clerk).get(reverse("centre:notice", args=[one.pk])).status_code == 404
