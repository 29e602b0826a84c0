"""The list in a real browser: swapped regions, conditions in the address, ticked rows, a file, and without script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, SIBLING_VILLAGE, place


@pytest.fixture
def cases(clerk: Any) -> list[Any]:
    risky = lives.register(clerk, division=place(OWN_VILLAGE), risk="high", summary="渠埂被压坏。")
    return [risky, *(lives.register(clerk, division=place(SIBLING_VILLAGE)) for _ in range(2))]


def rows(page: Any) -> Any:
    return page.locator("#cases tbody tr")


def test_conditions_go_into_the_address_and_only_the_result_region_changes(window, clerk, cases):
    page = window(clerk).open("/disputes/?tab=all")
    page.evaluate("window.untouched = true")
    page.locator("summary", has_text="更多条件").click()
    page.locator("summary[aria-label^='风险']").click()
    page.get_by_label("高", exact=True).check()
    page.get_by_role("button", name="查询").last.click()
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?.*risk=high"))
    assert "q=" not in page.url  # an empty condition is no condition
    page.get_by_role("link", name="移除条件 风险：高").click()
    expect(rows(page)).to_have_count(3)
    page.get_by_role("link", name=re.compile("^待受理")).click()
    expect(page).to_have_url(re.compile("tab=accept"))
    page.go_back()
    expect(page).to_have_url(re.compile("tab=all"))
    expect(rows(page)).to_have_count(3)


def test_the_keyword_never_carries_a_number_of_a_person_to_the_server(window, clerk, cases):
    watched = window(clerk)
    page = watched.open("/disputes/?tab=all")
    for typed in ("138 0000 0001", "622201196805120002"):
        page.get_by_label("关键词").fill(typed)
        page.get_by_label("关键词").press("Enter")
        expect(page.locator("dialog[open] [role=option]").first).to_contain_text("李*兰")
        page.locator("dialog[open] [data-dialog-close]").click()
    assert not [url for url in watched.requests if "1380000" in url or "138%20" in url or "6222011" in url]
    page.get_by_label("关键词").fill(cases[0].code)
    page.get_by_label("关键词").press("Enter")
    expect(rows(page)).to_have_count(1)


def test_ticked_rows_become_a_file(window, clerk, cases):
    page = window(clerk).open("/disputes/?tab=all")
    page.get_by_label(f"选择 {cases[0].code}").check()
    page.get_by_label(f"选择 {cases[2].code}").check()
    expect(page.get_by_role("region", name="批量操作")).to_contain_text("已选 2 件")
    page.get_by_role("button", name="导出所选").click()
    page.get_by_label("导出的用途").fill("调度会材料")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 2 件").click()
    assert re.fullmatch(r"案件清单-\d{8}-\d{4}\.xlsx", download.value.suggested_filename)
    expect(page.get_by_role("button", name="导出 2 件")).to_be_enabled()  # once more, in the other format


def test_the_export_of_the_list_follows_conditions_that_were_swapped_in(window, clerk, cases):
    page = window(clerk).open("/disputes/?tab=all")
    page.get_by_label("关键词").fill("渠埂")
    page.get_by_label("关键词").press("Enter")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="导出").first.click()
    expect(page.locator("main")).to_contain_text("共 1 件")


def test_chosen_columns_bring_one_back_to_the_same_list(window, clerk, cases):
    page = window(clerk).open("/disputes/?tab=all&risk=high")
    page.locator("summary", has_text="列").click()
    page.get_by_label("金额（元）").check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#cases th", has_text="金额（元）")).to_be_visible()
    expect(page).to_have_url(re.compile("risk=high"))


def test_without_script_it_is_the_same_list(chromium, live_server, clerk, cases):
    client = Client()
    client.force_login(clerk)
    name = settings.SESSION_COOKIE_NAME
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/disputes/?tab=all")
    page.get_by_label("关键词").fill("渠埂")
    page.get_by_role("button", name="查询").first.click()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("link", name="移除条件 关键词：渠埂").click()
    expect(rows(page)).to_have_count(3)
    page.get_by_label("关键词").fill("13800000001")
    page.get_by_role("button", name="查询").first.click()
    assert "13800000001" not in page.url
    expect(page.locator("#toasts")).to_contain_text("没有查询")
    context.close()
