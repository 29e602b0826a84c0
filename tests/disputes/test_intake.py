"""Registering at the window: what is in sight, what is derived, what each button does."""

import re
import uuid

import pytest

from disputes.choices import PartyKind, Status
from disputes.models import Dispute, DisputeLink, Party
from tests.disputes import lives
from tests.disputes.intake_forms import ID_APPLICANT, ID_CHILD, ID_OTHER, ID_WRONG_CHECK, USCC, party, posted
from tests.factories import COUNTY, NEIGHBOUR_VILLAGE, OWN_TOWNSHIP, OWN_VILLAGE, place

pytestmark = pytest.mark.django_db
URL = "/disputes/new/"


@pytest.fixture
def window(client, clerk):
    """The clerk's browser."""
    client.force_login(clerk)
    return client


def submit(browser, **values):
    return browser.post(URL, posted(**values))


def told(response):
    """Messages of the page a redirect leads to."""
    from django.contrib.messages import get_messages

    return [str(message) for message in get_messages(response.wsgi_request)]


# ---- the page


def test_the_cursor_stands_in_the_number_and_the_place_is_the_clerks_own(window):
    page = window.get(URL).content.decode()
    number = re.search(r"<input[^>]*name=\"applicants-0-id_number\"[^>]*>", page)[0]
    assert "autofocus" in number
    assert f'name="division" value="{OWN_TOWNSHIP}"' in page


def in_sight(page):
    """The form without what is folded away."""
    form = page[page.index('<form class="panel intake"') : page.index('<details class="group-more intake-more"')]
    names = re.findall(r'<(?:input|select|textarea)[^>]*?name="([^"]+)"[^>]*>', form)
    hidden = set(re.findall(r'<input type="hidden" name="([^"]+)"', form)) - {"category", "division"}
    return [name for name in dict.fromkeys(names) if name not in hidden and not name.endswith("_text")], form


def test_at_most_twelve_fields_are_in_sight_and_six_are_marked_required(window):
    names, form = in_sight(window.get(URL).content.decode())
    assert names == [
        "applicants-0-id_number", "applicants-0-name", "applicants-0-phone", "source", "respondents-0-name",
        "respondents-0-phone", "category", "division", "risk", "summary", "willingness", "notice_form",
    ]  # fmt: skip
    assert form.count('class="req"') == 6


def test_what_is_folded_away_says_how_many(window):
    page = window.get(URL).content.decode()
    folded = page[page.index('<details class="group-more intake-more"') : page.index('<div class="savebar">')]
    folded = re.sub(r"<template.*?</template>", "", folded, flags=re.S)
    names = {n.removesuffix("_text") for n in re.findall(r'name="([^"]+)"', folded) if not n.endswith("_FORMS")}
    assert f"选填 {len(names)} 项" in folded


def test_a_county_clerk_has_no_place_filled_in(client, county_clerk):
    client.force_login(county_clerk)
    assert 'name="division" value=""' in client.get(URL).content.decode()


def test_a_village_worker_starts_from_their_village(client, village_worker):
    client.force_login(village_worker)
    assert f'name="division" value="{OWN_VILLAGE}"' in client.get(URL).content.decode()


def test_a_grid_officer_registers_what_the_round_found_and_cannot_accept(client, grid_officer):
    client.force_login(grid_officer)
    page = client.get(URL).content.decode()
    assert re.search(r'value="grid"[^>]* checked', page)
    assert "提交并受理" not in page


@pytest.mark.parametrize("who", ["mediator", "committee_head", "leader", "supervisor", "court_liaison", "system_admin"])
def test_others_read_whose_right_it_is(client, request, who):
    client.force_login(request.getfixturevalue(who))
    for method in (client.get, client.post):
        response = method(URL)
        assert response.status_code == 403
        assert "由窗口受理员、分流员、网格员、乡镇综治中心、村（社区）办理" in response.content.decode()


def test_the_rights_are_there_to_be_read_out(window):
    page = window.get(URL).content.decode()
    assert "不收取任何费用" in page and "人民调解法 第24条" in page and "可以向人民法院起诉" in page


def test_the_page_needs_few_queries(window, django_assert_max_num_queries):
    window.get(URL)
    with django_assert_max_num_queries(10):
        assert window.get(URL).status_code == 200


# ---- what a registration makes


def test_the_least_that_is_enough(window, clerk):
    response = submit(window)
    case = Dispute.objects.get()
    assert response.status_code == 302 and response.url == case.get_absolute_url()
    assert (case.status, case.division_id, case.registered_by, case.people_count) == (
        "registered",
        OWN_VILLAGE,
        clerk,
        2,
    )
    assert [(p.role, p.name, p.phone) for p in case.parties.order_by("role")] == [
        ("applicant", "李桂兰", "13800000001"), ("respondent", "赵建军", "13800000002"),
    ]  # fmt: skip
    assert case.notice_form == "oral" and case.notice_at
    assert f"{case.code} 已登记。" in told(response)


def test_submit_and_accept(window):
    response = submit(window, then="accept")
    case = Dispute.objects.get()
    assert case.status == Status.ACCEPTED
    assert list(case.events.order_by("number").values_list("name", flat=True)) == ["register", "accept"]
    assert f"{case.code} 已登记并受理。" in told(response)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"willingness": "consulting"}, "申请人还没有表示愿意调解"),
        ({"willingness": "unwilling"}, "申请人还没有表示愿意调解"),
        ({"respondents": [party(name="赵建军", refuses="on")]}, "有一方当事人明确拒绝调解，不得调解"),
    ],
)
def test_where_a_gate_is_closed_it_is_registered_and_the_gate_says_why(window, values, sentence):
    response = submit(window, then="accept", **values)
    assert Dispute.objects.get().status == Status.REGISTERED
    assert any(f"还没有受理：{sentence}" in message for message in told(response))


def test_submit_and_next(window):
    assert submit(window, then="next").url == URL


def test_submit_and_print(window):
    assert submit(window, then="receipt").url == f"/disputes/{Dispute.objects.get().code}/receipt/?print=1"


def test_several_on_each_side_persons_and_organisations(window):
    submit(
        window,
        applicants=[party(name="李桂兰", phone="无"), party(name="王建国", phone="0936-8212345")],
        respondents=[
            party(name="张掖市宏达建筑劳务有限公司", id_number=USCC.lower(), contact_name="孙经理"), party(name="钱老板"),
        ],
    )  # fmt: skip
    case = Dispute.objects.get()
    firm = case.parties.get(role="respondent", number=1)
    assert (firm.kind, firm.id_number, firm.id_is_checked, firm.contact_name) == ("organisation", USCC, True, "孙经理")
    assert (firm.sex, firm.birth_date, firm.id_kind) == ("", None, "")
    assert [p.number for p in case.parties.filter(role="applicant")] == [1, 2]
    assert case.people_count == 4


def test_a_row_left_blank_is_nobody(window):
    submit(window, respondents=[party(name="赵建军"), party(name="", phone="")])
    assert Dispute.objects.get().parties.filter(role="respondent").count() == 1


def test_no_phone_is_an_answer(window):
    submit(window, applicants=[party(name="李桂兰", phone="无")])
    applicant = Party.objects.get(role="applicant")
    assert (applicant.phone, applicant.phone_index) == ("", "")


@pytest.mark.parametrize("typed", ["138 0000 0001", "+86 13800000001", "１３８０００００００１"])
def test_a_phone_is_kept_in_one_form(window, typed):
    submit(window, applicants=[party(name="李桂兰", phone=typed)])
    assert Party.objects.get(role="applicant").phone == "13800000001"


# ---- documents


def applicant_with(window, **values):
    response = submit(window, applicants=[party(**{"name": "李桂兰", "phone": "无", **values})])
    assert response.status_code == 302, response.content.decode()
    return Party.objects.get(role="applicant"), told(response)


def test_sex_and_birth_follow_from_the_number_whatever_was_posted(window):
    who, _ = applicant_with(window, id_number=ID_APPLICANT, sex="male", birth_date="1999-01-01")
    assert (who.sex, f"{who.birth_date}", who.id_is_checked, who.id_kind) == ("female", "1968-05-12", True, "id_card")


def test_a_small_x_and_blanks_are_set_right(window):
    who, _ = applicant_with(window, id_number=" 110105 19491231 002x ")
    assert (who.id_number, who.id_is_checked) == ("11010519491231002X", True)


def test_a_wrong_check_digit_warns_and_is_kept_unchecked(window):
    who, messages = applicant_with(window, id_number=ID_WRONG_CHECK)
    assert (who.id_number, who.id_is_checked, f"{who.birth_date}") == (ID_WRONG_CHECK, False, "1968-05-12")
    assert any("李*兰：身份证号的校验位不对" in message for message in messages)


def test_no_region_code_is_ever_refused(window):
    from common.idnumbers import check_digit

    first17 = "99999919680512000"
    who, messages = applicant_with(window, id_number=first17 + check_digit(first17))
    assert who.id_is_checked and len(messages) == 1


def test_a_residence_permit_is_read_like_a_card(window):
    from common.idnumbers import check_digit

    first17 = "81000019850101000"
    who, _ = applicant_with(window, id_number=first17 + check_digit(first17), id_kind="hmt_permit")
    assert (who.id_kind, who.id_is_checked, f"{who.birth_date}") == ("hmt_permit", True, "1985-01-01")


def test_a_passport(window):
    who, _ = applicant_with(window, id_number="e12345678", id_kind="passport", sex="male")
    assert (who.id_number, who.id_kind, who.id_is_checked, who.sex) == ("E12345678", "passport", True, "male")


def test_no_document_with_its_reason(window):
    who, _ = applicant_with(window, id_kind="none", no_id_reason="遗失补办中")
    assert (who.id_kind, who.no_id_reason, who.id_number) == ("none", "遗失补办中", "")


def test_a_card_that_was_not_shown_is_not_the_same_as_none(window):
    who, _ = applicant_with(window)
    assert (who.id_kind, who.no_id_reason) == ("", "")


def test_no_number_may_be_said_in_a_word(window):
    who, _ = applicant_with(window, id_number="无")
    assert (who.id_number, who.id_kind) == ("", "")


def test_a_child_marks_the_case_and_keeps_the_guardian(window):
    who, _ = applicant_with(window, id_number=ID_CHILD, guardian_name="李桂兰")
    assert who.dispute.has_minor and who.guardian_name == "李桂兰"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("宏达公司", "organisation"), ("上秦镇徐赵寨村村民委员会", "organisation"), ("张掖农商银行", "organisation"),
     ("李建社", "person"), ("古丽·米热店", "person"), ("欧阳建设", "person"), ("王店", "person")],
)  # fmt: skip
def test_the_name_says_person_or_organisation_until_the_clerk_does(window, name, kind):
    submit(window, respondents=[party(name=name)])
    assert Party.objects.get(role="respondent").kind == kind


def test_the_clerk_has_the_last_word_on_the_kind(window):
    submit(window, respondents=[party(name="徐家饭店", kind="person")])
    assert Party.objects.get(role="respondent").kind == PartyKind.PERSON


def test_numbers_phones_and_addresses_lie_sealed_in_the_database(window):
    from django.db import connection

    submit(
        window, applicants=[party(name="李桂兰", id_number=ID_APPLICANT, phone="13800000001", address="徐赵寨村三社")]
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM disputes_party p WHERE role = 'applicant'")
        row = cursor.fetchone()[0]
    assert not any(plain in row for plain in (ID_APPLICANT, "13800000001", "三社"))


# ---- places


def test_a_forged_place_is_an_unknown_place(window):
    response = submit(window, division=NEIGHBOUR_VILLAGE)
    assert response.status_code == 422
    assert "没有找到这个地方" in response.content.decode()
    assert "党寨村：" not in response.content.decode() and not Dispute.objects.exists()


def test_a_county_clerk_registers_anywhere_in_the_county(client, county_clerk):
    client.force_login(county_clerk)
    assert submit(client, division=NEIGHBOUR_VILLAGE).status_code == 302


def test_a_place_one_works_for_in_another_role_is_no_place_to_register(client, clerk):
    from accounts.choices import Role
    from tests.factories import RoleHoldingFactory

    RoleHoldingFactory(user=clerk, role=Role.SUPERVISOR, at=COUNTY)
    client.force_login(clerk)
    assert submit(client, division=NEIGHBOUR_VILLAGE).status_code == 422


def test_without_script_place_and_kind_are_typed_by_name(window):
    submit(window, division=None, division_text="上秦镇 徐赵寨村", category=None, category_text="相邻排水、滴水")
    case = Dispute.objects.get()
    assert (case.division_id, case.category_id) == (OWN_VILLAGE, "0202")


def test_without_script_one_more_row_is_asked_from_the_server(window):
    page = window.post(URL, posted(add="respondents", summary="")).content.decode()
    assert 'name="respondents-1-name"' in page and 'value="李桂兰"' in page
    assert "有几处需要改" not in page and not Dispute.objects.exists()


# ---- days


def test_an_application_made_earlier_keeps_its_day(window):
    submit(window, applied_on="2026-01-05", happened_on="2026-01-04", noted="applied_on")
    case = Dispute.objects.get()
    assert (f"{case.applied_on}", f"{case.happened_on}") == ("2026-01-05", "2026-01-04")


def test_reporting_to_the_police_says_that_it_may_escalate(window):
    submit(window, police_told_at="2026-01-05 10:00", risk="high")
    case = Dispute.objects.get()
    assert case.may_escalate and case.police_told_at


# ---- choices beside duplicates


def test_what_the_clerk_said_of_possible_duplicates_travels_along(window, clerk):
    earlier, other = (lives.register(clerk, division=place(OWN_VILLAGE)) for _ in range(2))
    values = {f"link-{earlier.code}": "recurrence", f"link-{other.code}": "distinct"}
    window.post(URL, posted() | values)
    assert set(DisputeLink.objects.values_list("other__code", "kind")) == {
        (earlier.code, "recurrence"), (other.code, "distinct"),
    }  # fmt: skip


def test_a_case_out_of_sight_is_not_linked_and_not_admitted(window, neighbouring_clerk):
    foreign = lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    response = window.post(URL, posted() | {f"link-{foreign.code}": "recurrence", "link-GZ2099-000001": "nonsense"})
    assert response.status_code == 302 and not DisputeLink.objects.exists()


# ---- sent twice


def test_the_same_submission_again_leads_to_the_same_case(window):
    key = str(uuid.uuid4())
    first, second = submit(window, submission_key=key), submit(window, submission_key=key, summary="改过的话。")
    case = Dispute.objects.get()
    assert first.url == second.url == case.get_absolute_url()
    assert case.summary.startswith("两户院墙")
    assert any(f"已经提交为 {case.code}，没有再登记一件" in message for message in told(second))


def test_somebody_elses_key_is_refused_without_a_word_of_their_case(window, neighbouring_clerk):
    foreign = lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    response = submit(window, submission_key=str(foreign.submission_key))
    assert response.status_code == 422 and "提交标识已被使用" in response.content.decode()
    assert foreign.code not in response.content.decode()


def test_a_registration_costs_a_fixed_number_of_queries(window, django_assert_max_num_queries):
    submit(window)
    with django_assert_max_num_queries(41):
        assert submit(window, then="accept").status_code == 302


def test_nothing_is_left_when_the_last_write_fails(window, monkeypatch):
    from disputes.services import intake

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(intake.clocks, "advance", fail)
    window.raise_request_exception = False
    assert submit(window).status_code == 500
    assert not Dispute.objects.exists() and not Party.objects.exists()


def test_the_other_documents_number_is_not_the_applicants(window):
    response = submit(window, applicants=[party(name="李桂兰", phone="无", id_number=ID_OTHER)],
                      respondents=[party(name="赵建军", id_number=ID_OTHER)])  # fmt: skip
    assert "和申请人的证件号码相同" in response.content.decode()
