"""The board of today, as people see it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from rosters import attendance
from rosters.attendance import Handled
from rosters.choices import Half, ResidencyKind
from rosters.views import today
from tests.rosters.conftest import MONDAY, on_duty, resides

pytestmark = pytest.mark.django_db


@pytest.fixture
def nine(monkeypatch):
    """Monday, nine o'clock."""
    moment = timezone.make_aware(dt.datetime.combine(MONDAY, dt.time(9)))
    monkeypatch.setattr(today.timezone, "localtime", lambda *given: moment)
    return moment


def page(client, user):
    client.force_login(user)
    return client.get(reverse("rosters:today"))


def test_who_is_here_can_be_called_with_a_tap(client, nine, labour, clerk):
    on_duty(labour, name="李强")
    html = page(client, clerk).content.decode()
    assert "李强" in html and "3 号窗口" in html and 'href="tel:09368212345"' in html


def test_who_comes_in_the_afternoon_stands_below(client, nine, labour, judges, clerk):
    on_duty(judges, name="赵敏", half=Half.MORNING)
    on_duty(labour, name="王芳", half=Half.AFTERNOON)
    context = page(client, clerk).context
    assert [line["now"]["name"] for line in context["here"]] == ["赵敏"]
    assert [(line["next"]["name"], line["next"]["at"]) for line in context["later"]] == [("王芳", "14:30")]


def test_a_whole_day_is_not_its_own_successor(client, nine, labour, clerk):
    on_duty(labour, name="李强")
    assert page(client, clerk).context["here"][0]["next"] is None


def test_on_call_departments_show_whom_to_call(client, nine, court, centre, clerk):
    resides(court, centre, window="", kind=ResidencyKind.ON_CALL, contact="孙丽", phone="13800000001")
    context = page(client, clerk).context
    assert [(line["contact"], line["phone"]) for line in context["on_call"]] == [("孙丽", "13800000001")]


def test_a_window_without_anybody_is_said_to_be_empty(client, nine, labour, judges, clerk):
    on_duty(judges)
    assert [line["organisation"] for line in page(client, clerk).context["absent"]] == ["甘州区人力资源和社会保障局"]


def test_on_a_day_off_the_board_says_when_work_begins(client, monkeypatch, labour, clerk):
    sunday = timezone.make_aware(dt.datetime(2026, 11, 29, 9))
    monkeypatch.setattr(today.timezone, "localtime", lambda *given: sunday)
    response = page(client, clerk)
    assert "今天休息，11-30 上班" in response.content.decode()
    assert "今天没有排班的窗口" not in response.content.decode()


def test_handled_cases_are_shown_for_the_organisation_and_open_their_list(client, nine, labour, clerk, monkeypatch):
    on_duty(labour, name="李强")
    asked = []

    def count(organisations, day, reader):
        asked.append((set(organisations), day, reader.pk))
        return {labour.organisation_id: Handled(4, "/disputes/?tab=all")}

    monkeypatch.setattr(attendance, "_sources", [count])
    html = page(client, clerk).content.decode()
    assert 'href="/disputes/?tab=all">4 件</a>' in html
    assert asked == [({labour.organisation_id}, MONDAY, clerk.pk)]


def test_the_board_takes_few_queries_however_many_windows(client, nine, centre, clerk, django_assert_max_num_queries):
    from tests.factories import OrganisationFactory

    for n in range(12):
        on_duty(resides(OrganisationFactory(), centre, window=str(n + 1)), name="李强")
    client.force_login(clerk)
    client.get(reverse("rosters:today"))
    with django_assert_max_num_queries(12):
        assert len(client.get(reverse("rosters:today")).context["here"]) == 12


def test_without_any_residence_the_page_says_so(client, clerk):
    assert "还没有入驻单位" in page(client, clerk).content.decode()
