"""On a phone: the count beside 消息, the way to the matter, and the count afterwards."""

from playwright.sync_api import expect

from notices import services
from tests.browser.conftest import PHONE
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place


def tell(person, case, event):
    services.post(
        f"escalation:{event}", [person], kind="clock.red", title=f"红牌：{case.code} 受理超期", url=f"/disputes/{case.code}/",
        subject=f"dispute:{case.pk}/clock:{event}",
    )  # fmt: skip


def test_a_message_is_opened_read_and_counted_no_more(window, clerk):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    tell(clerk, case, 1)
    tell(clerk, case, 2)
    page = window(clerk, PHONE).open("/desk/")

    bar = page.get_by_role("navigation", name="底部导航")
    link = bar.get_by_role("link", name="消息")
    expect(link.locator(".dot")).to_have_text("2")
    expect(page.get_by_role("banner").get_by_role("link", name="消息").locator(".dot")).to_have_text("2")
    link.click()

    expect(page.get_by_role("heading", name="消息", level=1)).to_be_visible()
    expect(page.locator(".msg.is-unread")).to_have_count(2)
    page.locator(".msg").first.get_by_role("link", name="去办理").click()
    page.wait_for_url(f"**/disputes/{case.code}/")

    page.go_back()
    page.reload()
    expect(page.locator(".msg")).to_have_count(2)  # read is not done
    expect(page.locator(".msg.is-unread")).to_have_count(1)
    expect(bar.locator(".dot").last).to_have_text("1")

    page.get_by_role("button", name="全部标为已读").click()
    expect(page.locator(".toast-one", has_text="已把 1 条标为已读")).to_be_visible()
    expect(link.locator(".dot")).to_have_count(0)

    services.settle(f"dispute:{case.pk}")
    page.reload()
    expect(page.get_by_text("没有待处理的消息")).to_be_visible()


def test_with_the_keyboard_alone_and_without_script(chromium, live_server, clerk, window):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    tell(clerk, case, 1)
    page = window(clerk).open("/notices/")
    page.locator("#tab-all").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("去办理")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/disputes/{case.code}/")
    cookies = page.context.cookies()
    plain = chromium.new_context(java_script_enabled=False)
    plain.add_cookies(cookies)
    bare = plain.new_page()
    bare.goto(f"{live_server.url}/notices/?tab=all")
    expect(bare.locator(".msg")).to_have_count(1)
    bare.locator("#tab-todo").click()
    expect(bare.locator("#tab-todo")).to_have_attribute("aria-current", "page")
    bare.get_by_role("link", name="去办理").click()
    bare.wait_for_url(f"**/disputes/{case.code}/")
    plain.close()
