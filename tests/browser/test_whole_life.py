"""The two journeys of a case, each step clicked by the person whose it is: to the archive by agreement, and without one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from disputes.choices import Status
from disputes.models import Dispute
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.hands import choose, into, open_from_desk, press, step

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])


def settle(form):
    into(form, content="赵建军三日内改造屋檐，并赔偿菜苗损失。", obligations__0__what="赔偿菜苗损失",
         obligations__0__amount="800元", obligations__0__due_on="明天")  # fmt: skip
    form.get_by_label("义务人").select_option(index=2)


def accept_mediator(form):
    """Dispatched with one click, the parties were not asked: the first record asks."""
    form.get_by_label("当事人接受本调解员").check()


def sign_and_seal(form):
    """Each mark is ticked off the paper; the days stand there already."""
    for mark in ("signatures-0-signed", "signatures-1-signed", "mediator_signed", "sealed"):
        form.locator(f"[name={mark}]").check()


def to_mediation(window, size, clerk, township, mediator):
    """Register, accept, assign, take, record.  Returns the clerk's and the mediator's window and the case."""
    at_window = window(clerk, size).open("/desk/")
    at_window.locator("a[href='/disputes/new/']:visible").first.click()
    form = at_window.locator("#intake")
    into(form, applicants__0__id_number="622201196805120002", applicants__0__name="李桂兰",
         applicants__0__phone="13800000001", respondents__0__name="赵建军", respondents__0__phone="13800000002")  # fmt: skip
    choose(at_window, "category", "zjd", "宅基地边界")
    choose(at_window, "division", "xzz", "徐赵寨村")
    into(form, summary="两户院墙滴水檐伸出，雨水冲刷菜地。")
    form.locator("button[value=register]").click()
    at_window.wait_for_url(re.compile(r"/disputes/GZ\d{4}-\d{6}/$"))
    case = Dispute.objects.get()
    assert case.status == Status.REGISTERED
    step(at_window, "受理", "受理", lambda form: press(form, "口头告知"))

    office = window(township, size).open("/desk/")
    office.get_by_role("link", name="分派台").or_(office.get_by_role("link", name=f"派单 {case.code}")).locator(
        "visible=true"
    ).first.click()
    board = office.locator("[data-board-item]")
    if board.count() and size is PHONE:
        board.first.click()
    if office.get_by_role("button", name="按建议派单").count():
        office.get_by_role("button", name="按建议派单").click()
    else:
        office.locator("form.act-form").get_by_role("button", name="派单").click()
    expect(office.locator(".toast-one", has_text="已分派")).to_be_visible()

    at_home = window(mediator, size).open("/desk/")
    open_from_desk(at_home, case.code)
    step(at_home, "接收", "接收")
    step(
        at_home,
        "记录调解",
        "记录调解",
        lambda form: (into(form, record="双方同意改造屋檐，商定赔偿。"), accept_mediator(form)),
        button="保存记录",
    )
    case.refresh_from_db()
    assert case.status == Status.MEDIATING
    assert case.mediator.user == mediator
    return at_window, at_home, case


def archive(page, case):
    """The clerk finds the case among the to-dos of the desk and closes the file."""
    page.goto(page.url.split("/disputes/")[0] + "/desk/")
    open_from_desk(page, case.code)
    step(page, "归档", "归档", lambda form: into(form, missing_reason="纸质签字页随后补齐。"))
    case.refresh_from_db()
    assert case.status == Status.ARCHIVED


@SIZES
def test_to_the_archive_by_a_written_agreement(window, clerk, township, mediator, size):
    at_window, at_home, case = to_mediation(window, size, clerk, township, mediator)
    step(at_home, "达成书面协议", "达成书面协议", settle)
    step(at_home, "签章生效", "协议生效", sign_and_seal)
    case.refresh_from_db()
    assert case.status == Status.PERFORMING
    assert case.current_agreement.effective_on
    step(at_home, "记录履行", "记录履行")
    step(at_home, "回访", "回访", lambda form: (into(form, record="已经履行，双方满意。"), press(form, "满意")))
    archive(at_window, case)
    expect(at_window.locator("main")).to_contain_text("已归档")
    names = list(case.events.order_by("pk").values_list("name", flat=True))
    assert [name for name in names if name != "give_notice"] == [
        "register", "accept", "assign", "take", "record_session", "settle", "take_effect", "perform", "follow_up",
        "archive",
    ]  # fmt: skip
    assert {event.actor for event in case.events.filter(name__in=["accept", "archive"])} == {clerk}


@SIZES
def test_to_the_archive_when_mediation_fails(window, clerk, township, mediator, size):
    at_window, at_home, case = to_mediation(window, size, clerk, township, mediator)
    step(at_home, "调解不成", "调解不成", lambda form: press(form, "向人民法院起诉"))
    case.refresh_from_db()
    assert case.status == Status.FAILED
    archive(at_window, case)
    assert case.events.filter(name="fail").exists()
