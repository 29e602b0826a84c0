"""The rules that come with the portal say what the code said before them, for every kind, place and weight."""

import itertools

import pytest

from disputes.assignment import Matter, Pool, TypedSide, routing
from disputes.choices import PartyKind, Risk
from disputes.models import Category
from grids.choices import DivisionKind, Level
from grids.models import Division
from mediators.choices import CommitteeKind
from mediators.models import Committee
from tests.disputes.routing_before import choose
from tests.factories import COUNTY, OWN_TOWNSHIP, OWN_VILLAGE, CommitteeFactory, OrganisationFactory

pytestmark = pytest.mark.django_db

#: Without a committee of its own, so that its cases climb: a village, and a whole township.
WITHOUT = {"620702101206", "620702102000"}
TRADES = (
    ("T-H1", []),
    ("T-H2", ["15"]),
    ("T-H3", ["10", "11"]),
    ("T-H4", ["0404", "0405"]),
    ("T-H5", ["17"]),
    ("T-H6", []),
)
SIDES = (
    (2, ()),
    (2, (TypedSide(kind=PartyKind.PERSON), TypedSide(kind=PartyKind.ORGANISATION))),
    (9, (TypedSide(kind=PartyKind.PERSON),)),
    (10, (TypedSide(kind=PartyKind.PERSON),)),
)


@pytest.fixture
def everyone():
    """A committee for nearly every place of the district, and some trades."""
    kinds = {Level.VILLAGE: CommitteeKind.VILLAGE, Level.TOWNSHIP: CommitteeKind.TOWNSHIP}
    rows = [
        Committee(organisation=OrganisationFactory(code=f"T-{place.pk}", kind="committee", division=place), kind=kinds[place.level])
        for place in Division.objects.filter(level__in=kinds, path__contains=f"/{COUNTY}/").exclude(pk__in=WITHOUT)
        if place.kind != DivisionKind.OTHER
    ]  # fmt: skip
    for code, fields in TRADES:
        rows.append(
            Committee(organisation=OrganisationFactory(code=code, kind="committee"), kind="trade", fields=fields)
        )
    Committee.objects.bulk_create(rows)


def matters(places):
    categories = list(Category.objects.select_related("parent"))
    for category, place, risk, (people, sides) in itertools.product(categories, places, ["", *Risk], SIDES):
        yield Matter(category, place, "", risk, people, sides)


def compare(places):
    rules = routing.rules_in_force()
    pool = Pool([Matter(None, place) for place in places], loads=False)
    count = 0
    for matter in matters(places):
        near = pool.near(matter.division.path)
        way = routing.route(matter, rules, near)
        assert (way.committee, way.reasons) == choose(matter, near.by_key.values()), (
            matter.category,
            matter.division,
            matter.risk,
        )
        count += 1
    return count


def test_every_kind_place_and_weight_goes_where_it_went_before(everyone):
    places = list(Division.objects.filter(path__contains=f"/{COUNTY}/").select_related("parent"))
    assert len(places) > 300
    # Villages differ in nothing but their committees: every kind of dispute in some of them, some kinds in all.
    few = [one for one in places if one.level != Level.VILLAGE or one.parent_id in (OWN_TOWNSHIP, "620702102000")]
    assert compare(few) > 50_000
    rules, pool = routing.rules_in_force(), Pool([Matter(None, place) for place in places], loads=False)
    for matter in (Matter(Category.objects.get(pk="0202"), place, "", risk) for place in places for risk in Risk):
        near = pool.near(matter.division.path)
        way = routing.route(matter, rules, near)
        assert (way.committee, way.reasons) == choose(matter, near.by_key.values())


@pytest.mark.parametrize("left", ["nothing", "trades alone", "the village alone", "the township alone"])
def test_and_so_it_does_where_committees_are_missing(left, own_village, own_township, county):
    if left == "trades alone":
        CommitteeFactory(at=COUNTY, kind="trade", fields=[])
    elif left == "the village alone":
        CommitteeFactory(at=OWN_VILLAGE, kind="village")
    elif left == "the township alone":
        CommitteeFactory(at=OWN_TOWNSHIP)
    assert compare([own_village, own_township, county])


def test_one_version_ships_published_with_its_reason():
    rules = routing.rules_in_force()
    assert [rule.sentence for rule in rules] == [
        "有对口的行业性、专业性调委会的，派给该调委会。",
        "风险中以上的，派给乡镇（街道）调委会。",
        "涉及 10 人以上的，派给乡镇（街道）调委会。",
        "有一方是单位的，派给乡镇（街道）调委会。",
        "其他所有纠纷，派给村（社区）调委会。",
    ]
