"""Asking for a swap, and answering."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from common.errors import Conflict, Missing, NotPermitted, WrongState
from notices.models import Message
from rosters import services
from rosters.models import DutyShift
from tests.factories import UserFactory
from tests.rosters.conftest import on_duty, resides

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    return timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def colleague(department):
    return UserFactory(username="colleague", name="王芳", role=Role.DEPARTMENT_LIAISON, role__at=department)


@pytest.fixture
def mine(labour, department_liaison, day):
    return on_duty(labour, day=day, name="冯涛", user=department_liaison)


@pytest.fixture
def theirs(labour, colleague, day):
    return on_duty(labour, day=day + dt.timedelta(days=1), name="王芳", user=colleague)


@pytest.fixture
def swap(mine, theirs, department_liaison, county_dispatcher):
    return services.ask_swap(mine, other=theirs, to_name="", reason="下乡", by=department_liaison)


def names(*shifts):
    return [DutyShift.objects.get(pk=shift.pk).name for shift in shifts]


def test_accepting_exchanges_both_shifts(swap, mine, theirs, colleague, department_liaison):
    services.accept_swap(swap, by=colleague)
    assert names(mine, theirs) == ["王芳", "冯涛"]
    assert DutyShift.objects.get(pk=mine.pk).user == colleague
    assert DutyShift.objects.get(pk=theirs.pk).user == department_liaison


def test_two_at_the_same_hour_exchange_their_windows(department, centre, mine, colleague, department_liaison, day):
    other = on_duty(resides(department, centre, window="4"), day=day, name="王芳", user=colleague)
    swap = services.ask_swap(mine, other=other, to_name="", reason="换窗口", by=department_liaison)
    services.accept_swap(swap, by=colleague)
    assert names(mine, other) == ["王芳", "冯涛"]


def test_somebody_may_stand_in_for_nothing(mine, department_liaison, county_dispatcher):
    swap = services.ask_swap(mine, other=None, to_name="李强", reason="病", by=department_liaison)
    services.accept_swap(swap, by=county_dispatcher)
    assert names(mine) == ["李强"]


def test_a_refusal_leaves_the_roster_and_says_why(swap, mine, theirs, colleague):
    services.refuse_swap(swap, answer="那天开庭", by=colleague)
    swap.refresh_from_db()
    assert (swap.state, swap.answer, names(mine, theirs)) == ("refused", "那天开庭", ["冯涛", "王芳"])


def test_a_refusal_without_a_reason_is_asked_for_one(client, swap, colleague):
    client.force_login(colleague)
    response = client.post(reverse("rosters:refuse_swap", args=[swap.pk]), {"answer": " "})
    assert response.status_code == 422 and "请写明不同意的原因" in response.content.decode()


def test_nobody_answers_twice(swap, colleague, county_dispatcher):
    services.accept_swap(swap, by=colleague)
    with pytest.raises(WrongState):
        services.refuse_swap(swap, answer="不行", by=county_dispatcher)


def test_who_asked_does_not_agree_in_the_others_name(swap, department_liaison, clerk):
    for user in (department_liaison, clerk):
        with pytest.raises(NotPermitted):
            services.accept_swap(swap, by=user)


def test_only_who_asked_takes_it_back(swap, colleague, department_liaison):
    with pytest.raises(NotPermitted):
        services.withdraw_swap(swap, by=colleague)
    assert services.withdraw_swap(swap, by=department_liaison).state == "withdrawn"


def test_a_roster_that_changed_since_is_not_swapped(swap, mine, colleague):
    DutyShift.objects.filter(pk=mine.pk).update(name="赵敏", user=None)
    with pytest.raises(Conflict):
        services.accept_swap(swap, by=colleague)


def test_a_swap_that_would_put_somebody_at_two_windows_is_refused(
    department, centre, mine, department_liaison, county_dispatcher, day
):
    swap = services.ask_swap(mine, other=None, to_name="李强", reason="病", by=department_liaison)
    on_duty(resides(department, centre, window="4"), day=day, name="李强")
    with pytest.raises(Conflict, match="同一时段只能在一个窗口"):
        services.accept_swap(swap, by=county_dispatcher)
    assert names(mine) == ["冯涛"]


def test_a_past_shift_is_not_swapped(labour, department_liaison):
    shift = on_duty(labour, day=timezone.localdate() - dt.timedelta(days=1), name="冯涛", user=department_liaison)
    with pytest.raises(WrongState):
        services.ask_swap(shift, other=None, to_name="李强", reason="病", by=department_liaison)


def test_a_shift_is_not_swapped_with_itself_or_another_department(mine, judges, department_liaison, day):
    foreign = on_duty(judges, day=day, name="赵敏")
    for wish in ({"other": foreign, "to_name": ""}, {"other": None, "to_name": "冯涛"}):
        with pytest.raises(Missing):
            services.ask_swap(mine, reason="病", by=department_liaison, **wish)


def test_it_is_asked_once_at_a_time(swap, mine, department_liaison):
    with pytest.raises(WrongState):
        services.ask_swap(mine, other=None, to_name="李强", reason="病", by=department_liaison)


def test_those_who_can_answer_are_told_without_names(swap, colleague, county_dispatcher, department_liaison):
    told = Message.objects.filter(event=f"swap:{swap.pk}:asked")
    assert {message.recipient for message in told} == {colleague, county_dispatcher}
    assert not any(name in told[0].title for name in ("冯涛", "王芳"))
    services.accept_swap(swap, by=county_dispatcher)
    assert not told.filter(done_at=None).exists(), "answered: off the lists"
    after = Message.objects.filter(event=f"swap:{swap.pk}:accepted")
    assert {message.recipient for message in after} == {colleague, department_liaison}


def test_a_swap_is_asked_for_on_its_page(client, mine, theirs, department_liaison):
    client.force_login(department_liaison)
    url = reverse("rosters:ask_swap", args=[mine.pk])
    assert "王芳" in client.get(url).content.decode()
    empty = client.post(url, {"reason": "下乡"})
    assert empty.status_code == 422 and "请选一班对换" in empty.content.decode()
    assert client.post(url, {"other": theirs.pk, "reason": "下乡"}).status_code == 302
    html = client.get(reverse("rosters:swaps")).content.decode()
    assert "冯涛 → 王芳" in html and "撤回" in html and "同意</button>" not in html


def test_the_history_stays_readable_when_the_shift_is_gone(client, swap, mine, colleague):
    services.refuse_swap(swap, answer="那天开庭", by=colleague)
    mine.delete()
    client.force_login(colleague)
    html = client.get(f"{reverse('rosters:swaps')}?tab=all").content.decode()
    assert "冯涛 → 王芳" in html and "那天开庭" in html


def test_a_stranger_may_not_ask(client, mine, clerk):
    client.force_login(clerk)
    assert client.get(reverse("rosters:ask_swap", args=[mine.pk])).status_code == 403
