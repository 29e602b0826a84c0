"""Filling a gap in three clicks, changing, ending and renewing a post; and two people at once."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from common.errors import Conflict, NotPermitted
from grids.choices import OrganisationKind
from posts import services, standing
from posts.choices import PostKind
from posts.models import Officer, PostHolding
from tests.factories import (
    NEIGHBOUR_VILLAGE,
    OWN_TOWNSHIP,
    OWN_VILLAGE,
    SIBLING_VILLAGE,
    CommitteeFactory,
    MediatorFactory,
    OrganisationFactory,
    place,
)
from tests.posts.factories import OfficerFactory, PostHoldingFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
ONE = dt.timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


def url(kind="judge", village=OWN_VILLAGE):
    return reverse("posts:fill", args=[village, kind])


def form(officer, today, **more):
    return {"officer": str(officer), "starts_on": f"{today}", "seen": "", "then": "", **more}


def holder(kind="judge", day=None):
    seats = standing.people_of(OWN_VILLAGE, day or timezone.localdate())
    return next(seat.holder for seat in seats if seat.kind == kind)


def test_a_gap_is_filled_in_three_clicks(client, township, today):
    """The cell of the board, the person suggested, 确定: what the form shows is all that has to be sent."""
    judge = PostHoldingFactory(at=SIBLING_VILLAGE).officer
    client.force_login(township)
    cell = re.search(r'href="([^"]+/judge/\?then=board)"', client.get(reverse("posts:board")).content.decode())
    page = client.get(cell[1]).content.decode()
    assert re.search(rf'value="{judge.pk}".+现任上秦镇 1 个村（社区）的法官', page, re.S)
    sent = dict(re.findall(r'<input[^>]*name="(seen|then|starts_on)"[^>]*value="([^"]*)"', page))
    done = client.post(cell[1].partition("?")[0], {"officer": judge.pk, **sent})
    assert done.status_code == 302
    assert done.url.startswith(f"{reverse('posts:board')}?township={OWN_TOWNSHIP}#v")
    assert PostHolding.objects.filter(officer=judge, starts_on=today).exists()


def test_those_nearby_come_first_then_those_with_fewer_villages(client, township):
    far = PostHoldingFactory(at=NEIGHBOUR_VILLAGE, officer__name="远处的").officer
    near = PostHoldingFactory(at=SIBLING_VILLAGE, officer__name="近处的").officer
    body = OrganisationFactory(code="TEST-FY", kind=OrganisationKind.COURT)
    Officer.objects.update(organisation=body)
    client.force_login(township)
    page = client.get(url()).content.decode()
    assert page.index(near.name) < page.index(far.name)


def test_a_mediator_of_the_villages_committee_is_taken_into_the_book(client, township, today):
    mediator = MediatorFactory(committee=CommitteeFactory(at=OWN_VILLAGE), name="马调解")
    client.force_login(township)
    assert "本村（社区）调委会的调解员" in client.get(url("mediator")).content.decode()
    client.post(url("mediator"), form(f"m{mediator.pk}", today))
    assert holder("mediator").mediator == mediator
    assert holder("mediator").phone == ""  # a mediator's own number is not the office's


def test_somebody_new_is_entered_in_the_same_form(client, township, court, today):
    client.force_login(township)
    new = {"name": "司马新来", "organisation": court.pk, "title": "员额法官", "phone": "8212345"}
    client.post(url(), form("new", today, **new))
    assert (holder().name, holder().phone, holder().organisation) == ("司马新来", "0936-8212345", court)


def test_what_was_typed_stays_when_something_is_missing(client, township, court, today):
    client.force_login(township)
    answer = client.post(url(), form("new", today, title="员额法官", note="甘法〔2026〕3 号"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写姓名。" in page and "甘法〔2026〕3 号" in page
    assert "请选择由谁担任。" in client.post(url(), form("", today)).content.decode()
    assert "请输入姓名后选择。" in client.post(url(), form("other", today)).content.decode()
    assert not PostHolding.objects.exists()


def test_somebody_else_from_the_book_by_name(client, township, court, today):
    other = OfficerFactory(name="令狐另选", organisation=court)
    client.force_login(township)
    client.post(url(), form("other", today, other="", other_text="令狐另选"))
    assert holder() == other


def test_a_stranger_cannot_be_chosen_by_number(client, township, today):
    stranger = PostHoldingFactory(
        at=NEIGHBOUR_VILLAGE, officer__organisation=CommitteeFactory(at="620702107000").organisation
    )
    client.force_login(township)
    assert client.post(url(), form("other", today, other=stranger.officer_id)).status_code == 422
    assert client.post(url(), form(stranger.officer_id, today)).status_code == 422
    assert holder() is None


def test_the_former_holder_ends_the_day_before_and_stays_in_the_history(client, township, today):
    before = PostHoldingFactory()
    successor = PostHoldingFactory(at=SIBLING_VILLAGE).officer
    client.force_login(township)
    page = client.get(url()).content.decode()
    assert f'name="seen" value="{before.pk}"' in page
    client.post(url(), form(successor.pk, today, seen=before.pk))
    before.refresh_from_db()
    assert (before.ends_on, holder(), holder(day=today - ONE)) == (today - ONE, successor, before.officer)


def test_who_was_entered_today_by_mistake_never_was(client, township, today):
    mistaken = PostHoldingFactory(starts_on=today)
    right = PostHoldingFactory(at=SIBLING_VILLAGE).officer
    client.force_login(township)
    client.post(url(), form(right.pk, today, seen=mistaken.pk))
    mistaken.refresh_from_db()
    assert mistaken.withdrawn_at is not None
    assert (holder(), holder(day=today - ONE)) == (right, None)


def test_the_slower_of_two_reads_who_was_faster_and_loses_nothing_typed(client, township, county_dispatcher, today):
    first, second = OfficerFactory(name="令狐先到"), PostHoldingFactory(at=SIBLING_VILLAGE).officer
    services.appoint(place(OWN_VILLAGE), PostKind.JUDGE, first, by=county_dispatcher, starts_on=today)
    client.force_login(township)
    answer = client.post(url(), form(second.pk, today, note="文号在此"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "高志远" in page and "已经登记由令狐先到担任徐赵寨村的法官" in page and "文号在此" in page
    now = PostHolding.objects.get(division=OWN_VILLAGE)
    assert f'name="seen" value="{now.pk}"' in page  # the next 确定 replaces who is there, knowingly


@pytest.mark.django_db(transaction=True)
def test_two_people_filling_one_gap_at_once_fill_it_once(township, county_dispatcher, today):
    village = place(OWN_VILLAGE)
    pairs = [(township, OfficerFactory()), (county_dispatcher, OfficerFactory())]
    for user, _ in pairs:
        user.holdings  # loaded before the threads start  # noqa: B018
    results = at_once(
        *(
            lambda u=user, o=officer: services.appoint(village, PostKind.JUDGE, o, by=u, starts_on=today)
            for user, officer in pairs
        )
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "PostHolding"]
    assert "已经登记由" in next(one for one in results if isinstance(one, Conflict)).sentence
    assert PostHolding.objects.count() == 1


def test_a_post_may_be_filled_for_days_that_are_free(township, today):
    later = PostHoldingFactory(starts_on=today + ONE * 10)
    with pytest.raises(Conflict, match="起已经安排由"):
        services.appoint(place(OWN_VILLAGE), "judge", OfficerFactory(), by=township, starts_on=today)
    services.appoint(
        place(OWN_VILLAGE), "judge", OfficerFactory(), by=township, starts_on=today, ends_on=later.starts_on - ONE
    )
    assert holder() is not None


def test_it_is_written_down_who_did_it_without_a_name_in_it(township, today):
    officer = OfficerFactory(name="令狐不留名")
    services.appoint(place(OWN_VILLAGE), "judge", officer, by=township, starts_on=today)
    event = AuditEvent.objects.get(action="post.appoint")
    assert (event.actor, event.object_id, event.detail["officer"]) == (township, f"{OWN_VILLAGE}/judge", officer.pk)
    assert "令狐" not in str(event.detail)


def test_nothing_is_written_when_the_last_write_fails(township, today, monkeypatch):
    held = PostHoldingFactory()
    monkeypatch.setattr("posts.services.holdings.audit.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.appoint(place(OWN_VILLAGE), "judge", OfficerFactory(), by=township, starts_on=today, instead_of=held)
    assert holder() == held.officer


def test_a_neighbouring_township_centre_may_not(township, today):
    with pytest.raises(NotPermitted, match="乡镇综治中心"):
        services.appoint(place(NEIGHBOUR_VILLAGE), "judge", OfficerFactory(), by=township, starts_on=today)


def test_an_officer_who_left_is_not_appointed(township, today):
    gone = OfficerFactory(is_active=False, left_on=today)
    with pytest.raises(Exception, match="已经离任"):
        services.appoint(place(OWN_VILLAGE), "judge", gone, by=township, starts_on=today)


def test_ending_leaves_a_gap_from_the_day_after(client, township, today):
    held = PostHoldingFactory()
    client.force_login(township)
    done = client.post(reverse("posts:end", args=[held.pk]), {"last_day": f"{today}", "reason": "调离"})
    assert done.url == reverse("posts:village", args=[OWN_VILLAGE])
    assert (holder(), holder(day=today + ONE)) == (held.officer, None)


def test_a_day_before_it_began_is_refused_beside_the_field(client, township, today):
    held = PostHoldingFactory(starts_on=today)
    client.force_login(township)
    page = client.post(reverse("posts:end", args=[held.pk]), {"last_day": f"{today - ONE}"})
    assert page.status_code == 422
    assert "不能早于开始任职的日期" in page.content.decode()


def test_renewing_moves_the_end_and_not_backwards(client, township, today):
    held = PostHoldingFactory(ends_on=today + ONE)
    client.force_login(township)
    renew = reverse("posts:renew", args=[held.pk])
    assert client.post(renew, {"ends_on": f"{today}"}).status_code == 422
    client.post(renew, {"ends_on": f"{today + ONE * 365}"})
    held.refresh_from_db()
    assert held.ends_on == today + ONE * 365
    client.post(renew, {"ends_on": ""})
    held.refresh_from_db()
    assert held.ends_on is None


def test_renewing_stops_at_a_successor(township, today):
    held = PostHoldingFactory(ends_on=today + ONE)
    PostHoldingFactory(starts_on=today + ONE * 2)
    with pytest.raises(Conflict, match="已经安排了继任的人"):
        services.renew(held, by=township, ends_on=today + ONE * 9)
