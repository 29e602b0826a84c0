"""The year of 365 links is one stop of the Tab key; arrows walk its days, and the notice is taken without a mouse."""

import datetime as dt

import time_machine
from playwright.sync_api import expect

from common import workdays
from tests.ganzhou.test_calendar import NOTICE


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('href')")


def test_days_are_walked_with_arrows(window, clerk):
    page = window(clerk).open("/system/calendar/?year=2026&none=1")
    page.locator("table#month-1 td a").first.focus()
    for key, day in (
        ("ArrowRight", "2026-01-02"), ("ArrowDown", "2026-01-09"), ("End", "2026-01-31"), ("PageDown", "2026-02-28"),
        ("Home", "2026-02-01"), ("ArrowLeft", "2026-01-31"), ("ArrowUp", "2026-01-24"), ("PageUp", "2026-01-24"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert focused(page) == f"/system/calendar/{day}/", key
    assert page.locator("[data-daygrid] a[tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert not focused(page) or not focused(page).startswith("/system/calendar/2026")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("2026-01-24，星期六")


def test_a_notice_is_previewed_and_taken_by_keyboard(window, system_admin):
    with time_machine.travel(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)):
        page = window(system_admin).open("/system/calendar/load/")
        page.locator("textarea[name=text]").fill(NOTICE)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#preview-h")).to_be_focused()
        expect(page.locator("section.cal-preview")).to_contain_text("改变 7 天")
        page.locator("button[value=load]").press("Enter")
        expect(page.locator("h1")).to_have_text("2027 年工作日历")
        expect(page.locator("a.cal-day.is-on")).to_have_count(1)
    workdays.forget()
