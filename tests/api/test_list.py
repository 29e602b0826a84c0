"""The list: filters of the page, pages by key, entity tags, masks, and no more queries than it needs."""

from __future__ import annotations

import datetime as dt
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.api import LONGEST_PAGE
from disputes.choices import Status
from tests.api.conftest import DISPUTES
from tests.disputes import lives
from tests.factories import SIBLING_VILLAGE, place

pytestmark = pytest.mark.django_db

QUERIES = 8


@pytest.fixture
def many(clerk, own_village):
    return [lives.register(clerk, division=own_village) for _ in range(7)]


def walk(program, **query):
    """Codes of all pages, in order, following ``next``."""
    answer = program.get(DISPUTES, query)
    codes = []
    while True:
        assert answer.status_code == 200, answer.content
        page = answer.json()
        codes.append([row["code"] for row in page["results"]])
        if not page["next"]:
            return codes
        answer = program.get(page["next"])


def test_it_lists_own_cases_newest_first(as_program, clerk, many):
    answer = as_program(clerk).get(DISPUTES)
    assert [row["code"] for row in answer.json()["results"]] == [case.code for case in reversed(many)]
    assert answer.json()["next"] is None


def test_the_neighbours_cases_are_not_in_it(as_program, clerk, case, neighbours_case):
    assert [row["code"] for row in as_program(clerk).get(DISPUTES).json()["results"]] == [case.code]


def test_people_are_masked(as_program, clerk, case):
    row = as_program(clerk).get(DISPUTES).json()["results"][0]
    assert (row["applicant"], row["respondent"]) == ("李*兰", "赵*军")


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_by_key_hold_every_case_once(as_program, clerk, many, size):
    pages = walk(as_program(clerk), page_size=size)
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert list(chain(*pages)) == [case.code for case in reversed(many)]


def test_cases_registered_in_the_same_instant_are_not_lost_between_pages(as_program, clerk, own_village, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    cases = [lives.register(clerk, division=own_village) for _ in range(7)]
    assert len({case.registered_at for case in cases}) == 1
    assert sorted(chain(*walk(as_program(clerk), page_size=2))) == [case.code for case in cases]


def test_cases_registered_while_somebody_reads_shift_nothing(as_program, clerk, many, own_village):
    program = as_program(clerk)
    first = program.get(DISPUTES, {"page_size": 3}).json()
    late = [lives.register(clerk, division=own_village) for _ in range(4)]
    second = program.get(first["next"]).json()
    third = program.get(second["next"]).json()
    seen = [row["code"] for page in (first, second, third) for row in page["results"]]
    assert seen == [case.code for case in reversed(many)]
    assert not set(seen) & {case.code for case in late}


def test_next_keeps_the_conditions_and_is_a_link_header_too(as_program, clerk, many):
    answer = as_program(clerk).get(DISPUTES, {"page_size": 2, "status": ["registered", "accepted"]})
    link = answer.json()["next"]
    assert "status=registered&status=accepted" in link and link.startswith(DISPUTES)
    assert answer["Link"] == f'<{link}>; rel="next"'


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0:1abc:forged", "é", "a" * 3000])
def test_a_made_up_cursor_is_refused(as_program, clerk, cursor):
    answer = as_program(clerk).get(DISPUTES, {"cursor": cursor})
    assert answer.status_code == 400
    assert "cursor" in answer.json()["errors"]


def test_a_cursor_of_another_list_is_refused(as_program, clerk, case):
    from grids.api.views import BY_CODE

    assert as_program(clerk).get(DISPUTES, {"cursor": BY_CODE.write(["620702101000"])}).status_code == 400


@pytest.mark.parametrize("size", ["0", str(LONGEST_PAGE + 1), "-1", "ten", "1.5", "٣", "99999999999"])
def test_a_page_has_one_to_a_hundred_rows(as_program, clerk, size):
    answer = as_program(clerk).get(DISPUTES, {"page_size": size})
    assert answer.status_code == 400 and "page_size" in answer.json()["errors"]


def test_unknown_parameters_are_refused_by_name(as_program, clerk):
    answer = as_program(clerk).get(DISPUTES, {"stauts": "registered", "page": "2"})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()["errors"]) == {"stauts", "page"}


@pytest.mark.parametrize(
    "query",
    [{"status": "nonsense"}, {"since": "someday"}, {"open": "maybe"}, {"party": "x"}, {"since": "2026-02-01", "until": "2026-01-01"},
     {"q": "13800000001"}, {"count": "all"}],
)  # fmt: skip
def test_a_condition_that_cannot_be_read_is_refused_not_dropped(as_program, clerk, query):
    answer = as_program(clerk).get(DISPUTES, query)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()["errors"]) <= set(query)
    assert "有效的选项" not in answer.content.decode() and "有效UUID" not in answer.content.decode()


def test_an_unknown_view_is_refused_in_our_words(as_program, clerk):
    answer = as_program(clerk).get(DISPUTES, {"tab": "zzz"})
    assert answer.status_code == 400 and "“视图”没有这个选项。" in answer.content.decode()


@pytest.mark.parametrize("name", ["since", "status", "q", "cursor", "page_size"])
def test_a_parameter_without_a_value_is_refused(as_program, clerk, name):
    """A program whose variable is empty must not get everything."""
    answer = as_program(clerk).get(DISPUTES, {name: ""})
    assert answer.status_code == 400 and name in answer.json()["errors"]


def test_a_condition_of_one_value_is_not_written_twice(as_program, clerk):
    answer = as_program(clerk).client.get(f"{DISPUTES}?period=today&period=all")
    assert answer.status_code == 400 and "period" in answer.json()["errors"]


def test_the_conditions_are_the_pages(as_program, clerk, case, many):
    program = as_program(clerk)
    lives.do(case, "accept", clerk)
    assert [row["code"] for row in program.get(DISPUTES, {"status": Status.ACCEPTED}).json()["results"]] == [case.code]
    assert program.get(DISPUTES, {"division": SIBLING_VILLAGE}).json()["results"] == []
    assert len(program.get(DISPUTES, {"tab": "accept"}).json()["results"]) == len(many)
    assert len(program.get(DISPUTES, {"q": "滴水檐"}).json()["results"]) == len(many) + 1


def test_older_cases_need_the_whole_period_and_the_answer_says_so(as_program, clerk, own_village, time_machine):
    now = timezone.now()
    time_machine.move_to(now - dt.timedelta(days=800))
    case = lives.register(clerk, division=own_village)
    time_machine.move_to(now)
    program = as_program(clerk)
    recent = program.get(DISPUTES).json()
    assert recent["results"] == []
    assert recent["registered_since"] == f"{timezone.localdate() - dt.timedelta(days=365)}"
    everything = program.get(DISPUTES, {"period": "all"}).json()
    assert [row["code"] for row in everything["results"]] == [case.code]
    assert everything["registered_since"] is None


def test_it_counts_only_when_asked(as_program, clerk, many):
    program = as_program(clerk)
    assert "count" not in program.get(DISPUTES).json()
    counted = program.get(DISPUTES, {"count": "capped", "page_size": 2}).json()
    assert (counted["count"], counted["count_is_capped"]) == (7, False)


def test_the_same_list_is_not_sent_twice(as_program, clerk, many):
    program = as_program(clerk)
    first = program.get(DISPUTES)
    assert first["ETag"].startswith('W/"')
    again = program.get(DISPUTES, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    lives.do(many[0], "accept", clerk)
    assert program.get(DISPUTES, If_None_Match=first["ETag"]).status_code == 200


def test_the_tag_moves_with_the_day_because_limits_do(as_program, clerk, case, time_machine):
    program = as_program(clerk)
    tag = program.get(DISPUTES)["ETag"]
    time_machine.move_to(timezone.now() + dt.timedelta(days=1))
    assert program.get(DISPUTES, If_None_Match=tag).status_code == 200


@pytest.mark.parametrize("count", [1, 7])
def test_the_number_of_queries_does_not_grow_with_the_page(as_program, clerk, own_village, count):
    for _ in range(count):
        lives.register(clerk, division=own_village)
    program = as_program(clerk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert program.get(DISPUTES, {"count": "capped"}).status_code == 200
    assert len(queries) <= QUERIES, [q["sql"][:90] for q in queries]


def test_a_person_may_read_it_with_their_own_session(client, clerk, case):
    client.force_login(clerk)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(DISPUTES)
    assert [row["code"] for row in answer.json()["results"]] == [case.code]
    assert len(queries) <= QUERIES


def test_a_case_at_the_township_itself_has_no_township_above(as_program, clerk, own_village, own_township):
    lives.register(clerk, division=own_village)
    lives.register(clerk, division=own_township)
    lives.register(clerk, division=place(SIBLING_VILLAGE))
    rows = as_program(clerk).get(DISPUTES).json()["results"]
    assert [(row["place"]["name"], row["place"]["township"]) for row in rows] == [
        ("上秦村", "上秦镇"), ("上秦镇", None), ("徐赵寨村", "上秦镇"),
    ]  # fmt: skip


def test_cards_and_instructions_are_conditions_here_too(as_program, many, township, supervisor, leader):
    lives.do(many[0], "supervise", supervisor, kind="red", reason="请受理。")
    lives.do(many[1], "instruct", leader, text="请包抓。")
    program = as_program(township)

    def codes(**query):
        return [row["code"] for row in program.get(DISPUTES, query).json()["results"]]

    assert codes(card="red") == codes(card="unanswered") == [many[0].code]
    assert codes(instruction="waiting") == [many[1].code] and codes(sponsor="any") == []
    assert program.get(DISPUTES, {"card": "purple"}).status_code == 400
