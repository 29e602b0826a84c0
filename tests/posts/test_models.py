"""What is always true of posts, whoever writes: one holder, one substitute, one chief, and days in their order."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from posts.choices import ChiefKind, PostKind
from posts.models import PostHolding
from tests.factories import OWN_VILLAGE, SIBLING_VILLAGE
from tests.posts.factories import (
    ChiefAreaFactory,
    LeaveFactory,
    OfficerFactory,
    PostHoldingFactory,
    SubstitutionFactory,
)

pytestmark = pytest.mark.django_db
MARCH = dt.date(2026, 3, 1)
APRIL = dt.date(2026, 4, 1)


def refused(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def test_a_post_has_one_holder_at_a_time():
    PostHoldingFactory(ends_on=APRIL)
    with refused("one_holder_of_a_post_at_a_time"), transaction.atomic():
        PostHoldingFactory(starts_on=APRIL)
    PostHoldingFactory(starts_on=APRIL + dt.timedelta(days=1))
    assert PostHolding.objects.count() == 2


def test_a_holding_entered_by_mistake_stands_in_nobodys_way():
    mistaken = PostHoldingFactory(withdrawn_at=timezone.now())
    right = PostHoldingFactory()
    assert list(PostHolding.objects.on(MARCH)) == [right]
    with refused("one_holder_of_a_post_at_a_time"), transaction.atomic():
        PostHolding.objects.filter(pk=mistaken.pk).update(withdrawn_at=None)


def test_one_person_may_hold_many_posts():
    one = OfficerFactory()
    for village in (OWN_VILLAGE, SIBLING_VILLAGE):
        for kind in (PostKind.COUNSEL, PostKind.COUNSELLOR):
            PostHoldingFactory(at=village, kind=kind, officer=one)
    assert one.post_holdings.on(MARCH).count() == 4


def test_there_are_six_kinds_of_posts_and_no_seventh():
    with refused("post_is_one_of_the_six"), transaction.atomic():
        PostHoldingFactory(kind="mayor")


def test_an_end_lies_not_before_its_beginning():
    with refused("post_ends_after_it_starts"), transaction.atomic():
        PostHoldingFactory(starts_on=APRIL, ends_on=MARCH)
    with refused("leave_ends_after_it_starts"), transaction.atomic():
        LeaveFactory(starts_on=APRIL, ends_on=MARCH)
    with refused("substitution_ends_after_it_starts"), transaction.atomic():
        SubstitutionFactory(starts_on=APRIL, ends_on=MARCH)
    with refused("chief_area_ends_after_it_starts"), transaction.atomic():
        ChiefAreaFactory(starts_on=APRIL, ends_on=MARCH)


def test_one_leave_and_one_substitute_at_a_time():
    away = LeaveFactory(starts_on=MARCH, ends_on=APRIL)
    with refused("one_leave_at_a_time"), transaction.atomic():
        LeaveFactory(officer=away.officer, starts_on=APRIL, ends_on=APRIL)
    standing_in = SubstitutionFactory(starts_on=MARCH, ends_on=APRIL)
    with refused("one_substitute_at_a_time"), transaction.atomic():
        SubstitutionFactory(holding=standing_in.holding, starts_on=APRIL, ends_on=APRIL)


def test_a_township_lies_in_one_area_whatever_the_kind_of_chief():
    ChiefAreaFactory()
    with refused("one_chief_of_a_township_at_a_time"), transaction.atomic():
        ChiefAreaFactory(kind=ChiefKind.POLICE)


def test_who_left_left_on_a_day():
    with refused("officer_left_on_a_day_or_not_at_all"), transaction.atomic():
        OfficerFactory(is_active=False)
    with refused("officer_left_on_a_day_or_not_at_all"), transaction.atomic():
        OfficerFactory(left_on=MARCH)
    assert not OfficerFactory(is_active=False, left_on=MARCH).is_active
