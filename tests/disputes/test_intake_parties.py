"""Correcting a party without being shown who they are, and adding one."""

import pytest

from disputes.choices import Status
from disputes.models import Dispute, Party
from tests.disputes import lives
from tests.disputes.intake_forms import ID_APPLICANT, ID_CHILD, ID_OTHER, USCC

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def applicant(case):
    return case.parties.get(role="applicant")


def amend_url(party):
    return f"/disputes/{party.dispute.code}/parties/{party.uid}/amend/"


def add_url(case):
    return f"/disputes/{case.code}/parties/add/"


def amend(browser, party, **values):
    data = {"kind": "person", "id_kind": party.id_kind or "id_card", "sex": party.sex, "reason": "核对证件后更正",
            "no_id_reason": party.no_id_reason, "version": version_of(party.dispute)} | values  # fmt: skip
    response = browser.post(amend_url(party), data)
    party.refresh_from_db()
    return response


def version_of(case):
    return type(case).objects.values_list("version", flat=True).get(pk=case.pk)


def last_text(case):
    return case.events.order_by("-number").first().text


# ---- correcting


def test_the_page_shows_masks_only(window, applicant):
    page = window.get(amend_url(applicant)).content.decode()
    assert "李*兰" in page and "138****0001" in page and "622***********0002" in page
    assert not any(plain in page for plain in ("李桂兰", "13800000001", ID_APPLICANT, "1968"))


def test_what_is_left_blank_stays(window, applicant):
    assert amend(window, applicant, address="徐赵寨村三社").status_code == 302
    assert (applicant.name, applicant.phone, applicant.id_number) == ("李桂兰", "13800000001", ID_APPLICANT)
    assert (applicant.id_is_checked, applicant.address) == (True, "徐赵寨村三社")


def test_a_new_phone_is_found_by_it(window, applicant):
    amend(window, applicant, phone="139 0000 0009")
    from common.crypto import blind_index

    assert applicant.phone == "13900000009" and applicant.phone_index == blind_index("party.phone", "13900000009")


def test_a_new_number_brings_its_sex_and_birth(window, applicant):
    amend(window, applicant, id_number=ID_OTHER, sex="female")
    assert (applicant.id_number, applicant.sex, f"{applicant.birth_date}") == (ID_OTHER, "female", "1985-12-30")
    amend(window, applicant, id_number=ID_CHILD, guardian_name="李桂兰")
    assert Dispute.objects.get().has_minor


def test_none_takes_it_out(window, applicant):
    amend(window, applicant, phone="无")
    assert (applicant.phone, applicant.phone_index) == ("", "")
    amend(window, applicant, id_kind="none", no_id_reason="证件作废")
    assert (applicant.id_number, applicant.id_kind, applicant.no_id_reason) == ("", "none", "证件作废")


def test_a_person_turns_out_to_be_an_organisation(window, case):
    other = case.parties.get(role="respondent")
    amend(window, other, kind="organisation", name="赵建军农机合作社", id_number=USCC)
    assert (other.kind, other.name, other.id_number, other.id_is_checked) == (
        "organisation",
        "赵建军农机合作社",
        USCC,
        True,
    )


def test_the_timeline_says_that_it_changed_but_not_who_it_is(window, case, applicant):
    amend(window, applicant, name="李桂芳", phone="13900000009", id_number=ID_OTHER, guardian_name="赵永福")
    text = last_text(case)
    assert "李*兰" in text and "李*芳" in text and "更正证件号码" in text and "核对证件后更正" in text
    assert not any(plain in text for plain in ("李桂", "13900000009", ID_OTHER, "赵永福", "1985", "1968"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"reason": ""}, "请写明理由"),
        ({"phone": "0936"}, "电话号码不完整"),
        ({"id_number": "62220119680512"}, "身份证号应为 18 位"),
        ({"birth_date": "2199-01-01"}, "出生日期不能晚于今天。"),
        ({"id_kind": "none"}, "没有证件的，请注明原因。"),
        ({"name": "123"}, "姓名或名称里没有文字"),
        ({}, "没有需要更正的内容。"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(window, applicant, values, sentence):
    response = amend(window, applicant, **values)
    assert response.status_code == 422 and sentence in response.content.decode()
    assert Dispute.objects.get().version == 1


def test_what_was_typed_stays_when_refused(window, applicant):
    page = amend(window, applicant, phone="0936", address="徐赵寨村三社").content.decode()
    assert 'value="0936"' in page and 'value="徐赵寨村三社"' in page


def test_somebody_was_faster(window, applicant, clerk):
    lives.do(applicant.dispute, "accept", clerk)
    response = amend(window, applicant, phone="13900000009", version="1")
    assert response.status_code == 409 and "陈晓梅" in response.content.decode()
    assert applicant.phone == "13800000001" and 'value="13900000009"' in response.content.decode()


def test_the_case_page_leads_here(window, case, applicant):
    page = window.get(case.get_absolute_url()).content.decode()
    assert amend_url(applicant) in page and add_url(case) in page


# ---- adding


def add(browser, case, **values):
    data = {"role": "respondent", "name": "钱老板", "kind": "", "id_kind": "id_card", "reason": "当事人补充",
            "version": version_of(case)} | values  # fmt: skip
    return browser.post(add_url(case), data)


def test_one_more(window, case):
    assert add(window, case, phone="13900000009").url == case.get_absolute_url()
    added = Party.objects.get(name="钱老板")
    assert (added.role, added.number, added.phone) == ("respondent", 2, "13900000009")
    assert "增加被申请人 2" in last_text(case) and "钱老板" not in last_text(case)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"role": ""}, "请选择是哪一方。"), ({"name": ""}, "请填写姓名或者单位名称。"), ({"reason": ""}, "请写明理由"),
     ({"phone": "0936"}, "电话号码不完整"), ({"id_kind": "passport"}, "请填写证件号码")],
)  # fmt: skip
def test_what_is_missing_is_said(window, case, values, sentence):
    response = add(window, case, **values)
    assert response.status_code == 422 and sentence in response.content.decode()
    assert case.parties.count() == 2


# ---- who may


def test_a_neighbour_gets_404(client, neighbouring_clerk, case, applicant):
    client.force_login(neighbouring_clerk)
    for url in (amend_url(applicant), add_url(case)):
        assert client.get(url).status_code == client.post(url).status_code == 404


@pytest.mark.parametrize("who", ["supervisor", "leader", "justice", "grid_officer"])
def test_who_only_looks_on_is_told_whose_right_it_is(client, request, case, applicant, who):
    client.force_login(request.getfixturevalue(who))
    for url in (amend_url(applicant), add_url(case)):
        assert client.get(url).status_code == client.post(url).status_code == 403


def test_a_filed_case_is_corrected_no_more(window, case_in):
    case = case_in(Status.ARCHIVED)
    assert window.get(add_url(case)).status_code == 409


def test_a_party_of_another_case(window, clerk, case, own_village):
    other = lives.register(clerk, division=own_village).parties.first()
    assert window.get(f"/disputes/{case.code}/parties/{other.uid}/amend/").status_code == 404


def test_few_queries(window, applicant, django_assert_max_num_queries):
    window.get(amend_url(applicant))
    with django_assert_max_num_queries(12):
        window.get(amend_url(applicant))
