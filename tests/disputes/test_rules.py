"""期限规则: the page says what the clocks do; local limits are changed with a reason from a day on, statutory ones never."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEvent
from common import workdays
from common.errors import GuardRefused, Missing, NotPermitted, NotVisible
from common.models import Outbox
from disputes import deadlines, rulebook
from disputes.models import LocalLimit, WarningRule
from disputes.reckoning import Rules
from disputes.services import clocks, rules
from disputes.tasks import reckon_clocks
from tests.disputes import lives
from tests.disputes.lives import do
from tests.pages import find, signed_in, tree_of, words
from tests.test_matrix import PEOPLE

pytestmark = pytest.mark.django_db
NOVEMBER = dt.date(2026, 11, 2)
PAGE = "/rules/"
STATUTORY = ("mediate_labour", "mediate_medical", "confirm")
CHANGE = {"days": "3", "since": "2026-11-09", "reason": "主任办公会纪要"}


@pytest.fixture(autouse=True)
def at():
    clocks.forget_rules()
    workdays.forget()
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(f"{day} 12:00:00+08:00"))
    clocks.forget_rules()


def row(tree, key):
    return words(find(tree, f"tr#rule-{key}")[0])


# -- the page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_everyone_reads_the_rules_and_only_the_supervisor_changes_them(request, who):
    client = signed_in(request.getfixturevalue(who))
    may = who == "supervisor"
    tree = tree_of(client.get(PAGE))
    assert bool(find(tree, "a.rules-edit")) == may
    assert client.get("/rules/accept/").status_code == (200 if may else 403)
    assert client.post("/rules/accept/", CHANGE).status_code == (302 if may else 403)
    assert LocalLimit.objects.exists() == may


def test_every_clock_has_its_row_with_limit_and_source(client, clerk):
    tree = tree_of(signed_in(clerk).get(PAGE))
    for clock in deadlines.EVERY_CLOCK:
        text = row(tree, clock.key)
        assert clock.label in text and clock.source in text and str(clock.days) in text
        assert ("法定" in text) == (clock.key in STATUTORY), clock.key
    assert "协议约定的日期" in row(tree, deadlines.PERFORM.key)


def test_a_row_can_be_read_aloud(client, clerk):
    tree = tree_of(signed_in(clerk).get(PAGE))
    medical = row(tree, "mediate_medical")
    assert "30 个工作日" in medical and "仅鉴定、评估期间" in medical and "须各方当事人同意" in medical
    assert "医疗纠纷预防和处理条例 第38条" in medical
    labour = row(tree, "mediate_labour")
    assert "15 日（自然日）" in labour and "收到申请之日" in labour and "不能延长" in labour and "不暂停" in labour
    assert "有调解结果" in row(tree, "mediate") and "中止调解期间" in row(tree, "mediate")
    notes = words(find(tree, "section[aria-labelledby=clocks-h]")[0])
    assert "达成书面协议、达成口头协议、调解不成、终止调解、申请人撤回、转出。" in notes
    assert "鉴定、评估；等待调查取证；" in notes
    assert "协议全部履行" in row(tree, "follow_up")


def test_the_ladder_is_seven_working_days(client, clerk):
    assert [rung["total"] for rung in rulebook.ladder()] == [1, 3, 5, 7]
    tree = tree_of(signed_in(clerk).get(PAGE))
    assert "村（社区）调委会" in words(find(tree, "section[aria-labelledby=ladder-h]")[0])


def test_warnings_are_those_in_force(client, clerk):
    tree = tree_of(signed_in(clerk).get(PAGE))
    text = words(find(tree, "section[aria-labelledby=warnings-h]")[0])
    assert "届满后第 1 个工作日" in text and "届满前 3 个工作日" in text and "届满当日" in text
    particular = Rules(warnings={("accept", "10", ""): deadlines.Warn(0, 1, 3, 9)})
    found = [one for one in rulebook.warnings(particular, {"10": "劳动争议"}) if one["key"] == "accept"]
    assert [(one["scope"], one["leader"]) for one in found] == [
        ("", "届满后第 5 个工作日"),
        ("劳动争议", "届满后第 9 个工作日"),
    ]


def test_the_rules_are_linked_from_help_and_from_every_clock(client, clerk, own_village):
    client = signed_in(clerk)
    case = lives.register(clerk, division=own_village)
    for url in ("/help/", case.get_absolute_url()):
        assert any(link.get("href") == PAGE for link in find(tree_of(client.get(url)), "a[href]")), url


# -- the examples ---------------------------------------------------------------------------------------------------


def test_examples_are_true_days_of_the_calendar(client, clerk):
    tree = tree_of(signed_in(clerk).get(PAGE))
    said = {words(find(one, "b")[0]): words(one) for one in find(tree, "ul.rules-examples > li".replace(" >", ""))
            if find(one, "b")}  # fmt: skip
    assert list(said) == [
        "起算的当日不计", "遇到春节放假", "调休上班的星期六算工作日", "最后一日放假的顺延", "按月计算的", "鉴定期间不计",
    ]  # fmt: skip
    assert said["遇到春节放假"].endswith(
        "02-15（日）至 02-23（一） 休息，不计02-24（二） 第 1 个工作日，届满02-24（二）届满。"
    )
    assert "02-14（六） 第 1 个工作日" in said["调休上班的星期六算工作日"]
    assert said["最后一日放假的顺延"].endswith("春节放假，顺延到 02-24（二）届满。")
    assert said["按月计算的"].endswith("到月末日 02-28（六）届满。")  # worked, so it does not roll


def test_a_calendar_without_the_usual_days_has_fewer_examples():
    assert rulebook.examples({}) == []


def test_the_page_asks_little(client, clerk, django_assert_max_num_queries):
    client = signed_in(clerk)
    client.get(PAGE)
    with django_assert_max_num_queries(12):
        client.get(PAGE)


# -- local limits ---------------------------------------------------------------------------------------------------


def test_a_changed_limit_counts_for_clocks_that_begin_from_its_day_on(at, client, supervisor, clerk, own_village):
    before = lives.register(clerk, division=own_village)
    assert signed_in(supervisor).post("/rules/accept/", CHANGE).url == "/rules/#rule-accept"
    at("2026-11-06")
    meanwhile = lives.register(clerk, division=own_village)
    at("2026-11-09")
    after = lives.register(clerk, division=own_village)
    assert [case.clocks.get(key="accept").limit for case in (before, meanwhile, after)] == [1, 1, 3]
    assert after.clocks.get(key="accept").due_on == dt.date(2026, 11, 12)


def test_a_change_stands_on_the_page_with_its_reason_and_who_made_it(at, client, supervisor, clerk):
    signed_in(supervisor).post("/rules/accept/", CHANGE)
    tree = tree_of(signed_in(clerk).get(PAGE))
    assert "1 个工作日" in row(tree, "accept")
    history = words(find(tree, "section[aria-labelledby=limits-h]")[0])
    assert "受理3 工作日2026-11-09（还没有到）主任办公会纪要许静" in history
    at("2026-11-09")
    clocks.forget_rules()
    assert "3 个工作日原定 1" in row(tree_of(signed_in(clerk).get(PAGE)), "accept")
    event = AuditEvent.objects.get(action="limit.set")
    assert (event.actor, event.object_id, event.reason) == (supervisor, "accept", "主任办公会纪要")
    assert event.detail == {"before": 1, "after": 3, "starts_on": "2026-11-09"}


@pytest.mark.parametrize("key", STATUTORY)
def test_a_statutory_limit_is_refused_in_words(client, supervisor, key):
    client = signed_in(supervisor)
    for answer in (client.get(f"/rules/{key}/"), client.post(f"/rules/{key}/", CHANGE)):
        assert answer.status_code == 409 and "法定期限，不可修改" in answer.content.decode()
    assert "法定，不可修改" in row(tree_of(client.get(PAGE)), key)
    with pytest.raises(GuardRefused):
        rules.set_limit(key, days=3, since=NOVEMBER, reason="x", by=supervisor)
    assert not LocalLimit.objects.exists()


def test_a_row_that_got_into_the_table_cannot_change_the_law(clerk, own_village):
    LocalLimit.objects.create(key="mediate_labour", days=99, since=dt.date(2026, 1, 1), reason="x")
    case = lives.register(clerk, division=own_village, category="1001")
    do(case, "accept", clerk)
    assert case.clocks.get(key="mediate_labour").limit == 15


def test_a_limit_there_is_not_answers_404(client, supervisor):
    assert signed_in(supervisor).get("/rules/nothing/").status_code == 404
    assert signed_in(supervisor).get("/rules/perform/").status_code == 404
    with pytest.raises(NotVisible):
        rules.set_limit("perform", days=3, since=NOVEMBER, reason="x", by=supervisor)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"days": ""}, "请填写天数。"),
        ({"days": "三"}, "天数请写整数。"),
        ({"days": "0"}, "期限至少 1 日。"),
        ({"days": "181"}, "期限最长 180 日。"),
        ({"days": "1"}, "从这一天起的期限已经是 1 工作日。"),
        ({"since": "2026-11-01"}, "只能从今天或者以后起改"),
        ({"since": "某天"}, "看不懂这个日期"),
        ({"reason": ""}, "请写明理由。"),
    ],
)
def test_a_change_that_will_not_do_says_why_and_loses_nothing(client, supervisor, changed, sentence):
    answer = signed_in(supervisor).post("/rules/accept/", CHANGE | changed)
    tree = tree_of(answer)
    assert answer.status_code == 422 and sentence in words(find(tree, "div.errors")[0])
    if "reason" not in changed:
        assert find(tree, "textarea[name=reason]")[0].text.strip() == CHANGE["reason"]
    assert not LocalLimit.objects.exists()


# -- warnings -------------------------------------------------------------------------------------------------------

WARN = {"category": "", "level": "", "remind": "0", "yellow": "2", "red": "4", "leader": "8", "reason": "人手不足"}


def test_changed_warnings_reach_the_running_clocks(at, client, supervisor, clerk, own_village):
    case = lives.register(clerk, division=own_village)
    assert signed_in(supervisor).post("/rules/accept/warning/", WARN).url == "/rules/#warnings-h"
    waiting, again = Outbox.objects.filter(topic="disputes.calendar_changed").order_by("dedup_key")
    assert waiting.payload == again.payload == {"key": "accept"}
    reckon_clocks(**waiting.payload)
    assert [day and str(day) for day in case.clocks.get().warn_days] == [
        "2026-11-03", "2026-11-05", "2026-11-09", "2026-11-13", None,
    ]  # fmt: skip
    history = words(find(tree_of(signed_in(clerk).get(PAGE)), "section[aria-labelledby=limits-h]")[0])
    assert "黄牌：届满后第 2 个工作日" in history and "人手不足" in history and "许静" in history
    event = AuditEvent.objects.get(action="limit.warning")
    assert (event.object_id, event.detail["before"], event.detail["after"]) == ("accept", "0/1/2/5", "0/2/4/8")


def test_what_another_process_began_with_the_old_rules_is_put_right(at, supervisor, clerk, own_village):
    clocks.forget_rules()
    remembered = clocks.rules_in_force(), clocks.time.monotonic()
    rules.set_warning("accept", deadlines.Warn(0, 3, 6, 9), reason="试", by=supervisor)
    first, again = Outbox.objects.filter(topic=clocks.RECKON).order_by("dedup_key")
    assert again.due_at - timezone.now() >= dt.timedelta(seconds=clocks.RECHECK_SECONDS)
    reckon_clocks(**first.payload)
    clocks._kept = remembered  # as another process of the web server may, for half a minute
    case = lives.register(clerk, division=own_village)
    assert str(case.clocks.get().warn_days[1]) == "2026-11-04"
    reckon_clocks(**again.payload)
    assert str(case.clocks.get().warn_days[1]) == "2026-11-06"


def test_warnings_of_one_type_and_level_leave_the_others(client, supervisor, clerk):
    signed_in(supervisor).post("/rules/mediate_medical/warning/", WARN | {"category": "15", "level": "village"})
    text = words(find(tree_of(signed_in(clerk).get(PAGE)), "section[aria-labelledby=warnings-h]")[0])
    assert text.count("届满后第 8 个工作日") == 1 + sum(one.warn.leader == 8 for one in deadlines.EVERY_CLOCK)
    assert "村（社区）" in text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"red": "2"}, "红牌必须晚于黄牌"),
        ({"yellow": ""}, "红牌必须晚于上一级警示（没有设置）"),
        ({"yellow": "0"}, "黄牌必须晚于届满之日"),
        ({"leader": "3"}, "领导关注必须晚于红牌"),
        ({"remind": "-1"}, "天数不能是负数。"),
        ({"remind": "早"}, "天数请写整数。"),
        ({"reason": ""}, "请写明理由。"),
        ({"category": "77"}, "没有这个类型"),
    ],
)
def test_warnings_that_do_not_climb_are_refused(client, supervisor, changed, sentence):
    answer = signed_in(supervisor).post("/rules/accept/warning/", WARN | changed)
    assert answer.status_code == 422 and sentence in words(find(tree_of(answer), "div.errors")[0])
    assert not WarningRule.objects.exists() and not Outbox.objects.exists()


def test_no_more_levels_is_a_choice(supervisor):
    rules.set_warning("archive", deadlines.Warn(2, None, None, None), reason="只提醒", by=supervisor)
    assert clocks.rules_in_force().warn("archive", "02", "village").yellow is None


def test_the_same_warnings_again_change_nothing(client, supervisor):
    client = signed_in(supervisor)
    client.post("/rules/accept/warning/", WARN)
    answer = client.post("/rules/accept/warning/", WARN)
    assert answer.status_code == 422 and "没有改动" in words(find(tree_of(answer), "div.errors")[0])
    assert WarningRule.objects.count() == 1


def test_only_the_supervisor_changes_warnings_and_none_of_the_ladder(client, supervisor, clerk):
    assert signed_in(clerk).post("/rules/accept/warning/", WARN).status_code == 403
    assert signed_in(supervisor).get("/rules/ladder_1/warning/").status_code == 409
    assert signed_in(supervisor).get("/rules/nothing/warning/").status_code == 404
    assert signed_in(supervisor).get("/rules/perform/warning/").status_code == 200
    with pytest.raises(NotPermitted):
        rules.set_warning("accept", deadlines.Warn(0, 1, 2, 3), reason="x", by=clerk)


def test_only_the_supervisor_may_and_a_failed_audit_row_undoes_it(supervisor, clerk, monkeypatch):
    with pytest.raises(NotPermitted):
        rules.set_limit("accept", days=3, since=NOVEMBER, reason="x", by=clerk)
    with pytest.raises(Missing):
        rules.set_limit("accept", days=500, since=NOVEMBER, reason="x", by=supervisor)
    monkeypatch.setattr(rules.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rules.set_limit("accept", days=3, since=NOVEMBER, reason="x", by=supervisor)
    assert not LocalLimit.objects.exists()
