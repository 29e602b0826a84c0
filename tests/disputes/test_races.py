"""Two people at once: one wins, the other reads who was faster; nothing is done twice."""

import uuid

import pytest

from common.errors import Conflict
from disputes import services
from disputes.models import Category, Dispute
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_clerks_pressing_accept_at_once_accept_once(clerk, person):
    other = person("clerk2", "王敏", "clerk")
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    for user in (clerk, other):
        user.holdings  # loaded before the threads start  # noqa: B018
    results = at_once(*(lambda u=user: services.perform(case, "accept", by=u, version=1) for user in (clerk, other)))
    assert sorted(type(r).__name__ for r in results) == ["Conflict", "Dispute"]
    refusal = next(r for r in results if isinstance(r, Conflict))
    assert "受理" in refusal.sentence
    assert list(case.events.order_by("number").values_list("name", flat=True)) == ["register", "accept"]


def test_one_submission_sent_many_times_makes_one_case(clerk):
    clerk.holdings  # noqa: B018
    key, village, category = uuid.uuid4(), place(OWN_VILLAGE), Category.objects.get(pk="0202")
    data = {"division": village, "category": category, "summary": "滴水檐", "willingness": "willing"}

    def submit():
        return services.register(
            by=clerk, data=data, applicants=[lives.PERSON], respondents=[lives.OTHER], submission_key=key
        )

    results = at_once(*[submit] * 6)
    assert {case.code for case, _ in results} == {Dispute.objects.get().code}
    assert sum(created for _, created in results) == 1
    assert Dispute.objects.get().parties.count() == 2


def test_many_registrations_at_once_get_different_codes(clerk):
    clerk.holdings  # noqa: B018
    village, category = place(OWN_VILLAGE), Category.objects.get(pk="0202")
    data = {"division": village, "category": category, "summary": "滴水檐", "willingness": "willing"}
    calls = [
        lambda: services.register(
            by=clerk, data=data, applicants=[lives.PERSON], respondents=[lives.OTHER], submission_key=uuid.uuid4()
        )
    ] * 8
    codes = [case.code for case, _ in at_once(*calls)]
    assert len(set(codes)) == 8
