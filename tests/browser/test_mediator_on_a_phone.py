"""The mediator's commonest day, at 390 px: take the case, record one sentence, settle in writing, have it signed."""

import re

from playwright.sync_api import expect

from disputes.choices import Status
from tests.browser.conftest import PHONE
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place


def test_a_mediator_takes_records_and_settles(window, clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    case = lives.bring(case, Status.ASSIGNED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    page = window(mediator, PHONE).open(f"/disputes/{case.code}/")

    page.locator(".actbar .btn-primary", has_text="接收").click()
    page.get_by_role("button", name="接收").click()
    page.wait_for_url(f"**/disputes/{case.code}/")

    page.locator(".actbar .btn-primary", has_text="记录调解").click()
    page.get_by_label("调解情况").fill("双方同意改造屋檐，赔偿菜苗八百元。")
    page.get_by_role("button", name="保存记录").click()
    page.wait_for_url(f"**/disputes/{case.code}/")

    page.get_by_role("link", name="达成书面协议").click()
    page.get_by_label("协议内容").fill("赵建军三日内改造屋檐，并赔偿菜苗损失。")
    page.get_by_label("义务人").select_option(index=2)
    page.locator("[name=obligations-0-what]").fill("赔偿菜苗损失")
    page.locator("[name=obligations-0-amount]").fill("800元")
    page.locator("[name=obligations-0-due_on]").fill("明天")
    page.get_by_role("button", name="达成书面协议").click()
    page.wait_for_url(f"**/disputes/{case.code}/")

    page.locator(".actbar .btn-primary", has_text="签章生效").click()
    for mark in ("signatures-0-signed", "signatures-1-signed", "mediator_signed", "sealed"):
        page.locator(f"[name={mark}]").check()
    page.get_by_role("button", name="签章生效").click()
    page.wait_for_url(f"**/disputes/{case.code}/")

    case.refresh_from_db()
    assert case.status == Status.PERFORMING
    assert case.current_agreement.obligations.get().amount == 800


def test_what_is_missing_is_said_and_what_was_typed_stays(window, clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    page = window(mediator, PHONE).open(f"/disputes/{case.code}/settle/")
    page.get_by_label("协议内容").fill("赔偿损失。")
    page.locator("[name=obligations-0-what]").fill("赔偿菜苗损失")
    page.get_by_role("button", name="达成书面协议").click()
    page.get_by_text("请填写履行期限。").first.wait_for()
    page.get_by_text("给付金钱须写明金额。").first.wait_for()
    assert page.get_by_label("协议内容").input_value() == "赔偿损失。"
    assert page.locator("[name=obligations-0-what]").input_value() == "赔偿菜苗损失"


def test_a_record_takes_three_taps_and_one_sentence(window, clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    page = window(mediator, PHONE).open("/desk/")
    page.get_by_role("link", name=f"记录调解 {case.code}").tap()
    sentence = page.get_by_label("调解情况")
    sentence.tap()
    page.keyboard.insert_text("双方约定周五到现场丈量。")
    save = page.get_by_role("button", name="保存记录")
    expect(save).to_be_in_viewport()
    save.tap()
    page.wait_for_url(f"**/disputes/{case.code}/")
    case.refresh_from_db()
    assert case.session_count == 2


def test_a_party_is_called_with_two_taps(window, clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    watched = window(mediator, PHONE)
    page = watched.open(f"/disputes/{case.code}/")
    page.locator(".actbar a", has_text="电话").tap()
    call = page.locator("form[data-call] button").first
    expect(call).to_be_in_viewport()
    with page.expect_response(lambda answer: "/reveal/" in answer.url) as told:
        call.tap()
    assert told.value.json()["values"] == {"phone": "13800000001"}
    watched.problems[:] = [one for one in watched.problems if "tel:" not in one]  # no telephone in this browser


def test_what_can_be_done_stands_above_what_was_done(window, clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    page = window(mediator, PHONE).open(f"/disputes/{case.code}/")
    tops = [page.locator(where).bounding_box()["y"] for where in ("#parties", "#actions", "#timeline-t")]
    assert tops == sorted(tops)
    page.locator(".actbar a", has_text="更多").tap()
    expect(page.locator("#actions")).to_be_in_viewport()


def test_the_boxes_of_a_step_are_as_large_as_a_finger(window, clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    page = window(mediator, PHONE).open(f"/disputes/{case.code}/fail/")
    heights = page.locator(".checks label").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert len(heights) == 6 and min(heights) >= 44
    page = window(mediator).open(f"/disputes/{case.code}/fail/")
    heights = page.locator(".checks label").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 24


def test_clauses_are_written_on_the_page_and_may_be_changed(window, clerk, dispatcher, mediator):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    page = window(mediator, PHONE).open(f"/disputes/{case.code}/settle/")
    page.get_by_label("义务人").select_option(index=2)
    page.locator("[name=obligations-0-what]").fill("赔偿菜苗损失")
    page.locator("[name=obligations-0-amount]").fill("800")
    page.locator("[name=obligations-0-due_on]").fill("明天")
    page.get_by_role("button", name="由义务生成协议内容").tap()
    content = page.locator("[name=content]")
    expect(content).to_have_value(re.compile(r"^1\. 被申请人于 .*前给付 800\.00 元（赔偿菜苗损失）。$"))
    content.fill(f"{content.input_value()}\n2. 双方互不再追究。")
    page.get_by_role("button", name="达成书面协议").last.tap()
    page.wait_for_url(f"**/disputes/{case.code}/")
    assert case.agreements.get().content.endswith("2. 双方互不再追究。")
