"""Pausing, removing and dismissing: grounds of the law, history, and what becomes of open cases."""

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import Missing, NotPermitted, WrongState
from disputes.models import Dispute
from mediators import services
from mediators.models import Mediator, StatusChange
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, CommitteeMemberFactory, place
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(mediator):
    return Mediator.objects.get(user=mediator)


@pytest.fixture
def other(other_mediator):
    return Mediator.objects.get(user=other_mediator)


@pytest.fixture
def case(clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    return lives.bring(case, "mediating", clerk=clerk, dispatcher=dispatcher, mediator=mediator)


def url(one):
    return reverse("mediators:status", args=[one.pk])


def typed(**more):
    return {"to_status": "paused", "ground": "health", "effective_on": f"{timezone.localdate()}", **more}


def test_somebody_without_cases_is_paused_and_restored(township, one):
    assert signed_in(township).post(url(one), typed(note="住院")).status_code == 302
    one.refresh_from_db()
    assert (one.status, one.status_reason, one.status_on) == ("paused", "健康原因", timezone.localdate())
    assert signed_in(township).post(url(one), typed(to_status="serving", ground="return")).status_code == 302
    one.refresh_from_db()
    assert (one.status, one.status_reason) == ("serving", "")
    assert list(one.status_changes.order_by("pk").values_list("from_status", "to_status", "ground", "note")) == [
        ("serving", "paused", "health", "住院"), ("paused", "serving", "return", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("to", "ground", "allowed"),
    [
        ("removed", "bribe", True), ("removed", "health", False), ("dismissed", "bribe", True),
        ("dismissed", "term", True), ("dismissed", "away", False), ("paused", "bribe", False), ("paused", "inquiry", True),
    ],
)  # fmt: skip
def test_each_status_has_its_grounds(township, one, to, ground, allowed):
    answer = signed_in(township).post(url(one), typed(to_status=to, ground=ground))
    assert answer.status_code == (302 if allowed else 422)
    one.refresh_from_db()
    assert (one.status == to) == allowed


def test_open_cases_are_shown_with_the_one_who_has_least_chosen(township, one, other, case):
    page = tree_of(signed_in(township).get(url(one)))
    select = find(page, f"select[name=case_{case.code}]")[0]
    chosen = [words(option) for option in select.xpath("option[@selected]")]
    assert chosen == ["杨文斌（在办 0 件）"]


def test_dismissing_hands_the_cases_over_in_the_same_step(township, one, other, case):
    answer = signed_in(township).post(
        url(one), typed(to_status="dismissed", ground="term", **{f"case_{case.code}": str(other.pk)})
    )
    assert answer.status_code == 302
    case = Dispute.objects.get(pk=case.pk)
    assert (case.mediator, case.status) == (other, "assigned")
    assert case.events.order_by("number").last().name == "reassign"
    change = StatusChange.objects.get()
    assert (change.open_cases, change.handed_over, change.made_by) == (1, 1, township)


def test_the_head_may_be_left_to_name_somebody(township, one, other, case):
    signed_in(township).post(url(one), typed(to_status="dismissed", ground="term", **{f"case_{case.code}": "head"}))
    case = Dispute.objects.get(pk=case.pk)
    assert (case.mediator, case.committee) == (None, one.committee)


def test_a_pause_may_leave_a_case_where_it_is_and_says_so_on_the_page(township, one, other, case):
    assert signed_in(township).post(url(one), typed(**{f"case_{case.code}": "keep"})).status_code == 302
    assert Dispute.objects.get(pk=case.pk).mediator == one
    assert "在办待移交" in signed_in(township).get(reverse("mediators:mediator", args=[one.pk])).content.decode()


def test_somebody_dismissed_cannot_keep_a_case(township, one, other, case):
    answer = signed_in(township).post(
        url(one), typed(to_status="dismissed", ground="term", **{f"case_{case.code}": "keep"})
    )
    assert answer.status_code == 422
    assert "罢免、解聘的，在办案件应当移交。" in answer.content.decode()
    one.refresh_from_db()
    assert one.status == "serving"


def test_whoever_may_not_reassign_sees_the_case_and_changes_the_status_alone(justice, one, other, case):
    page = signed_in(justice).get(url(one)).content.decode()
    assert case.code in page
    assert f"case_{case.code}" not in page
    assert signed_in(justice).post(url(one), typed()).status_code == 302
    assert Dispute.objects.get(pk=case.pk).mediator == one


def test_a_refused_hand_over_changes_nothing_at_all(township, one, other, case):
    Mediator.objects.filter(pk=other.pk).update(status="paused")
    with pytest.raises(Missing):
        services.change_status(
            one,
            "dismissed",
            ground="term",
            effective_on=timezone.localdate(),
            hand_over={case.code: other},
            by=township,
        )
    one.refresh_from_db()
    assert one.status == "serving"
    assert not StatusChange.objects.exists()
    assert Dispute.objects.get(pk=case.pk).mediator == one


def test_whoever_is_removed_leaves_the_seat_too_and_who_is_paused_does_not(township, one, other):
    seats = [CommitteeMemberFactory(mediator=person) for person in (one, other)]
    services.change_status(one, "removed", ground="insult", effective_on=timezone.localdate(), by=township)
    services.change_status(other, "paused", ground="health", effective_on=timezone.localdate(), by=township)
    for seat in seats:
        seat.refresh_from_db()
    assert (seats[0].left_why, seats[0].left_on) == ("罢免", timezone.localdate())
    assert seats[1].is_current


def test_the_same_change_twice_is_refused_in_words(township, one):
    services.change_status(one, "paused", ground="health", effective_on=timezone.localdate(), by=township)
    with pytest.raises(WrongState, match="已经是“暂停”"):
        services.change_status(one, "paused", ground="health", effective_on=timezone.localdate(), by=township)


def test_only_keepers_change_a_status(dispatcher, committee_head, one):
    for user in (dispatcher, committee_head):
        with pytest.raises(NotPermitted):
            services.change_status(one, "paused", ground="health", effective_on=timezone.localdate(), by=user)


def test_a_day_to_come_is_refused(township, one):
    answer = signed_in(township).post(url(one), typed(effective_on="2099-01-01"))
    assert "生效日期不能晚于今天。" in answer.content.decode()


def test_the_account_of_somebody_who_left_is_pointed_out(township, one):
    services.change_status(one, "dismissed", ground="term", effective_on=timezone.localdate(), by=township)
    page = signed_in(township).get(reverse("mediators:mediator", args=[one.pk])).content.decode()
    assert "账号 mediator 还在用" in page


def test_cases_out_of_sight_are_counted_and_not_named(village_worker, one, case):
    Dispute.objects.filter(pk=case.pk).update(place_path="/620000000000/620700000000/620702000000/")
    page = signed_in(village_worker).get(reverse("mediators:mediator", args=[one.pk])).content.decode()
    assert case.code not in page
    assert "另有 1 件不在您的查看范围内。" in page
