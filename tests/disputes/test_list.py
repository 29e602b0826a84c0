"""The list page: views and their counts, order, pages, columns, chips, and how little it asks of the database."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disputes import filters, listing
from disputes.choices import Status
from disputes.models import Dispute
from tests.disputes import lives
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, SIBLING_VILLAGE, place
from tests.pages import find, query_of, signed_in, tree_of, words

pytestmark = pytest.mark.django_db

LIST = "/disputes/"


def page(user, query="", **headers):
    response = signed_in(user).get(LIST + query, headers=headers)
    assert response.status_code == 200
    return tree_of(response)


def codes(tree):
    return [a.text for a in find(tree, "table#cases td.c-no a")]


def tabs(tree):
    """{key: (count as shown, address)}"""
    links = find(tree, "nav.tabs a")
    return {a.get("id").removeprefix("tab-"): (find(a, "span.tab-n")[0].text, query_of(a)) for a in links}


@pytest.fixture
def in_every_state(clerk, dispatcher, mediator, neighbouring_clerk):
    """One case of 上秦镇 in each state that a view names, with limits on both sides of today; one of the neighbour."""
    made = {}
    states = (
        Status.REGISTERED, Status.ACCEPTED, Status.ASSIGNED, Status.MEDIATING, Status.SUSPENDED, Status.SETTLED,
        Status.PERFORMING, Status.FOLLOWED_UP, Status.FAILED, Status.ARCHIVED,
    )  # fmt: skip
    for status in states:
        case = lives.register(clerk, division=place(OWN_VILLAGE))
        made[status] = lives.bring(case, status, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    today = timezone.localdate()
    Dispute.objects.filter(pk=made[Status.MEDIATING].pk).update(next_due_on=today - dt.timedelta(days=1))
    Dispute.objects.filter(pk=made[Status.ACCEPTED].pk).update(next_due_on=today + dt.timedelta(days=3))
    Dispute.objects.filter(pk=made[Status.REGISTERED].pk).update(next_due_on=today + dt.timedelta(days=4))
    lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    return made


# ---- views


@pytest.mark.parametrize(
    "fixture", ["clerk", "dispatcher", "mediator", "township", "committee_head", "leader", "justice"]
)
def test_every_count_is_the_length_of_the_list_it_opens(in_every_state, request, fixture):
    user = request.getfixturevalue(fixture)
    for conditions in ("", "&status=mediating&status=performing", "&q=滴水檐&risk=low", "&period=week"):
        shown = tabs(page(user, f"?tab=all{conditions}"))
        assert set(shown) >= {"accept", "assign", "mediating", "soon", "late", "follow_up", "all"}
        for key, (count, url) in shown.items():
            assert len(codes(page(user, url))) == int(count), (conditions, key)


def test_views_hold_what_their_names_say(in_every_state, clerk):
    def found(key):
        return set(codes(page(clerk, f"?tab={key}")))

    def case(*states):
        return {in_every_state[status].code for status in states}

    assert found("accept") == case(Status.REGISTERED)
    assert found("assign") == case(Status.ACCEPTED)
    assert found("mediating") == case(Status.MEDIATING, Status.SUSPENDED)
    assert found("late") == case(Status.MEDIATING)
    assert in_every_state[Status.ACCEPTED].code in found("soon")
    assert in_every_state[Status.REGISTERED].code not in found("soon")
    assert found("all") == {case.code for case in in_every_state.values()}


def test_to_dos_are_those_of_the_table(in_every_state, clerk, mediator):
    for user in (clerk, mediator):
        expected = set(Dispute.objects.awaiting(user).values_list("code", flat=True))
        assert set(codes(page(user, "?tab=todo"))) == expected


def test_without_anything_asked_it_opens_my_to_dos_else_everything(in_every_state, clerk, leader, other_mediator):
    assert find(page(clerk), "nav.tabs a[aria-current]")[0].get("id") == "tab-todo"
    assert find(page(leader), "nav.tabs a[aria-current]")[0].get("id") == "tab-all"
    assert find(page(other_mediator), "nav.tabs a[aria-current]")[0].get("id") == "tab-all"


def test_who_only_looks_on_has_no_view_of_to_dos(in_every_state, leader):
    assert "todo" not in tabs(page(leader))


def test_a_row_leads_straight_to_the_step_that_is_mine(in_every_state, clerk, mediator):
    def verb(user, status):
        case = in_every_state[status]
        row = page(user, "?tab=all").xpath(f"//tr[.//a[text()='{case.code}']]")[0]
        link = find(row, "td.c-act a")[0]
        return link.text, link.get("href").removeprefix(f"/disputes/{case.code}/")

    assert verb(clerk, Status.REGISTERED) == ("受理", "accept/")
    assert verb(clerk, Status.ACCEPTED) == ("查看", "")
    assert verb(mediator, Status.MEDIATING) == ("记录调解", "record_session/")


def test_a_neighbouring_clerk_sees_and_counts_nothing_of_ours(in_every_state, neighbouring_clerk):
    tree = page(neighbouring_clerk, "?tab=all")
    assert len(codes(tree)) == 1
    assert tabs(tree)["all"][0] == "1"
    mine = {case.code for case in in_every_state.values()}
    assert not mine & set(codes(tree))


def test_administrators_get_a_sober_page(in_every_state, system_admin):
    tree = page(system_admin)
    assert not find(tree, "table#cases") + find(tree, "nav.tabs")
    assert "不接触案件" in tree.text_content()


# ---- window of a year


def old_case(clerk, days):
    with time_machine.travel(timezone.now() - dt.timedelta(days=days), tick=False):
        return lives.register(clerk, division=place(OWN_VILLAGE))


def test_everything_begins_a_year_ago_and_says_so(clerk):
    old, recent = old_case(clerk, 400), old_case(clerk, 300)
    tree = page(clerk, "?tab=all")
    assert codes(tree) == [recent.code]
    chip = find(tree, "a.chip")[0]
    assert "近一年" in chip.text_content()
    assert set(codes(page(clerk, query_of(chip)))) == {old.code, recent.code}
    assert set(codes(page(clerk, "?years=all"))) == {old.code, recent.code}


def test_old_work_in_hand_never_drops_out_of_the_views_of_work(clerk):
    old = old_case(clerk, 400)
    for key in ("todo", "accept", "late"):
        assert codes(page(clerk, f"?tab={key}")) == [old.code], key
    assert codes(page(clerk, "?tab=all&open=true")) == [old.code]


def test_the_bar_says_a_year_only_where_there_is_one(clerk, case):
    def said(query):
        return find(page(clerk, query), "select#id_period option")[0].text

    assert said("?tab=all") == "近一年"
    assert {said("?tab=todo"), said("?tab=all&since=11-01"), said("?tab=all&open=true")} == {"不限"}


def test_a_whole_code_is_found_however_old(clerk):
    old = old_case(clerk, 800)
    assert codes(page(clerk, f"?q={old.code}")) == [old.code]


# ---- order


@pytest.fixture
def three(clerk):
    """Registered in this order; limits 5, 1 and none."""
    made = [lives.register(clerk, division=place(OWN_VILLAGE)) for _ in range(3)]
    for case, days in zip(made, (5, 1, None), strict=True):
        due = timezone.localdate() + dt.timedelta(days=days) if days else None
        Dispute.objects.filter(pk=case.pk).update(next_due_on=due)
    return [case.code for case in made]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("registered", (0, 1, 2)),
        ("-registered", (2, 1, 0)),
        ("due", (1, 0, 2)),
        ("-due", (0, 1, 2)),
        ("name", (2, 1, 0)),
    ],
)
def test_order(three, clerk, sort, order):
    assert codes(page(clerk, f"?tab=all&sort={sort}")) == [three[n] for n in order]


def test_heads_say_how_it_is_sorted_and_turn_it_round(three, clerk):
    tree = page(clerk, "?tab=accept")
    head = find(tree, "th[aria-sort]")
    assert [(th.get("data-col"), th.get("aria-sort")) for th in head] == [("due", "ascending")]
    again = page(clerk, query_of(find(head[0], "a")[0]))
    assert find(again, "th[aria-sort]")[0].get("aria-sort") == "descending"


# ---- chips


def test_each_condition_is_a_chip_that_takes_itself_away(in_every_state, clerk):
    query = f"?tab=all&status=mediating&status=suspended&risk=low&division={OWN_VILLAGE}&period=30d&q=滴水檐"
    chips = find(page(clerk, query), "a.chip")
    said = [words(chip) for chip in chips]
    assert "移除条件 状态：调解中、中止" in said
    assert "移除条件 村社区：徐赵寨村" in said
    assert "移除条件 登记：近 30 天" in said
    for name in ("status", "risk", "division", "period", "q"):
        left = [parse_qs(urlsplit(chip.get("href")).query) for chip in chips]
        assert sum(name not in one for one in left) == 1, name
        assert all(one["tab"] == ["all"] for one in left)


def test_an_unreadable_condition_is_named_and_left_out(in_every_state, clerk):
    tree = page(clerk, "?tab=all&since=那天&status=unheard-of")
    assert "看不懂这个日期" in tree.text_content()
    assert len(codes(tree)) == len(in_every_state)


# ---- numbers of people do not stay in an address


@pytest.mark.parametrize(
    "typed",
    ["13800000001", "138 0000 0001", "0936-8212345", "622201196805120002", "62220119680512000x", "李桂兰 13800000001"],
)
def test_a_number_of_a_person_is_not_searched_and_leaves_the_address(clerk, case, typed):
    client = signed_in(clerk)
    response = client.get(LIST, {"tab": "all", "q": typed, "risk": "low"})
    assert response.status_code == 302
    assert response.url == "/disputes/?tab=all&risk=low"
    assert "全局搜索" in client.get(response.url).content.decode()


@pytest.mark.parametrize("typed", ["12345 转办", "GZ2026-000001", "2026-000001", "416300", "滴水檐"])
def test_other_keywords_are_searched(clerk, case, typed):
    assert signed_in(clerk).get(LIST, {"tab": "all", "q": typed}).status_code == 200


# ---- pages


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr(listing, "SIZES", (2, 5, 10))
    monkeypatch.setattr(listing, "NUMBERED_TO", 2)


@pytest.mark.parametrize("sort", ["-registered", "registered", "due", "-due"])
def test_walking_on_and_back_meets_every_case_once(clerk, short_pages, sort):
    made = [lives.register(clerk, division=place(OWN_VILLAGE)) for _ in range(9)]
    for number, case in enumerate(made):
        due = None if number % 3 == 2 else timezone.localdate() + dt.timedelta(days=number // 4)
        Dispute.objects.filter(pk=case.pk).update(next_due_on=due)
    there, url = [], f"?tab=all&sort={sort}"
    while url:
        tree = page(clerk, url)
        there.append(codes(tree))
        following = find(tree, "a#page-next")
        url = query_of(following[0]) if following else ""
        back = find(tree, "a#page-prev")
    assert sorted(code for one in there for code in one) == sorted(case.code for case in made)
    assert len(there) == 5
    again = []
    while back:
        tree = page(clerk, query_of(back[0]))
        again.append(codes(tree))
        back = find(tree, "a#page-prev")
    assert again[::-1] == there[:4]


def test_a_page_beyond_the_end_shows_the_last(clerk, short_pages, monkeypatch):
    monkeypatch.setattr(listing, "NUMBERED_TO", 40)
    made = [lives.register(clerk, division=place(OWN_VILLAGE)) for _ in range(3)]
    assert codes(page(clerk, "?tab=all&page=39")) == [made[0].code]


@pytest.mark.parametrize(
    "cursor", ["after=nonsense", "before=W10", "after=WyJuZXh0X2R1ZV9vbiIsIG51bGwsIDFd", "page=-1", "page=x"]
)
def test_a_spoilt_cursor_shows_the_first_page(clerk, case, cursor):
    assert codes(page(clerk, f"?tab=all&{cursor}")) == [case.code]


def test_page_size_is_offered_and_kept(clerk, short_pages):
    for _ in range(3):
        lives.register(clerk, division=place(OWN_VILLAGE))
    assert len(codes(page(clerk, "?tab=all&size=5"))) == 3
    assert len(codes(page(clerk, "?tab=all&size=7"))) == 2
    kept = find(page(clerk, "?tab=all&size=5"), "form[data-filterbar] input[name=size]")
    assert [one.get("value") for one in kept] == ["5"]


def test_long_sets_are_not_counted_to_the_end(clerk, monkeypatch):
    monkeypatch.setattr(filters, "COUNTED_TO", 2)
    for _ in range(4):
        lives.register(clerk, division=place(OWN_VILLAGE))
    tree = page(clerk, "?tab=all")
    assert tabs(tree)["all"][0] == "2+"
    assert "共 2+ 件" in words(find(tree, "div.pager")[0])


# ---- columns


def test_the_choice_of_columns_stays_with_the_account(clerk, case):
    client = signed_in(clerk)
    came_from = f"http://testserver{LIST}?tab=all&risk=low"
    response = client.post(
        "/disputes/columns/", {"columns": ["due", "amount", "colour"]}, headers={"referer": came_from}
    )
    assert response.url == f"{LIST}?tab=all&risk=low"
    clerk.refresh_from_db()
    assert clerk.preferences["case_columns"] == ["due", "amount"]
    heads = [th.text_content() for th in find(page(clerk, "?tab=all"), "table#cases th")]
    assert "金额（元）" in heads and "风险" not in heads
    client.post("/disputes/columns/", {"usual": "1"})
    clerk.refresh_from_db()
    assert "case_columns" not in clerk.preferences


@pytest.mark.parametrize("referer", ["https://elsewhere.example/disputes/", "http://testserver/accounts/me/", ""])
def test_after_choosing_columns_one_lands_on_the_list_and_nowhere_else(clerk, referer):
    response = signed_in(clerk).post("/disputes/columns/", {"columns": ["due"]}, headers={"referer": referer})
    assert response.url == LIST


# ---- what it costs


QUERIES = (
    "",
    "?tab=all",
    "?tab=late&sort=due",
    "?tab=all&q=滴水檐&category=02&status=registered&risk=low&period=all",
    f"?tab=all&division={OWN_VILLAGE}&township=620702101000&source=window&outcome=written&since=11-01",
    "?tab=all&period=all&party=",
)


@pytest.mark.parametrize("fixture", ["clerk", "leader", "mediator", "committee_head"])
def test_at_most_eight_queries_whatever_is_asked(in_every_state, request, fixture):
    client = signed_in(request.getfixturevalue(fixture))
    for query in QUERIES:
        if query.endswith("="):
            query += str(in_every_state[Status.MEDIATING].parties.first().uid)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST + query).status_code == 200
        assert len(asked) <= 8, (query, [one["sql"][:90] for one in asked])


def test_more_rows_ask_no_more(clerk, case):
    client = signed_in(clerk)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST + "?tab=all")
        return len(queries)

    few = asked()
    for _ in range(12):
        lives.register(clerk, division=place(SIBLING_VILLAGE))
    assert asked() == few


def test_a_fragment_holds_the_result_region_and_nothing_around_it(clerk, case):
    response = signed_in(clerk).get(LIST + "?tab=all", headers={"HX-Request": "true"})
    tree = tree_of(response)
    assert tree.get("id") == "results"
    assert codes(tree) == [case.code]


def test_a_case_of_the_township_itself_names_it_once(clerk, own_township):
    lives.register(clerk, division=own_township)
    assert words(find(page(clerk, "?tab=all"), "td.c-more")[0]) == "上秦镇"


def test_paper_says_what_it_shows_and_who_printed_it(clerk, case):
    line = words(find(page(clerk, "?tab=all&risk=low"), "p.print-only")[0])
    assert line.startswith("全部；登记：近一年；风险：低。陈晓梅 20") and line.endswith("打印，仅供工作使用。")


def test_rows_are_masked(clerk, own_village):
    lives.register(clerk, division=own_village, summary="对方电话 13800000002，住在村口。")
    text = page(clerk, "?tab=all").text_content()
    assert "李*兰" in text and "李桂兰" not in text
    assert "13800000002" not in text


# ---- dates of other years


def test_a_date_of_an_earlier_year_shows_its_year(clerk):
    today = timezone.localdate()
    with time_machine.travel(timezone.make_aware(dt.datetime(today.year - 1, 12, 30, 9, 30)), tick=False):
        case = lives.register(clerk, division=place(OWN_VILLAGE))
    lives.do(case, "report_risk", clerk, risk="medium", note="有推搡")
    clerk.preferences["case_columns"] = ["changed"]
    clerk.save(update_fields=["preferences"])
    row = words(find(page(clerk, "?tab=all&period=all"), "table#cases tbody tr")[0])
    assert f"{today.year - 1}-12-30" in row
    assert f"{today:%m-%d} " in row  # changed today: this year's needs none


# ---- addresses that cannot be read


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("tab=zzz", "“视图”没有这个选项。已略去，其余条件照旧。"),
        ("tab=all&status=zzz", "“办理状态”没有这个选项。"),
        ("tab=all&category=zz", "“纠纷类型”没有这个选项。"),
        ("tab=all&party=zzz", "“同一当事人”没有这个选项。"),
        ("tab=all&period=zzz", "“登记日期”没有这个选项。"),
        ("tab=all&open=zzz", "“在办”只有是和否"),
        ("tab=all&since=那天", "登记自：看不懂这个日期"),
        ("tab=all&until=2026-13-45", "登记至：看不懂这个日期"),
        ("tab=all&since=2026-02-01&until=2026-01-01", "登记至：止期不能早于起期。"),
        ("tab=all&committee=" + "会" * 41, "“调委会”最多写 40 个字。"),
        ("tab=all&size=7", "每页可以是 20、50、100 件，已按 20 件显示。"),
        ("tab=all&size=many", "每页可以是"),
        ("tab=all&sort=beauty", "没有这种排序"),
        ("tab=all&page=0", "没有这一页，已显示第 1 页。"),
        ("tab=all&page=next", "没有这一页，已显示第 1 页。"),
    ],
)
def test_what_cannot_be_read_is_said_in_our_words_and_the_rest_holds(case, clerk, query, sentence):
    tree = page(clerk, f"?{query}&risk=low&q=滴水檐")
    told = " ".join(words(note) for note in find(tree, "section#results p.note"))
    assert sentence in told
    assert "选择一个有效的选项" not in told and "UUID" not in told and "zz" not in told
    chips = " ".join(words(chip) for chip in find(tree, "a.chip"))
    assert "滴水檐" in chips and "低" in chips
    if "since=2026" not in query:
        assert case.code in codes(tree)


def test_an_unknown_view_is_the_usual_one_and_no_link_keeps_it(case, clerk):
    tree = page(clerk, "?tab=zzz&size=7&status=zzz&status=registered")
    assert codes(tree) == [case.code]
    addresses = [a.get("href") for a in find(tree, "section#results a[href]")]
    kept = [one.get("value") for one in find(tree, "section#results input[type=hidden]")]
    assert not [one for one in addresses if "zzz" in one or "size=7" in one] and "zzz" not in kept
    assert any("status=registered" in one for one in addresses), "the value that can be read is kept"


def test_what_a_person_typed_stays_in_its_field(case, clerk):
    tree = page(clerk, "?tab=all&since=那天")
    assert find(tree, "input[name=since]")[0].get("value") == "那天"


def test_a_good_address_is_told_nothing(case, clerk):
    assert not find(
        page(clerk, "?tab=all&status=registered&size=50&sort=due&page=1&open=true"), "section#results p.note"
    )
