"""延期审批: who finds what there, the day there would be, one click, a reason for no."""

import datetime as dt

import pytest
import time_machine

from accounts.choices import Role
from disputes.choices import ExtensionState, Status
from disputes.models import Dispute
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import NEIGHBOUR_TOWNSHIP, OWN_TOWNSHIP
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db

PAGE = "/extensions/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def asked(today, clerk, dispatcher, mediator, own_village):
    """Mediation, due on 2 December, asked to be 10 days longer."""
    case = lives.register(clerk, division=own_village)
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    row = case.clocks.get(key="mediate")
    given = {"days": 10, "reason": "李桂兰在外地。", "all_parties_agreed": True, "agreed_on": dt.date(2026, 11, 2)}
    return do(case, "ask_extension", mediator, clock=row, **given)


def page(user, tab=""):
    response = signed_in(user).get(f"{PAGE}?tab={tab}")
    assert response.status_code == 200
    return tree_of(response)


def rows(tree):
    return [find(cell, "a")[0].text for cell in find(tree, "table#extensions td.c-no")]


def tab_names(tree):
    return [a.get("id").removeprefix("tab-") for a in find(tree, "nav.tabs a")]


def test_a_request_tells_all_that_is_needed_to_decide(asked, dispatcher):
    text = words(find(page(dispatcher), "table#extensions tbody tr")[0])
    for said in (
        "调解 剩 30 天",
        "届满 2026-12-02",
        "10 个自然日",
        "到 2026-12-14",
        "各方当事人 2026-11-02 同意",
        "李*兰在外地。",
        "马秀英",
    ):
        assert said in text, said


def test_the_day_there_would_be_is_the_day_there_is_afterwards(asked, dispatcher):
    shown = words(find(page(dispatcher), "td.ext-days b")[0])
    form = find(page(dispatcher), "td.ext-act form")[0]
    given = {field.get("name"): field.get("value") for field in find(form, "input[type=hidden]")}
    response = signed_in(dispatcher).post(form.get("action"), given)
    assert (response.status_code, response.url) == (302, PAGE)
    row = asked.clocks.get(key="mediate")
    assert (f"{row.due_on}", row.extended_days) == (shown, 10)
    assert asked.extensions.get().state == ExtensionState.GRANTED


def test_no_takes_a_reason_and_leads_back(asked, dispatcher):
    client = signed_in(dispatcher)
    url = find(page(dispatcher), "td.ext-act a")[0].get("href")
    form = find(tree_of(client.get(url)), "form.act-form")[0]
    assert [radio.get("value") for radio in find(form, "input[type=radio]") if radio.get("checked") is not None] == [
        "refused"
    ]
    given = {field.get("name"): field.get("value") for field in find(form, "input[type=hidden]")}
    refused = client.post(form.get("action"), given | {"decision": "refused", "reason": ""})
    assert refused.status_code == 422 and "不批准的，请写明意见" in refused.content.decode()
    done = client.post(form.get("action"), given | {"decision": "refused", "reason": "先开一次调解会。"})
    assert done.url == PAGE
    text = words(find(page(dispatcher, "decided"), "table#extensions tbody tr")[0])
    assert "不批准" in text and "先开一次调解会。" in text


def test_only_what_one_may_decide(asked, dispatcher, committee_head, supervisor, township, person):
    for user in (dispatcher, committee_head, supervisor, township):
        assert rows(page(user, "waiting")) == [asked.code], user
    neighbour = person("d2", "李志强", Role.DISPATCHER, NEIGHBOUR_TOWNSHIP)
    assert rows(page(neighbour, "waiting")) == []
    assert signed_in(neighbour).post(f"/disputes/{asked.code}/decide_extension/", {}).status_code == 404


def test_a_leader_watches_and_does_not_decide(asked, leader):
    tree = page(leader, "waiting")
    assert rows(tree) == [asked.code] and not find(tree, "td.ext-act form")


def test_one_never_decides_on_ones_own(clerk, own_village, person):
    both = person("both", "两任", Role.DISPATCHER, OWN_TOWNSHIP)
    case = do(lives.register(clerk, division=own_village), "accept", clerk)
    do(case, "ask_extension", both, clock=case.clocks.get(key="assign"), days=2, reason="人手不够。")
    assert rows(page(both, "waiting")) == [] and rows(page(both, "mine")) == [case.code]


def test_an_asker_sees_ones_own_and_what_became_of_them(asked, mediator, other_mediator, dispatcher):
    assert tab_names(page(mediator)) == ["mine"]
    assert rows(page(mediator)) == [asked.code] and rows(page(other_mediator)) == []
    do(Dispute.objects.for_page().get(pk=asked.pk), "decide_extension", dispatcher, decision="granted", days_granted=7)
    text = words(find(page(mediator), "table#extensions tbody tr")[0])
    assert "批准 7 个自然日" in text and "已批准" in text


def test_a_clock_that_was_met_meanwhile_is_not_offered(asked, mediator, dispatcher):
    case = do(asked, "record_session", mediator, record="谈成了。")
    do(case, "settle", mediator, **lives.agreement(case))
    assert rows(page(dispatcher, "waiting")) == []
    assert "期限已经办结，不需要延长" in words(find(page(mediator, "mine"), "table#extensions")[0])


def test_a_case_that_ended_is_in_no_inbox(asked, mediator, dispatcher):
    do(asked, "fail", mediator, **lives.told())
    assert rows(page(dispatcher, "waiting")) == []


@pytest.mark.parametrize("fixture", ["system_admin", "justice", "court_liaison"])
def test_others_read_whose_page_it_is(request, fixture):
    response = signed_in(request.getfixturevalue(fixture)).get(PAGE)
    assert response.status_code == 403 and "延期审批" in response.content.decode()


def test_the_menu_counts_what_waits(asked, dispatcher, mediator):
    def beside(user):
        link = find(tree_of(signed_in(user).get("/help/")), "nav.side a[href]")
        return [words(a) for a in link if a.get("href") == PAGE]

    assert beside(dispatcher) == ["延期审批1 件"] and beside(mediator) == ["我的延期申请"]


def test_the_page_asks_little(asked, dispatcher, supervisor, mediator, django_assert_max_num_queries):
    for user in (dispatcher, supervisor, mediator):
        client = signed_in(user)
        with django_assert_max_num_queries(11):
            client.get(PAGE)
