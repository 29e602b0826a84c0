"""Committees and mediators over REST: the page's conditions and scope, read only."""

import pytest

from mediators.models import Mediator
from tests.api.conftest import V1
from tests.api.test_schema import follows
from tests.factories import NEIGHBOUR_TOWNSHIP, CommitteeFactory, CommitteeMemberFactory, MediatorFactory

pytestmark = pytest.mark.django_db
COMMITTEES, MEDIATORS = f"{V1}/committees/", f"{V1}/mediators/"


@pytest.fixture
def two(committee):
    """One of 上秦镇 with a mediator on a seat, one of 党寨镇 with another."""
    own = MediatorFactory(
        committee=committee, user=None, name="单玉霞", kind="lawyer", languages=["zh", "mn"], specialities=["01"]
    )
    CommitteeMemberFactory(mediator=own, post="chair", is_woman=True)
    committee.fields = ["02"]
    committee.save()
    foreign = MediatorFactory(committee=CommitteeFactory(at=NEIGHBOUR_TOWNSHIP), user=None, name="呼延灼灼")
    return own, foreign


def names(program, url, query=None):
    answer = program.get(url, query)
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def test_each_sees_those_of_their_branch(as_program, clerk, supervisor, system_admin, two):
    for url in (COMMITTEES, MEDIATORS):
        assert len(names(as_program(clerk), url)) == 1
        assert len(names(as_program(supervisor), url)) == 2
        assert names(as_program(system_admin), url) == []
    assert "呼延灼灼" not in as_program(clerk).get(MEDIATORS).content.decode()


def test_the_answers_are_as_described(as_program, supervisor, two):
    program = as_program(supervisor)
    committees, mediators = program.get(COMMITTEES).json(), program.get(MEDIATORS).json()
    follows(COMMITTEES, "get", 200, committees)
    follows(MEDIATORS, "get", 200, mediators)
    row = committees["results"][0]
    assert (row["chair"], row["members"], row["women"]) == ("单玉霞", 1, 1)
    assert row["fields"] == [{"code": "02", "name": "邻里"}]
    assert [one["key"] for one in row["warnings"]] == ["too_few"]
    assert mediators["results"][0]["languages"] == [{"code": "zh", "name": "普通话"}, {"code": "mn", "name": "蒙古语"}]


def test_conditions_are_those_of_the_page(as_program, supervisor, two):
    program = as_program(supervisor)
    assert names(program, MEDIATORS, {"language": "mn"}) == names(program, MEDIATORS, {"kind": "lawyer"}) == ["单玉霞"]
    assert names(program, MEDIATORS, {"kind": ["lawyer", "part_time"]}) == ["单玉霞", "呼延灼灼"]
    assert names(program, COMMITTEES, {"warning": "no_members"}) == ["党寨镇人民调解委员会"]
    assert names(program, COMMITTEES, {"township": NEIGHBOUR_TOWNSHIP}) == ["党寨镇人民调解委员会"]


@pytest.mark.parametrize(
    "query", [{"kind": "x"}, {"township": "1"}, {"colour": "red"}, {"page_size": "0"}, {"cursor": "x"}, {"q": ""}]
)
def test_what_cannot_be_read_is_refused(as_program, supervisor, two, query):
    for url in (COMMITTEES, MEDIATORS):
        assert as_program(supervisor).get(url, query).status_code == 400, (url, query)


def test_why_a_status_changed_is_not_told(as_program, supervisor, two):
    Mediator.objects.filter(pk=two[0].pk).update(status="paused", status_reason="被反映问题，核查期间")
    text = as_program(supervisor).get(MEDIATORS).content.decode()
    assert "暂停" in text
    assert "核查" not in text


def test_all_come_page_by_page(as_program, supervisor, committee):
    for n in range(7):
        MediatorFactory(committee=committee, user=None, name=f"田志{n}")
    program, seen, url = as_program(supervisor), [], f"{MEDIATORS}?page_size=3"
    while url:
        answer = program.get(url).json()
        seen += [row["name"] for row in answer["results"]]
        url = answer["next"]
    assert seen == [f"田志{n}" for n in range(7)]


def test_nothing_is_written(as_program, supervisor, two):
    for url in (COMMITTEES, MEDIATORS):
        assert as_program(supervisor).post(url, {"name": "x"}).status_code == 403  # no scope to write there is


def test_a_page_costs_the_same_however_long(as_program, supervisor, committee, django_assert_max_num_queries):
    for n in range(12):
        MediatorFactory(committee=committee, user=None, name=f"田志{n}")
    for code in ("620702101206", "620702101207", "620702107203"):
        CommitteeFactory(at=code, kind="village")
    program = as_program(supervisor)
    for url in (COMMITTEES, MEDIATORS):
        program.get(url)
        with django_assert_max_num_queries(8):
            assert program.get(url).status_code == 200
