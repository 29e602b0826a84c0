"""达成书面协议: what the obligations say is not typed once more, and money that does not add up is noticed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from common.errors import Missing
from disputes.choices import ObligationKind, Status
from tests.disputes import lives
from tests.disputes.lives import do

pytestmark = pytest.mark.django_db


@pytest.fixture
def mediating(case_in):
    return case_in(Status.MEDIATING)


def typed(case, **more):
    """What the page posts for one obligation to pay 800 yuan, with no words of an agreement."""
    day = timezone.localdate() + dt.timedelta(days=8)
    return {
        "version": case.version,
        "agreed_on": f"{timezone.localdate():%Y-%m-%d}",
        "content": "",
        "obligations-TOTAL_FORMS": 1,
        "obligations-INITIAL_FORMS": 0,
        "obligations-0-debtor": str(case.respondents[0].uid),
        "obligations-0-kind": "money",
        "obligations-0-what": "赔偿菜苗损失",
        "obligations-0-amount": "800",
        "obligations-0-how": "银行转账",
        "obligations-0-due_on": f"{day:%Y-%m-%d}",
    } | more


def clause(day):
    return (
        f"1. 被申请人于 {day.year} 年 {day.month} 月 {day.day} 日前给付 800.00 元（赔偿菜苗损失），履行方式：银行转账。"
    )


def test_an_agreement_left_blank_is_written_from_its_obligations(client, mediating, mediator):
    client.force_login(mediator)
    assert client.post(f"{mediating.get_absolute_url()}settle/", typed(mediating)).status_code == 302
    assert mediating.agreements.get().content == clause(timezone.localdate() + dt.timedelta(days=8))


def test_the_button_writes_it_for_reading_over_and_saves_nothing(client, mediating, mediator):
    client.force_login(mediator)
    page = client.post(f"{mediating.get_absolute_url()}settle/", typed(mediating, compose="1"))
    assert page.status_code == 200
    assert clause(timezone.localdate() + dt.timedelta(days=8)) in page.content.decode()
    mediating.refresh_from_db()
    assert mediating.status == Status.MEDIATING and not mediating.agreements.exists()


def test_words_that_are_there_are_not_overwritten(client, mediating, mediator):
    client.force_login(mediator)
    page = client.post(
        f"{mediating.get_absolute_url()}settle/", typed(mediating, compose="1", content="双方另有约定。")
    ).content.decode()
    assert "双方另有约定。" in page and "没有改动" in page and "1. 被申请人" not in page


def test_without_obligations_the_button_asks_for_them(client, mediating, mediator):
    client.force_login(mediator)
    data = {
        "agreed_on": f"{timezone.localdate():%Y-%m-%d}",
        "obligations-TOTAL_FORMS": 0,
        "obligations-INITIAL_FORMS": 0,
        "compose": "1",
    }
    assert "请先写明各项义务" in client.post(f"{mediating.get_absolute_url()}settle/", data).content.decode()


def test_several_debtors_are_told_apart_and_what_was_done_at_once_is_said(clerk, dispatcher, mediator, own_village):
    case = lives.register(
        clerk, division=own_village, respondents=[lives.OTHER, {**lives.OTHER, "name": "赵建国", "phone": ""}]
    )
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    today = timezone.localdate()
    rows = [
        {
            "debtor": case.respondents[0],
            "kind": ObligationKind.ACT,
            "what": "当面赔礼道歉。",
            "due_on": today,
            "done_now": True,
        },
        {
            "debtor": case.respondents[1],
            "kind": ObligationKind.MONEY,
            "what": "赔偿",
            "amount": Decimal(500),
            "due_on": today,
            "where": "村委会",
        },
    ]
    do(case, "settle", mediator, agreed_on=today, obligations=rows)
    assert case.agreements.get().content.splitlines() == [
        "1. 被申请人 1 当场当面赔礼道歉，已履行。",
        f"2. 被申请人 2 于 {today.year} 年 {today.month} 月 {today.day} 日前给付 500.00 元（赔偿），履行地点：村委会。",
    ]


def test_nothing_to_perform_and_nothing_written_is_no_agreement(mediating, mediator):
    with pytest.raises(Missing, match="请写协议内容"):
        do(mediating, "settle", mediator, agreed_on=timezone.localdate(), nothing_to_perform=True)


def test_clauses_too_long_to_keep_are_refused_in_words(mediating, mediator):
    row = lives.agreement(mediating)["obligations"][0] | {"what": "赔" * 300}
    with pytest.raises(Missing, match="超过 4,000 字"):
        do(mediating, "settle", mediator, agreed_on=timezone.localdate(), obligations=[row] * 14)


def test_a_sum_that_differs_from_the_obligations_is_asked_about_once(client, mediating, mediator):
    client.force_login(mediator)
    answer = client.post(f"{mediating.get_absolute_url()}settle/", typed(mediating, amount="1000"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "合计 800.00 元，与协议涉及金额 1,000.00 元不一致" in page
    assert 'name="amount_differs"' in page and "银行转账" in page
    assert (
        client.post(
            f"{mediating.get_absolute_url()}settle/", typed(mediating, amount="1000", amount_differs="on")
        ).status_code
        == 302
    )
    assert mediating.agreements.get().amount == 1000


def test_a_sum_left_out_is_what_the_obligations_come_to(mediating, mediator):
    do(mediating, "settle", mediator, **lives.agreement(mediating))
    assert mediating.agreements.get().amount == 800
