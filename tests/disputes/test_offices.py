"""Who is told of a warning, a step of the ladder or a request; and when it leaves their lists again."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from accounts.choices import Role
from common import outbox
from disputes.choices import Source, Status
from disputes.models import Dispute
from disputes.services.sweep import sweep
from notices.models import Message
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import COUNTY, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(f"{day} 12:00:00+08:00"))


@pytest.fixture
def case(at, clerk, dispatcher, mediator, own_village):
    """Taken on Monday 2 November; mediation is due on 2 December."""
    case = lives.register(clerk, division=own_village)
    return lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)


@pytest.fixture
def found(at, grid_officer, own_village):
    """Found by the grid officer: the ladder runs out on 3, 5, 9 and 11 November."""
    return lives.register(grid_officer, division=own_village, source=Source.GRID)


@pytest.fixture
def supervising(db):
    return UserFactory(username="watcher", name="督办一", role=Role.SUPERVISOR, role__at=COUNTY)


def again(case):
    return Dispute.objects.for_page().get(pk=case.pk)


def run():
    sweep()
    outbox.relay()


def todo(person):
    return list(Message.objects.filter(recipient=person).todo().values_list("title", flat=True))


# -- the ladder ----------------------------------------------------------------------------------------------------


def test_each_level_of_the_ladder_is_told_to_its_own_office(at, found, grid_officer, village_worker, township):
    for day, heir in (("2026-11-04", village_worker), ("2026-11-06", township)):
        at(day)
        run()
        climbed = Message.objects.filter(kind="warning.climb").latest("pk")
        told = set(Message.objects.filter(event=climbed.event).values_list("recipient", flat=True))
        assert told == {heir.pk}, day


def test_a_level_without_anybody_is_told_to_the_centre(at, found, grid_officer, township):
    at("2026-11-04")
    run()
    assert f"{found.code} 四级七天期满，升级到村（社区）调委会" in todo(township)


def test_the_news_of_the_top_leaves_the_lists_with_the_result(at, found, clerk, dispatcher, mediator):
    leader = UserFactory(username="chief", name="领导一", role=Role.LEADER, role__at=COUNTY)
    at("2026-11-20")
    for _ in range(5):
        run()
    assert [title for title in todo(leader) if "报领导研究" in title]
    lives.bring(again(found), Status.PERFORMING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    assert not [title for title in todo(leader) if "报领导研究" in title]


# -- people who are away -------------------------------------------------------------------------------------------


def test_a_mediator_whose_account_was_closed_does_not_swallow_the_reminder(at, case, mediator, dispatcher):
    mediator.is_active = False
    mediator.save()
    at("2026-11-27")
    run()
    assert todo(dispatcher) == [f"{case.code} 调解即将到期（提醒）"]


def test_a_mediator_who_lost_the_role_is_not_the_one_who_is_told(at, case, mediator, dispatcher):
    mediator.role_holdings.update(ends_on=dt.date(2026, 11, 20))
    at("2026-11-27")
    run()
    assert (todo(mediator), todo(dispatcher)) == ([], [f"{case.code} 调解即将到期（提醒）"])


def test_a_request_by_the_only_near_decider_goes_up(at, own_village, township, supervising):
    case = lives.register(township, division=own_village)
    do(again(case), "ask_extension", township, clock=case.clocks.get(key="accept"), days=2, reason="人手不足")
    assert todo(township) == []
    assert todo(supervising) == [f"{case.code} 申请延期，请审批"]


# -- what was dealt with -------------------------------------------------------------------------------------------


def test_urging_is_dealt_with_by_the_next_step(at, clerk, own_village, supervising):
    case = lives.register(clerk, division=own_village)
    do(again(case), "urge", supervising)
    assert todo(clerk) == [f"{case.code} 催办"]
    do(again(case), "accept", clerk)
    assert todo(clerk) == []


def test_urging_is_not_dealt_with_by_a_leaders_instruction(at, clerk, own_village, supervising):
    leader = UserFactory(username="chief", name="领导一", role=Role.LEADER, role__at=COUNTY)
    case = lives.register(clerk, division=own_village)
    do(again(case), "urge", supervising)
    do(again(case), "instruct", leader, text="请依法办理。")
    assert f"{case.code} 催办" in todo(clerk)


def test_who_lost_the_case_has_no_more_to_do_there(at, case, mediator, dispatcher, other_mediator, supervising):
    at("2026-12-03")
    run()
    do(again(case), "instruct", UserFactory(username="chief", role=Role.LEADER, role__at=COUNTY), text="请依法办理。")
    assert len(todo(mediator)) >= 2
    kept = todo(dispatcher)
    new = other_mediator.mediator
    do(again(case), "reassign", dispatcher, committee=new.committee, mediator=new, reason="调换", chosen_by="accepted")
    assert todo(mediator) == []
    assert todo(dispatcher) == kept
