"""Who is on duty at a moment."""

import datetime as dt

import pytest
from django.utils import timezone

from rosters import standing
from rosters.choices import Half, ResidencyKind
from tests.rosters.conftest import MONDAY, on_duty, resides

pytestmark = pytest.mark.django_db


def at(hour, minute=0, day=MONDAY):
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


@pytest.mark.parametrize(
    ("moment", "names"),
    [
        (at(8, 29), []),
        (at(8, 30), ["赵敏", "李强"]),
        (at(11, 59), ["赵敏", "李强"]),
        (at(12), []),
        (at(14, 30), ["赵敏", "王芳"]),
        (at(18), []),
        (at(9, day=MONDAY + dt.timedelta(days=1)), []),
    ],
)
def test_on_duty_is_who_has_the_shift_of_that_half(centre, labour, judges, moment, names):
    on_duty(labour, name="李强", half=Half.MORNING)
    on_duty(labour, name="王芳", half=Half.AFTERNOON)
    on_duty(judges, name="赵敏")
    assert [one.name for one in standing.on_duty(centre, moment)] == names


def test_windows_stand_in_the_order_of_their_numbers(centre, department, court, committee):
    for window, organisation in (("10", department), ("医疗纠纷窗口", court), ("2", committee.organisation)):
        on_duty(resides(organisation, centre, window=window), name="李强")
    found = standing.on_duty(centre, at(9))
    assert [one.residency.window for one in found] == ["2", "10", "医疗纠纷窗口"]


def test_on_duty_takes_one_query(centre, labour, judges, django_assert_num_queries):
    on_duty(labour)
    on_duty(judges)
    with django_assert_num_queries(1):
        [(one.name, one.phone, str(one.organisation)) for one in standing.on_duty(centre, at(9))]


def test_the_windows_number_goes_before_ones_own(centre, labour, department_liaison):
    department_liaison.phone = "0936-8000000"
    department_liaison.save()
    on_duty(labour, name="冯涛", user=department_liaison)
    assert standing.on_duty(centre, at(9))[0].phone == "0936-8212345"
    labour.phone = ""
    labour.save()
    assert standing.on_duty(centre, at(9))[0].phone == "0936-8000000"


def test_another_centre_has_its_own_people(centre, own_centre, labour, court):
    on_duty(resides(court, own_centre, window="1"), name="赵敏")
    assert standing.on_duty(centre, at(9)) == []


def test_on_call_are_those_not_always_there(centre, labour, court, committee):
    called = resides(court, centre, window="", kind=ResidencyKind.ON_CALL)
    resides(committee.organisation, centre, window="", kind=ResidencyKind.ROTATING, until=dt.date(2026, 6, 30))
    assert standing.on_call(centre, MONDAY) == [called]
