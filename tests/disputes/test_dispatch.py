"""分派台: the suggestion with its reason, one press to take it, several at once, and two dispatchers at the same case."""

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes.choices import ChosenBy, Status
from disputes.models import Assignment, Dispute
from tests.disputes import lives
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, CommitteeFactory, MediatorFactory, place
from tests.pages import find, query_of, signed_in, tree_of, words

pytestmark = pytest.mark.django_db

BOARD = "/disputes/dispatch/"
BATCH = "/disputes/dispatch/batch/"


def accepted(clerk, **more):
    more.setdefault("division", place(OWN_VILLAGE))
    return lives.do(lives.register(clerk, **more), "accept", clerk)


@pytest.fixture
def waiting(clerk, mediator):
    return [accepted(clerk) for _ in range(3)]


def fields(form):
    """What a browser would post from this form."""
    return {one.get("name"): one.get("value") or "" for one in find(form, "input[type=hidden]")}


def lists(form):
    posted = {}
    for one in find(form, "input[type=hidden]"):
        posted.setdefault(one.get("name"), []).append(one.get("value") or "")
    return posted


# ---- the board


def test_the_board_lists_what_waits_and_opens_the_first(waiting, dispatcher):
    tree = tree_of(signed_in(dispatcher).get(BOARD))
    items = find(tree, "a.board-item")
    assert [item.get("data-board-item") for item in items] == [f"/disputes/{case.code}/preview/" for case in waiting]
    assert "待派单 3 件" in words(tree)
    preview = find(tree, "section.board-view")[0]
    assert "建议派给 上秦镇" in words(preview)
    assert "为本调委会最少" in words(preview)


def test_each_key_has_its_visible_control(waiting, dispatcher):
    tree = tree_of(signed_in(dispatcher).get(BOARD))
    keys = {one.get("data-board-key"): words(one) for one in find(tree, "section.board-view [data-board-key]")}
    assert set(keys) == {"d", "r"}
    assert keys["d"].startswith("按建议派单") and keys["r"].startswith("退回窗口")


def test_one_press_sends_it_where_the_suggestion_says_and_comes_back(waiting, dispatcher, mediator):
    client = signed_in(dispatcher)
    form = find(tree_of(client.get(BOARD)), "form.suggest")[0]
    response = client.post(form.get("action"), fields(form), follow=True)
    assert response.redirect_chain[-1][0] == BOARD
    case = Dispute.objects.get(pk=waiting[0].pk)
    assert (case.status, case.mediator) == (Status.ASSIGNED, mediator.mediator)
    sent = Assignment.objects.get(dispute=case)
    assert sent.followed_suggestion and "上秦镇" in sent.suggestion
    assert sent.chosen_by == ChosenBy.NOT_ASKED  # nobody asked the parties, and the record does not say so
    assert f"/disputes/{case.code}/recall/" in response.content.decode()  # 撤销


def test_another_mediator_can_be_chosen_on_the_board(waiting, dispatcher, mediator, other_mediator):
    client = signed_in(dispatcher)
    data = {
        "version": waiting[0].version, "then": "dispatch", "committee": mediator.mediator.committee_id,
        "mediator": other_mediator.mediator.pk, "chosen_by": "parties", "recusal": "", "reason": "当事人选定",
    }  # fmt: skip
    assert client.post(f"/disputes/{waiting[0].code}/assign/", data).url == BOARD
    assert not Assignment.objects.get(dispute=waiting[0]).followed_suggestion


def test_a_returned_case_says_by_whom_and_why(clerk, dispatcher, mediator):
    case = accepted(clerk)
    case = lives.do(
        case,
        "assign",
        dispatcher,
        committee=mediator.mediator.committee,
        mediator=mediator.mediator,
        chosen_by="not_asked",
    )
    lives.do(case, "return_assignment", mediator, reason="与被申请人是近亲属")
    text = words(tree_of(signed_in(dispatcher).get(f"/disputes/{case.code}/preview/")))
    assert "马秀英" in text and "退回：" in text and "近亲属" in text


def test_a_closed_gate_is_named_with_the_way_to_open_it(clerk, dispatcher):
    lives.do(lives.register(clerk, division=place(OWN_VILLAGE), notice_form=""), "accept", clerk)
    tree = tree_of(signed_in(dispatcher).get(BOARD))
    assert "先记录权利义务告知" in words(tree)
    assert not find(tree, "form.suggest")
    assert "未告知" in words(find(tree, "a.board-item")[0])


@pytest.mark.parametrize(
    ("opened", "leads_to"), [(BOARD, "/disputes/dispatch/?case={}"), ("preview", "/disputes/{}/preview/")]
)
def test_the_notice_is_recorded_in_place(clerk, dispatcher, mediator, opened, leads_to):
    accepted(clerk)
    case = lives.do(lives.register(clerk, division=place(OWN_VILLAGE), notice_form=""), "accept", clerk)
    client = signed_in(dispatcher)
    url = f"{BOARD}?case={case.code}" if opened == BOARD else f"/disputes/{case.code}/preview/"
    form = find(tree_of(client.get(url)), "form.tell")[0]
    assert [words(button) for button in find(form, "button")] == ["口头告知", "书面告知并签收"]
    response = client.post(form.get("action"), fields(form) | {"notice_form": "oral"})
    assert response.url == leads_to.format(case.code)
    case.refresh_from_db()
    assert case.notice_form == "oral" and case.notice_at
    tree = tree_of(client.get(response.url))
    assert not find(tree, "form.tell")
    assert case.code in find(tree, "form.suggest")[0].get("action")  # the same case, its gate open now


def test_an_empty_board_says_so(dispatcher):
    assert "没有待派单的案件" in words(tree_of(signed_in(dispatcher).get(BOARD)))


def test_the_board_is_masked(waiting, dispatcher):
    assert "李桂兰" not in words(tree_of(signed_in(dispatcher).get(BOARD)))


def test_a_long_board_ends_and_says_where_the_rest_is(waiting, dispatcher, monkeypatch):
    from disputes.views import dispatch

    monkeypatch.setattr(dispatch, "MOST_ON_BOARD", 2)
    tree = tree_of(signed_in(dispatcher).get(BOARD))
    assert len(find(tree, "a.board-item")) == 2
    assert "待派单 3 件" in words(tree) and "其余在案件列表中" in words(tree)


# ---- whose page it is


@pytest.mark.parametrize(
    "fixture", ["clerk", "mediator", "committee_head", "grid_officer", "leader", "supervisor", "system_admin"]
)
def test_others_read_whose_right_it_is(waiting, request, fixture):
    client = signed_in(request.getfixturevalue(fixture))
    for response in (client.get(BOARD), client.post(BATCH, {"ids": [waiting[0].code]})):
        assert response.status_code == 403
        assert "“派单”由分流员、乡镇综治中心、村（社区）办理" in response.content.decode()


@pytest.mark.parametrize("fixture", ["dispatcher", "township", "village_worker"])
def test_those_who_dispatch_see_their_places_only(waiting, request, fixture, neighbouring_clerk):
    theirs = lives.do(
        lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE)), "accept", neighbouring_clerk
    )
    client = signed_in(request.getfixturevalue(fixture))
    assert theirs.code not in client.get(BOARD).content.decode()
    assert client.get(f"/disputes/{theirs.code}/preview/").status_code == 404


def test_a_preview_is_a_fragment_for_the_board_and_a_page_elsewhere(waiting, dispatcher):
    client = signed_in(dispatcher)
    url = f"/disputes/{waiting[0].code}/preview/"
    assert "<html" in client.get(url).content.decode()
    assert "<html" not in client.get(url, headers={"HX-Request": "true"}).content.decode()


def test_a_preview_of_a_case_sent_meanwhile_says_where_it_is(waiting, dispatcher, mediator):
    lives.do(waiting[0], "assign", dispatcher, committee=mediator.mediator.committee, chosen_by="not_asked")
    text = words(tree_of(signed_in(dispatcher).get(f"/disputes/{waiting[0].code}/preview/")))
    assert "现在是“已分派”，不能派单" in text


# ---- several at once


def ask(client, codes):
    return find(tree_of(client.post(BATCH, {"ids": codes})), "form.panel")[0]


def outcomes(response):
    tree = tree_of(response)
    return {
        find(row, "td.c-no")[0].text_content().strip()[:13]: words(find(row, "span.tag")[0])
        for row in find(tree, "table.table-list tbody tr")
    }


def test_the_page_before_shows_where_each_would_go(waiting, dispatcher):
    form = ask(signed_in(dispatcher), [case.code for case in waiting])
    assert [words(button) for button in find(form, "button.btn-primary")] == ["派单 3 件"]
    assert (len(find(form, "tbody tr")) == 3 and "属地" in words(form)) or "发生在" in words(form)


def test_ten_cases_do_not_all_go_to_the_one_with_the_lightest_load(waiting, dispatcher, mediator, other_mediator):
    form = ask(signed_in(dispatcher), [case.code for case in waiting])
    chosen = [value for name, value in fields(form).items() if name.startswith("mediator-")]
    assert sorted(chosen.count(one) for one in set(chosen)) == [1, 2]


def test_each_gets_its_own_suggestion_in_one_go(waiting, dispatcher):
    client = signed_in(dispatcher)
    form = ask(client, [case.code for case in waiting])
    response = client.post(BATCH, {**lists(form), "mode": "own"})
    assert outcomes(response) == {case.code: "已分派" for case in waiting}
    assert set(Dispute.objects.values_list("status", flat=True)) == {Status.ASSIGNED}
    assert all(Assignment.objects.values_list("followed_suggestion", flat=True))


def test_or_all_go_to_one_committee(waiting, dispatcher, mediator):
    county = CommitteeFactory(at="620702000000", kind="trade", fields=["99"])
    client = signed_in(dispatcher)
    form = ask(client, [case.code for case in waiting])
    assert str(county.pk) in [option.get("value") for option in find(form, "option")]
    posted = {**lists(form), "mode": "one", "committee": county.pk, "reason": "区级统一办理"}
    assert set(outcomes(client.post(BATCH, posted)).values()) == {"已分派"}
    assert set(Dispute.objects.values_list("committee_id", "mediator_id")) == {(county.pk, None)}
    assert set(Assignment.objects.values_list("reason", "followed_suggestion")) == {("区级统一办理", False)}


def test_a_committee_that_may_not_take_a_case_is_refused_in_words(waiting, dispatcher):
    elsewhere = CommitteeFactory(at="620702107000")
    client = signed_in(dispatcher)
    form = ask(client, [waiting[0].code])
    response = client.post(BATCH, {**lists(form), "mode": "one", "committee": elsewhere.pk})
    assert outcomes(response) == {waiting[0].code: "没有办成"}
    assert "不能办理这件案件" in response.content.decode()


def test_each_case_stands_for_itself(waiting, clerk, dispatcher, mediator):
    """One sent by somebody meanwhile, one whose gate closed: each says so, the third is sent."""
    client = signed_in(dispatcher)
    form = ask(client, [case.code for case in waiting])
    lives.do(waiting[0], "assign", dispatcher, committee=mediator.mediator.committee, chosen_by="not_asked")
    lives.do(waiting[1], "report_risk", clerk, risk="high", may_escalate=True, note="扬言报复")
    response = client.post(BATCH, lists(form))
    assert outcomes(response) == {waiting[0].code: "没有办成", waiting[1].code: "没有办成", waiting[2].code: "已分派"}
    text = response.content.decode()
    assert "现在是“已分派”，不能派单" in text and "应当先报告公安机关" in text


def test_a_case_changed_since_the_page_was_opened_is_a_conflict(waiting, clerk, dispatcher):
    client = signed_in(dispatcher)
    form = ask(client, [waiting[0].code])
    lives.do(waiting[0], "report_risk", clerk, risk="medium", note="有推搡")
    response = client.post(BATCH, lists(form))
    assert outcomes(response) == {waiting[0].code: "已被他人办理"}
    assert "陈晓梅" in response.content.decode()
    waiting[0].refresh_from_db()
    assert waiting[0].status == Status.ACCEPTED


def test_what_is_out_of_scope_looks_like_what_does_not_exist(waiting, dispatcher, neighbouring_clerk):
    theirs = lives.do(
        lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE)), "accept", neighbouring_clerk
    )
    client = signed_in(dispatcher)
    for data in ({}, {"confirmed": "1"}, {"undo": "1"}):
        there, gone = (
            words(find(tree_of(client.post(BATCH, {"ids": [code], **data})), "main#main")[0]).replace(code, "")
            for code in (theirs.code, "GZ2099-999999")
        )
        assert there == gone
    theirs.refresh_from_db()
    assert theirs.status == Status.ACCEPTED


def test_sending_the_page_twice_sends_nothing_twice(waiting, dispatcher):
    client = signed_in(dispatcher)
    posted = lists(ask(client, [case.code for case in waiting]))
    client.post(BATCH, posted)
    assert set(outcomes(client.post(BATCH, posted)).values()) == {"没有办成"}
    assert Assignment.objects.count() == 3


def test_a_batch_can_be_taken_back_but_not_what_somebody_took(waiting, dispatcher, mediator):
    client = signed_in(dispatcher)
    done = client.post(BATCH, lists(ask(client, [case.code for case in waiting])))
    lives.do(Dispute.objects.get(pk=waiting[0].pk), "take", mediator)
    undo = find(tree_of(done), "form.savebar")[0]
    back = outcomes(client.post(BATCH, lists(undo)))
    assert back == {waiting[0].code: "已被他人办理", waiting[1].code: "已撤回", waiting[2].code: "已撤回"}
    assert sorted(Dispute.objects.values_list("status", flat=True)) == ["accepted", "accepted", "mediating"]


def test_cases_that_cannot_be_sent_are_set_aside_with_the_reason(waiting, clerk, dispatcher):
    registered = lives.register(clerk, division=place(OWN_VILLAGE))
    tree = tree_of(signed_in(dispatcher).post(BATCH, {"ids": [waiting[0].code, registered.code, "GZ2099-999999"]}))
    assert "可以派单 1 件，不能派单 2 件" in words(tree)
    assert "现在是“已登记”，不能派单" in words(tree) and "没有找到该记录" in words(tree)


def test_the_list_offers_the_batch_to_those_who_dispatch(waiting, clerk, dispatcher):
    def offered(user):
        tree = tree_of(signed_in(user).get("/disputes/?tab=assign"))
        return [words(button) for button in find(tree, "form#batch button") if button.get("formaction")]

    assert offered(dispatcher) == ["批量派单", "导出所选"]
    assert offered(clerk) == ["导出所选"]


def test_the_board_leads_to_the_list_of_the_same_cases(waiting, dispatcher):
    client = signed_in(dispatcher)
    link = next(a for a in find(client_tree(client, BOARD), "div.page-act a") if "批量派单" in words(a))
    assert len(find(client_tree(client, "/disputes/" + query_of(link)), "table#cases td.c-no")) == 3


def client_tree(client, url):
    return tree_of(client.get(url))


def asked(make):
    with CaptureQueriesContext(connection) as made:
        make()
    return len(made)


def test_more_cases_cost_no_more_questions_than_assigning_each(clerk, dispatcher, mediator, other_mediator):
    """The page before asks for all cases at once; the doing asks beyond that only what the verb itself does."""
    client = signed_in(dispatcher)
    cases = [accepted(clerk) for _ in range(9)]
    codes = [case.code for case in cases]
    client.get("/help/")
    few, many = (asked(lambda some=some: client.post(BATCH, {"ids": codes[:some]})) for some in (2, 8))
    assert few == many <= 25

    one = {"committee": mediator.mediator.committee, "mediator": mediator.mediator, "chosen_by": "not_asked"}
    verb = asked(lambda: lives.do(cases.pop(), "assign", dispatcher, **one))
    posts = [lists(ask(client, codes[:2])), lists(ask(client, codes[2:8]))]
    few, many = (asked(lambda post=post: client.post(BATCH, post)) for post in posts)
    assert Assignment.objects.count() == 9
    assert many - few <= 4 * verb


# ---- at the same moment


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_sending_the_same_batch_send_each_case_once(clerk, dispatcher, township, mediator):
    cases = [accepted(clerk) for _ in range(4)]
    codes = [case.code for case in cases]
    clients = [signed_in(dispatcher), signed_in(township)]
    posts = [lists(ask(client, codes)) for client in clients]
    posts[1]["ids"] = posts[1]["ids"][::-1]
    barrier, answers = threading.Barrier(2), [None, None]

    def send(number):
        try:
            barrier.wait()
            answers[number] = clients[number].post(BATCH, posts[number])
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results = [outcomes(answer) for answer in answers]
    for code in codes:
        assert sorted(result[code] == "已分派" for result in results) == [False, True], code
    assert Assignment.objects.count() == 4


# ---- the mediators of the chosen committee


def test_each_mediator_names_the_committee_it_belongs_to(waiting, dispatcher, mediator):
    """What the script narrows the list by."""
    county = MediatorFactory(committee=CommitteeFactory(at="620702000000", kind="trade", fields=["99"]))
    tree = tree_of(signed_in(dispatcher).get(f"/disputes/{waiting[0].code}/assign/"))
    select = find(tree, "select[data-narrow-by=committee]")[0]
    owners = {option.get("value"): option.get("data-of") for option in find(select, "option")}
    assert owners == {
        "": None, str(county.pk): str(county.committee_id),
        str(mediator.mediator.pk): str(mediator.mediator.committee_id),
    }  # fmt: skip


def test_a_mediator_of_another_committee_is_refused_by_name(waiting, dispatcher, mediator):
    county = MediatorFactory(committee=CommitteeFactory(at="620702000000", kind="trade", fields=["99"]))
    data = {
        "version": waiting[0].version, "committee": mediator.mediator.committee_id, "mediator": county.pk,
        "chosen_by": "parties",
    }  # fmt: skip
    response = signed_in(dispatcher).post(f"/disputes/{waiting[0].code}/assign/", data)
    assert response.status_code == 422
    assert f"{county.name}不属于" in response.content.decode() and "有 1 处需要改" in response.content.decode()
