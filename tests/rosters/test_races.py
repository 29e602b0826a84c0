"""Two who plan at once: the roster never has one person at two windows, and nobody's work is lost in silence."""

import pytest

from common.errors import Refusal
from rosters import services
from rosters.grid import Cell, Week
from rosters.models import DutyShift
from tests.races import at_once
from tests.rosters.conftest import MONDAY, on_duty, resides

pytestmark = pytest.mark.django_db(transaction=True)


def write(user, line, name="李强"):
    return lambda: services.write_week(line.centre, Week(MONDAY), [Cell(line.pk, MONDAY, name, "")], by=user)


def test_one_person_planned_into_two_centres_at_once_gets_one(supervisor, department, centre, own_centre):
    lines = [resides(department, one, window="1") for one in (centre, own_centre)]
    supervisor.holdings  # loaded before the threads start  # noqa: B018
    results = at_once(*(write(supervisor, line) for line in lines))
    assert DutyShift.objects.count() == 1
    refusal = next(one for one in results if isinstance(one, Refusal))
    assert "值班" in refusal.sentence


def test_one_cell_written_twice_at_once_keeps_the_first(supervisor, county_dispatcher, labour):
    for user in (supervisor, county_dispatcher):
        user.holdings  # noqa: B018
    results = at_once(write(supervisor, labour, "李强"), write(county_dispatcher, labour, "王芳"))
    assert DutyShift.objects.count() == 1
    assert sum(isinstance(one, Refusal) for one in results) == 1


def test_copying_at_once_copies_once(supervisor, county_dispatcher, labour):
    on_duty(labour, day=Week(MONDAY).shifted(-1).monday)
    for user in (supervisor, county_dispatcher):
        user.holdings  # noqa: B018
    results = at_once(
        *(
            lambda u=user: services.copy_week(labour.centre, Week(MONDAY), by=u).shifts
            for user in (supervisor, county_dispatcher)
        )
    )
    assert sorted(results) == [0, 1]
    assert DutyShift.objects.filter(day=MONDAY).count() == 1
