"""催办 of several cases: ticked or all of a list, an answer for each, nothing twice a day, nothing lost."""

import datetime as dt

import pytest
from django.utils import timezone

from disputes.choices import Status
from disputes.models import Dispute, DisputeEvent
from disputes.views import urging
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import NEIGHBOUR_TOWNSHIP, NEIGHBOUR_VILLAGE, OWN_VILLAGE, place
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db

URGE = "/disputes/urge/"


@pytest.fixture
def late(clerk, neighbouring_clerk):
    """Three late cases, the last of them the neighbour's; and one in time."""
    cases = [lives.register(clerk, division=place(OWN_VILLAGE)) for _ in range(2)]
    cases.append(lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE)))
    for days, case in enumerate(cases, start=1):
        Dispute.objects.filter(pk=case.pk).update(next_due_on=timezone.localdate() - dt.timedelta(days=days))
    lives.register(clerk, division=place(OWN_VILLAGE))
    return cases


def outcomes(response):
    """{code: what its line says}"""
    assert response.status_code == 200
    rows = find(tree_of(response), "table.table-list tbody tr")
    return {words(find(row, "td.c-no")[0])[:13]: words(find(row, "td.c-state")[0]) for row in rows}


def urged():
    return sorted(DisputeEvent.objects.filter(name="urge").values_list("dispute__code", flat=True))


def test_each_ticked_case_gets_its_own_answer(late, township, clerk):
    first, second, foreign = late
    do(first, "urge", township)
    ended = lives.register(clerk, division=place(OWN_VILLAGE))
    lives.bring(ended, Status.WITHDRAWN, clerk=clerk, dispatcher=township, mediator=None)
    codes = [first.code, second.code, foreign.code, ended.code, "GZ2099-999999"]
    said = outcomes(signed_in(township).post(URGE, {"ids": codes, "note": "请抓紧。"}))
    assert said == {
        first.code: "今天已催办", second.code: "已催办", foreign.code: "没有催办", ended.code: "没有催办",
        "GZ2099-999999": "没有催办",
    }  # fmt: skip
    assert urged() == sorted([first.code, second.code])
    assert second.events.first().text.endswith("请抓紧。")


def test_all_late_cases_of_a_list_are_urged_after_one_question(late, supervisor):
    client = signed_in(supervisor)
    link = find(tree_of(client.get("/disputes/?tab=late")), "a.urge-all")[0]
    assert words(link) == "催办全部 3 件"
    asked = tree_of(client.get(link.get("href")))
    assert words(find(asked, "button.btn-primary")[-1]) == "催办 3 件"
    form = find(asked, "form.step-page")[0]
    said = outcomes(client.post(form.get("action"), {"all": "1", "note": ""}))
    assert said == {case.code: "已催办" for case in late}
    assert "今天都已经催办过" in words(tree_of(client.get(link.get("href"))))


def test_the_conditions_of_the_list_hold(late, supervisor):
    client = signed_in(supervisor)
    said = outcomes(client.post(f"{URGE}?tab=late&township={NEIGHBOUR_TOWNSHIP}", {"all": "1"}))
    assert list(said) == [late[2].code]


def test_a_dispatcher_urges_the_cases_of_the_own_township_only(late, dispatcher):
    outcomes(signed_in(dispatcher).post(f"{URGE}?tab=late", {"all": "1"}))
    assert urged() == sorted(case.code for case in late[:2])


def test_what_one_request_does_not_do_is_one_more_click_away(late, supervisor, monkeypatch):
    monkeypatch.setattr(urging, "MOST_AT_ONCE", 2)
    client = signed_in(supervisor)
    first = client.post(f"{URGE}?tab=late", {"all": "1", "note": "请抓紧。"})
    assert set(outcomes(first)) == {late[2].code, late[1].code}  # the longest overdue first
    form = find(tree_of(first), "form.savebar")[0]
    assert words(form) == "继续催办其余 1 件"
    given = {field.get("name"): field.get("value") for field in find(form, "input[type=hidden]")}
    assert set(outcomes(client.post(form.get("action"), given))) == {late[0].code}
    assert len(urged()) == 3
    ticked = client.post(URGE, {"ids": [case.code for case in late]})
    assert set(outcomes(ticked).values()) == {"今天已催办"}


def test_ticked_beyond_the_limit_are_named_and_can_be_sent_again(late, supervisor, monkeypatch):
    monkeypatch.setattr(urging, "MOST_AT_ONCE", 2)
    client = signed_in(supervisor)
    response = client.post(URGE, {"ids": [case.code for case in late]})
    assert outcomes(response) == {late[0].code: "已催办", late[1].code: "已催办", late[2].code: "还没轮到"}
    again = find(tree_of(response), "form.savebar input[name=ids]")
    assert [field.get("value") for field in again] == [late[2].code]


@pytest.mark.parametrize("fixture", ["clerk", "mediator", "justice", "system_admin"])
def test_others_read_whose_right_it_is(late, request, fixture):
    client = signed_in(request.getfixturevalue(fixture))
    for response in (client.get(f"{URGE}?tab=late"), client.post(URGE, {"ids": [late[0].code]})):
        assert response.status_code == 403 and "“催办”由" in response.content.decode()
    assert not urged()


def test_the_button_is_where_it_is_wanted(late, supervisor, clerk):
    def buttons(user, tab):
        return [words(b) for b in find(tree_of(signed_in(user).get(f"/disputes/?tab={tab}")), "form#batch button.btn")]

    assert buttons(supervisor, "late") == ["催办", "导出所选"]
    assert "催办" not in buttons(supervisor, "all") and "催办" not in buttons(clerk, "late")


def test_nothing_ticked_leads_back(supervisor):
    assert signed_in(supervisor).post(URGE).url == "/disputes/?tab=late"
    back = signed_in(supervisor).post(URGE, headers={"Referer": "http://testserver/supervision/?tab=red"})
    assert back.url == "/supervision/?tab=red"
    away = signed_in(supervisor).post(URGE, headers={"Referer": "http://elsewhere.example/supervision/"})
    assert away.url == "/disputes/?tab=late"


def test_a_note_with_a_stray_null_byte_is_read_without_it(late, township):
    assert outcomes(signed_in(township).post(URGE, {"ids": [late[0].code], "note": "请\0抓紧。"})) == {
        late[0].code: "已催办"
    }
    assert late[0].events.first().text.endswith("请抓紧。")
