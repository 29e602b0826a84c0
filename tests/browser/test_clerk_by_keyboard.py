"""The clerk of 上秦镇 at the window, by keyboard alone, with a Chinese input method switched on."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from disputes.models import Dispute, IntakeDraft
from tests.browser.hands import name_in_focus, option, sign_in
from tests.disputes import lives
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, place

NUMBER = "622201196805120002"
WRONG_NUMBER = "622201196805120003"


def pick(page, typed, label):
    """Pinyin initials, arrow keys to the row, Enter: it is chosen and the cursor is in the next field."""
    page.keyboard.type(typed)
    wanted = option(page, label)
    expect(wanted).to_be_visible()
    for _ in range(page.get_by_role("option").count()):
        if wanted.get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowDown")
    expect(wanted).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(wanted).to_have_count(0)


def write(page, field, text):
    """Text into the field the cursor is said to be in, and Enter."""
    assert name_in_focus(page) == field
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def fill_by_keyboard(page, number=NUMBER):
    expect(page.locator("[name=applicants-0-id_number]")).to_be_focused()
    write(page, "applicants-0-id_number", number)
    write(page, "applicants-0-name", "李桂兰")
    write(page, "applicants-0-phone", "13800000001")
    assert name_in_focus(page) == "source"
    page.keyboard.press("Enter")
    write(page, "respondents-0-name", "赵建军")
    write(page, "respondents-0-phone", "13800000002")
    assert name_in_focus(page) == "category_text"
    pick(page, "zjd", "宅基地边界")
    assert name_in_focus(page) == "division_text"
    pick(page, "xzz", "徐赵寨村")
    assert name_in_focus(page) == "risk"
    page.keyboard.press("Enter")
    assert name_in_focus(page) == "summary"
    page.keyboard.type("两户院墙滴水檐伸出，雨水冲刷菜地。")
    page.keyboard.press("Tab")
    assert name_in_focus(page) == "willingness"
    page.keyboard.press("Enter")
    assert name_in_focus(page) == "notice_form"
    page.keyboard.press("ArrowRight")  # 口头告知


def test_a_clerk_registers_without_the_mouse_and_hands_out_the_receipt(window, clerk):
    page = window().open("/accounts/login/")
    sign_in(page, clerk)
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/disputes/new/")
    fill_by_keyboard(page)
    facts = page.locator("[data-party=applicants-0] [data-id-facts]")
    expect(facts).to_contain_text(re.compile(r"女.*5\d ?岁"))
    page.keyboard.press("Control+s")
    expect(page.locator("[data-autosave-status]")).to_contain_text("已")
    assert IntakeDraft.objects.count() == 1
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/disputes/GZ\d{4}-\d{6}/$"))

    case = Dispute.objects.get()
    assert (case.status, case.division_id, case.category.name) == ("accepted", OWN_VILLAGE, "宅基地边界")
    one = case.applicants[0]
    assert (one.name, one.sex, str(one.birth_date), one.id_is_checked) == ("李桂兰", "female", "1968-05-12", True)
    assert not IntakeDraft.objects.exists()

    expect(page.locator(".toast-one", has_text=f"{case.code} 已登记并受理")).to_be_visible()
    page.get_by_role("link", name="回执").press("Enter")
    page.wait_for_url("**/receipt/")
    expect(page.locator(".sheet-a5")).to_contain_text(case.code)
    expect(page.locator(".sheet-a5 svg, .sheet-a5 img").first).to_be_visible()
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/disputes/new/")
    expect(page.locator("[name=applicants-0-id_number]")).to_be_focused()


def test_a_wrong_check_digit_warns_and_two_submits_make_one_case(window, clerk):
    watched = window(clerk)
    page = watched.open("/disputes/new/")
    fill_by_keyboard(page, WRONG_NUMBER)
    expect(page.locator("[data-party=applicants-0]").first).to_contain_text("末位校验不符")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    # Twice within one turn of the browser, as a bouncing key does.
    page.evaluate("""() => { for (let i = 0; i < 2; i += 1) document.activeElement.dispatchEvent(
        new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', keyCode: 13, ctrlKey: true, bubbles: true, cancelable: true})) }""")
    page.wait_for_url(re.compile(r"/disputes/GZ\d{4}-\d{6}/$"))
    expect(page.locator(".toast-one", has_text="核对后可以在案件页更正")).to_be_visible()
    assert [url for url in sent if url.endswith("/disputes/new/")] == [f"{watched.base}/disputes/new/"]
    case = Dispute.objects.get()
    assert case.applicants[0].id_is_checked is False

    # And past the script, as two windows do: the same submission is the same case.
    page.goto(watched.base + "/disputes/new/")
    fill_by_keyboard(page)
    answers = page.evaluate("""async () => {
      const body = () => { const data = new FormData(document.querySelector('#intake')); data.append('then', 'accept'); return data; };
      const both = await Promise.all([0, 1].map(() => fetch('/disputes/new/', {method: 'POST', body: body(), credentials: 'same-origin'})));
      document.querySelector('#intake').reset();
      return both.map(answer => answer.url);
    }""")
    assert len(set(answers)) == 1
    assert Dispute.objects.count() == 2


def test_an_earlier_case_is_shown_while_typing_and_one_elsewhere_only_as_a_fact(window, clerk, neighbouring_clerk):
    earlier = lives.register(clerk, division=place(OWN_VILLAGE))
    stranger = lives.register(
        neighbouring_clerk,
        division=place(NEIGHBOUR_VILLAGE),
        applicants=[{"kind": "person", "name": "邓玉梅", "phone": "13800000077"}],
    )
    page = window(clerk).open("/disputes/new/")
    panel = page.locator("[data-live='/disputes/new/check/']")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    write(page, "applicants-0-phone", "13800000001")
    expect(panel).to_contain_text(earlier.code)
    expect(panel).to_contain_text("电话")
    expect(panel).not_to_contain_text("李桂兰")  # masked there as everywhere
    panel.get_by_label("关联为反复").check()

    page.locator("[name=applicants-0-phone]").fill("13800000077")
    expect(panel).to_contain_text("其他地方有相同")
    expect(panel).not_to_contain_text(stranger.code)
    expect(panel).not_to_contain_text("邓")
    page.evaluate("document.querySelector('#intake').reset()")


def test_each_broken_field_has_its_sentence_and_the_rest_stays(window, clerk):
    page = window(clerk).open("/disputes/new/")
    expect(page.locator("[name=applicants-0-id_number]")).to_be_focused()
    write(page, "applicants-0-id_number", "62220119680512")
    write(page, "applicants-0-name", "13800000001")
    write(page, "applicants-0-phone", "138000")
    page.keyboard.press("Enter")
    write(page, "respondents-0-name", "赵建军")
    page.keyboard.press("Enter")
    page.locator("[name=category_text]").focus()
    page.keyboard.type("没有的类型")
    page.keyboard.press("Tab")
    page.locator("[name=division_text]").fill("没有的村")
    page.keyboard.press("Control+Enter")
    errors = page.locator(".errors")
    expect(errors).to_be_focused()
    lines = errors.locator("li")
    for field, sentence in {
        "身份证号": "位",
        "姓名": "没有文字",
        "电话": "11 位",
        "纠纷类型": "请",
        "发生地": "请",
        "简要情况": "请写简要情况",
    }.items():
        expect(lines.filter(has_text=re.compile(f"{field}.*：.*{sentence}"))).to_have_count(1)
    for name, value in {
        "applicants-0-id_number": "62220119680512",
        "applicants-0-name": "13800000001",
        "applicants-0-phone": "138000",
        "respondents-0-name": "赵建军",
        "category_text": "没有的类型",
        "division_text": "没有的村",
    }.items():
        expect(page.locator(f"[name={name}]")).to_have_value(re.compile(re.sub(r"(?<=\d)(?=\d)", " ?", value)))
    # The summary leads to the field, also by keyboard, and the field carries its own sentence.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=applicants-0-id_number]")).to_be_focused()
    described = page.locator("[name=applicants-0-id_number]").get_attribute("aria-describedby") or ""
    assert any("位" in page.locator(f"#{one}").inner_text() for one in described.split())
    assert Dispute.objects.count() == 0
    page.evaluate("document.querySelector('#intake').reset()")


#: The Enter that picks a candidate, as browsers report it: by the flag, by the old key code, or by both.
ENTER = """([flag, code]) => {
  const field = document.activeElement;
  field.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true, data: ''}));
  const enter = new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', isComposing: flag, keyCode: code, which: code, bubbles: true, cancelable: true});
  const untouched = field.dispatchEvent(enter);
  const ctrl = new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', ctrlKey: true, isComposing: flag, keyCode: code, bubbles: true, cancelable: true});
  const ctrlUntouched = field.dispatchEvent(ctrl);
  field.dispatchEvent(new CompositionEvent('compositionend', {bubbles: true, data: '李'}));
  return untouched && ctrlUntouched && field === document.activeElement;
}"""
#: flag, key code
WAYS = [(True, 229), (True, 13), (False, 229)]


def test_the_enter_that_picks_a_pinyin_candidate_does_nothing_else(window, clerk):
    page = window(clerk).open("/disputes/new/")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)

    page.locator("[name=applicants-0-name]").focus()
    for way in WAYS:
        assert page.evaluate(ENTER, way), way
        assert name_in_focus(page) == "applicants-0-name"

    # In the picker a row is marked already: the Enter of the input method must not take it.
    page.locator("[name=division_text]").focus()
    page.locator("[name=division_text]").fill("xzz")
    expect(option(page, "徐赵寨村")).to_have_attribute("aria-selected", "true")
    for way in WAYS:
        assert page.evaluate(ENTER, way), way
        assert name_in_focus(page) == "division_text"
        expect(page.locator("[name=division]")).to_have_value("")
        expect(option(page, "徐赵寨村")).to_be_visible()
    page.keyboard.press("Enter")  # and the next, ordinary Enter does
    expect(page.locator("[name=division]")).to_have_value(OWN_VILLAGE)

    # A real composition, through the browser's own input method interface.
    page.locator("[name=respondents-0-name]").focus()
    wire = page.context.new_cdp_session(page)
    wire.send("Input.imeSetComposition", {"text": "zhao", "selectionStart": 4, "selectionEnd": 4})
    key = {"windowsVirtualKeyCode": 229, "key": "Enter", "code": "Enter"}
    wire.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    wire.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    assert name_in_focus(page) == "respondents-0-name"
    wire.send("Input.insertText", {"text": "赵建军"})
    expect(page.locator("[name=respondents-0-name]")).to_have_value("赵建军")
    assert name_in_focus(page) == "respondents-0-name"
    page.keyboard.press("Enter")
    assert name_in_focus(page) == "respondents-0-phone"

    assert not sent
    assert Dispute.objects.count() == 0
    page.evaluate("document.querySelector('#intake').reset()")


def test_accepting_asks_for_the_notice_of_rights_in_place(window, clerk):
    page = window(clerk).open("/disputes/new/")
    fill_by_keyboard(page)
    page.keyboard.press("ArrowLeft")  # 尚未告知
    page.keyboard.press("Control+Enter")
    asked = page.locator(".errors-soft")
    expect(asked).to_be_focused()
    expect(asked).to_contain_text("不能派单，也不能记录调解")
    assert not Dispute.objects.exists()
    asked.get_by_role("button", name="已口头告知").click()
    page.wait_for_url(re.compile(r"/disputes/GZ\d{4}-\d{6}/$"))
    case = Dispute.objects.get()
    assert (case.status, case.notice_form) == ("accepted", "oral")
