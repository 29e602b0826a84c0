"""A case that comes of a visit: nothing typed twice, each knows the other."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from disputes.models import CaseVisit, Dispute
from tests.disputes import lives
from tests.disputes.intake_forms import posted
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, place
from tests.posts.test_visits import typed, written

pytestmark = pytest.mark.django_db


def test_saving_a_visit_may_go_on_to_the_registration(client, grid_officer):
    client.force_login(grid_officer)
    response = client.post(reverse("posts:new_visit"), typed(said="李家和王家为水渠争执。", then="register"))
    form = client.get(response.url).context["form"]
    assert form["source"].value() == "grid"
    assert form["summary"].value() == "李家和王家为水渠争执。"
    assert form["division"].value() == OWN_VILLAGE
    assert form["happened_on"].value() is not None


def test_the_case_keeps_where_it_came_from(client, grid_officer):
    visit = written(grid_officer, said="为水渠争执")
    client.force_login(grid_officer)
    response = client.post(reverse("disputes:new"), posted(visit=str(visit.uid)))
    case = Dispute.objects.get()
    assert response.status_code == 302 and case.visit == visit
    assert visit.get_absolute_url() in client.get(case.get_absolute_url()).content.decode()
    html = client.get(visit.get_absolute_url()).content.decode()
    assert case.code in html and "由此登记" in html


def test_a_visit_out_of_sight_starts_nothing(client, grid_officer, person):
    foreign = written(person("grid2", "李秀兰", Role.GRID_OFFICER, NEIGHBOUR_VILLAGE), NEIGHBOUR_VILLAGE, said="外村")
    client.force_login(grid_officer)
    form = client.get(f"{reverse('disputes:new')}?visit={foreign.uid}").context["form"]
    assert not form["summary"].value() and not form["visit"].value()
    response = client.post(reverse("disputes:new"), posted(visit=str(foreign.uid)))
    assert response.status_code == 422 and not Dispute.objects.exists()


@pytest.mark.parametrize("given", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_an_impossible_visit_is_an_empty_registration(client, grid_officer, given):
    client.force_login(grid_officer)
    assert client.get(f"{reverse('disputes:new')}?visit={given}").status_code == 200


def test_a_visit_can_be_about_a_case_that_is_there(client, grid_officer, clerk):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    client.force_login(grid_officer)
    assert client.post(reverse("posts:new_visit"), typed(case=case.code.lower())).status_code == 302
    assert CaseVisit.objects.get().dispute == case
    html = client.get(case.get_absolute_url()).content.decode()
    assert "入格日志" in html and "由此登记" not in html


def test_a_case_out_of_sight_is_not_named(client, grid_officer, clerk, mediator, dispatcher, neighbouring_clerk):
    """Who reads the visit and not the case learns nothing of it."""
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    visit = written(grid_officer, case=case)
    client.force_login(mediator)  # of the township's committee, without this case
    html = client.get(visit.get_absolute_url()).content.decode()
    assert visit.text in html and case.code not in html
    foreign = lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    client.force_login(grid_officer)
    assert "没有找到这个案件码" in client.post(reverse("posts:new_visit"), typed(case=foreign.code)).content.decode()


def test_who_may_not_register_is_not_offered_to(client, mediator):
    client.force_login(mediator)
    assert "登记为纠纷" not in client.get(reverse("posts:new_visit")).content.decode()


def test_a_case_without_visits_costs_no_query(clerk, django_assert_num_queries):
    from disputes import visits

    case = lives.register(clerk, division=place(OWN_VILLAGE))
    shown = Dispute.objects.for_page().get(pk=case.pk)
    with django_assert_num_queries(0):
        assert visits.of_case(shown, clerk) == []
