"""Who resides where and what for."""

import datetime as dt

import pytest
from django.urls import reverse

from rosters.models import DutyList, Residency
from tests.rosters.conftest import MONDAY, on_duty, resides

pytestmark = pytest.mark.django_db


def values(centre, organisation, **more):
    return {"centre": centre.pk, "organisation": organisation.pk, "kind": "resident", "window": "5", "contact": "周涛",
            "phone": "0936-8212345", "since": "2026-01-01", "until": ""} | more  # fmt: skip


def test_a_department_is_entered(client, county_dispatcher, centre, department):
    client.force_login(county_dispatcher)
    response = client.post(reverse("rosters:add_residency"), values(centre, department, window="5 号窗口"))
    one = Residency.objects.get()
    assert response.url == one.get_absolute_url() and one.window == "5"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": "resident", "window": ""}, "常驻单位请写明窗口"),
        ({"kind": "on_call", "phone": ""}, "怎样能叫到"),
        ({"phone": "12345"}, "服务短号"),
        ({"until": "2025-01-01"}, "止期不能早于起期"),
        ({"organisation": ""}, "请选择入驻单位"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(client, county_dispatcher, centre, department, wrong, sentence):
    client.force_login(county_dispatcher)
    response = client.post(reverse("rosters:add_residency"), values(centre, department) | wrong)
    assert response.status_code == 422 and sentence in response.content.decode()
    assert not Residency.objects.exists()


def test_the_same_window_twice_is_said(client, county_dispatcher, centre, department):
    resides(department, centre, window="5")
    client.force_login(county_dispatcher)
    response = client.post(reverse("rosters:add_residency"), values(centre, department))
    assert response.status_code == 422 and "已经入驻" in response.content.decode()


def test_a_residence_does_not_end_before_its_duty(client, county_dispatcher, labour):
    on_duty(labour)
    client.force_login(county_dispatcher)
    url = reverse("rosters:amend_residency", args=[labour.pk])
    given = {"kind": "resident", "window": "3", "phone": "", "since": "2026-01-01"}
    refused = client.post(url, given | {"until": "2026-11-22"})
    assert refused.status_code == 422 and "2026-11-23 还有值班安排" in refused.content.decode()
    assert client.post(url, given | {"until": "2026-11-23"}).status_code == 302


def test_duties_are_kept_by_version(client, department_liaison, labour):
    client.force_login(department_liaison)
    url = reverse("rosters:duties", args=[labour.pk])
    for items in ("1. 受理欠薪投诉\n2. 劳动监察\n\n", "受理欠薪投诉"):
        assert (
            client.post(url, {"items": items, "basis": "入驻管理制度", "effective_on": "2026-11-01"}).status_code == 302
        )
    assert [one.number for one in labour.duty_lists.all()] == [2, 1]
    assert labour.current_duties.items == ["受理欠薪投诉"]
    html = client.get(labour.get_absolute_url()).content.decode()
    assert "第 2 版" in html and "劳动监察" in html


def test_duties_of_next_month_are_not_yet_in_force(labour):
    DutyList.objects.create(residency=labour, number=1, items=["一"], effective_on=MONDAY - dt.timedelta(days=30))
    DutyList.objects.create(residency=labour, number=2, items=["二"], effective_on=dt.date(2199, 1, 1))
    assert labour.current_duties.items == ["一"]


def test_the_same_duties_again_are_no_version(client, county_dispatcher, labour):
    DutyList.objects.create(residency=labour, number=1, items=["受理"], effective_on=MONDAY)
    client.force_login(county_dispatcher)
    response = client.post(reverse("rosters:duties", args=[labour.pk]), {"items": "受理", "effective_on": "2026-12-01"})
    assert response.status_code == 422 and labour.duty_lists.count() == 1


def test_another_department_does_not_write_these_duties(client, court_liaison, labour):
    client.force_login(court_liaison)
    assert client.get(labour.get_absolute_url()).status_code == 200
    assert client.post(reverse("rosters:duties", args=[labour.pk]), {"items": "一"}).status_code == 403


def test_only_centres_one_may_keep_are_offered(client, township, own_centre, centre, labour):
    client.force_login(township)
    form = client.get(reverse("rosters:add_residency")).context["form"]
    assert list(form.fields["centre"].queryset) == [own_centre]


def test_a_clerk_enters_nobody(client, clerk, centre, department):
    client.force_login(clerk)
    assert client.post(reverse("rosters:add_residency"), values(centre, department)).status_code == 403


def test_the_list_shows_each_kind_and_who_left(client, clerk, labour, court, centre):
    resides(court, centre, window="", kind="on_call", until=dt.date(2026, 2, 1))
    client.force_login(clerk)
    context = client.get(reverse("rosters:residencies")).context
    assert [len(lines) for _, lines in context["groups"]] == [1, 0, 0]
    assert [line["organisation"] for line in context["over"]] == ["甘州区人民法院"]
