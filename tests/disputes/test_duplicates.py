"""Possible duplicates while someone types: within scope as cards, beyond it one sentence and nothing more."""

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from disputes import duplicates, lookups
from disputes.duplicates import Typed
from disputes.models import Dispute
from tests.disputes import lives
from tests.disputes.intake_forms import ID_APPLICANT, party, posted
from tests.factories import NEIGHBOUR_VILLAGE, OWN_TOWNSHIP, OWN_VILLAGE, SIBLING_VILLAGE, place

pytestmark = pytest.mark.django_db
URL = "/disputes/new/check/"
OUTSIDE = "其他地方有相同证件或者电话的登记"

LI = {"kind": "person", "name": "李桂兰", "id_kind": "id_card", "id_number": ID_APPLICANT, "phone": "13800000001"}
ZHAO = {"kind": "person", "name": "赵建军", "phone": "13800000002"}


@pytest.fixture
def window(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def earlier(clerk, own_village):
    return lives.register(clerk, division=own_village, applicants=[LI], respondents=[ZHAO])


@pytest.fixture
def foreign(neighbouring_clerk, neighbour_township):
    return lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE), applicants=[LI], respondents=[ZHAO])


def check(browser, applicant=None, respondent=None, **values):
    data = posted(applicants=[party(**(applicant or {}))], respondents=[party(**(respondent or {}))], **values)
    response = browser.post(URL, data, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"id_number": ID_APPLICANT}, "证件号码相同"),
        ({"id_number": f" {ID_APPLICANT[:6]} {ID_APPLICANT[6:]}"}, "证件号码相同"),
        ({"phone": "13800000001"}, "电话相同"),
        ({"phone": "+86 138-0000-0001"}, "电话相同"),
        ({"name": "李桂兰"}, "同一乡镇（街道）同名"),
    ],
)
def test_the_same_number_phone_or_name_in_the_township(window, earlier, typed, why):
    page = check(window, typed)
    assert earlier.code in page and why in page
    assert "李*兰 与 赵*军" in page and "李桂兰" not in page


def test_the_other_side_counts_too(window, earlier):
    assert earlier.code in check(window, None, {"phone": "13800000002"})
    assert earlier.code in check(window, {"phone": "13800000002"}), "who complained of then may complain now"


def test_a_card_opens_links_or_dismisses(window, earlier):
    page = check(window, {"phone": "13800000001"})
    assert f'href="/disputes/{earlier.code}/" target="_blank"' in page
    for value in ("recurrence", "distinct"):
        assert f'name="link-{earlier.code}" value="{value}" form="intake"' in page


def test_the_choice_survives_the_next_look(window, earlier):
    page = check(window, {"phone": "13800000001"}, **{f"link-{earlier.code}": "distinct"})
    assert f'value="distinct" form="intake" checked' in page  # noqa: F541


def test_a_namesake_in_another_township_is_nobody(window, foreign):
    assert "没有发现可能重复的登记" in check(window, {"name": "李桂兰"})


def test_a_namesake_in_a_village_next_door_is_shown(window, clerk):
    case = lives.register(clerk, division=place(SIBLING_VILLAGE), applicants=[LI], respondents=[ZHAO])
    assert case.code in check(window, {"name": "李桂兰"}, division=OWN_VILLAGE)
    assert case.code in check(window, {"name": "李桂兰"}, division=OWN_TOWNSHIP)


def test_half_a_number_is_nobodys(window, earlier):
    page = check(window, {"id_number": ID_APPLICANT[:17], "phone": "1380000000"})
    assert earlier.code not in page and OUTSIDE not in page


def test_beyond_the_scope_only_that_something_is_there(window, foreign):
    for typed in ({"id_number": ID_APPLICANT}, {"phone": "13800000001"}):
        page = check(window, typed)
        assert OUTSIDE in page
        assert not any(word in page for word in (foreign.code, "党寨", "李", "赵", "1 件", foreign.summary[:4]))


def test_how_many_lie_beyond_cannot_be_told(window, foreign, neighbouring_clerk, neighbour_township):
    one = check(window, {"phone": "13800000001"})
    lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE), applicants=[LI], respondents=[ZHAO])
    assert check(window, {"phone": "13800000001"}) == one


def test_a_name_beyond_the_scope_is_never_admitted(window, foreign):
    assert OUTSIDE not in check(window, {"name": "李桂兰"}, division=NEIGHBOUR_VILLAGE)


def test_both_inside_and_outside(window, earlier, foreign):
    page = check(window, {"id_number": ID_APPLICANT})
    assert earlier.code in page and OUTSIDE in page and foreign.code not in page


def test_the_county_sees_all_of_it(client, county_clerk, earlier, foreign):
    client.force_login(county_clerk)
    page = check(client, {"id_number": ID_APPLICANT})
    assert earlier.code in page and foreign.code in page and OUTSIDE not in page


def test_that_something_was_given_away_is_on_record_without_the_number(window, clerk, foreign):
    for _ in range(3):
        check(window, {"id_number": ID_APPLICANT})
    row = AuditEvent.objects.get(action="dispute.check")
    assert row.actor == clerk and ID_APPLICANT not in f"{row.object_id}{row.detail}{row.reason}"


def test_each_number_is_on_record_once_an_hour_with_what_it_showed(window, earlier):
    for _ in range(2):
        check(window, {"id_number": ID_APPLICANT}, {"phone": "13900000009"})
    rows = AuditEvent.objects.filter(action="dispute.check")
    said = sorted((row.detail["by"], row.detail["hits"], row.detail["outside"]) for row in rows)
    assert said == [("document", 1, False), ("phone", 0, False)]


def test_names_alone_leave_no_trace(window, earlier):
    check(window, {"name": "李桂兰"})
    assert not AuditEvent.objects.filter(action="dispute.check").exists()


def test_the_check_is_no_endless_oracle_and_the_form_still_works(window, earlier, foreign, monkeypatch):
    monkeypatch.setattr(lookups, "NUMBERS_AN_HOUR", 2)
    check(window, {"phone": "13900000001"}, {"phone": "13900000002"})
    page = check(window, {"phone": "13800000001"}, {"phone": "13900000002"})
    assert "一小时内核对的号码已达 2 个" in page and "没有发现" not in page
    assert earlier.code not in page and OUTSIDE not in page
    assert earlier.code in check(window, {"name": "李桂兰", "phone": "13800000001"}), "names are still compared"
    assert window.post("/search/", {"q": "13800000001"}).status_code == 429, "one hour for both"
    broken = window.post("/disputes/new/", posted(summary=""))
    assert broken.status_code == 422 and "一小时内核对的号码已达 2 个" in broken.content.decode()
    assert window.post("/disputes/new/", posted()).status_code == 302


def test_numbers_of_the_search_box_count_in_the_check(window, earlier, monkeypatch):
    monkeypatch.setattr(lookups, "NUMBERS_AN_HOUR", 1)
    window.post("/search/", {"q": "13900000001"})
    assert "已达 1 个" in check(window, {"phone": "13800000001"})
    assert "已达" not in check(window, {"phone": "13900000001"})


def test_names_and_numbers_never_stand_in_an_address(window):
    assert window.get(URL, {"applicants-0-name": "李桂兰"}).status_code == 405


def test_only_who_registers_may_ask(client, mediator, leader):
    for person in (mediator, leader):
        client.force_login(person)
        assert client.post(URL, posted()).status_code == 403


def test_an_agreement_that_is_still_to_be_performed_is_pointed_out(window, earlier, clerk, dispatcher, mediator):
    lives.bring(earlier, "performing", clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    assert "协议还有未履行的义务，可能是没有履行" in check(window, {"phone": "13800000001"})


def test_the_likeliest_first_and_five_at_most(clerk, own_village):
    for _ in range(6):
        lives.register(clerk, division=own_village, applicants=[{"name": "李桂兰"}], respondents=[{"name": "钱某某"}])
    likeliest = lives.register(clerk, division=own_village, applicants=[LI], respondents=[ZHAO])
    lives.register(clerk, division=own_village, applicants=[{"name": "李桂兰"}], respondents=[{"name": "孙某某"}])
    typed = Typed.of([{"name": "李桂兰", "id_number": ID_APPLICANT, "phone": "13800000001"}], own_village)
    found = duplicates.find(clerk, typed)
    assert found.rows[0].dispute == likeliest and len(found.rows) == duplicates.MOST_CARDS


def test_two_names_that_meet_again_weigh_more_than_one(clerk, own_village):
    both = lives.register(
        clerk, division=own_village, applicants=[{"name": "李桂兰"}], respondents=[{"name": "赵建军"}]
    )
    lives.register(clerk, division=own_village, applicants=[{"name": "李桂兰"}], respondents=[{"name": "孙某某"}])
    typed = Typed.of([{"name": "李桂兰"}, {"name": "赵建军"}], own_village)
    assert duplicates.find(clerk, typed).rows[0].dispute == both


def test_many_parties_cost_no_more_queries(window, earlier, foreign, django_assert_max_num_queries):
    rows = [party(name=f"王建{'国军民华'[n % 4]}", phone=f"1380000{n:04d}") for n in range(10)]
    check(window, {"phone": "13800000001"})
    with django_assert_max_num_queries(12):
        window.post(URL, posted(applicants=rows))


def test_the_answer_is_on_the_day_of_beijing(window, earlier):
    registered = timezone.localtime(Dispute.objects.get().registered_at)
    assert f"{registered:%Y-%m-%d} 登记" in check(window, {"phone": "13800000001"})
