"""The mediator's commonest day, at 390 px: take the case, record one sentence, settle in writing, have it signed."""

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
