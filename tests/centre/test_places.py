"""Rooms and venues: their keepers change them, their branch reads them, nobody else knows them."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from centre.models import Centre, Room, Venue
from centre.services import booking as verbs
from tests.centre.conftest import at, wish
from tests.factories import NEIGHBOUR_TOWNSHIP, OWN_TOWNSHIP, place

pytestmark = pytest.mark.django_db


def signed_in(client, user):
    client.force_login(user)
    return client


def typed(room, **more):
    return {"name": room.name, "kind": room.kind, "floor": "二楼", "seats": 8, "equipment": "投影，打印机、 投影",
            "hours": "9:00～11:30", "number": 1, "is_active": "on", **more}  # fmt: skip


def room_url(room):
    return reverse("centre:room", args=[room.pk])


def test_the_township_keeps_its_rooms(client, township, room):
    assert signed_in(client, township).post(room_url(room), typed(room)).status_code == 302
    room.refresh_from_db()
    assert (room.seats, room.equipment, room.hours) == (8, ["投影", "打印机"], "09:00-11:30")
    assert AuditEvent.objects.get(action="room.save").object_id == str(room.pk)


def test_who_reads_rooms_does_not_change_them(client, clerk, mediator, leader, room):
    for person in (clerk, mediator, leader):
        assert "第一调解室" in signed_in(client, person).get(reverse("centre:rooms")).content.decode()
        assert client.get(room_url(room)).status_code == 403
        assert client.post(room_url(room), typed(room)).status_code == 403


def test_the_system_administrator_keeps_rooms_but_not_venues(client, system_admin, room, own_centre):
    assert signed_in(client, system_admin).post(room_url(room), typed(room)).status_code == 302
    assert client.get(reverse("centre:new_venue")).status_code == 403


def test_a_neighbours_room_and_centre_do_not_exist(client, neighbouring_clerk, room, own_centre):
    signed_in(client, neighbouring_clerk)
    for name, pk in (("room", room.pk), ("centre", own_centre.pk)):
        for method in ("get", "post"):
            assert getattr(client, method)(reverse(f"centre:{name}", args=[pk])).status_code == 404


def test_a_new_room_is_kept_in_ones_own_centres(client, township, own_centre, county_centre, neighbour_centre):
    url = f"{reverse('centre:new_room')}?centre={own_centre.pk}"
    form = signed_in(client, township).get(url).context["form"]
    assert list(form.fields["centre"].queryset) == [own_centre]
    data = {"name": "第九调解室", "kind": "mediation", "seats": 4, "number": 9, "is_active": "on"}
    assert client.post(url, data | {"centre": county_centre.pk}).status_code == 422
    assert client.post(url, data | {"centre": own_centre.pk}).status_code == 302
    assert client.post(url, data | {"centre": own_centre.pk}).status_code == 422, "the name is taken"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": ""}, "请填写名称"),
        ({"seats": "1"}, "2"),
        ({"hours": "随时"}, "请写成"),
        ({"equipment": "很" * 21}, "最多 20 个字"),
    ],
)
def test_a_bad_room_says_why_and_changes_nothing(client, township, room, more, said):
    response = signed_in(client, township).post(room_url(room), typed(room, **more))
    assert response.status_code == 422 and said in response.content.decode()
    room.refresh_from_db()
    assert (room.seats, room.hours) == (6, "")


def test_a_room_with_people_on_their_way_is_not_closed(client, township, mediator, case, room):
    booking = verbs.book(wish(case, room, at(9)), by=mediator)
    data = typed(room)
    del data["is_active"]
    response = signed_in(client, township).post(room_url(room), data)
    assert response.status_code == 422 and "还有 1 场预约" in response.content.decode()
    verbs.cancel(booking, by=mediator, why="改日")
    assert client.post(room_url(room), data).status_code == 302
    assert not Room.objects.get(pk=room.pk).is_active


def test_open_hours_of_a_centre(client, township, own_centre):
    url = reverse("centre:centre", args=[own_centre.pk])
    assert signed_in(client, township).post(url, {"hours": "9:00-17:00", "area": "180"}).status_code == 302
    assert Centre.objects.get(pk=own_centre.pk).hours == "09:00-17:00"


# ---- venues


def venue(code=OWN_TOWNSHIP, **more):
    return Venue.objects.create(name=f"{code} 调解点", kind="brand", division=place(code), **more)


def test_a_township_registers_a_venue_and_names_its_keepers(client, township, mediator):
    data = {
        "name": "老槐树调解点",
        "kind": "courtyard",
        "division": OWN_TOWNSHIP,
        "is_active": "on",
        "opened_on": "2025-03-01",
    }
    assert signed_in(client, township).post(reverse("centre:new_venue"), data).status_code == 302
    made = Venue.objects.get()
    url = reverse("centre:venue", args=[made.pk])
    assert client.post(url, data | {"keepers": [mediator.mediator.pk]}).status_code == 302
    assert "马秀英" in client.get(reverse("centre:venues")).content.decode()
    assert AuditEvent.objects.filter(action="venue.save").count() == 2


def test_a_venue_is_not_registered_in_a_neighbours_township(client, township):
    data = {"name": "越界调解点", "kind": "courtyard", "division": NEIGHBOUR_TOWNSHIP, "is_active": "on"}
    place(NEIGHBOUR_TOWNSHIP)
    assert signed_in(client, township).post(reverse("centre:new_venue"), data).status_code == 422
    assert not Venue.objects.exists()


def test_a_neighbours_venue_is_not_listed_and_does_not_exist(client, clerk, township):
    other = venue(NEIGHBOUR_TOWNSHIP)
    own = venue()
    page = signed_in(client, clerk).get(reverse("centre:venues")).content.decode()
    assert str(own) in page and str(other) not in page
    assert client.get(reverse("centre:venue", args=[other.pk])).status_code == 404
    assert client.get(reverse("centre:venue", args=[own.pk])).status_code == 403


def test_the_lists_take_few_queries(
    client, supervisor, own_centre, county_centre, room, county_room, django_assert_max_num_queries
):
    for n in range(5):
        Venue.objects.create(name=f"调解点 {n}", kind="brand", division=place(OWN_TOWNSHIP))
    signed_in(client, supervisor)
    with django_assert_max_num_queries(12):
        client.get(reverse("centre:rooms"))
    with django_assert_max_num_queries(14):
        client.get(reverse("centre:venues"))
