"""Attendance from the record of the cases, by organisation, in the reader's scope."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from disputes import attendance
from disputes.models import Dispute
from rosters.attendance import handled
from tests.disputes import lives
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, place
from tests.rosters.conftest import on_duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def case(clerk, dispatcher, mediator):
    """Taken by a mediator of 上秦镇's committee today."""
    return lives.bring(
        lives.register(clerk, division=place(OWN_VILLAGE)), "mediating", clerk=clerk, dispatcher=dispatcher,
        mediator=mediator,
    )  # fmt: skip


def test_cases_count_for_the_organisation_of_whoever_handled_them(case, committee, supervisor, today):
    found = handled([committee.pk], today, supervisor)
    assert found[committee.pk].count == 1


def test_several_steps_in_one_case_are_one_case(case, committee, mediator, supervisor, today):
    steps = attendance.steps_on(today).filter(actor=mediator).count()
    assert steps >= 1
    assert handled([committee.pk], today, supervisor)[committee.pk].count == 1


def test_whoever_is_on_duty_without_a_role_there_counts_too(case, dispatcher, labour, supervisor, today):
    assert handled([labour.organisation_id], today, supervisor) == {}
    on_duty(labour, day=today, name="高志远", user=dispatcher)
    assert handled([labour.organisation_id], today, supervisor)[labour.organisation_id].count == 1


def test_another_day_has_its_own(case, committee, supervisor, today):
    assert handled([committee.pk], today - dt.timedelta(days=1), supervisor)[committee.pk].count == 0


def test_only_what_the_reader_may_see_is_counted(case, committee, neighbouring_clerk, today):
    lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    assert handled([committee.pk], today, neighbouring_clerk)[committee.pk].count == 0


def test_the_number_opens_the_list_of_exactly_these(client, case, committee, clerk, supervisor, today):
    other = lives.register(clerk, division=place(OWN_VILLAGE))
    client.force_login(supervisor)
    response = client.get(handled([committee.pk], today, supervisor)[committee.pk].url)
    html = response.content.decode()
    assert case.code in html and other.code not in html and "当日办理单位" in html


def test_the_list_narrows_by_the_day_alone(client, case, supervisor, today):
    client.force_login(supervisor)
    url = reverse("disputes:list")
    assert case.code in client.get(f"{url}?tab=all&handled_on={today}").content.decode()
    assert case.code not in client.get(f"{url}?tab=all&handled_on={today - dt.timedelta(days=3)}").content.decode()
    assert Dispute.objects.count() == 1


def test_counting_takes_few_queries(case, committee, supervisor, today, django_assert_max_num_queries):
    supervisor.holdings  # noqa: B018
    with django_assert_max_num_queries(3):
        handled([committee.pk], today, supervisor)
