"""What is late is urged from the desk in three clicks, and a red card is answered on the phone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from disputes.choices import Status
from disputes.models import ClockRow, Dispute, DisputeEvent
from disputes.reckoning import derive
from disputes.services import clocks
from disputes.services.sweep import sweep
from tests.browser.conftest import PHONE
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place


@pytest.fixture
def late(clerk: Any, dispatcher: Any, mediator: Any) -> list[Dispute]:
    """Two cases in mediation that began sixty days ago, swept: yellow and red."""
    cases = []
    for _ in range(2):
        case = lives.register(clerk, division=place(OWN_VILLAGE))
        case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
        for row in ClockRow.objects.filter(dispute=case, met_on=None):
            row.started_on -= dt.timedelta(days=60)
            derive(row, ())
            row.save()
        clocks.reckon([case.pk])
        cases.append(case)
    sweep()
    return cases


def test_all_that_is_late_is_urged_in_three_clicks(window, supervisor, late):
    page = window(supervisor).open("/desk/")
    page.locator("a.figure-v", has_text="超期未办").click()
    page.get_by_role("link", name="催办全部 2 件").click()
    page.get_by_role("button", name="催办 2 件").click()
    expect(page.get_by_role("status").filter(has_text="催办 2 件")).to_be_visible()
    assert DisputeEvent.objects.filter(name="urge", at__date=timezone.localdate()).count() == 2

    page.get_by_role("link", name="返回列表").first.click()
    page.get_by_label("全选本页").check()
    page.locator("[data-batch]").get_by_role("button", name="催办").click()
    expect(page.get_by_role("status").filter(has_text="今天已催办过 2 件")).to_be_visible()


def test_a_red_card_is_answered_on_the_phone_and_lifted_at_the_desk(window, mediator, supervisor, late):
    page = window(mediator, PHONE).open("/supervision/?tab=red")
    expect(page.locator("#cards tbody tr")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#cards tbody tr").first.get_by_role("link", name="回复督办").click()
    page.get_by_label("原因、措施和完成时间").fill("当事人在外地，已约周五视频调解，下周三前办结。")
    page.locator("form.act-form").get_by_role("button", name="回复督办").click()
    expect(page.locator(".toast-one", has_text="已回复督办")).to_be_visible()
    expect(page.get_by_role("heading", name="督办")).to_be_visible()

    desk = window(supervisor).open("/supervision/")
    expect(desk.locator("#cards tbody tr")).to_have_count(2)  # the red one and the yellow one below it
    desk.locator("#cards tbody tr").first.get_by_role("link", name="解除督办").click()
    desk.get_by_label("解除的理由").fill("已经约定调解，同意继续办理。")
    desk.locator("form.act-form").get_by_role("button", name="解除督办").click()
    expect(desk.locator(".toast-one", has_text="已解除督办")).to_be_visible()
    assert Dispute.objects.filter(supervisions__lifted_at=None).distinct().count() == 1
