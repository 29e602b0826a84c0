"""The six of each village over REST, in the caller's reach, on any day."""

import datetime as dt

import pytest
from django.utils import timezone

from posts.choices import PostKind
from tests.api.conftest import V1, as_program
from tests.factories import NEIGHBOUR_VILLAGE, OWN_TOWNSHIP, OWN_VILLAGE
from tests.posts.factories import LeaveFactory, OfficerFactory, PostHoldingFactory, SubstitutionFactory

pytestmark = pytest.mark.django_db
POSTS = f"{V1}/posts/"
ONE = dt.timedelta(days=1)
__all__ = ["as_program"]


def test_a_village_has_six_and_a_gap_has_no_holder(as_program, clerk):
    held = PostHoldingFactory(officer=OfficerFactory(name="令狐法官", phone="0936-8212345"))
    (village,) = as_program(clerk).get(POSTS, {"village": OWN_VILLAGE}).json()["results"]
    assert (village["code"], village["township"]) == (OWN_VILLAGE, OWN_TOWNSHIP)
    assert [seat["kind"] for seat in village["posts"]] == PostKind.values
    judge, *others = village["posts"]
    assert (judge["holder"]["name"], judge["holder"]["phone"], judge["since"]) == (
        "令狐法官", "0936-8212345", f"{held.starts_on}",
    )  # fmt: skip
    assert all(seat["holder"] is None and seat["since"] is None for seat in others)


def test_any_day_of_the_past(as_program, clerk):
    today = timezone.localdate()
    before = PostHoldingFactory(officer__name="令狐从前", ends_on=today - ONE)
    PostHoldingFactory(officer__name="司马现在", starts_on=today)
    ask = {"village": OWN_VILLAGE, "kind": "judge"}
    for day, name in ((before.ends_on, "令狐从前"), (today, "司马现在")):
        answer = as_program(clerk).get(POSTS, {**ask, "on": f"{day}"}).json()
        assert (answer["on"], answer["results"][0]["posts"][0]["holder"]["name"]) == (f"{day}", name)


def test_who_stands_in_and_until_when(as_program, clerk):
    today = timezone.localdate()
    held = PostHoldingFactory()
    LeaveFactory(officer=held.officer, starts_on=today, ends_on=today + ONE)
    SubstitutionFactory(holding=held, officer__name="司马代理", starts_on=today, ends_on=today)
    seat = as_program(clerk).get(POSTS, {"village": OWN_VILLAGE}).json()["results"][0]["posts"][0]
    assert (seat["substitute"]["name"], seat["away_until"]) == ("司马代理", f"{today + ONE}")


def test_only_villages_in_reach_page_by_page(as_program, clerk, county_clerk):
    first = as_program(clerk).get(POSTS, {"page_size": "10"}).json()
    second = as_program(clerk).get(first["next"]).json()
    codes = [one["code"] for one in first["results"] + second["results"]]
    assert len(codes) == len(set(codes)) == 15 and second["next"] is None
    assert all(code.startswith(OWN_TOWNSHIP[:9]) for code in codes)
    assert as_program(clerk).get(POSTS, {"village": NEIGHBOUR_VILLAGE}).json()["results"] == []
    assert len(as_program(county_clerk).get(POSTS, {"village": NEIGHBOUR_VILLAGE}).json()["results"]) == 1


@pytest.mark.parametrize(
    "query", [{"on": "2026-3-1"}, {"on": "2026-02-30"}, {"on": "0001-01-01"}, {"kind": "mayor"}, {"x": "1"}]
)
def test_what_cannot_be_read_is_a_400_that_names_it(as_program, clerk, query):
    answer = as_program(clerk).get(POSTS, query)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(query)


def test_a_known_answer_is_not_sent_again(as_program, clerk):
    first = as_program(clerk).get(POSTS)
    again = as_program(clerk).get(POSTS, If_None_Match=first["ETag"])
    assert again.status_code == 304
    PostHoldingFactory()
    assert as_program(clerk).get(POSTS, If_None_Match=first["ETag"]).status_code == 200


def test_few_statements_however_many_villages(as_program, clerk, django_assert_max_num_queries):
    for kind in PostKind:
        PostHoldingFactory(kind=kind)
    program = as_program(clerk)
    program.get(POSTS)
    with django_assert_max_num_queries(7):
        program.get(POSTS)
