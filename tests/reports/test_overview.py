"""Figures: each opens the list that proves it, and nothing over zero is a rate."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from disputes.choices import Status
from disputes.models import Dispute
from reports import indicators
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def some_cases(clerk, dispatcher, mediator):
    people = {"clerk": clerk, "dispatcher": dispatcher, "mediator": mediator}
    with time_machine.travel(dt.datetime(2026, 10, 12, 4, tzinfo=dt.UTC), tick=False):
        for status in (Status.REGISTERED, Status.DECLINED, Status.ACCEPTED, Status.MEDIATING, Status.SETTLED, Status.PERFORMING,
                       Status.ARCHIVED, Status.FAILED, Status.WITHDRAWN, Status.SUSPENDED):  # fmt: skip
            lives.bring(lives.register(clerk, division=place(OWN_VILLAGE)), status, **people)


def test_every_figure_equals_the_list_behind_it(client, some_cases, supervisor):
    client.force_login(supervisor)
    figures = client.get("/reports/overview/").context["figures"]
    assert sum(bool(figure["url"]) for figure in figures) >= 5
    for figure in figures:
        if figure["url"]:
            page = client.get(figure["url"])
            assert f"{page.context['pager']['total']:,}" == figure["value"], figure["label"]


def test_an_agreement_without_its_marks_is_no_success(some_cases, supervisor):
    today = timezone.localdate()
    values = indicators.count(Dispute.objects.visible_to(supervisor), dt.date(2026, 1, 1), dt.date(2026, 12, 31), today)
    assert (values["registered"], values["accepted"], values["settled"], values["ended"]) == (10, 8, 2, 3)


def test_nothing_over_zero_is_not_a_rate(client, supervisor):
    client.force_login(supervisor)
    assert {rate["value"] for rate in client.get("/reports/overview/").context["rates"]} == {"--"}


def test_a_mediator_is_told_who_reads_the_overview(client, mediator):
    client.force_login(mediator)
    response = client.get("/reports/overview/")
    assert response.status_code == 403
    assert "政法委领导" in response.content.decode()
