"""Committees of three places, and people who keep them."""

import pytest

from accounts.choices import Role
from grids.choices import OrganisationKind
from mediators.choices import MemberPost
from tests.factories import (
    COUNTY,
    NEIGHBOUR_TOWNSHIP,
    OWN_VILLAGE,
    CommitteeFactory,
    CommitteeMemberFactory,
    MediatorFactory,
    OrganisationFactory,
    place,
)


@pytest.fixture
def village_committee(db):
    return CommitteeFactory(at=OWN_VILLAGE, kind="village")


@pytest.fixture
def neighbour_committee(db):
    return CommitteeFactory(at=NEIGHBOUR_TOWNSHIP)


@pytest.fixture
def trade_committee(db):
    organisation = OrganisationFactory(
        code="TEST-YL", name="甘州区医疗纠纷人民调解委员会", short_name="甘州区医疗纠纷调委会", initials="gzqyljftwh",
        kind=OrganisationKind.COMMITTEE, division=place(COUNTY),
    )  # fmt: skip
    return CommitteeFactory(organisation=organisation, kind="trade", fields=["15"])


@pytest.fixture
def neighbouring_township(person):
    return person("neighbouring_township", "周桂香", Role.TOWNSHIP_CENTRE, NEIGHBOUR_TOWNSHIP)


@pytest.fixture
def county_dispatcher(person):
    return person("county_dispatcher", "高明", Role.DISPATCHER, COUNTY)


@pytest.fixture
def seated(committee):
    """Three members, the first a woman in the chair."""
    return [
        CommitteeMemberFactory(
            mediator=MediatorFactory(committee=committee, name=name, user=None),
            post=MemberPost.CHAIR if n == 0 else MemberPost.MEMBER,
            is_woman=n == 0,
        )
        for n, name in enumerate(["单玉霞", "马永福", "田志文"])
    ]
