"""督办 page, badges and filters of cards, and the section on the case page."""

import datetime as dt
import io

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from accounts.choices import Role
from accounts.models import AuditEvent
from common import outbox
from disputes.choices import Status
from disputes.models import Dispute
from disputes.services.sweep import sweep
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import COUNTY, NEIGHBOUR_TOWNSHIP, NEIGHBOUR_VILLAGE, place
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db

PAGE = "/supervision/"
TABS = ("waiting", "answered", "red", "yellow", "listed", "letter", "lifted")


@pytest.fixture
def at():
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(f"{day} 12:00:00+08:00"))


@pytest.fixture
def case(at, clerk, dispatcher, mediator, own_village):
    """Taken on Monday 2 November: first mediation was due long ago on 2 December, mediation on that very day."""
    case = lives.register(clerk, division=own_village)
    return lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)


@pytest.fixture
def red(at, case):
    """Yellow since 3 December, red since 9 December."""
    at("2026-12-09")
    sweep()
    outbox.relay()
    return Dispute.objects.for_page().get(pk=case.pk)


@pytest.fixture
def foreign(at, neighbouring_clerk):
    return lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))


def page(user, query=""):
    response = signed_in(user).get(PAGE + query)
    assert response.status_code == 200
    return tree_of(response)


def tabs(tree):
    return {a.get("id").removeprefix("tab-"): int(find(a, "span.tab-n")[0].text) for a in find(tree, "nav.tabs a")}


def kinds(tree):
    return [words(cell) for cell in find(tree, "table#cards td.c-state")]


def actions(tree):
    return [find(cell, "a")[0].text for cell in find(tree, "table#cards td.c-act")]


def again(case):
    return Dispute.objects.for_page().get(pk=case.pk)


# ---- the page


def test_each_view_counts_what_it_shows(red, supervisor, mediator):
    red = do(red, "supervise", supervisor, kind="listed", reason="人数多，请包抓。")
    do(red, "supervise", supervisor, kind="letter", reason="有激化苗头。")
    assert tabs(page(supervisor)) == {
        "waiting": 4, "answered": 0, "red": 1, "yellow": 1, "listed": 1, "letter": 1, "lifted": 0,
    }  # fmt: skip
    do(again(red), "answer_supervision", mediator, reply="周五前办结。")
    do(again(red), "lift_supervision", supervisor, reason="已经谈成。")
    counts = tabs(page(supervisor))
    assert counts == dict.fromkeys(TABS, 0) | {"lifted": 4}
    for key, count in counts.items():
        assert len(kinds(page(supervisor, f"?tab={key}"))) == count


def test_each_reader_gets_the_one_step_that_is_theirs(red, supervisor, mediator, leader, township):
    assert set(actions(page(supervisor, "?tab=red"))) == {"打开"}
    assert set(actions(page(mediator, "?tab=red"))) == {"回复督办"}
    assert set(actions(page(township, "?tab=red"))) == {"回复督办"}
    do(red, "answer_supervision", mediator, reply="周五前办结。")
    for watcher in (supervisor, leader):
        tree = page(watcher)
        assert find(tree, "nav.tabs a[aria-current]")[0].get("id") == "tab-answered"  # that is what waits for them
        assert set(actions(tree)) == {"解除督办"}
    assert set(actions(page(mediator, "?tab=answered"))) == {"打开"}


def test_the_step_leads_back_to_the_page(red, mediator):
    link = find(page(mediator, "?tab=red"), "table#cards td.c-act a")[0].get("href")
    client = signed_in(mediator)
    form = find(tree_of(client.get(link)), "form.act-form")[0]
    given = {field.get("name"): field.get("value") for field in find(form, "input[type=hidden]")}
    response = client.post(form.get("action"), given | {"reply": "已约双方周五面谈。"})
    assert (response.status_code, response.url) == (302, PAGE)
    assert not red.supervisions.unanswered().exists()


def test_a_step_leads_to_no_other_address(red, mediator):
    url = f"/disputes/{red.code}/answer_supervision/"
    data = {"version": red.version, "reply": "已约。", "then": "https://elsewhere.example/"}
    assert signed_in(mediator).post(url, data).url == red.get_absolute_url()


def test_the_reply_has_its_clock(at, case, supervisor):
    do(case, "supervise", supervisor, kind="ordinary", reason="请抓紧。")  # to be answered by the 5th
    for day, said in (("2026-11-03", "剩 2 天"), ("2026-11-05", "今日内回复"), ("2026-11-07", "超期 2 天")):
        at(day)
        assert words(find(page(supervisor), "td.c-clock")[0]) == said


def test_what_must_be_answered_first_stands_on_top(at, case, supervisor, clerk, own_village):
    other = lives.register(clerk, division=own_village)
    do(case, "supervise", supervisor, kind="ordinary", reason="请抓紧。", reply_by=dt.date(2026, 11, 9))
    do(other, "supervise", supervisor, kind="ordinary", reason="请受理。", reply_by=dt.date(2026, 11, 4))
    codes = [find(cell, "a")[0].text for cell in find(page(supervisor), "table#cards td.c-no")]
    assert codes == [other.code, case.code]


def test_conditions_narrow_rows_and_counts(at, case, foreign, supervisor, committee):
    for one in (case, foreign):
        do(one, "supervise", supervisor, kind="red", reason="请抓紧。")
    assert tabs(page(supervisor))["red"] == 2
    assert tabs(page(supervisor, f"?tab=red&township={NEIGHBOUR_TOWNSHIP}"))["red"] == 1
    assert tabs(page(supervisor, f"?office={committee.organisation.name[:4]}"))["red"] == 1
    tree = page(supervisor, "?tab=red&office=没有这个单位")
    assert tabs(tree)["red"] == 0 and "没有符合条件的督办" in words(tree)


def test_a_neighbour_sees_nothing(red, foreign, supervisor, clerk, neighbouring_clerk):
    do(foreign, "supervise", supervisor, kind="red", reason="请抓紧。")
    assert {a.text for a in find(page(neighbouring_clerk, "?tab=red"), "td.c-no a")} == {foreign.code}
    assert {a.text for a in find(page(clerk, "?tab=red"), "td.c-no a")} == {red.code}
    assert tabs(page(clerk))["waiting"] == 2
    response = signed_in(neighbouring_clerk).post(
        f"/disputes/{red.code}/answer_supervision/", {"version": red.version, "reply": "不归我。"}
    )
    assert response.status_code == 404


@pytest.mark.parametrize("fixture", ["system_admin", "court_liaison", "justice", "grid_officer"])
def test_those_who_have_no_part_in_it_read_whose_it_is(request, fixture):
    client = signed_in(request.getfixturevalue(fixture))
    for url in (PAGE, f"{PAGE}export/"):
        response = client.get(url)
        assert response.status_code == 403 and "督办" in response.content.decode()


def test_reasons_are_masked(case, supervisor):
    do(case, "supervise", supervisor, kind="red", reason="李桂兰多次来访，电话 13800000001。")
    text = words(find(page(supervisor), "table#cards")[0])
    assert "李*兰" in text and "李桂兰" not in text and "13800000001" not in text


def test_the_page_asks_little(red, foreign, supervisor, township, mediator, django_assert_max_num_queries):
    do(foreign, "supervise", supervisor, kind="red", reason="请抓紧。")
    for user, most in ((supervisor, 11), (township, 12), (mediator, 12)):
        client = signed_in(user)
        with django_assert_max_num_queries(most):
            client.get(PAGE)


def test_the_menu_counts_what_waits_for_this_person(red, supervisor, mediator):
    def beside(user):
        links = find(tree_of(signed_in(user).get("/help/")), "nav.side a[href]")
        link = next(a for a in links if a.get("href") == PAGE)
        return [int(n.text) for n in find(link, "span.nv-n")]

    assert (beside(mediator), beside(supervisor)) == ([2], [])
    do(red, "answer_supervision", mediator, reply="周五前办结。")
    assert (beside(mediator), beside(supervisor)) == ([], [2])


# ---- the file


def test_the_file_holds_the_list_masked_and_recorded(red, supervisor):
    red = do(red, "supervise", supervisor, kind="red", reason="=李桂兰多次来访")
    columns = ["code", "case", "kind", "reason", "state"]
    response = signed_in(supervisor).post(
        f"{PAGE}export/?tab=red", {"reason": "周调度", "format": "xlsx", "columns": columns}
    )
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content))).get_sheet_by_index(0)
    mark, head, *lines = rows.to_python()
    assert "仅供工作使用" in mark[0] and "共 2 项" in mark[0]
    assert head == ["案件码", "案件", "种类", "事由", "状态"]
    assert [line[0] for line in lines] == [red.code] * 2
    assert lines[0][3].startswith("=李*兰")  # text, no formula
    event = AuditEvent.objects.get(action="supervision.export")
    assert (event.detail["rows"], event.detail["conditions"], event.reason) == (2, ["tab"], "周调度")


def test_nothing_is_taken_out_without_a_purpose_or_out_of_scope(red, neighbouring_clerk, supervisor):
    assert signed_in(supervisor).post(f"{PAGE}export/", {"reason": "", "format": "xlsx"}).status_code == 422
    text = signed_in(neighbouring_clerk).get(f"{PAGE}export/?tab=red").content.decode()
    assert "没有可以导出" in text


# ---- badges, filters, the case page


def listed(user, query):
    return [a.text for a in find(tree_of(signed_in(user).get(f"/disputes/?{query}")), "table#cases td.c-no a")]


def test_a_case_wears_its_heaviest_open_card(red, supervisor, mediator):
    def badge():
        tree = tree_of(signed_in(supervisor).get("/disputes/?tab=all&period=all"))
        return [words(tag) for tag in find(tree, "table#cases span.tag-card")]

    assert badge() == ["红牌"]
    do(red, "supervise", supervisor, kind="listed", reason="人数多。")
    assert badge() == ["挂牌"]
    head = find(tree_of(signed_in(supervisor).get(red.get_absolute_url())), "a.tag")
    assert [words(tag) for tag in head] == ["挂牌"]
    do(again(red), "answer_supervision", mediator, reply="周五前办结。")
    do(again(red), "lift_supervision", supervisor, reason="已经谈成。")
    assert badge() == []


def test_the_filter_goes_by_the_badge_and_by_the_missing_reply(red, supervisor, mediator):
    assert listed(supervisor, "tab=all&card=red") == [red.code]
    assert listed(supervisor, "tab=all&card=yellow") == []  # there is one below the red one
    assert listed(supervisor, "tab=all&card=unanswered") == [red.code]
    do(red, "answer_supervision", mediator, reply="周五前办结。")
    assert listed(supervisor, "tab=all&card=unanswered") == []
    assert listed(supervisor, "tab=all&card=red&card=listed") == [red.code]


def test_a_card_on_an_old_case_is_found_too(at, clerk, own_village, person):
    at("2024-12-02")
    old = lives.register(clerk, division=own_village)
    at("2026-12-09")
    watcher = person("watcher", "周敏", Role.SUPERVISOR, COUNTY)
    do(old, "supervise", watcher, kind="red", reason="两年没有受理。")
    assert listed(watcher, "tab=all") == [] and listed(watcher, "tab=all&card=red") == [old.code]


def test_a_leader_finds_what_they_instructed_and_sponsor(case, leader, supervisor, mediator):
    case = do(case, "instruct", leader, text="请包抓。")
    do(case, "sponsor", leader, leader=leader)
    for query in ("instruction=mine", "instruction=waiting", "sponsor=me", "sponsor=any"):
        assert listed(leader, f"tab=all&{query}") == [case.code], query
    assert listed(supervisor, "tab=all&instruction=mine") == listed(supervisor, "tab=all&sponsor=me") == []
    do(again(case), "report_instruction", mediator, report="已经落实。")
    assert listed(leader, "tab=all&instruction=waiting") == []
    tree = tree_of(signed_in(leader).get("/disputes/?tab=all&sponsor=me"))
    assert find(tree, "nav.side a[aria-current]")[0].get("title") == "我包的案"
    assert "领导包案：我包的案" in words(tree).replace(" ", "")


def test_a_case_without_any_of_it_has_no_section(case, mediator):
    assert not find(tree_of(signed_in(mediator).get(case.get_absolute_url())), "section#watch")


def test_the_case_page_shows_orders_replies_instructions_and_the_sponsor(red, leader, supervisor, mediator):
    red = do(red, "instruct", leader, text="请镇上包抓。")
    red = do(red, "sponsor", leader, leader=leader, note="年前办结")
    do(red, "supervise", supervisor, kind="listed", reason="人数多。")

    def section(user):
        return find(tree_of(signed_in(user).get(red.get_absolute_url())), "section#watch")[0]

    text = words(section(mediator))
    for said in ("韩立新包案", "年前办结", "甘州综治督〔2026〕1号", "人数多。", "请镇上包抓。", "还没有报告落实情况"):
        assert said in text, said
    assert [a.text for a in find(section(mediator), "span.panel-r a")] == ["回复督办", "报告落实情况"]
    do(again(red), "answer_supervision", mediator, reply="周五前办结。")
    do(again(red), "report_instruction", mediator, report="已由副镇长牵头。")
    text = words(section(supervisor))
    assert "周五前办结。" in text and "已由副镇长牵头。" in text
    assert [a.text for a in find(section(supervisor), "span.panel-r a")] == ["解除督办"]
    do(again(red), "lift_supervision", supervisor, reason="已经谈成。")
    assert "已解除的 3 项" in words(section(supervisor))


def test_the_clock_tells_source_extension_and_what_comes_next(at, case, mediator, dispatcher):
    row = case.clocks.get(key="mediate")
    asked = {"days": 7, "reason": "外地。", "all_parties_agreed": True, "agreed_on": dt.date(2026, 11, 2)}
    do(case, "ask_extension", mediator, clock=row, **asked)
    do(again(case), "decide_extension", dispatcher, decision="granted")
    text = words(find(tree_of(signed_in(mediator).get(case.get_absolute_url())), "details.clock-more")[0])
    assert "已延长 7 个自然日" in text and "人民调解工作若干规定 第33条" in text and "仍未办理：12-04 提醒" in text


# ---- what the tabs and the desk follow


def test_a_paused_case_is_neither_late_nor_nearly(at, case, mediator, supervisor):
    case = do(case, "suspend", mediator, reason="appraisal")
    at("2026-12-20")
    assert listed(supervisor, "tab=late") == listed(supervisor, "tab=soon") == []
    do(again(case), "resume", mediator)
    at("2027-01-25")
    assert listed(supervisor, "tab=late") == [case.code]


def test_a_granted_extension_takes_a_case_off_the_late_ones(at, case, mediator, dispatcher, supervisor):
    at("2026-12-03")
    assert listed(supervisor, "tab=late") == [case.code]
    row = case.clocks.get(key="mediate")
    asked = {"days": 10, "reason": "外地。", "all_parties_agreed": True, "agreed_on": dt.date(2026, 12, 1)}
    do(again(case), "ask_extension", mediator, clock=row, **asked)
    do(again(case), "decide_extension", dispatcher, decision="granted")
    assert listed(supervisor, "tab=late") == []
    at("2026-12-11")
    assert listed(supervisor, "tab=soon") == [case.code]


def test_the_desk_of_those_who_oversee_counts_what_its_lists_show(red, foreign, supervisor, leader, mediator):
    do(foreign, "supervise", supervisor, kind="yellow", reason="请受理。")
    do(red, "instruct", leader, text="请包抓。")
    extendable = red.clocks.get(key="mediate")
    asked = {"days": 7, "reason": "外地。", "all_parties_agreed": True, "agreed_on": dt.date(2026, 12, 1)}
    do(again(red), "ask_extension", mediator, clock=extendable, **asked)
    for user in (supervisor, leader):
        client = signed_in(user)
        shown = {}
        for box in find(tree_of(client.get("/desk/")), "div.figure-box"):
            link = find(box, "a.figure-v")[0]
            opened = tree_of(client.get(link.get("href")))
            label = words(find(box, "div.figure-l")[0])
            shown[label] = int(find(link, "span.num")[0].text)
            assert shown[label] == len(find(opened, "table.table-list td.c-no")), label
        assert shown == {"超期未办": 1, "红牌": 1, "黄牌": 1, "待回复督办": 3, "待审批延期": 1, "未报告批示": 1}
