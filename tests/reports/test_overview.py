"""Figures: each opens the list that proves it, and nothing over zero is a rate."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from disputes.choices import Status
from disputes.models import Dispute
from reports import indicators
from reports.views import month_so_far
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


def counted(client, url):
    return client.get(url).context["pager"]["total"]


def test_every_number_by_place_type_and_source_equals_its_list(client, some_cases, supervisor):
    client.force_login(supervisor)
    page = client.get("/reports/overview/").context
    cells = [cell for row in page["places"]["rows"] for cell in row["cells"] if cell["url"]]
    bars = [*page["categories"], *page["sources"]]
    assert len(cells) >= 5 and len(bars) >= 2
    for one in [*cells, *bars]:
        assert counted(client, one["url"]) == one["value"], one
    for one in page["definitions"]:
        assert f"{counted(client, one['url']):,}" == one["value"], one["label"]


def test_those_of_one_township_read_it_by_village(client, some_cases, township):
    client.force_login(township)
    places = client.get("/reports/overview/").context["places"]
    assert places["title"] == "各村（社区）"
    assert [row["name"] for row in places["rows"]] == [place(OWN_VILLAGE).name]
    for cell in places["rows"][0]["cells"]:
        if cell["url"]:
            assert counted(client, cell["url"]) == cell["value"]


def test_an_agreement_in_part_is_one_success_and_told_apart(
    client, clerk, dispatcher, mediator, supervisor, own_village
):
    people = {"clerk": clerk, "dispatcher": dispatcher, "mediator": mediator}
    case = lives.bring(lives.register(clerk, division=own_village), Status.MEDIATING, **people)
    part = lives.agreement(case, is_partial=True, unresolved="宅基地边界。", routes_told=["court"])
    lives.do(case, "settle_orally", mediator, **part)
    lives.bring(lives.register(clerk, division=own_village), Status.PERFORMING, **people)
    client.force_login(supervisor)
    page = client.get("/reports/overview/")
    figures = {one["label"]: one for one in page.context["definitions"]}
    assert (figures["调解成功"]["value"], figures["其中部分达成"]["value"]) == ("2", "1")
    assert counted(client, figures["其中部分达成"]["url"]) == 1
    assert "部分达成的计 1 件" in figures["调解成功"]["exclusions"]
    for rate in page.context["rates"]:
        assert "部分达成的计 1 件" in rate["exclusions"]
    assert "部分达成</span>" in client.get(figures["调解成功"]["url"]).content.decode()


@pytest.mark.parametrize(
    ("today", "before"),
    [(dt.date(2026, 11, 23), ("2026-10-01", "2026-10-23")), (dt.date(2026, 3, 30), ("2026-02-01", "2026-02-28")),
     (dt.date(2026, 1, 5), ("2025-12-01", "2025-12-05"))],
)  # fmt: skip
def test_a_month_is_held_against_as_many_days_of_the_one_before(today, before):
    assert tuple(map(str, month_so_far(today)[1])) == before


def test_this_month_alone_can_be_looked_at(client, some_cases, supervisor):
    client.force_login(supervisor)
    with time_machine.travel(dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC), tick=False):
        assert client.get("/reports/overview/?period=month").context["figures"][0]["value"] == "0"
        assert client.get("/reports/overview/?period=year").context["figures"][0]["value"] == "10"
        assert client.get("/reports/overview/?period=nonsense").context["figures"][0]["value"] == "10"


def test_it_asks_little_however_many_places_there_are(client, some_cases, supervisor, django_assert_max_num_queries):
    client.force_login(supervisor)
    with django_assert_max_num_queries(16):
        client.get("/reports/overview/")


def test_a_leader_lands_on_the_overview_and_a_clerk_at_the_desk(client, leader, clerk):
    client.force_login(leader)
    assert client.get("/").url == "/reports/overview/"
    page = client.get("/reports/overview/").content.decode()
    assert page.index(">总览<") < page.index(">案件<")
    client.force_login(clerk)
    assert client.get("/").url == "/desk/"
