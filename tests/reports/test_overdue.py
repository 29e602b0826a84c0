"""超期周报: every number opens its list, weeks of the past, few cases are not ranked, nobody is named."""

import datetime as dt
import io

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from accounts.models import AuditEvent
from common import outbox
from disputes.choices import Status
from disputes.models import Dispute
from disputes.services.sweep import sweep
from reports import overdue
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import NEIGHBOUR_VILLAGE, OWN_VILLAGE, place
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db

PAGE = "/reports/overdue/"
COLUMNS = ("in_hand", "late", "red", "yellow", "oldest", "share", "rank")


@pytest.fixture
def at():
    with time_machine.travel(dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(f"{day} 12:00:00+08:00"))


@pytest.fixture
def cases(at, clerk, dispatcher, mediator, neighbouring_clerk, county_clerk, county):
    """On Monday 2 November: two of 上秦镇 (one sent to its committee), one of 党寨镇, one of the county itself."""
    mine = lives.register(clerk, division=place(OWN_VILLAGE))
    sent = lives.bring(
        lives.register(clerk, division=place(OWN_VILLAGE)),
        Status.MEDIATING,
        clerk=clerk,
        dispatcher=dispatcher,
        mediator=mediator,
    )
    theirs = lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    ours = lives.register(county_clerk, division=county)
    return [mine, sent, theirs, ours]


def warn(at, *days):
    for day in days:
        at(day)
        sweep()
        outbox.relay()


def page(user, week=""):
    response = signed_in(user).get(f"{PAGE}?week={week}")
    assert response.status_code == 200
    return tree_of(response)


def table(tree):
    """{office: {column: text}}, the committees under the name of their own."""
    found = {}
    for row in find(tree, "table.overdue tr"):
        heads = find(row, "th[scope=row]")
        if heads:
            found[words(heads[0])] = dict(zip(COLUMNS, [words(cell) for cell in find(row, "td.n")], strict=True))
    return found


def test_offices_are_counted_with_their_cards(at, cases, supervisor, committee):
    warn(at, "2026-11-04", "2026-11-05")  # 受理 was due on the 3rd: yellow on the 4th, red on the 5th
    said = table(page(supervisor))
    assert said["上秦镇"] == {
        "in_hand": "2", "late": "1", "red": "1", "yellow": "0", "oldest": "2", "share": "50.0%", "rank": "—",
    }  # fmt: skip
    assert said[str(committee.organisation)]["late"] == "0"
    assert said["合计"]["late"] == "3" and said["合计"]["in_hand"] == "4"
    assert "区本级" in said


def test_every_number_is_the_length_of_the_list_it_opens(at, cases, supervisor, township):
    warn(at, "2026-11-04", "2026-11-05")
    at("2026-11-23")
    for user, week in ((supervisor, ""), (supervisor, "2026-W45"), (township, "2026-W45")):
        client = signed_in(user)
        links = find(page(user, week), "table.overdue td.n a")
        assert links
        for link in links:
            opened = tree_of(client.get(link.get("href")))
            shown = len(find(opened, "table#cases td.c-no"))
            assert int(link.text) == shown, (user, week, link.get("href"))


def test_the_present_week_is_what_the_view_of_late_cases_shows(at, cases, supervisor, mediator):
    do(Dispute.objects.for_page().get(pk=cases[1].pk), "suspend", mediator, reason="appraisal")
    at("2026-12-20")
    client = signed_in(supervisor)
    late = len(find(tree_of(client.get("/disputes/?tab=late")), "table#cases td.c-no"))
    assert table(page(supervisor))["合计"]["late"] == str(late) == "3"


def test_a_week_that_is_over_stays_as_it_was(at, cases, supervisor, clerk):
    warn(at, "2026-11-04")
    at("2026-11-10")
    before = table(page(supervisor, "2026-W45"))
    assert before["上秦镇"]["late"] == "1" and before["上秦镇"]["oldest"] == "5"  # judged on Sunday the 8th
    do(Dispute.objects.for_page().get(pk=cases[0].pk), "accept", clerk)
    assert table(page(supervisor, "2026-W45")) == before
    assert table(page(supervisor))["上秦镇"]["late"] == "0"


def test_a_card_lifted_since_still_counts_for_its_week(at, cases, supervisor, clerk):
    warn(at, "2026-11-04")
    at("2026-11-10")
    do(Dispute.objects.for_page().get(pk=cases[0].pk), "accept", clerk)
    assert table(page(supervisor, "2026-W45"))["上秦镇"]["yellow"] == "1"


def test_a_township_sees_its_own(at, cases, township):
    at("2026-11-10")
    said = table(page(township))
    assert "上秦镇" in said and "党寨镇" not in said


def test_ranks_begin_where_there_is_enough_to_compare(monkeypatch):
    def office(in_hand, late):
        return overdue.Office("", {}, in_hand=in_hand, late=late)

    small, best, even, also, worst = (office(9, 0), office(10, 1), office(20, 4), office(10, 2), office(10, 9))
    overdue.rank([worst, small, also, best, even])
    assert [one.rank for one in (small, best, even, also, worst)] == [None, 1, 2, 2, 4]


@pytest.mark.parametrize(
    ("text", "key"),
    [("2026-W45", "2026-W45"), ("", "2026-W48"), ("2026-W99", "2026-W48"), ("2027-W01", "2026-W48"), ("x", "2026-W48"),
     ("1999-W01", "2026-W48"), ("2020-W53", "2020-W53")],
)  # fmt: skip
def test_a_week_is_read_forgivingly(text, key):
    assert overdue.Week.read(text, dt.date(2026, 11, 23)).key == key


def test_nobody_is_named(at, cases, supervisor, mediator):
    at("2026-12-20")
    text = words(find(page(supervisor), "table.overdue")[0])
    assert not any(name in text for name in ("马秀英", "陈晓梅", "李*兰", "李桂兰"))


def test_the_file_holds_the_table(at, cases, supervisor):
    at("2026-11-10")
    response = signed_in(supervisor).post(f"{PAGE}?week=2026-W45")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    mark, head, *lines = book.get_sheet_by_index(0).to_python()
    assert "2026-W45 超期周报" in mark[0] and head[:4] == ["乡镇（街道）", "调委会", "在办（件）", "超期（件）"]
    assert ["上秦镇", "全部", 2.0, 1.0] in [line[:4] for line in lines]
    assert AuditEvent.objects.get(action="overdue.export").object_id == "2026-W45"


@pytest.mark.parametrize("fixture", ["clerk", "mediator", "committee_head", "system_admin"])
def test_others_read_whose_page_it_is(request, fixture):
    client = signed_in(request.getfixturevalue(fixture))
    assert client.get(PAGE).status_code == client.post(PAGE).status_code == 403


def test_the_page_asks_little(at, cases, supervisor, django_assert_max_num_queries):
    at("2026-11-10")
    client = signed_in(supervisor)
    with django_assert_max_num_queries(9):
        client.get(PAGE)
