"""Who sees which case: the two forms of the rule agree, and the neighbour sees nothing."""

import datetime as dt

import pytest

from accounts.choices import ADMIN_ROLES, Role
from accounts.models import User
from disputes.choices import Status
from disputes.models import Dispute, Party
from disputes.reach import REACH, roles_on
from tests.disputes import lives
from tests.factories import COUNTY, NEIGHBOUR_TOWNSHIP, NEIGHBOUR_VILLAGE, OWN_TOWNSHIP, SIBLING_VILLAGE, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def everyone(
    clerk, neighbouring_clerk, county_clerk, dispatcher, township, village_worker, grid_officer, mediator, other_mediator,
    committee_head, supervisor, leader, justice, court_liaison, department_liaison, system_admin, security_admin, audit_admin,
):  # fmt: skip
    return list(User.objects.all())


@pytest.fixture
def cases(everyone, clerk, neighbouring_clerk, county_clerk, dispatcher, mediator, own_village, court, department):
    mine = lives.register(clerk, division=own_village)
    sibling = lives.register(clerk, division=place(SIBLING_VILLAGE))
    at_township = lives.register(clerk, division=place(OWN_TOWNSHIP))
    theirs = lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    lives.register(neighbouring_clerk, division=place(NEIGHBOUR_TOWNSHIP))
    lives.register(county_clerk, division=place(COUNTY))
    lives.register(county_clerk, division=place(NEIGHBOUR_VILLAGE), source="court", source_organisation=court)
    lives.bring(mine, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    lives.bring(at_township, Status.ACCEPTED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    lives.do(at_township, "transfer", clerk, organisation=department, note="属于劳动监察。")
    return [mine, sibling, at_township, theirs]


def test_both_forms_of_the_rule_agree_for_everyone_on_every_case(everyone, cases):
    all_cases = list(Dispute.objects.for_page())
    for user in everyone:
        by_query = set(Dispute.objects.visible_to(user).values_list("pk", flat=True))
        by_row = {case.pk for case in all_cases if roles_on(case, user)}
        assert by_query == by_row, user


def test_every_role_reaches_cases_except_the_three_administrators():
    assert set(Role) - set(REACH) == set(ADMIN_ROLES)


@pytest.mark.parametrize("name", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_see_no_case(cases, request, name):
    assert not Dispute.objects.visible_to(request.getfixturevalue(name)).exists()


def test_a_clerk_sees_their_township_and_nothing_of_the_neighbour(cases, clerk):
    mine, sibling, at_township, theirs = cases
    visible = set(Dispute.objects.visible_to(clerk))
    assert {mine, sibling, at_township} <= visible
    assert theirs not in visible


def test_a_mediator_sees_only_what_is_assigned_to_them(cases, mediator, other_mediator):
    assert list(Dispute.objects.visible_to(mediator)) == [Dispute.objects.get(pk=cases[0].pk)]
    assert not Dispute.objects.visible_to(other_mediator).exists()


def test_liaisons_see_what_their_organisation_sent_or_received(cases, court_liaison, department_liaison):
    assert Dispute.objects.visible_to(court_liaison).get().source == "court"
    assert Dispute.objects.visible_to(department_liaison).get() == Dispute.objects.get(pk=cases[2].pk)


def test_what_hangs_on_a_case_borrows_its_scope(cases, clerk, leader):
    seen = set(Party.objects.visible_to(clerk).values_list("dispute_id", flat=True))
    assert seen == set(Dispute.objects.visible_to(clerk).values_list("pk", flat=True))


def test_a_role_that_ended_reaches_nothing(cases, clerk):
    from django.utils import timezone

    yesterday = timezone.localdate() - dt.timedelta(days=1)
    clerk.role_holdings.update(starts_on=yesterday, ends_on=yesterday)
    assert not Dispute.objects.visible_to(User.objects.get(pk=clerk.pk)).exists()


def test_an_account_without_role_sees_nothing(cases, person):
    assert not Dispute.objects.visible_to(person("nobody", "无角色")).exists()


@pytest.mark.parametrize(
    "fixture", ["clerk", "mediator", "committee_head", "supervisor", "village_worker", "dispatcher"]
)
def test_to_dos_are_visible_and_really_doable(cases, request, fixture):
    """Every to-do is a case on which at least one of its steps is this person's from this state."""
    from disputes.workflow import TRANSITIONS

    user = request.getfixturevalue(fixture)
    for case in Dispute.objects.awaiting(user).for_page():
        roles = roles_on(case, user)
        assert roles
        assert any(row.todo and case.status in row.sources and row.roles & roles for row in TRANSITIONS.values())
