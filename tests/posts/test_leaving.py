"""Being away with somebody standing in, and leaving for good with everything passed on at one stroke."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from common.errors import Conflict, NotPermitted
from posts import charges, services, standing
from posts.charges import Charge, Item
from posts.choices import ChiefKind, PostKind
from posts.models import ChiefArea, Leave, PostHolding, Substitution
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, SIBLING_VILLAGE
from tests.posts.factories import (
    ChiefAreaFactory,
    LeaveFactory,
    OfficerFactory,
    PostHoldingFactory,
    SubstitutionFactory,
)

pytestmark = pytest.mark.django_db
ONE = dt.timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def judge():
    """Holds the post of 徐赵寨村 and of 上秦村."""
    held = PostHoldingFactory(officer__name="令狐离任")
    PostHoldingFactory(at=SIBLING_VILLAGE, officer=held.officer)
    return held.officer


@pytest.fixture
def successor(court):
    """A judge of another village of the township."""
    return PostHoldingFactory(at="620702101200", officer__name="司马接任", officer__organisation=court).officer


@pytest.fixture(autouse=True)
def _own_slot(monkeypatch):
    """What apps above fill the slot with is theirs to test."""
    monkeypatch.setattr(charges, "_charges", {})


def seat(village=OWN_VILLAGE, kind="judge", day=None):
    return next(one for one in standing.people_of(village, day or timezone.localdate()) if one.kind == kind)


# ---- away


def test_a_leave_with_one_substitute_for_all_posts_and_an_exception(client, township, judge, successor, today):
    exception = judge.post_holdings.get(division=SIBLING_VILLAGE)
    client.force_login(township)
    url = reverse("posts:leave", args=[judge.pk])
    assert "法官岗位由谁代理" in client.get(url).content.decode()
    form = {"starts_on": f"{today}", "ends_on": f"{today + ONE * 6}", "reason": "training"}
    form |= {"default_judge": successor.pk, f"post_{exception.pk}": "gap"}
    assert client.post(url, form).status_code == 302
    assert (seat().person, seat().holder, seat().away_until) == (successor, judge, today + ONE * 6)
    assert seat(SIBLING_VILLAGE).is_unattended
    assert seat(day=today + ONE * 7).person == judge


def test_two_leaves_at_one_time_are_refused_in_words(client, township, judge, today):
    LeaveFactory(officer=judge, starts_on=today, ends_on=today + ONE)
    client.force_login(township)
    form = {"starts_on": f"{today}", "ends_on": f"{today}", "reason": "duty", "default_judge": "gap"}
    answer = client.post(reverse("posts:leave", args=[judge.pk]), form)
    assert answer.status_code == 409
    assert "已经登记过请假" in answer.content.decode()


def test_a_leave_without_its_substitute_is_not_half_written(township, judge, successor, today):
    held = judge.post_holdings.get(division=OWN_VILLAGE)
    SubstitutionFactory(holding=held, starts_on=today, ends_on=today)
    with pytest.raises(Conflict, match="已经安排了代理人"):
        services.take_leave(
            judge, by=township, starts_on=today, ends_on=today, reason="duty", substitutes={held: successor}
        )
    assert not Leave.objects.exists()


def test_the_holder_does_not_stand_in_for_themselves(township, judge, today):
    held = judge.post_holdings.first()
    with pytest.raises(Exception, match="不能是本人"):
        services.take_leave(
            judge, by=township, starts_on=today, ends_on=today, reason="duty", substitutes={held: judge}
        )


def test_back_early_ends_the_substitution_too_and_a_leave_that_never_began_is_gone(client, township, judge, today):
    held = judge.post_holdings.get(division=OWN_VILLAGE)
    leave = LeaveFactory(officer=judge, starts_on=today - ONE * 3, ends_on=today + ONE * 3)
    SubstitutionFactory(holding=held, starts_on=leave.starts_on, ends_on=leave.ends_on)
    later = LeaveFactory(officer=judge, starts_on=today + ONE * 9, ends_on=today + ONE * 10)
    SubstitutionFactory(holding=held, starts_on=later.starts_on, ends_on=later.ends_on)
    client.force_login(township)
    client.post(reverse("posts:end_leave", args=[leave.pk]), {"last_day": f"{today - ONE}"})
    assert (seat().person, seat().away_until) == (judge, None)
    assert seat(day=today - ONE).substitute is not None
    client.post(reverse("posts:end_leave", args=[later.pk]), {"last_day": f"{today + ONE * 8}"})
    assert not Leave.objects.filter(pk=later.pk).exists()
    assert Substitution.objects.count() == 1


# ---- for good


def test_all_posts_pass_on_at_one_stroke_and_the_past_stays_as_it_was(client, township, judge, successor, today):
    client.force_login(township)
    url = reverse("posts:hand_over", args=[judge.pk])
    page = client.get(url).content.decode()
    assert "上秦镇 徐赵寨村" in page and "上秦镇 上秦村" in page
    other = judge.post_holdings.get(division=SIBLING_VILLAGE)
    form = {"last_day": f"{today}", "default_judge": successor.pk, f"post_{other.pk}": "gap"}
    assert client.post(url, form).status_code == 302
    judge.refresh_from_db()
    assert (judge.is_active, judge.left_on) == (False, today)
    assert (seat().holder, seat(day=today + ONE).holder) == (judge, successor)
    assert seat(SIBLING_VILLAGE, day=today + ONE).is_gap
    assert AuditEvent.objects.get(action="officer.hand_over").detail["gaps"] == 1


def test_each_kind_of_post_asks_for_its_successor(client, township, judge, today):
    client.force_login(township)
    answer = client.post(reverse("posts:hand_over", args=[judge.pk]), {"last_day": f"{today}"})
    assert answer.status_code == 422
    assert "留作空缺" in answer.content.decode()
    judge.refresh_from_db()
    assert judge.is_active


def test_leave_and_standing_in_end_with_the_last_day(township, judge, today):
    LeaveFactory(officer=judge, starts_on=today - ONE, ends_on=today + ONE * 9)
    other = PostHoldingFactory(kind=PostKind.POLICE)
    stands_in = SubstitutionFactory(holding=other, officer=judge, starts_on=today, ends_on=today + ONE * 9)
    posts = dict.fromkeys(judge.post_holdings.values_list("pk", flat=True))
    services.hand_over(judge, by=township, last_day=today, posts=posts, areas={})
    stands_in.refresh_from_db()
    assert (judge.leaves.get().ends_on, stands_in.ends_on) == (today, today)


def test_what_was_entered_meanwhile_is_not_lost_unseen(township, judge, successor, today):
    posts = dict.fromkeys(judge.post_holdings.values_list("pk", flat=True), successor)
    PostHoldingFactory(kind=PostKind.COUNSEL, officer=judge)
    with pytest.raises(Conflict, match="重新核对"):
        services.hand_over(judge, by=township, last_day=today, posts=posts, areas={})
    judge.refresh_from_db()
    assert judge.is_active and seat().holder == judge


def test_posts_in_two_townships_are_handed_over_by_the_county(client, township, county_dispatcher, judge, today):
    PostHoldingFactory(at=NEIGHBOUR_VILLAGE, officer=judge)
    client.force_login(township)
    answer = client.get(reverse("posts:hand_over", args=[judge.pk]))
    assert answer.status_code == 403
    assert "还在党寨镇任职" in answer.content.decode()
    client.force_login(county_dispatcher)
    form = {"last_day": f"{today}", "default_judge": "gap"}
    assert client.post(reverse("posts:hand_over", args=[judge.pk]), form).status_code == 302
    assert not PostHolding.objects.on(today + ONE).filter(officer=judge).exists()


def test_the_area_of_a_chief_passes_on_too(client, county_dispatcher, today):
    area = ChiefAreaFactory()
    other = OfficerFactory(organisation=area.officer.organisation)
    client.force_login(county_dispatcher)
    form = {"last_day": f"{today}", "default_area": other.pk}
    client.post(reverse("posts:hand_over", args=[area.officer_id]), form)
    found = standing.chief_of(area.township, today + ONE)
    assert (found.officer, found.kind) == (other, ChiefKind.COURT)
    assert standing.chief_of(area.township, today).officer == area.officer


def test_a_township_does_not_hand_over_the_area_of_a_chief(township, today):
    with pytest.raises(NotPermitted, match="四长片区"):
        services.hand_over(ChiefAreaFactory().officer, by=township, last_day=today, posts={}, areas={})


def test_what_an_app_above_has_in_hand_is_listed_and_passed_on(client, township, judge, successor, today):
    passed = []
    charges.register(
        Charge(
            "cases", "在办案件",
            items=lambda officer, by: [
                Item("GZ1", "GZ1 邻里纠纷", choices=[("7", "马秀英")]), Item("GZ2", "GZ2 债务纠纷", refusal="由区级改派。"),
            ],
            pass_on=lambda officer, chosen, by: passed.append(dict(chosen)),
        )
    )  # fmt: skip
    client.force_login(township)
    url = reverse("posts:hand_over", args=[judge.pk])
    page = client.get(url).content.decode()
    assert "GZ1 邻里纠纷" in page and "由区级改派。" in page
    client.post(url, {"last_day": f"{today}", "default_judge": successor.pk, "charge_cases_GZ1": "7"})
    assert passed == [{"GZ1": "7"}]


def test_nothing_is_handed_over_when_a_case_cannot_be(client, township, judge, successor, today):
    def refuse(officer, chosen, by):
        raise Conflict("GZ1 刚刚有变动。")

    charges.register(Charge("cases", "在办案件", lambda o, by: [Item("GZ1", "GZ1", choices=[("7", "马")])], refuse))
    client.force_login(township)
    form = {"last_day": f"{today}", "default_judge": successor.pk, "charge_cases_GZ1": "7"}
    answer = client.post(reverse("posts:hand_over", args=[judge.pk]), form)
    assert answer.status_code == 409
    assert "GZ1 刚刚有变动。" in answer.content.decode()
    judge.refresh_from_db()
    assert judge.is_active and PostHolding.objects.on(today + ONE).filter(officer=judge).count() == 2


def test_who_left_leaves_once(client, township, judge, today):
    posts = dict.fromkeys(judge.post_holdings.values_list("pk", flat=True))
    services.hand_over(judge, by=township, last_day=today, posts=posts, areas={})
    client.force_login(township)
    answer = client.get(reverse("posts:hand_over", args=[judge.pk]))
    assert answer.status_code == 409
    assert "已经办过离任移交" in answer.content.decode()


# ---- the four chiefs


def test_a_township_passes_from_one_chief_to_another_from_a_day_on(client, supervisor, today):
    area = ChiefAreaFactory()
    other = OfficerFactory(organisation=area.officer.organisation)
    client.force_login(supervisor)
    form = {"officer": other.pk, "kind": "police", "starts_on": f"{today}"}
    assert client.post(reverse("posts:area", args=[area.township_id]), form).status_code == 302
    area.refresh_from_db()
    assert (area.ends_on, standing.chief_of(area.township, today).officer) == (today - ONE, other)
    page = client.get(reverse("posts:chiefs")).content.decode()
    assert "公安局长" in page and other.name in page
    assert area.officer.name in client.get(f"{reverse('posts:chiefs')}?on={today - ONE}").content.decode()


def test_the_same_again_changes_nothing(supervisor, today):
    area = ChiefAreaFactory()
    services.assign_area(area.township, area.officer, area.kind, by=supervisor, starts_on=today)
    assert ChiefArea.objects.get().ends_on is None
