"""Extensions, the ladder, urging, supervision, instructions, sponsors; and the messages that follow."""

import datetime as dt

import pytest
import time_machine

from accounts.choices import Role
from common import outbox
from common.errors import Conflict, GuardRefused, Missing, NotPermitted
from disputes import services
from disputes.choices import ExtensionState, Source, Status, SupervisionKind
from disputes.models import ClockRow, Dispute, DisputeEvent
from disputes.services import clocks
from disputes.services.sweep import sweep
from notices.models import Message
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import COUNTY, OWN_TOWNSHIP, OWN_VILLAGE, UserFactory
from tests.pages import signed_in

pytestmark = pytest.mark.django_db
NOON = " 12:00:00+08:00"


@pytest.fixture
def at():
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(day + NOON))


@pytest.fixture
def case(at, clerk, dispatcher, mediator, own_village):
    """Accepted, assigned and taken on Monday 2 November; mediation is due on 2 December."""
    case = lives.register(clerk, division=own_village)
    return lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)


@pytest.fixture
def watcher(db):
    return UserFactory(username="watcher", name="督办一", role=Role.SUPERVISOR, role__at=COUNTY)


@pytest.fixture
def chief(db):
    return UserFactory(username="chief", name="领导一", role=Role.LEADER, role__at=COUNTY)


def again(case):
    return Dispute.objects.for_page().get(pk=case.pk)


def ask(case, mediator, key="mediate", **more):
    given = {
        "days": 10,
        "reason": "对方在外地，下周回来。",
        "all_parties_agreed": True,
        "agreed_on": dt.date(2026, 11, 2),
    }
    return do(case, "ask_extension", mediator, clock=case.clocks.get(key=key), **{**given, **more})


# ---- extensions


def test_an_extension_is_asked_granted_and_moves_the_due_day(case, mediator, dispatcher):
    case = ask(case, mediator)
    case = do(case, "decide_extension", dispatcher, decision="granted", days_granted=7)
    row = case.clocks.get(key="mediate")
    assert (str(row.due_on), row.extended_days) == ("2026-12-09", 7)
    assert case.extensions.get().state == ExtensionState.GRANTED
    assert "延长 7 个自然日，到 2026-12-09" in case.events.first().text


def test_a_refused_extension_moves_nothing_and_says_why(case, mediator, dispatcher):
    case = ask(case, mediator)
    with pytest.raises(Missing, match="不批准的，请写明意见"):
        do(case, "decide_extension", dispatcher, decision="refused")
    case = do(case, "decide_extension", dispatcher, decision="refused", reason="先开一次调解会。")
    assert str(case.clocks.get(key="mediate").due_on) == "2026-12-02"


def test_mediation_is_extended_only_with_the_consent_of_all_parties(case, mediator):
    with pytest.raises(Missing, match="须各方当事人同意"):
        ask(case, mediator, all_parties_agreed=False)


def test_an_extension_is_capped_also_in_instalments(case, mediator, dispatcher):
    with pytest.raises(Missing, match="最多还能延长 30 个自然日"):
        ask(case, mediator, days=31)
    case = do(ask(case, mediator, days=25), "decide_extension", dispatcher, decision="granted")
    with pytest.raises(Missing, match="最多还能延长 5 个自然日"):
        ask(again(case), mediator, days=6)


def test_a_labour_limit_cannot_be_extended(at, clerk, dispatcher, mediator, own_village):
    case = lives.register(clerk, division=own_village, category="1001")
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    with pytest.raises(GuardRefused, match="期限都不能延长"):
        ask(case, mediator, key="mediate_labour")


def test_nobody_decides_on_their_own_request(at, clerk, own_village, person):
    both = person("both", "两任", Role.DISPATCHER, OWN_TOWNSHIP)
    case = do(lives.register(clerk, division=own_village), "accept", clerk)
    case = ask(case, both, key="assign", days=2)
    with pytest.raises(GuardRefused, match="由别人审批"):
        do(case, "decide_extension", both, decision="granted")


def test_one_request_at_a_time_and_a_stranger_decides_nothing(case, mediator, neighbouring_clerk):
    case = ask(case, mediator)
    with pytest.raises(GuardRefused, match="已有一份延期申请"):
        ask(again(case), mediator)
    with pytest.raises(NotPermitted):
        do(again(case), "decide_extension", mediator, decision="granted")


def test_a_request_outlives_no_clock(case, mediator, dispatcher):
    case = ask(case, mediator)
    case = do(case, "record_session", mediator, record="谈成了。")
    case = do(case, "settle", mediator, **lives.agreement(case))
    with pytest.raises(GuardRefused, match="没有等待审批的延期申请"):
        do(again(case), "decide_extension", dispatcher, decision="granted")
    assert (case.extensions.get().state, case.extensions.get().decided_by) == (ExtensionState.REFUSED, None)
    assert not Message.objects.filter(kind="extension", done_at=None).exists()


def test_who_may_decide_is_told_and_the_decision_takes_it_off(case, mediator, dispatcher):
    case = ask(case, mediator)
    told = Message.objects.filter(recipient=dispatcher, kind="extension")
    assert [message.done_at for message in told] == [None]
    do(case, "decide_extension", dispatcher, decision="granted")
    assert told.get().done_at is not None


# ---- the ladder


@pytest.fixture
def found(at, own_village):
    """Found by the grid on Monday 2 November: 1 + 2 + 2 + 2 working days."""
    grid = UserFactory(username="grid1", name="网格一", role=Role.GRID_OFFICER, role__at=OWN_VILLAGE)
    return lives.register(grid, division=own_village, source=Source.GRID)


def rungs(case):
    return [(r.key, str(r.due_on), bool(r.expired_on)) for r in case.clocks.filter(kind="ladder").order_by("id")]


def run_the_clock():
    sweep()
    outbox.relay()


def test_the_ladder_climbs_by_itself_and_never_ends_the_case(at, found):
    days = {"2026-11-03": 1, "2026-11-04": 2, "2026-11-05": 2, "2026-11-06": 3, "2026-11-10": 4, "2026-11-11": 4}
    for day, level in days.items():
        at(day)
        run_the_clock()
        assert len(rungs(found)) == level, day
    at("2026-11-12")
    run_the_clock()
    assert rungs(found) == [
        ("ladder_1", "2026-11-03", True), ("ladder_2", "2026-11-05", True), ("ladder_3", "2026-11-09", True),
        ("ladder_4", "2026-11-11", True),
    ]  # fmt: skip
    found.refresh_from_db()
    assert found.status == Status.REGISTERED
    said = list(found.events.filter(name="climb").order_by("number").values_list("text", flat=True))
    assert said[0] == "网格员阶段结束未化解，升级到村（社区）调委会，2026-11-05 前办理。"
    assert said[-1].endswith("报区领导研究。")


def test_a_late_sweep_lengthens_no_level(at, found):
    at("2026-11-20")
    for _ in range(4):
        run_the_clock()
    assert [due for _, due, _ in rungs(found)] == ["2026-11-03", "2026-11-05", "2026-11-09", "2026-11-11"]


def test_a_case_is_passed_up_by_hand_with_what_was_tried(at, found):
    officer = found.registered_by
    with pytest.raises(Missing, match="上报的理由"):
        do(found, "escalate", officer)
    case = do(again(found), "escalate", officer, reason="上门两次，双方都不让步。")
    assert [key for key, _, _ in rungs(case)] == ["ladder_1", "ladder_2"]
    assert case.events.first().text == (
        "网格员阶段结束未化解，升级到村（社区）调委会，2026-11-04 前办理。上门两次，双方都不让步。"
    )


def test_a_result_ends_the_ladder(at, found, clerk):
    do(found, "withdraw", clerk, reason="self_settled", note="和好了")
    at("2026-11-20")
    run_the_clock()
    assert [key for key, _, _ in rungs(found)] == ["ladder_1"]


def test_other_channels_are_not_on_the_ladder(case):
    assert rungs(case) == []


# ---- supervision


def test_an_order_is_numbered_answered_and_lifted(case, watcher, mediator):
    case = do(case, "supervise", watcher, kind="listed", reason="拖欠三月，人数多。")
    order = case.supervisions.get()
    assert order.number == "甘州综治督〔2026〕1号" and str(order.reply_by) == "2026-11-05"
    assert order.office_id == case.committee_id
    case = do(case, "answer_supervision", mediator, reply="已约双方周三面谈，下周五前办结。")
    assert case.supervisions.get().is_answered and case.supervisions.get().is_open
    with pytest.raises(Missing, match="解除的理由"):
        do(again(case), "lift_supervision", watcher)
    case = do(again(case), "lift_supervision", watcher, reason="已经谈成。")
    assert not case.supervisions.get().is_open


def test_watching_takes_nothing_from_under_the_mediators_hands(case, watcher, mediator):
    seen = case.version
    do(case, "urge", watcher)
    do(again(case), "supervise", watcher, kind="ordinary", reason="请抓紧。")
    services.perform(again(case), "record_session", by=mediator, data={"record": "谈了一次。"}, version=seen)


def test_a_case_is_urged_once_a_day(at, case, watcher, mediator):
    do(case, "urge", watcher)
    with pytest.raises(GuardRefused, match="今天已经催办过"):
        do(again(case), "urge", watcher)
    at("2026-11-03")
    do(again(case), "urge", watcher)
    assert Message.objects.filter(recipient=mediator, kind="urge").count() == 2


def test_a_card_is_lifted_by_the_thing_being_done(at, clerk, own_village):
    case = lives.register(clerk, division=own_village)
    at("2026-11-05")
    run_the_clock()
    assert set(case.supervisions.open().values_list("kind", flat=True)) == {SupervisionKind.YELLOW, SupervisionKind.RED}
    told = Message.objects.filter(recipient=clerk)
    assert told.count() == 3 and told.todo().get().kind == "warning.red"
    do(again(case), "accept", clerk)
    assert not case.supervisions.open().exists()
    assert not Message.objects.filter(recipient=clerk, done_at=None, kind__startswith="warning").exists()


def test_an_instruction_waits_for_a_report(case, chief, mediator):
    case = do(case, "instruct", chief, text="请乡镇主要负责人包抓，年前办结。")
    message = Message.objects.get(recipient=mediator, kind="instruction")
    assert message.is_urgent
    case = do(again(case), "report_instruction", mediator, report="已由副镇长牵头，定于周五会商。")
    message.refresh_from_db()
    assert message.done_at and case.instructions.get().reported_by == mediator


def test_a_leader_takes_a_case_over_from_another(case, chief):
    other = UserFactory(username="chief2", name="领导二", role=Role.LEADER, role__at=COUNTY)
    case = do(case, "sponsor", chief, leader=chief)
    case = do(again(case), "sponsor", chief, leader=other)
    assert case.sponsorships.get(until=None).leader == other and case.sponsorships.count() == 2


# ---- who is told


def test_each_level_reaches_further_up(at, clerk, own_village, watcher, chief):
    centre = UserFactory(username="centre1", name="镇中心", role=Role.TOWNSHIP_CENTRE, role__at=OWN_TOWNSHIP)
    case = do(lives.register(clerk, division=own_village), "accept", clerk)
    told = {}
    for day in ("2026-11-03", "2026-11-04", "2026-11-05", "2026-11-10"):
        at(day)
        run_the_clock()
        told[day] = set(
            Message.objects.filter(subject__contains=f"clock:{case.clocks.get(key='assign').pk}").values_list(
                "recipient__username", flat=True
            )
        )
    assert watcher.username not in told["2026-11-04"] and chief.username not in told["2026-11-05"]
    assert centre.username in told["2026-11-04"]
    assert watcher.username in told["2026-11-05"] and chief.username in told["2026-11-10"]


def test_a_warning_that_came_to_nothing_bothers_nobody(at, clerk, own_village):
    case = lives.register(clerk, division=own_village)
    at("2026-11-03")
    sweep()
    do(again(case), "accept", clerk)
    outbox.relay()
    assert not Message.objects.filter(kind__startswith="warning").exists()
    assert case.escalations.count() == 1


def test_no_message_names_a_party(at, case, watcher, chief):
    do(case, "supervise", watcher, kind="red", reason="张三多次来访。")
    at("2026-12-20")
    run_the_clock()
    titles = " ".join(Message.objects.values_list("title", flat=True))
    assert titles and not any(party.name in titles for party in case.parties.all()) and "张三" not in titles


# ---- rules of the house


def test_a_local_limit_counts_for_clocks_that_start_from_its_day_on(at, clerk, own_village, watcher):
    from disputes.models import LocalLimit

    before = lives.register(clerk, division=own_village)
    LocalLimit.objects.create(key="accept", days=3, since=dt.date(2026, 11, 3), reason="人手不足", changed_by=watcher)
    clocks.forget_rules()
    same_day = lives.register(clerk, division=own_village)
    at("2026-11-03")
    after = lives.register(clerk, division=own_village)
    days = [str(c.clocks.get(key="accept").due_on) for c in (before, same_day, after)]
    clocks.forget_rules()
    assert days == ["2026-11-03", "2026-11-03", "2026-11-06"]


def test_a_statutory_limit_stays_whatever_a_row_says(at, clerk, own_village, watcher):
    from disputes.models import LocalLimit

    LocalLimit.objects.create(key="mediate_labour", days=60, since=dt.date(2026, 1, 1), reason="试", changed_by=watcher)
    clocks.forget_rules()
    case = do(lives.register(clerk, division=own_village, category="1001"), "accept", clerk)
    clocks.forget_rules()
    assert case.clocks.get(key="mediate_labour").limit == 15


def test_a_warning_rule_for_a_type_and_level_wins_over_the_general_one(at, clerk, own_village):
    from disputes.models import WarningRule

    WarningRule.objects.create(key="accept", yellow=2, red=4, leader=9, reason="一般")
    WarningRule.objects.create(key="accept", category="02", level="village", yellow=1, red=2, leader=3, reason="邻里")
    clocks.forget_rules()
    particular, general = (lives.register(clerk, division=own_village, category=c) for c in ("0202", "1001"))
    clocks.forget_rules()
    days = [[d and str(d) for d in c.clocks.get(key="accept").warn_days] for c in (particular, general)]
    assert days[0] == [None, "2026-11-04", "2026-11-05", "2026-11-06", None]
    assert days[1] == [None, "2026-11-05", "2026-11-09", "2026-11-16", None]


def test_a_calendar_that_changed_moves_open_clocks_and_no_met_ones(at, clerk, own_village):
    from common import workdays
    from disputes.tasks import reckon_clocks

    done = do(lives.register(clerk, division=own_village), "accept", clerk)
    waiting = lives.register(clerk, division=own_village)
    workdays.set_day(dt.date(2026, 11, 3), False, note="停电", source="区政府通知")
    try:
        reckon_clocks(from_day="2026-11-03")
        waiting.refresh_from_db()
        assert str(waiting.clocks.get().due_on) == "2026-11-04" == str(waiting.next_due_on)
        assert str(done.clocks.get(key="accept").due_on) == "2026-11-03"
    finally:
        workdays.forget()


def test_events_of_watching_keep_the_numbers_of_the_timeline(case, watcher, mediator):
    do(case, "urge", watcher)
    do(again(case), "record_session", mediator, record="谈了一次。")
    numbers = list(DisputeEvent.objects.filter(dispute=case).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert not ClockRow.objects.filter(dispute=case, key="begin", met_on=None).exists()


# -- the same thing twice, and another thing meanwhile ---------------------------------------------------------------


def test_the_same_order_is_issued_once(case, watcher):
    do(again(case), "supervise", watcher, kind="red", reason="请抓紧办理。")
    with pytest.raises(GuardRefused, match="已经发出"):
        do(again(case), "supervise", watcher, kind="red", reason="请抓紧办理。")
    do(again(case), "supervise", watcher, kind="red", reason="又有新情况，请一并说明。")
    assert case.supervisions.count() == 2


def test_the_same_instruction_is_given_once(case, chief):
    do(again(case), "instruct", chief, text="请依法办理。")
    with pytest.raises(GuardRefused, match="已经发出"):
        do(again(case), "instruct", chief, text="请依法办理。")
    assert case.instructions.count() == 1


def test_an_approval_from_an_old_page_does_not_reach_a_newer_request(case, mediator, dispatcher, watcher):
    ask(again(case), mediator, days=3)
    old = case.extensions.get().pk
    do(again(case), "decide_extension", watcher, decision="refused", reason="先开会")
    ask(again(case), mediator, days=30)
    with pytest.raises(Conflict, match="另一份申请"):
        do(again(case), "decide_extension", dispatcher, decision="granted", asked=old)
    assert case.extensions.waiting().count() == 1


def test_the_page_carries_the_request_it_shows(case, mediator, dispatcher):
    ask(again(case), mediator, days=3)
    page = signed_in(dispatcher).get(f"/disputes/{case.code}/decide_extension/").content.decode()
    assert f'name="asked" value="{case.extensions.get().pk}"' in page


def test_lifting_what_was_answered_leaves_what_was_not(case, watcher, mediator):
    do(again(case), "supervise", watcher, kind="ordinary", reason="请抓紧。")
    do(again(case), "answer_supervision", mediator, reply="好。")
    do(again(case), "supervise", watcher, kind="listed", reason="群体性苗头，挂牌督办。")
    do(again(case), "lift_supervision", watcher, reason="普通督办的事已办。")
    assert [one.kind for one in case.supervisions.open()] == ["listed"]


def test_who_lifts_may_say_which(case, watcher):
    for kind in ("ordinary", "red"):
        do(again(case), "supervise", watcher, kind=kind, reason="请抓紧。")
    red = case.supervisions.get(kind="red")
    do(again(case), "lift_supervision", watcher, which=[red.pk], reason="发错了。")
    assert [one.kind for one in case.supervisions.open()] == ["ordinary"]
    with pytest.raises(Conflict, match="已经有人解除"):
        do(again(case), "lift_supervision", watcher, which=[red.pk], reason="发错了。")


def test_people_in_a_reason_are_masked_where_it_is_decided(case, mediator, dispatcher):
    name = case.parties.first().name
    ask(again(case), mediator, reason=f"{name}电话 13912345678 打不通，身份证 622201196805120002。")
    page = signed_in(dispatcher).get(f"/disputes/{case.code}/decide_extension/").content.decode()
    assert "打不通" in page
    assert [word for word in (name, "13912345678", "622201196805120002") if word in page] == []


def test_people_in_an_instruction_are_masked_where_it_is_reported(case, chief, mediator):
    name = case.parties.first().name
    do(again(case), "instruct", chief, text=f"请联系{name}，电话 13912345678。")
    page = signed_in(mediator).get(f"/disputes/{case.code}/report_instruction/").content.decode()
    assert "请联系" in page
    assert "13912345678" not in page
