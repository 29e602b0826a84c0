"""What the law asks of a committee (人民调解法 第8、9条) is worked out from its seats, and only said."""

import datetime as dt

import pytest
from django.utils import timezone

from grids.choices import DivisionKind, Level
from mediators.choices import MemberPost
from mediators.models import Committee, MinorityPlace
from mediators.warnings import BY_KEY, TERM_SOON, WARNINGS
from tests.factories import (
    NEIGHBOUR_TOWNSHIP,
    OWN_TOWNSHIP,
    OWN_VILLAGE,
    PLACES,
    CommitteeFactory,
    CommitteeMemberFactory,
    place,
)

pytestmark = pytest.mark.django_db


def seats(committee, count=3, *, women=1, chair=True, **more):
    """So many members, the first in the chair, the first ``women`` of them women."""
    return [
        CommitteeMemberFactory(
            at=committee,
            post=MemberPost.CHAIR if chair and n == 0 else MemberPost.MEMBER,
            is_woman=n < women,
            **more,
        )
        for n in range(count)
    ]


def warned(committee, today=None):
    return Committee.objects.with_warnings(today or timezone.localdate()).get(pk=committee.pk).warning_keys


def test_three_members_with_a_chair_and_a_woman_are_as_the_law_wants(committee):
    seats(committee, 3)
    assert warned(committee) == []


def test_a_committee_nobody_entered_members_for_says_only_that(committee):
    assert warned(committee) == ["no_members"]


@pytest.mark.parametrize(("count", "expected"), [(2, ["too_few"]), (3, []), (9, []), (10, ["too_many"])])
def test_three_to_nine_members(committee, count, expected):
    seats(committee, count)
    assert warned(committee) == expected


def test_a_member_who_left_does_not_count(committee):
    first, *_ = seats(committee, 3)
    first.left_on = timezone.localdate()
    first.save()
    assert warned(committee) == ["too_few", "no_chair", "no_women"]


def test_no_woman_and_no_chair_are_said(committee):
    seats(committee, 3, women=0, chair=False)
    assert warned(committee) == ["no_chair", "no_women"]


@pytest.mark.parametrize(
    ("days_left", "expected"), [(-1, ["term_over"]), (0, ["term_soon"]), (TERM_SOON.days, ["term_soon"]), (61, [])]
)
def test_a_term_that_is_over_or_ends_soon(committee, days_left, expected):
    today = timezone.localdate()
    seats(committee, 3, ends_on=today + dt.timedelta(days=days_left))
    assert warned(committee, today) == expected


def test_smaller_nationalities_are_asked_for_only_where_several_live(committee):
    MinorityPlace.objects.all().delete()
    seats(committee, 3)
    assert warned(committee) == []
    MinorityPlace.objects.create(division=place(OWN_TOWNSHIP))
    assert warned(committee) == ["no_minority"]
    committee.members.update(is_minority=True)
    assert warned(committee) == []


def test_a_township_on_the_list_takes_its_villages_along_and_not_its_neighbour():
    MinorityPlace.objects.create(division=place(OWN_TOWNSHIP))
    village = CommitteeFactory(at=OWN_VILLAGE, kind="village")
    neighbour = CommitteeFactory(at=NEIGHBOUR_TOWNSHIP)
    seats(village)
    seats(neighbour)
    assert (warned(village), warned(neighbour)) == (["no_minority"], [])


def test_the_mongolian_township_is_on_the_list_from_the_beginning():
    PLACES.setdefault("620702211000", ("平山湖蒙古族乡", Level.TOWNSHIP, DivisionKind.TOWNSHIP, "620702000000"))
    assert MinorityPlace.objects.filter(division=place("620702211000")).exists()


def test_the_list_of_those_with_a_warning_is_those_whose_page_shows_one(committee):
    seats(committee, 2)
    fine = CommitteeFactory(at=NEIGHBOUR_TOWNSHIP)
    seats(fine)
    today = timezone.localdate()
    rows = Committee.objects.with_members()
    assert list(rows.warned("any", today)) == [committee]
    assert list(rows.warned("too_few", today)) == [committee]
    assert not rows.warned("term_over", today).exists()
    assert not rows.warned("nonsense", today).exists()


def test_every_warning_names_its_law_and_every_condition_has_words():
    assert all(one.law.startswith("人民调解法 第") for one in WARNINGS)
    assert len(BY_KEY) == len(WARNINGS) == len({one.label for one in WARNINGS})
    for one in WARNINGS:
        assert one.applies(timezone.localdate())
