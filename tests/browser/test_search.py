"""“办到哪了”: Ctrl+K, the last four digits, Enter."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.disputes import lives
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, place


def test_four_digits_or_a_phone_open_the_case_and_nothing_of_another_township(window, clerk, neighbouring_clerk):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    stranger = lives.register(
        neighbouring_clerk,
        division=place(NEIGHBOUR_VILLAGE),
        applicants=[{"kind": "person", "name": "邓玉梅", "phone": "13800000077"}],
    )
    page = window(clerk).open("/desk/")
    dialog = page.locator("dialog[open]")
    hits = dialog.get_by_role("option")

    page.keyboard.press("Control+k")
    page.keyboard.type(case.code[-4:])
    expect(hits.first).to_have_attribute("aria-selected", "true")
    expect(hits.first).to_contain_text(case.code)
    expect(hits).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/disputes/{case.code}/")

    page.keyboard.press("Control+k")
    page.keyboard.type("13800000002")
    expect(hits.first).to_contain_text(case.code)
    expect(dialog).not_to_contain_text("13800000002")  # found by it, and still masked
    for typed in (stranger.code, stranger.code[-4:], "13800000077", "邓玉梅"):
        page.keyboard.press("Control+a")
        page.keyboard.type(typed)
        expect(dialog.locator("[data-search-hits]")).to_contain_text("没有找到")
        expect(hits).to_have_count(0)
    page.keyboard.press("Enter")  # the whole page of results, also without one
    expect(page.locator("main")).not_to_contain_text(stranger.code)
    assert "邓" not in page.url


def test_enter_on_several_hits_opens_none_until_one_is_marked(window, clerk):
    cases = [lives.register(clerk, division=place(OWN_VILLAGE), summary="渠埂被压坏。") for _ in range(2)]
    page = window(clerk).open("/desk/")
    hits = page.locator("dialog[open]").get_by_role("option")

    page.keyboard.press("Control+k")
    page.keyboard.type("渠埂")
    expect(hits).to_have_count(2)
    assert not page.locator("dialog[open] [aria-selected=true]").count()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/")
    expect(page.locator("main").get_by_role("option")).to_have_count(2)

    page.keyboard.press("Control+k")
    page.keyboard.type("渠埂")
    expect(hits).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(hits.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/disputes/{cases[0].code}/")  # the newest case stands first


def test_an_enter_faster_than_the_hits_opens_the_case_all_the_same(window, clerk):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    page = window(clerk).open("/desk/")
    page.keyboard.press("Control+k")
    page.keyboard.type(case.code[-4:])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/disputes/{case.code}/")


def test_the_enter_that_picks_a_candidate_searches_nothing_yet(window, clerk):
    lives.register(clerk, division=place(OWN_VILLAGE), summary="渠埂被压坏。")
    page = window(clerk).open("/desk/")
    page.keyboard.press("Control+k")
    page.keyboard.type("渠埂")
    only = page.locator("dialog[open]").get_by_role("option")
    expect(only).to_have_attribute("aria-selected", "true")
    page.evaluate(
        """() => { for (const [flag, code] of [[true, 229], [true, 13], [false, 229]]) document.activeElement.dispatchEvent(
        new KeyboardEvent('keydown', {key: 'Enter', isComposing: flag, keyCode: code, bubbles: true, cancelable: true})) }"""
    )
    assert page.url.endswith("/desk/")
