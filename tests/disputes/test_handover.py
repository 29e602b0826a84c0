"""A mediator leaves: open cases pass on with the posts, by the ordinary step and at one stroke."""

import pytest
from django.urls import reverse
from django.utils import timezone

from disputes import handover
from disputes.models import Dispute
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place
from tests.posts.factories import OfficerFactory, PostHoldingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(mediator):
    """马秀英, who mediates 徐赵寨村 and is in the book of officers."""
    one = OfficerFactory(
        name="马秀英", mediator=mediator.mediator, organisation=mediator.mediator.committee.organisation
    )
    PostHoldingFactory(kind="mediator", officer=one)
    return one


@pytest.fixture
def case(clerk, dispatcher, mediator):
    return lives.bring(
        lives.register(clerk, division=place(OWN_VILLAGE)),
        "mediating",
        clerk=clerk,
        dispatcher=dispatcher,
        mediator=mediator,
    )


def url(officer):
    return reverse("posts:hand_over", args=[officer.pk])


def test_open_cases_are_listed_and_pass_to_a_colleague(client, officer, case, other_mediator, township):
    client.force_login(township)
    page = client.get(url(officer)).content.decode()
    assert case.code in page and "杨文斌（在办 0 件）" in page
    form = {"last_day": f"{timezone.localdate()}", "default_mediator": "gap"}
    form[f"charge_cases_{case.code}"] = other_mediator.mediator.pk
    assert client.post(url(officer), form).status_code == 302
    case.refresh_from_db()
    assert (case.mediator, case.status) == (other_mediator.mediator, "assigned")
    assert case.events.order_by("-number").first().name == "reassign"


def test_a_case_may_stay_where_it_is(client, officer, case, other_mediator, township):
    client.force_login(township)
    client.post(url(officer), {"last_day": f"{timezone.localdate()}", "default_mediator": "gap"})
    case.refresh_from_db()
    officer.refresh_from_db()
    assert (case.mediator, officer.is_active) == (officer.mediator, False)


def test_who_may_not_reassign_reads_who_may(officer, case, supervisor):
    (item,) = handover.items(officer, supervisor)
    assert "乡镇综治中心" in item.refusal


def test_a_case_that_moved_meanwhile_stops_the_whole(client, officer, case, other_mediator, township):
    client.force_login(township)
    Dispute.objects.filter(pk=case.pk).update(mediator=other_mediator.mediator)
    form = {"last_day": f"{timezone.localdate()}", "default_mediator": "gap", f"charge_cases_{case.code}": "1"}
    # The case is gone from the form: what was sent for it is nothing any more.
    client.post(url(officer), form)
    with pytest.raises(Exception, match="刚刚有变动"):
        handover.pass_on(officer, {case.code: "1"}, township)


def test_someone_who_is_no_mediator_has_no_cases(case, township, django_assert_num_queries):
    other = OfficerFactory()
    with django_assert_num_queries(0):
        assert handover.items(other, township) == []


def test_the_case_shows_the_six_of_its_village_and_so_does_registering_one(client, case, officer, clerk):
    client.force_login(clerk)
    page = client.get(case.get_absolute_url()).content.decode()
    assert "徐赵寨村的六员" in page and "1/6 有人" in page and "马秀英" in page.partition("six-t")[2]
    panel = client.post(reverse("posts:six"), {"division": OWN_VILLAGE}).content.decode()
    assert "马秀英" in panel and panel.count("空缺") == 5
    for nothing in ("", "620702107203", "x" * 12, "620702101000"):
        assert "选定发生在哪个村" in client.post(reverse("posts:six"), {"division": nothing}).content.decode()
    assert reverse("posts:six") in client.get(reverse("disputes:new")).content.decode()
