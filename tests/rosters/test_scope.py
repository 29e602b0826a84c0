"""Who sees which centre, and who may change what."""

import pytest
from django.urls import reverse

from rosters.models import Residency
from tests.rosters.conftest import on_duty, resides

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(court, neighbour_centre):
    """A residence in 党寨镇."""
    return resides(court, neighbour_centre, window="1")


@pytest.fixture
def at_home(department, own_centre):
    return resides(department, own_centre, window="1")


def test_people_see_their_own_branch(clerk, supervisor, system_admin, elsewhere, at_home, labour):
    assert set(Residency.objects.visible_to(clerk)) == {at_home, labour}
    assert set(Residency.objects.visible_to(supervisor)) == {at_home, labour, elsewhere}
    assert set(Residency.objects.visible_to(system_admin)) == {at_home, labour, elsewhere}


def test_the_village_sees_its_townships_centre_and_the_districts(village_worker, elsewhere, at_home, labour):
    assert set(Residency.objects.visible_to(village_worker)) == {at_home, labour}


def test_security_and_audit_have_no_roster(security_admin, audit_admin, client, labour):
    for user in (security_admin, audit_admin):
        assert not Residency.objects.visible_to(user).exists()
        client.force_login(user)
        assert client.get(reverse("rosters:today")).status_code == 403


def test_a_neighbouring_centre_answers_as_if_it_did_not_exist(client, clerk, township, elsewhere):
    shift = on_duty(elsewhere)
    for user in (clerk, township):
        client.force_login(user)
        for name in ("today", "week", "residencies"):
            url = reverse(f"rosters:{name}")
            assert client.get(f"{url}?centre={elsewhere.centre.code}").status_code == 404
            assert client.get(f"{url}?centre=NOWHERE").status_code == 404
        for name in ("residency", "amend_residency", "duties"):
            assert client.get(reverse(f"rosters:{name}", args=[elsewhere.pk])).status_code == 404
        assert client.get(reverse("rosters:ask_swap", args=[shift.pk])).status_code == 404
        assert client.post(f"{reverse('rosters:copy')}?centre={elsewhere.centre.code}").status_code == 404


def test_each_opens_the_centre_nearest_to_their_place(client, clerk, county_clerk, at_home, labour):
    for user, expected in ((clerk, at_home.centre), (county_clerk, labour.centre)):
        client.force_login(user)
        assert client.get(reverse("rosters:today")).context["centre"] == expected


def test_who_may_plan_the_districts_centre(client, county_dispatcher, supervisor, township, clerk, labour):
    url = f"{reverse('rosters:copy')}?centre={labour.centre.code}&week=2026-W48"
    for user, status in ((county_dispatcher, 302), (supervisor, 302), (township, 403), (clerk, 403)):
        client.force_login(user)
        assert client.post(url).status_code == status, user


def test_a_township_plans_its_own_centre(client, township, dispatcher, at_home):
    for user in (township, dispatcher):
        client.force_login(user)
        assert client.post(f"{reverse('rosters:copy')}?centre={at_home.centre.code}").status_code == 302


def test_system_administrator_keeps_windows_but_plans_nobody(client, system_admin, labour):
    client.force_login(system_admin)
    assert client.get(reverse("rosters:amend_residency", args=[labour.pk])).status_code == 200
    assert client.post(f"{reverse('rosters:copy')}?centre={labour.centre.code}").status_code == 403


def test_a_department_sees_where_it_resides_itself(department_liaison, department, neighbour_centre):
    own = resides(department, neighbour_centre, window="2")
    assert own in Residency.objects.visible_to(department_liaison)
