"""The sheet the applicant takes home."""

import re

import pytest
import time_machine

from disputes.choices import Status
from disputes.views.intake import NEXT_STEP
from tests.disputes import lives
from tests.factories import NEIGHBOUR_VILLAGE, OWN_TOWNSHIP, OWN_VILLAGE, OrganisationFactory, place

pytestmark = pytest.mark.django_db


def sheet(client, user, case, **query):
    client.force_login(user)
    response = client.get(f"/disputes/{case.code}/receipt/", query)
    assert response.status_code == 200
    return response.content.decode()


@time_machine.travel("2026-11-23 10:00 +0800", tick=False)
def test_what_stands_on_it(client, clerk, own_village):
    page = sheet(client, clerk, lives.register(clerk, division=own_village))
    for words in ("GZ2026-000001", "李*兰", "赵*军", "邻里 › 相邻排水、滴水", "上秦镇 徐赵寨村", "2026-11-23 10:00",
                  "决定是否受理", "11 月 24 日（周二）", "答复您是否受理", "陈晓梅", "0936-1234567（演示号码）", "选择或者接受调解员"):  # fmt: skip
        assert words in page, words
    assert "李桂兰" not in page and "13800000001" not in page and "622201" not in page


def test_the_square_says_the_code_and_whom_to_call(client, clerk, case):
    import segno

    page = sheet(client, clerk, case)
    text = f"甘州区综治中心 案件码 {case.code} 咨询电话 0936-1234567（演示号码）"
    drawn = re.search(r'<path[^>]* d="([^"]+)"', page)[1]
    again = segno.make(text, error="m", encoding="utf-8", micro=False).svg_inline(omitsize=True, border=2)
    assert drawn in again and "http" not in text
    assert "style=" not in page and "<script>" not in page


def test_the_townships_own_centre_is_named_with_its_phone(client, clerk, case):
    OrganisationFactory(code="T-SQ", name="上秦镇综治中心", kind="centre", division=place(OWN_TOWNSHIP), phone="0936-8111111",
                        address="上秦镇政府院内")  # fmt: skip
    page = sheet(client, clerk, case)
    assert "上秦镇综治中心" in page and "0936-8111111" in page and "上秦镇政府院内" in page


@pytest.mark.parametrize(
    ("will", "words"),
    [("consulting", "愿意调解时告诉我们"), ("unwilling", "可以申请仲裁、行政处理，或者向人民法院起诉")],
)
def test_who_does_not_want_to_mediate_is_promised_nothing(client, clerk, own_village, will, words):
    page = sheet(client, clerk, lives.register(clerk, division=own_village, willingness=will))
    assert words in page and "最迟" not in page


@pytest.mark.parametrize(
    "status", [Status.ACCEPTED, Status.ASSIGNED, Status.MEDIATING, Status.PERFORMING, Status.DECLINED]
)
def test_another_copy_later_says_what_is_next_now(client, clerk, case_in, status):
    assert NEXT_STEP[status] in sheet(client, clerk, case_in(status))


def test_every_state_has_its_next_step():
    assert set(NEXT_STEP) == set(Status)


def test_asked_for_paper_the_dialog_opens_by_itself(client, clerk, case):
    assert "data-print-now" in sheet(client, clerk, case, print="1")
    assert "data-print-now" not in sheet(client, clerk, case)


def test_the_next_one_is_registered_from_here(client, clerk, mediator, case_in):
    case = case_in(Status.MEDIATING)
    assert "登记下一件" in sheet(client, clerk, case)
    assert "登记下一件" not in sheet(client, mediator, case)


def test_a_neighbour_gets_404(client, neighbouring_clerk, case):
    client.force_login(neighbouring_clerk)
    assert client.get(f"/disputes/{case.code}/receipt/").status_code == 404


def test_few_queries(client, clerk, case, django_assert_max_num_queries):
    sheet(client, clerk, case)
    with django_assert_max_num_queries(7):
        client.get(f"/disputes/{case.code}/receipt/")


def test_the_neighbours_receipt_is_theirs(client, neighbouring_clerk, neighbour_township):
    case = lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    assert "党寨镇 党寨村" in sheet(client, neighbouring_clerk, case) and OWN_VILLAGE not in case.place_path
