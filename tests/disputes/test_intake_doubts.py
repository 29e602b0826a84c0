"""Unlikely input is pointed out once and never refused; acceptance asks for the notice of rights, and can do without."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from disputes.choices import Status
from disputes.models import Dispute
from tests.disputes.intake_forms import party, posted
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db
URL = "/disputes/new/"

APPLICANT = {"phone": "13800000001"}
OLD = f"{timezone.localdate() - dt.timedelta(days=31):%Y-%m-%d}"
RECENT = f"{timezone.localdate() - dt.timedelta(days=30):%Y-%m-%d}"


@pytest.fixture
def window(clerk):
    return signed_in(clerk)


def again(response):
    """The page as it came back, submitted a second time."""
    noted = re.search(r'name="noted" value="([^"]*)"', response.content.decode())[1]
    return {"noted": noted}


UNLIKELY = [
    ({"applicants": [party(name="李桂兰2", **APPLICANT)]}, "applicants-0-name", "姓名里有数字"),
    ({"respondents": [party(name="赵" * 21)]}, "respondents-0-name", "姓名有 21 个字"),
    ({"applicants": [party(name="李桂兰", **APPLICANT), party(name="王5", phone="无")]}, "applicants-1-name", "姓名里有数字"),
    ({"summary": "吵架了"}, "summary", "简要情况只有 3 个字"),
    ({"applied_on": OLD}, "applied_on", "申请日期在 31 天以前"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "field", "sentence"), UNLIKELY)
def test_it_is_pointed_out_beside_the_field_and_a_second_submit_goes_on(window, values, field, sentence):
    data = posted(**values)
    first = window.post(URL, data)
    assert first.status_code == 422 and not Dispute.objects.exists()
    tree = tree_of(first)
    beside = find(tree, f"p#id_{field}-doubt")[0]
    assert sentence in words(beside)
    assert f"id_{field}-doubt" in tree.xpath(f"//*[@name='{field}']/@aria-describedby")[0]
    assert "有 1 处请再看一眼" in words(find(tree, "div.errors-soft")[0])
    assert "处需要改" not in first.content.decode()
    assert window.post(URL, data | again(first)).status_code == 302
    assert Dispute.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"respondents": [party(name="甘州区第2建筑工程有限公司")]},
        {"respondents": [party(name="古丽·阿依努尔")]},
        {"respondents": [party(name="赵" * 20)]},
        {"summary": "两家吵架了"},
        {"applied_on": RECENT},
    ],
)  # fmt: skip
def test_what_is_usual_is_let_pass(window, values):
    assert window.post(URL, posted(**values)).status_code == 302


def test_another_doubt_on_the_second_submit_is_pointed_out_too(window):
    data = posted(summary="吵架了")
    noted = again(window.post(URL, data))
    assert window.post(URL, data | noted | {"applied_on": OLD}).status_code == 422
    assert not Dispute.objects.exists()


def test_a_fault_comes_before_any_doubt(window):
    page = window.post(URL, posted(summary="吵架了", category="")).content.decode()
    assert "有 1 处需要改" in page and "请再看一眼" not in page


def test_a_name_of_a_hundred_characters_is_registered_and_shown(window):
    data = posted(respondents=[party(name="赵" * 100)])
    case_page = window.post(URL, data | again(window.post(URL, data)), follow=True)
    assert case_page.status_code == 200
    assert Dispute.objects.get().respondents[0].name == "赵" * 100
    assert window.get("/disputes/?tab=all").status_code == 200


# ---- the notice of rights


def test_submit_and_accept_asks_for_the_notice_and_says_what_is_blocked(window):
    data = posted(then="accept", notice_form="")
    page = window.post(URL, data)
    assert page.status_code == 422 and not Dispute.objects.exists()
    box = find(tree_of(page), "div.errors-soft")[0]
    assert "不能派单，也不能记录调解" in words(box)
    assert [button.get("value") for button in find(box, "button")] == ["accept-oral", "accept-written", "accept"]


@pytest.mark.parametrize("form", ["oral", "written"])
def test_one_press_answers_and_accepts(window, form):
    noted = again(window.post(URL, posted(then="accept", notice_form="")))
    window.post(URL, posted(then=f"accept-{form}", notice_form="") | noted)
    case = Dispute.objects.get()
    assert (case.status, case.notice_form) == (Status.ACCEPTED, form) and case.notice_at


def test_it_is_accepted_without_and_the_page_says_what_is_then_blocked(window):
    data = posted(then="accept", notice_form="")
    response = window.post(URL, data | again(window.post(URL, data)), follow=True)
    case = Dispute.objects.get()
    assert (case.status, case.notice_form) == (Status.ACCEPTED, "")
    assert "告知以前不能派单，也不能记录调解" in response.content.decode()


@pytest.mark.parametrize("values", [{"then": "register"}, {"then": "accept", "willingness": "consulting"}])
def test_only_acceptance_asks(window, values):
    assert window.post(URL, posted(notice_form="", **values)).status_code == 302


def test_the_form_of_acceptance_on_the_case_page_says_it_too(clerk, case):
    Dispute.objects.filter(pk=case.pk).update(notice_form="")
    tree = tree_of(signed_in(clerk).get(f"/disputes/{case.code}/accept/"))
    asked = find(tree, "fieldset#id_notice_form")[0]
    assert "告知以前不能派单、不能记录调解" in words(asked)
    assert [one.get("value") for one in find(asked, "input[type=radio]")] == ["oral", "written"]
