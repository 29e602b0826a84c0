"""The style guide in a real browser: every component in every state, reachable and readable for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

ROOT = Path(__file__).parents[2]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def guide(page: Any, live_server: Any, client: Any, clerk: Any, complaints: list[str]) -> Any:
    """The page of a signed-in clerk, opened at ``guide(width, size)``."""
    if not finders.find("vendor/portal.js"):
        pytest.skip("npm run assets has not run")
    client.force_login(clerk)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    def open_at(width: int, size: str = "m", query: str = "") -> Any:
        page.set_viewport_size({"width": width, "height": 900})
        page.add_init_script(f"localStorage.setItem('portal.size', '{size}')")
        page.goto(f"{live_server.url}/styleguide/{query}")
        assert page.evaluate("document.documentElement.classList.contains('js') && Boolean(window.htmx)")
        return page

    return open_at


@pytest.mark.parametrize(("width", "size"), [(1440, "m"), (1440, "xl"), (1024, "m"), (390, "m"), (320, "xl")])
def test_it_is_accessible_and_fits_its_width(guide: Any, complaints: list[str], width: int, size: str) -> None:
    page = guide(width, size)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    # As tall as the page: what a bar that stays in place covers is a matter of scrolling, not of size.
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    # Through the debugger: the page's own CSP would refuse a foreign script element.
    page.context.new_cdp_session(page).send(
        "Runtime.evaluate", {"expression": (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()}
    )
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules}).then((r) => r.violations)", RULES)
    assert [
        (v["id"], v["impact"], [n["target"] for n in v["nodes"]][:3])
        for v in found
        if v["impact"] in {"serious", "critical"}
    ] == []
    assert complaints == []


def test_a_card_reader_and_a_few_letters_fill_the_form_by_keyboard(guide: Any) -> None:
    page = guide(1440)
    page.focus("#id_id_number")
    page.keyboard.type("62220119740618000x")
    page.keyboard.press("Enter")
    assert page.input_value("#id_id_number").endswith("X")
    assert "女 · " in page.inner_text("[data-id-facts]")
    assert page.evaluate("document.activeElement.id") == "id_name"
    page.focus("#id_place")
    page.keyboard.type("sqz")
    page.wait_for_selector(".combo-one[aria-selected=true]")
    page.keyboard.press("Enter")
    assert page.input_value("input[name=place]") == "620702101201"
    assert page.input_value("#id_place") == "上秦镇 上秦村"


def test_the_enter_that_picks_a_candidate_does_nothing_else(guide: Any) -> None:
    page = guide(1440)
    page.focus("#id_name")
    for keys in ({"isComposing": True}, {"keyCode": 229}):
        page.evaluate(
            "(keys) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ...keys}))",
            keys,
        )
        assert page.evaluate("document.activeElement.id") == "id_name"


def test_a_bad_step_form_comes_back_with_the_focus_on_what_is_wrong(guide: Any) -> None:
    page = guide(1440)
    page.click("#act-settle")
    page.wait_for_selector("#act-settle[aria-current]")
    page.click("#action-body .btn-primary")
    page.wait_for_selector("#action-body .errors:focus")
    assert page.is_enabled("#action-body .btn-primary")


def test_what_was_done_is_said_and_can_be_undone(guide: Any) -> None:
    page = guide(1440)
    page.fill("#action-body textarea", "已通电话，明天面谈")
    page.focus("#action-body textarea")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#toasts .toast-undo")
    page.reload()
    assert page.locator("#toasts .toast-one").count() == 0, "a message is said once"


def test_a_revealed_number_is_masked_again(guide: Any) -> None:
    page = guide(1440)
    page.clock.install()
    card = page.locator(".party").first
    masked = card.locator("[data-reveal-value=phone]").inner_text()
    card.locator(".reveal summary").click()
    card.locator(".reveal-form button").click()
    page.wait_for_selector(".is-revealed")
    assert card.locator("[data-reveal-value=phone]").inner_text() == "13800000000"
    page.clock.fast_forward("01:01")
    assert card.locator("[data-reveal-value=phone]").inner_text() == masked


def test_the_receipt_prints_on_one_a5_sheet(guide: Any) -> None:
    page = guide(1440, query="?sheet=receipt")
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    assert b"[0 0 420" in pdf or b"[0 0 419" in pdf


def test_nothing_of_a_page_stays_in_the_browser(guide: Any) -> None:
    page = guide(1440)
    page.click("#tab-late")
    page.wait_for_url("**tab=late")
    kept = page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))")
    # The path htmx left is an address: it names a tab, never a person (searches travel by POST).
    assert set(kept) <= {"portal.size", "htmx-current-path-for-history"}
