"""What the database itself refuses."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from rosters.choices import Half, ResidencyKind
from rosters.models import DutyList, DutyShift, Residency, SwapRequest
from tests.rosters.conftest import MONDAY, on_duty, resides

pytestmark = pytest.mark.django_db


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def test_one_person_is_not_at_two_windows_at_the_same_time(department, centre, labour):
    second = resides(department, centre, window="4")
    on_duty(labour, name="李强", half=Half.MORNING)
    with refused("person_is_at_one_window_at_a_time"), transaction.atomic():
        on_duty(second, name="李强", half=Half.DAY)
    on_duty(second, name="李强", half=Half.AFTERNOON)


def test_an_account_is_one_person_in_every_department(labour, judges, department_liaison):
    on_duty(labour, name="冯涛", user=department_liaison)
    with refused("person_is_at_one_window_at_a_time"), transaction.atomic():
        on_duty(judges, name="冯涛", user=department_liaison)


def test_people_of_two_departments_may_share_a_name(labour, judges):
    on_duty(labour, name="李强")
    on_duty(judges, name="李强")
    assert DutyShift.objects.count() == 2


def test_a_window_has_one_person_at_a_time(labour):
    on_duty(labour, name="李强", half=Half.MORNING)
    on_duty(labour, name="王芳", half=Half.AFTERNOON)
    with refused("window_has_one_person_at_a_time"), transaction.atomic():
        on_duty(labour, name="赵敏", half=Half.DAY)


@pytest.mark.parametrize("day", [dt.date(2025, 12, 31), dt.date(2026, 12, 1)])
def test_duty_lies_within_the_residence(labour, day):
    Residency.objects.filter(pk=labour.pk).update(until=dt.date(2026, 11, 30))
    on_duty(labour, day=dt.date(2026, 11, 30))
    with refused("lies outside the residence"), transaction.atomic():
        on_duty(labour, day=day)


def test_a_residence_cannot_be_cut_short_over_its_duty(labour):
    on_duty(labour)
    with refused("duty outside these dates"), transaction.atomic():
        Residency.objects.filter(pk=labour.pk).update(until=MONDAY - dt.timedelta(days=1))
    Residency.objects.filter(pk=labour.pk).update(until=MONDAY)


def test_organisation_and_centre_of_a_residence_never_change(labour, court):
    with refused("never change"), transaction.atomic():
        Residency.objects.filter(pk=labour.pk).update(organisation=court)


def test_an_organisation_resides_once_at_a_window(labour, department, centre):
    with refused("organisation_resides_once_at_a_window"), transaction.atomic():
        resides(department, centre, kind=ResidencyKind.ROTATING)
    resides(department, centre, window="9")


def test_the_next_residence_begins_after_the_last_ended(department, centre, labour):
    Residency.objects.filter(pk=labour.pk).update(until=dt.date(2026, 6, 30))
    resides(department, centre, since=dt.date(2026, 7, 1))
    assert Residency.objects.on(dt.date(2026, 6, 30)).get() == labour


def test_a_centre_does_not_reside_in_itself(centre):
    with refused("residency_of_another_organisation"), transaction.atomic():
        resides(centre, centre)


def test_the_person_key_is_the_databases_own(labour, department_liaison):
    shift = on_duty(labour, name="冯涛", user=department_liaison)
    shift.refresh_from_db()
    assert shift.person_key == f"u{department_liaison.pk}"


def test_a_shift_is_asked_about_once_at_a_time(labour, department_liaison):
    shift = on_duty(labour)
    ask = {"residency": labour, "shift": shift, "day": MONDAY, "half": Half.DAY, "from_name": "李强", "to_name": "王芳",
           "reason": "出差", "asked_by": department_liaison}  # fmt: skip
    SwapRequest.objects.create(**ask)
    with refused("shift_is_asked_about_once_at_a_time"), transaction.atomic():
        SwapRequest.objects.create(**ask)


def test_a_refusal_gives_its_reason(labour, department_liaison):
    with refused("swap_is_refused_with_a_reason"), transaction.atomic():
        SwapRequest.objects.create(
            residency=labour, day=MONDAY, half=Half.DAY, from_name="李强", to_name="王芳", reason="出差",
            asked_by=department_liaison, state="refused", answered_at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        )  # fmt: skip


def test_a_duty_list_says_something(labour):
    with refused("duty_list_says_something"), transaction.atomic():
        DutyList.objects.create(residency=labour, number=1, items=[], effective_on=MONDAY)
