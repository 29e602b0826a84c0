"""Each condition finds what it says, within scope; one set for page, export and API."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.http import QueryDict
from django.utils import timezone

from disputes.choices import PartyKind, Status
from disputes.filters import DisputeFilter, capped, period_begins
from disputes.models import Dispute
from tests.disputes import lives
from tests.factories import NEIGHBOUR_TOWNSHIP, NEIGHBOUR_VILLAGE, OWN_TOWNSHIP, OWN_VILLAGE, SIBLING_VILLAGE, place

pytestmark = pytest.mark.django_db


class Asking:
    """The part of a request that the conditions look at."""

    def __init__(self, user):
        self.user = user


def conditions(user, query):
    return DisputeFilter(QueryDict(query), Dispute.objects.visible_to(user), request=Asking(user))


def found(user, query):
    return set(conditions(user, query).qs.values_list("code", flat=True))


@pytest.fixture
def cases(clerk, county_clerk, neighbouring_clerk):
    """a: a plain one; b: risky, of another kind and village, by another person; c: the neighbour's."""
    a = lives.register(clerk, division=place(OWN_VILLAGE), category="0202", summary="两户院墙滴水檐伸出。")
    b = lives.register(
        county_clerk, division=place(SIBLING_VILLAGE), category="1003", risk="high", source="hotline",
        summary="拖欠务工工资 41600 元。", claim="一次付清",
        applicants=[{"kind": PartyKind.PERSON, "name": "王志强", "phone": "13800000009"}],
    )  # fmt: skip
    c = lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    return {"a": a.code, "b": b.code, "c": c.code}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "abc"),
        ("category=02", "ac"),
        ("category=0202", "ac"),
        ("category=02&category=10", "abc"),
        ("category=99", ""),
        (f"township={OWN_TOWNSHIP}", "ab"),
        (f"township={OWN_TOWNSHIP}&township={NEIGHBOUR_TOWNSHIP}", "abc"),
        (f"division={SIBLING_VILLAGE}", "b"),
        (f"division={OWN_TOWNSHIP}", "ab"),
        ("status=registered", "abc"),
        ("status=archived", ""),
        ("source=hotline", "b"),
        ("source=hotline&source=window", "abc"),
        ("risk=high", "b"),
        ("risk=high&risk=low", "abc"),
        ("outcome=written", ""),
        ("period=today", "abc"),
        ("period=week", "abc"),
        ("until=2020-01-01", ""),
        ("since=今天", "abc"),
        ("due=late", ""),
        ("due=none", ""),
        ("open=true", "abc"),
        ("open=false", ""),
        ("registered_by=me", "b"),
        ("mediator=me", ""),
        ("q=滴水檐", "ac"),
        ("q=滴水檐 院墙", "ac"),
        ("q=滴水檐 工资", ""),
        ("q=一次付清", "b"),
        ("q=41600", "b"),
        ("q=檐", "ac"),
        ("q=王志强", ""),
        ("q=%25", ""),
        ("q=_", ""),
        ("tab=accept", "abc"),
        ("tab=assign", ""),
    ],
)
def test_conditions(cases, county_clerk, query, expected):
    assert found(county_clerk, query) == {cases[key] for key in expected}


@pytest.mark.parametrize("typed", ["{0}", "{1}", "{2}", " {0} ", "{3}"])
def test_a_code_is_found_however_it_is_written(cases, county_clerk, typed):
    code = cases["a"]
    ways = (code.lower(), code.removeprefix("GZ"), code.replace("-", ""), code[-4:])
    query = QueryDict(mutable=True)
    query["q"] = typed.format(*ways)
    assert cases["a"] in found(county_clerk, query.urlencode())


def test_conditions_never_reach_beyond_the_scope(cases, clerk):
    for query in ("", f"township={NEIGHBOUR_TOWNSHIP}", f"q={cases['c']}", "q=滴水檐", "tab=accept", "years=all"):
        assert cases["c"] not in found(clerk, query), query


def test_limits_by_group(cases, county_clerk):
    today = timezone.localdate()
    for days, keys in ((-1, "late"), (0, "today"), (1, "soon"), (3, "soon"), (4, "later"), (None, "none")):
        Dispute.objects.update(next_due_on=today + dt.timedelta(days=days) if days is not None else None)
        for key in ("late", "today", "soon", "later", "none"):
            assert bool(found(county_clerk, f"due={key}")) == (key == keys), (days, key)


def test_groups_of_limits_leave_no_gap_and_do_not_overlap(cases, county_clerk):
    for days in range(-2, 7):
        Dispute.objects.update(next_due_on=timezone.localdate() + dt.timedelta(days=days))
        assert sum(bool(found(county_clerk, f"due={key}")) for key in ("late", "today", "soon", "later", "none")) == 1


@pytest.mark.parametrize(
    ("period", "begins"),
    [("today", "2026-11-25"), ("week", "2026-11-23"), ("7d", "2026-11-19"), ("30d", "2026-10-27"),
     ("month", "2026-11-01"), ("year", "2026-01-01")],
)  # fmt: skip
def test_periods(period, begins):
    assert period_begins(period, dt.date(2026, 11, 25)) == dt.date.fromisoformat(begins)


def test_days_are_those_of_beijing(clerk):
    with time_machine.travel(dt.datetime(2026, 11, 22, 16, 30, tzinfo=dt.UTC), tick=False):  # 00:30 on the 23rd
        case = lives.register(clerk, division=place(OWN_VILLAGE))
        assert found(clerk, "since=2026-11-23&until=2026-11-23") == {case.code}
        assert not found(clerk, "until=2026-11-22")


def test_a_range_turned_round_says_so(cases, county_clerk):
    form = conditions(county_clerk, "since=2026-11-23&until=2026-11-01").form
    assert form.errors["until"] == ["止期不能早于起期。"]


@pytest.mark.parametrize("typed", ["13800000001", "622201196805120002", "请找李桂兰 138 0000 0001"])
def test_a_number_of_a_person_is_refused_by_every_user_of_the_conditions(cases, county_clerk, typed):
    query = QueryDict(mutable=True)
    query["q"] = typed
    assert "全局搜索" in conditions(county_clerk, query.urlencode()).form.errors["q"][0]


# ---- the same person


def test_cases_of_the_same_person_by_number_or_phone(clerk, neighbouring_clerk, own_village):
    first = lives.register(clerk, division=own_village)
    by_phone = lives.register(
        clerk, division=own_village, applicants=[{"kind": PartyKind.PERSON, "name": "李某", "phone": "138 0000 0001"}]
    )
    lives.register(
        clerk, division=own_village,
        applicants=[{"kind": PartyKind.PERSON, "name": "李桂兰"}], respondents=[{"kind": PartyKind.PERSON, "name": "某甲"}],
    )  # fmt: skip
    elsewhere = lives.register(neighbouring_clerk, division=place(NEIGHBOUR_VILLAGE))
    applicant = first.applicants[0]
    assert found(clerk, f"party={applicant.uid}") == {first.code, by_phone.code}
    assert not found(clerk, f"party={elsewhere.applicants[0].uid}") & {first.code, elsewhere.code}


def test_a_person_without_number_or_phone_is_not_everyone_without(clerk, own_village):
    bare = {"kind": PartyKind.PERSON, "name": "无号甲"}
    one = lives.register(clerk, division=own_village, applicants=[bare], respondents=[bare])
    lives.register(clerk, division=own_village, applicants=[bare], respondents=[bare])
    assert found(clerk, f"party={one.applicants[0].uid}") == {one.code}


def test_an_unknown_person_has_no_cases(case, clerk):
    assert found(clerk, f"party={uuid.uuid4()}") == set()


# ---- counts


def test_counts_cost_one_statement_and_agree_with_the_rows(cases, county_clerk, django_assert_num_queries):
    asked = conditions(county_clerk, "")
    county_clerk.holdings  # noqa: B018
    with django_assert_num_queries(1):
        counts = asked.counts(also={"again": asked.qs}, keys={"keys": asked.qs.order_by("pk")[:2]})
    assert (counts["all"], counts["accept"], counts["assign"], counts["again"]) == (3, 3, 0, 3)
    assert counts["keys"] == list(Dispute.objects.order_by("pk").values_list("pk", flat=True)[:2])


def test_someone_without_any_role_counts_nothing(cases, person):
    nobody = person("nobody", "无角色")
    assert set(conditions(nobody, "").counts().values()) == {0}


def test_long_counts_are_capped():
    assert capped(10_000) == 10_000
    assert capped(20_001) == "20,000+"


def test_a_suspended_case_counts_as_under_mediation(clerk, dispatcher, mediator, own_village):
    case = lives.register(clerk, division=own_village)
    lives.bring(case, Status.SUSPENDED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    assert found(clerk, "tab=mediating") == {case.code}
