"""签章生效: three marks, each seen by somebody who says so, and who recorded the committee's seal stays known."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.choices import SEATS, Role
from disputes.choices import PartyKind, Status
from disputes.forms.transitions import TakeEffectForm
from tests.disputes import lives

pytestmark = pytest.mark.django_db


def ticked(case, **more):
    """What a browser posts when every mark was ticked and no day was touched."""
    form = TakeEffectForm(dispute=case, user=case.mediator.user)
    data = {
        "version": case.version,
        "signatures-TOTAL_FORMS": 2,
        "signatures-INITIAL_FORMS": 2,
        "mediator_signed": "on",
        "sealed": "on",
    }
    data |= {name: f"{form[name].value():%Y-%m-%d}" for name in ("mediator_signed_on", "sealed_on")}
    for number, row in enumerate(form.rows["signatures"].forms):
        data |= {
            f"signatures-{number}-party": str(row.initial["party"]),
            f"signatures-{number}-manner": row.initial["manner"],
            f"signatures-{number}-signed_on": f"{row.initial['signed_on']:%Y-%m-%d}",
            f"signatures-{number}-signed": "on",
        }
    return data | more


def test_today_stands_at_every_mark_and_none_is_ticked(client, case_in, mediator):
    case = case_in(Status.SETTLED)
    client.force_login(mediator)
    page = client.get(f"{case.get_absolute_url()}take_effect/").content.decode()
    assert page.count(f'value="{timezone.localdate():%Y-%m-%d}"') == 4
    assert "checked" not in page.split('<form class="act-form"')[1].split("</form>")[0]


def test_an_organisation_signs_with_its_seal_unless_said_otherwise(clerk, dispatcher, mediator, own_village):
    case = lives.register(
        clerk, division=own_village, respondents=[{"kind": PartyKind.ORGANISATION, "name": "金穗种业公司"}]
    )
    case = lives.bring(case, Status.SETTLED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    form = TakeEffectForm(dispute=case, user=mediator)
    assert [row.initial["manner"] for row in form.rows["signatures"].forms] == ["signed", "sealed"]


@pytest.mark.parametrize("mark", ["signatures-0-signed", "signatures-1-signed", "mediator_signed", "sealed"])
def test_a_mark_nobody_confirmed_is_not_recorded(client, case_in, mediator, mark):
    case = case_in(Status.SETTLED)
    client.force_login(mediator)
    data = ticked(case)
    del data[mark]
    answer = client.post(f"{case.get_absolute_url()}take_effect/", data)
    assert answer.status_code == 422 and "后勾选" in answer.content.decode()
    case.refresh_from_db()
    assert case.status == Status.SETTLED and not case.current_agreement.signatures.exists()


def test_the_mediator_who_keeps_the_seal_records_all_three(client, case_in, mediator):
    case = case_in(Status.SETTLED)
    client.force_login(mediator)
    assert client.post(f"{case.get_absolute_url()}take_effect/", ticked(case)).status_code == 302
    agreement = case.agreements.get()
    assert (agreement.seal_recorded_by, agreement.effective_on) == (mediator, timezone.localdate())
    assert f"调委会印章由调解员{mediator.name}登记" in case.events.get(name="take_effect").text


def test_the_head_of_the_committee_records_them_too_and_is_named(client, case_in, committee_head):
    case = case_in(Status.SETTLED)
    client.force_login(committee_head)
    assert client.post(f"{case.get_absolute_url()}take_effect/", ticked(case)).status_code == 302
    assert case.agreements.get().seal_recorded_by == committee_head
    assert f"调委会印章由调委会主任{committee_head.name}登记" in case.events.get(name="take_effect").text
    assert f"（{committee_head.name}登记）" in client.get(case.get_absolute_url()).content.decode()


def test_it_is_in_force_from_the_last_of_the_days_given(client, case_in, mediator):
    case = case_in(Status.SETTLED)
    case.agreements.update(agreed_on=timezone.localdate() - dt.timedelta(days=5))
    yesterday = f"{timezone.localdate() - dt.timedelta(days=1):%Y-%m-%d}"
    client.force_login(mediator)
    days = dict.fromkeys(
        ("signatures-0-signed_on", "signatures-1-signed_on", "mediator_signed_on", "sealed_on"), yesterday
    )
    client.post(f"{case.get_absolute_url()}take_effect/", ticked(case, **days))
    assert f"{case.agreements.get().effective_on:%Y-%m-%d}" == yesterday


def test_the_help_page_says_what_the_table_allows():
    for role in (Role.MEDIATOR, Role.COMMITTEE_HEAD):
        assert "登记协议的签名和印章" in SEATS[role].does
