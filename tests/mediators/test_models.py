"""What is always true of committees, seats and mediators, kept by the database."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from mediators.choices import Ground, MediatorStatus, MemberPost
from mediators.models import Mediator, StatusChange, term_ends
from tests.factories import CommitteeMemberFactory, MediatorFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2026-11-23", "2029-11-22"),
        ("2024-02-29", "2027-02-28"),
        ("2024-03-01", "2027-02-28"),
        ("2025-01-01", "2027-12-31"),
    ],
)
def test_a_term_is_three_years(starts, ends):
    assert term_ends(dt.date.fromisoformat(starts)) == dt.date.fromisoformat(ends)


def test_a_committee_has_one_chair_at_a_time(committee):
    first = CommitteeMemberFactory(at=committee, post=MemberPost.CHAIR)
    with pytest.raises(IntegrityError, match="committee_has_one_chair"), transaction.atomic():
        CommitteeMemberFactory(at=committee, post=MemberPost.CHAIR)
    first.left_on = dt.date(2026, 11, 1)
    first.save()
    CommitteeMemberFactory(at=committee, post=MemberPost.CHAIR)


def test_nobody_holds_two_seats_at_a_time(committee):
    seat = CommitteeMemberFactory(at=committee)
    with pytest.raises(IntegrityError, match="mediator_holds_one_seat"), transaction.atomic():
        CommitteeMemberFactory(mediator=seat.mediator)


def test_a_history_of_service_is_only_added_to(committee):
    change = StatusChange.objects.create(
        mediator=MediatorFactory(committee=committee), from_status=MediatorStatus.SERVING,
        to_status=MediatorStatus.PAUSED, ground=Ground.HEALTH, effective_on=dt.date(2026, 11, 1),
    )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        StatusChange.objects.filter(pk=change.pk).update(note="改写")
    with pytest.raises(DatabaseError), transaction.atomic():
        change.delete()


def test_a_status_the_law_does_not_know_is_refused(committee):
    mediator = MediatorFactory(committee=committee)
    with pytest.raises(IntegrityError, match="mediator_status_is_known"), transaction.atomic():
        Mediator.objects.filter(pk=mediator.pk).update(status="fired")


def test_names_are_found_by_character_and_by_pinyin(committee):
    found = MediatorFactory(committee=committee, name="单玉霞", user=None)
    MediatorFactory(committee=committee, name="杨文斌", user=None)
    for typed in ("单", "玉霞", "syx", "shanyu", "SYX", "单 syx"):
        assert list(Mediator.objects.matching(typed)) == [found], typed
    assert not Mediator.objects.matching("yuxia").exists()
