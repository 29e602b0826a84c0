"""Broken input of each field: its sentence beside it and on top, and everything typed still there."""

import html
import re

import pytest
from django.utils import timezone

from disputes.models import Dispute
from tests.disputes.intake_forms import ID_APPLICANT, party, posted

pytestmark = pytest.mark.django_db
URL = "/disputes/new/"

A, R = "applicants-0-", "respondents-0-"
#: Field, what is typed there, what is read there.  ``None`` leaves the field out of the submission.
BROKEN = [
    ("submission_key", None, "登记页已失效，请重新打开。"),
    ("submission_key", "x", "登记页已失效，请重新打开。"),
    (f"{A}name", "", "请填写申请人的姓名。"),
    (f"{A}name", "   ", "请填写申请人的姓名。"),
    (f"{A}name", "13800000001", "姓名或名称里没有文字，请核对是不是填错了格。"),
    (f"{A}name", "李" * 101, "最多 100 个字，现在 101 个，请精简。"),
    (f"{A}phone", "", "请填写联系电话；没有电话的填“无”。"),
    (f"{A}phone", "1380000", "手机号应为 11 位，现在是 7 位，请核对。"),
    (f"{A}phone", "12345", "12345 是服务短号，不能作为联系电话"),
    (f"{A}phone", "打给他儿子", "联系电话只能是数字"),
    (f"{A}id_number", ID_APPLICANT[:-1], "身份证号应为 18 位，现在是 17 位，请核对。"),
    (f"{A}id_number", "62220119680512000A", "前 17 位应为数字，最后一位为数字或 X"),
    (f"{A}id_number", "622201680512000", "15 位旧身份证号已停用"),
    (f"{A}birth_date", "去年的某天", "看不懂这个日期"),
    (f"{A}birth_date", "2199-01-01", "出生日期不能晚于今天。"),
    (f"{A}sex", "x", "x"),
    (f"{A}kind", "robot", "robot"),
    (f"{A}id_kind", "library_card", "library_card"),
    (f"{A}address", "村" * 201, "200"),
    (f"{A}guardian_name", "李" * 51, "50"),
    (f"{R}name", "", "请填写对方的姓名或者单位名称。"),
    (f"{R}phone", "0936", "电话号码不完整"),
    (f"{R}id_number", "123", "身份证号应为 18 位，现在是 3 位"),
    ("source", "", "请选择来源。"),
    ("source", "rumour", "请从列出的来源中选择。"),
    ("category", "", "请选择纠纷类型。"),
    ("category", "外星纠纷", "没有找到这个纠纷类型"),
    ("division", "", "请选择发生地。"),
    ("division", "不存在村", "没有找到这个地方"),
    ("division", "620702107203", "没有找到这个地方"),
    ("category", "\x00", "没有找到这个纠纷类型"),
    ("division", "\x00", "没有找到这个地方"),
    ("risk", "", "请选择风险程度。"),
    ("risk", "deadly", "请从列出的风险程度中选择。"),
    ("summary", "", "请写简要情况，一两句即可。"),
    ("summary", "\n  \n", "请写简要情况，一两句即可。"),
    ("summary", "字" * 2001, "2000"),
    ("summary", "有\x00空字符", "空字符"),
    ("willingness", "", "请选择申请人意愿。"),
    ("notice_form", "telepathic", "请从列出的权利义务告知中选择。"),
    ("application_form", "sung", "请从列出的申请方式中选择。"),
    ("place_detail", "楼" * 101, "100"),
    ("happened_on", "那天", "看不懂这个日期"),
    ("happened_on", "2199-01-01", "发生日期不能晚于今天。"),
    ("applied_on", "明天", "申请日期不能晚于今天。"),
    ("applied_on", "1926-11-23", "申请日期早于人民调解法施行之日（2011-01-01），请核对年份。"),
    ("people_count", "若干", "涉及人数请写整数。"),
    ("people_count", "0", "涉及人数至少 1 人。"),
    ("people_count", "1", "已经填写了 2 位当事人，涉及人数不能少于 2 人。"),
    ("people_count", "1000000", "涉及人数过大，请核对。"),
    ("amount", "很多", "金额请写数字"),
    ("amount", "-5", "金额不能是负数。"),
    ("amount", "9" * 15, "金额过大"),
    ("amount", "1.234", "金额最多写到分。"),
    ("source_organisation", "999999", "没有找到这个机构"),
    ("source_number", "号" * 61, "60"),
    ("claim", "字" * 1001, "1000"),
    ("police_told_at", "刚才吧", "看不懂这个时间"),
    ("police_told_at", "2199-01-01 08:00", "报告时间不能晚于现在。"),
]


@pytest.fixture
def window(client, clerk):
    client.force_login(clerk)
    return client


def texts(page):
    """What the summary on top says, and what stands beside each field, without markup."""
    plain = lambda part: html.unescape(re.sub(r"<[^>]+>", "", part))  # noqa: E731
    top = page[page.index('<div class="errors"') :]
    top = top[: top.index("</ul>")]
    beside = {
        name: plain(words)
        for name, words in re.findall(r'class="field-error" id="id_([^"]+)-error">(.*?)</p>', page, re.S)
    }
    return plain(top), beside


@pytest.mark.parametrize(("field", "typed", "sentence"), BROKEN)
def test_each_field_says_what_is_wrong_with_it(window, field, typed, sentence):
    response = window.post(URL, {k: v for k, v in (posted() | {field: typed}).items() if v is not None})
    page = response.content.decode()
    assert response.status_code == 422 and not Dispute.objects.exists()
    top, beside = texts(page)
    assert sentence in top
    if field != "submission_key":
        assert sentence in beside[field]
        assert set(beside) == {field}, "one mistake, one complaint"
        assert f'href="#id_{field}' in page, "the summary leads to the field"
    assert 'value="李桂兰"' in page or field == f"{A}name"
    assert 'value="13800000002"' in page or field == f"{R}phone"
    assert "两户院墙滴水檐伸出" in page or field == "summary"
    assert 'name="division" value="620702101207"' in page or field == "division"


def test_what_was_typed_wrong_is_there_to_be_put_right(window):
    page = window.post(
        URL, posted() | {f"{A}phone": "1380000", "applied_on": "明天", "amount": "很多"}
    ).content.decode()
    assert all(f'value="{typed}"' in page for typed in ("1380000", "明天", "很多"))


def test_an_error_further_down_opens_what_is_folded_away(window):
    page = window.post(URL, posted() | {"amount": "很多"}).content.decode()
    assert '<details class="group-more intake-more" open>' in page


def test_what_happened_after_the_application_cannot_be_its_cause(window):
    page = window.post(URL, posted(applied_on="2026-01-05", happened_on="2026-01-06")).content.decode()
    assert "发生日期不能晚于申请日期（2026-01-05）。" in texts(page)[1]["happened_on"]


def test_an_application_of_today_is_the_latest(window):
    assert window.post(URL, posted(applied_on=f"{timezone.localdate():%Y%m%d}")).status_code == 302


def test_no_document_needs_its_reason(window):
    page = window.post(URL, posted(applicants=[party(name="李桂兰", phone="无", id_kind="none")])).content.decode()
    assert texts(page)[1] == {f"{A}no_id_reason": "没有证件的，请注明原因。"}


def test_no_document_has_no_number(window):
    rows = [party(name="李桂兰", phone="无", id_kind="none", id_number=ID_APPLICANT, no_id_reason="遗失")]
    page = window.post(URL, posted(applicants=rows)).content.decode()
    assert texts(page)[1] == {f"{A}id_number": "选择了“无证件”，证件号码请留空。"}


def test_another_document_needs_its_number(window):
    page = window.post(URL, posted(applicants=[party(name="李桂兰", phone="无", id_kind="passport")])).content.decode()
    assert "请填写证件号码" in texts(page)[1][f"{A}id_number"]


def test_an_organisations_code_that_cannot_be_one(window):
    page = window.post(URL, posted(respondents=[party(name="宏达公司", id_number="9135")])).content.decode()
    assert "统一社会信用代码应为 18 位，现在是 4 位" in texts(page)[1][f"{R}id_number"]


def test_an_organisations_code_with_a_slip_warns_only(window):
    response = window.post(URL, posted(respondents=[party(name="宏达公司", id_number="91350100M000100Y44")]))
    assert response.status_code == 302
    firm = Dispute.objects.get().respondents[0]
    assert (firm.id_number, firm.id_is_checked) == ("91350100M000100Y44", False)


def test_a_further_row_says_which_one_it_is_and_keeps_what_was_typed(window):
    rows = [party(name="李桂兰", phone="无"), party(name="王建国", phone="0936", address="徐赵寨村三社")]
    response = window.post(URL, posted(applicants=rows))
    page = response.content.decode()
    assert response.status_code == 422
    top, beside = texts(page)
    assert "第 2 位电话：" in top and "电话号码不完整" in beside["applicants-1-phone"]
    assert 'value="王建国"' in page and 'value="徐赵寨村三社"' in page


def test_the_same_number_on_both_sides(window):
    rows = {"applicants": [party(name="李桂兰", phone="无", id_number=ID_APPLICANT)],
            "respondents": [party(name="赵建军", id_number=ID_APPLICANT)]}  # fmt: skip
    assert (
        texts(window.post(URL, posted(**rows)).content.decode())[1][f"{R}id_number"]
        == "和申请人的证件号码相同，请核对。"
    )


def test_a_hundred_people_a_side_and_no_more(window):
    many = [party(name=f"王建国{'甲乙丙丁'[n % 4]}", phone="无") for n in range(101)]
    response = window.post(URL, posted(applicants=many))
    assert response.status_code == 422 and "一次最多登记 100 位" in response.content.decode()


@pytest.mark.parametrize("total", ["", "x", "99999999999999999999"])
def test_a_page_that_was_tampered_with_is_refused_in_words(window, total):
    response = window.post(URL, posted() | {"applicants-TOTAL_FORMS": total})
    assert response.status_code == 422
    assert "请重新打开登记页" in response.content.decode() or "100" in response.content.decode()


def test_several_mistakes_are_listed_in_the_order_of_the_page(window):
    page = window.post(URL, posted(summary="", category="") | {f"{A}name": "", f"{R}name": ""}).content.decode()
    top, _ = texts(page)
    places = [top.index(words) for words in ("申请人的姓名", "对方的姓名", "纠纷类型", "简要情况")]
    assert places == sorted(places)


def test_the_panels_are_drawn_with_the_page(window, clerk, own_village):
    from tests.disputes import lives

    earlier = lives.register(clerk, division=own_village)
    page = window.post(URL, posted(summary="") | {f"link-{earlier.code}": "distinct"}).content.decode()
    assert re.search(rf'name="link-{earlier.code}" value="distinct" form="intake" checked', page)
    assert "受理期限" in page


def test_markup_comes_back_as_text(window):
    page = window.post(URL, posted(summary="", claim="<script>alert(1)</script>")).content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"summary": ""}, "有 1 处需要改"),
        ({"summary": "", "category": "", "people_count": "很多"}, "有 3 处需要改"),
        ({"summary": "", "applicants": [party(name="", phone="")]}, "有 3 处需要改"),
    ],
)
def test_the_heading_counts_the_faults(window, values, said):
    assert said in window.post(URL, posted(**values)).content.decode()
