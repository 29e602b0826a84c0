"""The case page: what is unusual is said, what is next stands first, and nobody sees more than they may."""

import datetime as dt

import pytest
from django.utils import timezone

from disputes.choices import Route, Status
from tests.disputes import lives
from tests.disputes.lives import do

pytestmark = pytest.mark.django_db


def page_of(client, user, case):
    client.force_login(user)
    return client.get(case.get_absolute_url())


def test_what_to_do_stands_before_what_was_done(client, case_in, mediator):
    page = page_of(client, mediator, case_in(Status.MEDIATING)).content.decode()
    assert page.index('id="parties"') < page.index('id="actions"') < page.index('id="timeline-t"')


def test_while_something_is_owed_performance_is_next_and_then_the_visit(client, case_in, mediator, township):
    case = case_in(Status.PERFORMING)
    assert page_of(client, mediator, case).context["main_action"]["name"] == "perform"
    assert page_of(client, township, case).context["main_action"] is None, "it waits for the mediator"
    do(case, "perform", mediator, obligation=case.current_agreement.obligations.get(), state="done",
       performed_on=timezone.localdate())  # fmt: skip
    assert page_of(client, mediator, case).context["main_action"]["name"] == "follow_up"
    assert page_of(client, township, case).context["main_action"]["name"] == "follow_up"


def test_a_suspended_case_says_why_since_when_and_until_when(client, case_in, mediator, clerk):
    case = case_in(Status.MEDIATING)
    back = timezone.localdate() + dt.timedelta(days=20)
    do(case, "suspend", mediator, reason="appraisal", expected_on=back)
    said = page_of(client, clerk, case).context["situation"]
    assert said == [
        f"中止：鉴定、评估，自 {timezone.localdate():%Y-%m-%d} 起，预计 {back:%Y-%m-%d} 恢复。期限暂停计算。"
    ]
    assert page_of(client, mediator, case).context["main_action"]["name"] == "resume"


def test_a_suspension_past_its_day_is_noticed(client, case_in, mediator):
    case = case_in(Status.SUSPENDED)
    case.suspensions.update(
        expected_on=timezone.localdate() - dt.timedelta(days=3), since=timezone.localdate() - dt.timedelta(days=9)
    )
    assert "（已过 3 天）" in page_of(client, mediator, case).context["situation"][0]


def test_a_failed_case_shows_what_the_next_body_needs(client, case_in, mediator, leader):
    case = case_in(Status.MEDIATING)
    do(case, "fail", mediator, **lives.told(undisputed_facts="双方认可欠款八千元。", concessions="愿意先付三千。"))
    page = page_of(client, mediator, case).content.decode()
    for words in ("结果：调解不成", Route.COURT.label, "双方认可欠款八千元。", "愿意先付三千。"):
        assert words in page, words
    seen = page_of(client, leader, case).content.decode()
    assert "双方认可欠款八千元。" in seen and "愿意先付三千。" not in seen


def test_concessions_never_reach_paper(client, case_in, mediator):
    case = case_in(Status.MEDIATING)
    do(case, "fail", mediator, **lives.told(undisputed_facts="双方认可欠款八千元。", concessions="愿意先付三千。"))
    client.force_login(mediator)
    sheet = client.get(f"{case.get_absolute_url()}print/").content.decode()
    assert "双方认可欠款八千元。" in sheet and "愿意先付三千。" not in sheet


def test_a_reopened_case_says_so_and_needs_its_papers_anew(client, case_in, clerk, dispatcher, mediator):
    case = do(case_in(Status.ARCHIVED), "reopen", clerk, reason="没有按约履行。")
    page = page_of(client, clerk, case)
    assert page.context["situation"] == [f"第 1 次重开，{timezone.localdate():%Y-%m-%d}：没有按约履行。"]
    assert "已被取代" in page.content.decode()
    case = lives.bring(do(case, "assign", dispatcher, committee=mediator.mediator.committee, mediator=mediator.mediator,
                          chosen_by="accepted"), Status.REGISTERED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)  # fmt: skip
    do(case, "take", mediator)
    do(case, "record_session", mediator, record="再次面谈。")
    do(case, "settle", mediator, **lives.agreement(case))
    do(case, "take_effect", mediator, **lives.marks(case))
    papers = {item.name: item.there for item in page_of(client, clerk, case).context["checklist"]}
    assert papers["调解记录"] and not papers["回访记录"], "the visit of its first life is no visit of this one"


def test_only_what_happened_on_another_day_says_so(client, case_in, mediator):
    case = case_in(Status.PERFORMING)
    assert not any(event["late"] for event in page_of(client, mediator, case).context["events"])
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    case.agreements.update(agreed_on=yesterday)
    do(
        case,
        "perform",
        mediator,
        obligation=case.current_agreement.obligations.get(),
        state="done",
        performed_on=yesterday,
    )
    assert page_of(client, mediator, case).context["events"][0]["late"] == f"实际发生于 {yesterday:%Y-%m-%d}"


def test_judicial_confirmation_is_offered_only_while_it_is_open(client, case_in, mediator):
    case = case_in(Status.PERFORMING)
    assert "前可以共同申请" in page_of(client, mediator, case).content.decode()
    old = timezone.localdate() - dt.timedelta(days=40)
    case.agreements.update(agreed_on=old, effective_on=old)
    page = page_of(client, mediator, case).content.decode()
    assert "前可以共同申请" not in page and "已过" in page


def test_a_part_that_was_settled_wears_its_badge_until_it_is_superseded(client, case_in, mediator):
    case = case_in(Status.MEDIATING)
    do(case, "settle", mediator, **lives.agreement(case, is_partial=True, unresolved="边界。", routes_told=["court"]))
    assert page_of(client, mediator, case).context["is_partial"]
    do(case, "renegotiate", mediator, reason="对金额有异议。")
    assert not page_of(client, mediator, case).context["is_partial"]


def test_many_parties_are_folded_and_all_are_printed(client, clerk, own_village):
    many = [{**lives.OTHER, "name": f"张三{chr(0x4E00 + n)}", "phone": ""} for n in range(29)]
    case = lives.register(clerk, division=own_village, respondents=many)
    page = page_of(client, clerk, case)
    assert (len(page.context["parties"]), len(page.context["more_parties"])) == (6, 24)
    assert "其余 24 位当事人" in page.content.decode()
    assert client.get(f"{case.get_absolute_url()}print/").content.decode().count("张*") >= 29


def test_who_only_looks_on_is_offered_no_details(client, case, leader, clerk):
    assert "/reveal/" not in page_of(client, leader, case).content.decode()
    assert "/reveal/" in page_of(client, clerk, case).content.decode()


def test_a_long_brief_does_not_stand_before_the_form(client, clerk, own_village):
    case = lives.register(clerk, division=own_village, summary="雨水冲刷菜地。" * 200)
    client.force_login(clerk)
    assert '<details class="brief">' in client.get(f"{case.get_absolute_url()}accept/").content.decode()


def test_the_page_asks_little_however_full_the_case_is(client, case_in, clerk, mediator, django_assert_max_num_queries):
    case = do(case_in(Status.ARCHIVED), "reopen", clerk, reason="没有按约履行。")
    client.force_login(clerk)
    with django_assert_max_num_queries(24):
        client.get(case.get_absolute_url())


def test_a_case_turned_away_was_not_accepted_and_nothing_more_is_to_come(client, case_in, clerk):
    steps = {step["label"]: step["state"] for step in page_of(client, clerk, case_in(Status.DECLINED)).context["steps"]}
    assert steps["受理"] == steps["履行"] == steps["回访"] == "skipped"
    assert (steps["登记"], steps["结果"], steps["归档"]) == ("done", "now", "todo")


def test_a_heading_stays_short_however_long_a_name_is(client, clerk, own_village):
    name = "张掖市甘州区" + "绿色有机农产品种植" * 10
    case = lives.register(clerk, division=own_village, respondents=[{"kind": "organisation", "name": name}])
    page = page_of(client, clerk, case)
    assert len(page.context["title"]) < 60 and "…" in page.context["title"]
    assert page.context["parties"][1]["name"].endswith("种植")
