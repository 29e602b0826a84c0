"""The search box: codes, numbers of people, names, words; masked, within scope, numbers in the audit trail as hashes."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from common.crypto import blind_index
from disputes import lookups, search
from disputes.choices import PartyKind
from tests.disputes import lives
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, place
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(clerk, own_village):
    return lives.register(
        clerk, division=own_village, summary="机井轮灌时段有争执，推土机压坏渠埂。", claim="修复渠埂",
        applicants=[{**lives.PERSON, "name": "欧阳建明"}],
        respondents=[{"kind": PartyKind.ORGANISATION, "name": "张掖市金穗种业有限公司", "phone": "0936-8212345"}],
    )  # fmt: skip


def groups(user, typed):
    return {group.kind: [case.code for case in group.cases] for group in search.find(user, typed).groups}


@pytest.mark.parametrize("way", ["{code}", "{lower}", "{bare}", "{tail}"])
def test_a_case_is_found_by_its_code_or_the_end_of_it(ours, clerk, way):
    typed = way.format(code=ours.code, lower=ours.code.lower(), bare=ours.code[2:], tail=ours.code[-4:])
    assert groups(clerk, typed) == {"code": [ours.code]}


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("13800000001", "phone"), ("138 0000 0001", "phone"), ("+86 138-0000-0001", "phone"), ("8212345", "phone"),
        ("622201196805120002", "document"), (" 622201 19680512 0002", "document"),
        ("欧阳建明", "name"), ("建明", "name"), ("欧", "name"), ("金穗", "name"),
        ("渠埂", "words"), ("轮灌时段", "words"), ("渠埂 推土机", "words"), ("欧阳 渠埂", "name"),
    ],
)  # fmt: skip
def test_what_finds_it(ours, clerk, typed, kind):
    assert groups(clerk, typed) == {kind: [ours.code]}


@pytest.mark.parametrize(
    "typed", ["埂渠", "渠埂没有这几个字", "欧阳锋", "13800000008", "622201196805120010", "", "   ", "％", "埂"]
)
def test_what_does_not(ours, clerk, typed):
    assert groups(clerk, typed) == {}


@pytest.mark.parametrize("typed", ["欧阳建明", "渠埂", "13800000001", "622201196805120002", "欧", "CODE", "TAIL"])
def test_a_neighbouring_clerk_finds_nothing(ours, neighbouring_clerk, typed):
    typed = {"CODE": ours.code, "TAIL": ours.code[-4:]}.get(typed, typed)
    found = search.find(neighbouring_clerk, typed)
    assert (found.groups, found.total, found.more) == ([], 0, False)


def test_administrators_find_nothing(ours, system_admin):
    assert search.find(system_admin, "渠埂").total == 0


# ---- the audit trail


@pytest.mark.parametrize(
    ("typed", "action", "column"),
    [("138 0000 0001", "search.phone", "party.phone"), ("622201196805120002", "search.document", "party.id_number")],
)
def test_a_search_by_number_is_kept_as_a_hash(ours, clerk, typed, action, column):
    signed_in(clerk).post("/search/", {"q": typed})
    event = AuditEvent.objects.get(action=action)
    assert event.actor == clerk
    assert event.detail == {"index": blind_index(column, typed), "hits": 1}
    assert typed.replace(" ", "") not in str(AuditEvent.objects.filter(pk=event.pk).values())


def test_a_search_that_finds_nothing_is_kept_too(clerk):
    search.find(clerk, "13800000008")
    assert AuditEvent.objects.get(action="search.phone").detail["hits"] == 0


def test_searches_by_word_leave_no_trace(ours, clerk):
    search.find(clerk, "欧阳建明")
    assert not AuditEvent.objects.filter(action__startswith="search.").exists()


def test_too_many_numbers_in_an_hour_are_stopped(clerk, monkeypatch):
    monkeypatch.setattr(lookups, "NUMBERS_AN_HOUR", 2)
    client = signed_in(clerk)
    for number in ("13800000001", "13800000002", "13800000001"):  # the same one again is not another
        assert client.post("/search/", {"q": number}).status_code == 200
    refused = client.post("/search/", {"q": "13800000003"})
    assert refused.status_code == 429 and "查过的号码已达 2 个" in refused.content.decode()
    assert client.post("/search/", {"q": "13800000003"}, headers={"HX-Request": "true"}).status_code == 429
    assert client.post("/search/", {"q": "13800000002"}).status_code == 200
    assert client.post("/search/", {"q": "渠埂"}).status_code == 200


def test_a_number_among_words_is_not_searched(ours, clerk):
    found = search.find(clerk, "欧阳建明 13800000001")
    assert not found.groups and "一次只查一个号码" in found.hint


# ---- bounds


def test_groups_end_at_the_cap_and_say_that_there_is_more(clerk, own_village, monkeypatch):
    monkeypatch.setattr(search, "CAP", 2)
    for _ in range(3):
        lives.register(clerk, division=own_village, summary="渠埂被压坏。")
    found = search.find(clerk, "渠埂")
    assert [len(group.cases) for group in found.groups] == [2]
    assert found.more


def test_an_old_case_is_found_by_the_index_beyond_the_newest(ours, clerk, own_village, monkeypatch):
    monkeypatch.setattr(search, "NEWEST", 1)
    lives.register(clerk, division=own_village)
    assert groups(clerk, "渠埂") == {"words": [ours.code]}


def test_one_character_looks_at_the_newest_only(ours, clerk, own_village, monkeypatch):
    monkeypatch.setattr(search, "NEWEST", 1)
    lives.register(clerk, division=own_village)
    assert groups(clerk, "欧") == {}


def test_a_search_asks_a_fixed_number_of_queries(ours, clerk, own_village):
    def asked():
        clerk.holdings  # noqa: B018
        with CaptureQueriesContext(connection) as queries:
            search.find(clerk, "渠埂")
        return len(queries)

    few = asked()
    for _ in range(8):
        lives.register(clerk, division=own_village, summary="渠埂被压坏。")
    assert asked() == few <= 8


# ---- pages


def test_the_page_without_script(ours, clerk, own_village):
    client = signed_in(clerk)
    assert find(tree_of(client.get("/search/")), "input[name=q]")
    lives.register(clerk, division=own_village, summary="渠埂又被压坏。")
    tree = tree_of(client.post("/search/", {"q": "渠埂"}))
    hit = find(tree, "a.hit")[1]
    assert hit.get("href") == f"/disputes/{ours.code}/"
    assert "已登记" in words(hit) and "渠埂" in words(hit)


def test_the_fragment_is_masked_and_says_how_far_the_case_is(ours, clerk):
    response = signed_in(clerk).post("/search/", {"q": ours.code[-4:]}, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert "欧阳*明" in text and "欧阳建明" not in text
    assert ("<html" not in text and "今日内受理" in text) or "剩" in text


def test_numbers_of_people_in_a_narrative_are_not_shown(clerk, own_village):
    lives.register(clerk, division=own_village, summary="渠埂被压坏，电话 13800000002。")
    assert "13800000002" not in signed_in(clerk).post("/search/", {"q": "渠埂"}).content.decode()


def test_nothing_found_says_what_to_try(clerk):
    assert "没有找到" in signed_in(clerk).post("/search/", {"q": "渠埂"}).content.decode()
    part = signed_in(clerk).post("/search/", {"q": "1380000"}, headers={"HX-Request": "true"}).content.decode()
    assert "输完 11 位" in part


@pytest.mark.parametrize(
    "typed", ["%", "_", "\\", "'", '"', "';--", "(", "张" * 500, "\x00", "a" * 200, "‮", "😀", "𠮷"]
)
def test_odd_input_is_only_input(ours, clerk, typed):
    assert signed_in(clerk).post("/search/", {"q": typed}).status_code == 200


def test_get_with_a_term_does_not_search(ours, clerk):
    assert not find(tree_of(signed_in(clerk).get("/search/?q=渠埂")), "a.hit")


def test_a_case_out_of_scope_is_not_in_any_count(clerk, neighbouring_clerk):
    lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE), summary="渠埂被压坏。")
    mine = lives.register(clerk, division=place(OWN_VILLAGE), summary="渠埂被压坏。")
    tree = tree_of(signed_in(clerk).post("/search/", {"q": "渠埂"}, headers={"HX-Request": "true"}))
    assert [hit.get("href") for hit in find(tree, "a.hit")] == [f"/disputes/{mine.code}/"]
    assert find(tree, "span[data-announce]")[0].get("data-announce") == "找到 1 件"


# ---- what Enter opens


def test_enter_opens_the_code_and_the_only_case_found(ours, clerk):
    client = signed_in(clerk)
    for typed in (ours.code, ours.code[-4:], ours.code[-6:], "渠埂", "欧阳建明"):
        assert client.post("/search/", {"q": typed}).url == ours.get_absolute_url(), typed


def test_several_hits_are_listed_and_none_is_opened(ours, clerk, own_village):
    other = lives.register(clerk, division=own_village, summary="渠埂又被压坏。")
    tree = tree_of(signed_in(clerk).post("/search/", {"q": "渠埂"}))
    assert {hit.get("href") for hit in find(tree, "a.hit")} == {ours.get_absolute_url(), other.get_absolute_url()}
    assert not find(tree, "a.hit[data-meant]")


def test_a_code_is_meant_although_its_digits_stand_in_a_narrative_too(ours, clerk, own_village):
    tail = ours.code[-4:]
    lives.register(clerk, division=own_village, summary=f"拖欠工资 {tail} 元。")
    fragment = tree_of(signed_in(clerk).post("/search/", {"q": tail}, headers={"HX-Request": "true"}))
    assert len(find(fragment, "a.hit")) == 2
    assert [hit.get("href") for hit in find(fragment, "a.hit[data-meant]")] == [ours.get_absolute_url()]


def test_two_codes_with_the_same_end_are_a_choice(ours, clerk, own_village):
    with time_machine.travel(timezone.now() - dt.timedelta(days=366), tick=False):
        assert lives.register(clerk, division=own_village).code[-6:] == ours.code[-6:]
    found = search.find(clerk, ours.code[-4:])
    assert found.total == 2 and found.meant is None
    assert search.find(clerk, ours.code).meant == ours


def test_in_the_dialog_nothing_is_opened_by_itself(ours, clerk):
    response = signed_in(clerk).post("/search/", {"q": ours.code}, headers={"HX-Request": "true"})
    assert response.status_code == 200 and len(find(tree_of(response), "a.hit[data-meant]")) == 1
