"""Who reads and who changes which posts: every person on every address that is about a place or an officer."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from posts import rights
from posts.models import ChiefArea, Leave, Officer, PostHolding, Substitution
from tests.factories import (
    COUNTY,
    NEIGHBOUR_TOWNSHIP,
    NEIGHBOUR_VILLAGE,
    OWN_TOWNSHIP,
    OWN_VILLAGE,
    CommitteeFactory,
    place,
)
from tests.posts.factories import (
    ChiefAreaFactory,
    LeaveFactory,
    OfficerFactory,
    PostHoldingFactory,
    SubstitutionFactory,
)
from tests.test_matrix import PEOPLE

pytestmark = pytest.mark.django_db

#: Those who see 党寨镇 too, and those who see nothing.
COUNTY_WIDE = {
    "county_clerk", "supervisor", "leader", "justice", "court_liaison", "department_liaison", "system_admin",
    "county_dispatcher",
}  # fmt: skip
BLIND = {"security_admin", "audit_admin"}
CHANGE = {"township", "supervisor", "county_dispatcher"}
EVERYONE = (*PEOPLE, "county_dispatcher")


@pytest.fixture
def cast(request):
    return {name: request.getfixturevalue(name) for name in EVERYONE}


def things_in(village, township, today):
    """Somebody who holds a post there, is away and is stood in for; the numbers its addresses take."""
    body = CommitteeFactory(at=township).organisation
    held = PostHoldingFactory(at=village, officer__organisation=body, ends_on=today + dt.timedelta(days=5))
    leave = LeaveFactory(officer=held.officer, starts_on=today, ends_on=today)
    SubstitutionFactory(holding=held, officer__organisation=body, starts_on=today, ends_on=today)
    area = ChiefAreaFactory(at=township, officer__organisation=body)
    return held, leave, area


def addresses(held, leave, area):
    reads = [
        reverse("posts:village", args=[held.division_id]),
        reverse("posts:officer", args=[held.officer_id]),
    ]
    changes = [
        reverse("posts:fill", args=[held.division_id, held.kind]),
        reverse("posts:end", args=[held.pk]),
        reverse("posts:renew", args=[held.pk]),
        reverse("posts:amend_officer", args=[held.officer_id]),
        reverse("posts:leave", args=[held.officer_id]),
        reverse("posts:hand_over", args=[held.officer_id]),
        reverse("posts:end_leave", args=[leave.pk]),
    ]
    return reads, changes, [reverse("posts:area", args=[area.township_id])]


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_everyone_gets_what_is_theirs_in_their_own_township(cast):
    reads, changes, areas = addresses(*things_in(OWN_VILLAGE, OWN_TOWNSHIP, timezone.localdate()))
    for name, user in cast.items():
        client = signed_in(user)
        for url in reads:
            assert client.get(url).status_code == (403 if name in BLIND else 200), (name, url)
        for url in changes:
            assert client.get(url).status_code == (200 if name in CHANGE else 403), (name, url)
        for url in areas:
            expected = 200 if name in CHANGE - {"township"} else 403
            assert client.get(url).status_code == expected, (name, url)


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_neighbours_people_answer_as_if_they_did_not_exist(cast, method):
    held, leave, area = things_in(NEIGHBOUR_VILLAGE, NEIGHBOUR_TOWNSHIP, timezone.localdate())
    reads, changes, areas = addresses(held, leave, area)
    for name, user in cast.items():
        client = signed_in(user)
        if name in COUNTY_WIDE:
            assert [client.get(url).status_code for url in reads] == [200, 200], name
            continue
        for url in [*reads, *changes, *areas]:
            status = getattr(client, method)(url).status_code
            if name in BLIND or url in areas:
                assert status == 403, (name, url)
            else:
                # Pages that only show do not take a POST from anybody.
                assert status in ({404, 405} if method == "post" else {404}), (name, url)
    held.refresh_from_db()
    assert (held.ends_on - timezone.localdate()).days == 5
    assert Leave.objects.filter(pk=leave.pk).exists()


def test_what_does_not_exist_is_not_found(township):
    client = signed_in(township)
    for url in (
        reverse("posts:village", args=["620702101999"]), reverse("posts:village", args=[OWN_TOWNSHIP]),
        reverse("posts:fill", args=[OWN_VILLAGE, "mayor"]), reverse("posts:officer", args=[10**9]),
        reverse("posts:officer", args=[10**30]), reverse("posts:end", args=[10**9]),
    ):  # fmt: skip
        assert client.get(url).status_code == 404, url


def test_a_village_reads_its_township_and_not_the_next(cast):
    own = PostHoldingFactory()
    PostHoldingFactory(at=NEIGHBOUR_VILLAGE)
    for name in ("village_worker", "grid_officer", "township", "mediator", "clerk"):
        assert list(PostHolding.objects.visible_to(cast[name])) == [own], name


def test_every_set_has_its_scope(cast):
    today = timezone.localdate()
    things_in(NEIGHBOUR_VILLAGE, NEIGHBOUR_TOWNSHIP, today)
    for model in (PostHolding, Substitution, ChiefArea, Leave, Officer):
        assert not model.objects.visible_to(cast["township"]).exists(), model
        assert model.objects.visible_to(cast["supervisor"]).exists(), model
        assert not model.objects.visible_to(cast["security_admin"]).exists(), model


def test_officers_of_bodies_above_the_reader_are_everyones_to_choose(cast, court):
    judge = OfficerFactory(organisation=court)  # stands at the county
    assert judge in Officer.objects.visible_to(cast["village_worker"])


def test_who_may_change_what(cast):
    for name, user in cast.items():
        may_own = rights.may_change(user, place(OWN_VILLAGE))
        may_other = rights.may_change(user, place(NEIGHBOUR_VILLAGE))
        assert (may_own, may_other) == (name in CHANGE, name in CHANGE - {"township"}), name
        assert rights.for_county(user) == (name in CHANGE - {"township"}), name
    assert not rights.may_change(cast["township"], place(COUNTY))
