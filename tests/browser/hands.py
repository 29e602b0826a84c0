"""What people do with their hands on the pages: type, choose from a list, press the button of a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.factories import PASSWORD

Fill = Callable[[Locator], Any]


def sign_in(page: Page, user: Any) -> None:
    """By keyboard on the sign-in page: the cursor is there already."""
    expect(page.locator("[name=username]")).to_be_focused()
    page.keyboard.type(user.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="登录")).to_have_count(0)


def name_in_focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement && document.activeElement.name || ''"))


def option(page: Page, label: str) -> Locator:
    """A row of the open list of a picker."""
    return page.get_by_role("option").filter(has_text=label).first


def choose(page: Page, name: str, typed: str, label: str) -> None:
    """Type a few letters into the picker ``name`` and press the row with ``label``."""
    box = page.locator(f"[name={name}_text]")
    box.click()
    box.fill(typed)
    option(page, label).click()
    expect(page.locator(f"[name={name}]")).not_to_have_value("")


def open_from_desk(page: Page, code: str) -> None:
    """The case as its person finds it: among the to-dos of the desk."""
    page.get_by_role("link", name=code, exact=True).first.click()
    expect(page.locator("#actions")).to_be_visible()


def step(page: Page, label: str, done: str, fill: Fill | None = None, *, button: str = "") -> None:
    """Press a step on the case page (on a phone the button at the bottom, where it is), fill its form and send it."""
    bar = page.locator(".actbar .btn-primary", has_text=label)
    if bar.is_visible():
        bar.click()
    else:
        page.locator("#actions .act").filter(has_text=label).first.click()
    form = page.locator("form.act-form")
    expect(form).to_be_visible()
    if fill:
        fill(form)
    form.get_by_role("button", name=button or label).last.click()
    expect(page.locator(".toast-one", has_text=f"已{done}")).to_be_visible()
    page.locator(".toast-x").first.click()


def into(form: Locator, **values: str) -> None:
    """Fields by name; ``obligations__0__what`` is ``obligations-0-what``."""
    for name, value in values.items():
        form.locator(f"[name={name.replace('__', '-')}]").fill(value)


def press(form: Locator, *labels: str) -> None:
    """Choices drawn as buttons or boxes, by their words."""
    for label in labels:
        form.get_by_label(label, exact=True).check()
