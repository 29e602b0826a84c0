"""The township sends cases to its committee: as suggested by one click or one key, several at once, and back again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from disputes.choices import Status
from disputes.models import Dispute
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, CommitteeFactory, MediatorFactory, place

OTHERS = (("周秀兰", "13800000031"), ("孙志强", "13800000032"), ("吴玉珍", "13800000033"))


@pytest.fixture
def waiting(clerk, mediator):
    """Three accepted cases of 上秦镇, and a mediator to suggest."""
    cases = []
    for name, phone in OTHERS:
        case = lives.register(
            clerk, division=place(OWN_VILLAGE), applicants=[{"kind": "person", "name": name, "phone": phone}]
        )
        cases.append(lives.do(case, "accept", clerk))
    return cases


def states():
    return sorted(Dispute.objects.values_list("status", flat=True))


def test_the_suggestion_is_taken_by_click_and_by_key_and_taken_back(window, township, mediator, waiting):
    page = window(township).open("/disputes/dispatch/")
    items = page.locator("[data-board-item]")
    view = page.locator("[data-board-view]")
    toast = page.locator(".toast-one", has_text="已分派")
    expect(items).to_have_count(3)
    expect(view).to_contain_text("马秀英")

    view.get_by_role("button", name="按建议派单").click()
    expect(toast).to_be_visible()
    expect(items).to_have_count(2)
    sent = Dispute.objects.get(status=Status.ASSIGNED)
    assert sent.mediator.name == "马秀英"

    toast.get_by_role("button", name="撤销").click()
    expect(page.locator(".toast-one", has_text="已撤回分派")).to_be_visible()
    assert states() == ["accepted"] * 3
    # A reversing event, nothing erased.
    assert list(sent.events.order_by("pk").values_list("name", flat=True))[-2:] == ["assign", "recall"]

    page.goto(page.url.split("/disputes/")[0] + "/disputes/dispatch/")
    expect(items).to_have_count(3)
    page.keyboard.press("j")
    expect(items.nth(1)).to_have_attribute("aria-current", "true")
    expect(items.nth(1)).to_be_focused()
    code = items.nth(1).locator(".num").inner_text()
    expect(view.locator(f"a[href='/disputes/{code}/']").first).to_be_visible()
    page.keyboard.press("k")
    expect(items.nth(0)).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    expect(view.locator(f"a[href='/disputes/{code}/']").first).to_be_visible()
    page.keyboard.press("d")
    expect(toast).to_be_visible()
    assert Dispute.objects.get(status=Status.ASSIGNED).code == code


def test_several_are_sent_at_once_from_the_list_and_taken_back(window, township, mediator, waiting):
    page = window(township).open("/disputes/?tab=assign")
    bar = page.locator("[data-batch]")
    boxes = page.locator("input[name=ids]")
    expect(boxes).to_have_count(3)
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(bar).to_contain_text("已选 2 件")
    bar.get_by_role("button", name="派单").click()
    page.get_by_role("button", name="派单 2 件").click()
    expect(page.get_by_role("status").filter(has_text="分派 2 件")).to_be_visible()
    assert states() == ["accepted", "assigned", "assigned"]

    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("撤回 2 件")).to_be_visible()
    assert states() == ["accepted"] * 3


def test_only_the_mediators_of_the_chosen_committee_are_offered(window, township, mediator, waiting):
    county = MediatorFactory(committee=CommitteeFactory(at="620702000000", kind="trade", fields=["99"]))
    page = window(township).open(f"/disputes/{waiting[0].code}/assign/")
    form = page.locator("form.act-form")
    people, committee = form.locator("[name=mediator]"), form.locator("[name=committee]")

    def offered():
        return people.evaluate("s => Array.from(s.options).filter(o => !o.hidden && o.value).map(o => o.value)")

    assert offered() == [str(mediator.mediator.pk)]
    expect(people).to_have_value(str(mediator.mediator.pk))
    committee.select_option(str(county.committee_id))
    assert offered() == [str(county.pk)]
    expect(people).to_have_value("")  # the one of the other committee is not sent along
    committee.select_option("")
    assert sorted(offered()) == sorted([str(county.pk), str(mediator.mediator.pk)])
    committee.select_option(str(mediator.mediator.committee_id))
    people.select_option(str(mediator.mediator.pk))
    form.get_by_role("button", name="派单").click()
    expect(page.locator(".toast-one", has_text="已分派")).to_be_visible()
