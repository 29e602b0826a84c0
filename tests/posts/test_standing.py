"""Who answers for a village on a day."""

import datetime as dt

import pytest

from posts import standing
from posts.choices import PostKind
from tests.factories import OWN_TOWNSHIP, OWN_VILLAGE, place
from tests.posts.factories import (
    ChiefAreaFactory,
    LeaveFactory,
    OfficerFactory,
    PostHoldingFactory,
    SubstitutionFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 10)
ONE = dt.timedelta(days=1)


def seat(kind, day=DAY):
    return next(one for one in standing.people_of(OWN_VILLAGE, day) if one.kind == kind)


def test_a_village_always_has_six_posts_in_their_order():
    place(OWN_VILLAGE)
    seats = standing.people_of(OWN_VILLAGE, DAY)
    assert [one.kind for one in seats] == list(PostKind)
    assert [one.label for one in seats] == ["法官", "检察官", "警官", "法律顾问", "人民调解员", "心理辅导员"]
    assert all(one.is_gap and one.person is None for one in seats)


def test_the_first_and_the_last_day_count_and_the_days_beside_them_do_not():
    held = PostHoldingFactory(starts_on=DAY, ends_on=DAY + ONE)
    assert seat(PostKind.JUDGE).person == held.officer
    assert seat(PostKind.JUDGE, DAY + ONE).person == held.officer
    assert seat(PostKind.JUDGE, DAY - ONE).is_gap
    assert seat(PostKind.JUDGE, DAY + ONE * 2).is_gap


def test_history_answers_for_any_day_of_the_past():
    first = PostHoldingFactory(ends_on=DAY - ONE)
    second = PostHoldingFactory(starts_on=DAY)
    assert seat(PostKind.JUDGE, DAY - ONE).person == first.officer
    assert seat(PostKind.JUDGE, DAY).person == second.officer


def test_the_substitute_answers_while_the_holder_is_away():
    held = PostHoldingFactory()
    other = OfficerFactory()
    LeaveFactory(officer=held.officer, starts_on=DAY, ends_on=DAY)
    SubstitutionFactory(holding=held, officer=other, starts_on=DAY, ends_on=DAY)
    on, after = seat(PostKind.JUDGE), seat(PostKind.JUDGE, DAY + ONE)
    assert (on.person, on.holder, on.away_until, on.is_unattended) == (other, held.officer, DAY, False)
    assert (after.person, after.substitute, after.away_until) == (held.officer, None, None)


def test_a_leave_without_a_substitute_is_said_and_is_no_gap():
    held = PostHoldingFactory()
    LeaveFactory(officer=held.officer, starts_on=DAY, ends_on=DAY + ONE)
    found = seat(PostKind.JUDGE)
    assert (found.is_gap, found.is_unattended, found.person) == (False, True, held.officer)


def test_it_costs_one_query_however_many_stand_in(django_assert_num_queries):
    for kind in PostKind:
        held = PostHoldingFactory(kind=kind)
        LeaveFactory(officer=held.officer, starts_on=DAY, ends_on=DAY)
        SubstitutionFactory(holding=held, starts_on=DAY, ends_on=DAY)
    with django_assert_num_queries(1):
        seats = standing.people_of(OWN_VILLAGE, DAY)
        said = [(one.person.name, one.person.organisation.name, one.holder.organisation.name) for one in seats]
    assert len(said) == 6


def test_the_chief_of_a_township_on_a_day():
    area = ChiefAreaFactory(ends_on=DAY)
    assert standing.chief_of(OWN_TOWNSHIP, DAY) == area
    assert standing.chief_of(place(OWN_TOWNSHIP), DAY + ONE) is None
