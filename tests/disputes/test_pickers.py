"""Places and kinds of dispute by a few letters."""

import pytest

from disputes.models import Category
from grids.models import Division
from tests.factories import COUNTY, NEIGHBOUR_TOWNSHIP, OWN_TOWNSHIP, OWN_VILLAGE

pytestmark = pytest.mark.django_db


def ask(client, url, **query):
    response = client.get(url, query)
    assert response.status_code == 200
    return response.json()


@pytest.fixture
def window(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def county(client, county_clerk):
    client.force_login(county_clerk)
    return client


def values(rows):
    return [row["value"] for row in rows]


# ---- places


@pytest.mark.parametrize("typed", ["徐赵寨", "xzz", "XZZ", "徐", "上秦 徐", "上秦 xz", "sqz xz", OWN_VILLAGE])
def test_a_village_by_name_initials_or_code(window, typed):
    assert OWN_VILLAGE in values(ask(window, "/places/", q=typed))


def test_a_village_is_told_apart_by_its_township(county):
    row = next(row for row in ask(county, "/places/", q="xzz") if row["value"] == OWN_VILLAGE)
    assert row == {
        "value": OWN_VILLAGE,
        "label": "徐赵寨村",
        "hint": "上秦镇",
        "group": "村、社区",
        "text": "上秦镇 徐赵寨村",
    }


def test_only_places_of_ones_own(window):
    for typed in ("党寨", "dz", "甘州", "", NEIGHBOUR_TOWNSHIP):
        rows = ask(window, "/places/", q=typed)
        assert all(value.startswith(OWN_TOWNSHIP[:9]) for value in values(rows)), typed
    assert ask(window, "/places/", q="党寨") == []


def test_nothing_typed_lists_the_clerks_township_first(window):
    rows = ask(window, "/places/")
    assert rows[0]["value"] == OWN_TOWNSHIP and len(rows) <= 20


def test_nothing_typed_lists_the_townships_to_the_county(county):
    rows = ask(county, "/places/")
    assert len(rows) == 20 and {row["group"] for row in rows[1:]} == {"乡镇、街道"}


def test_twenty_rows_at_most_and_the_best_among_them(county):
    rows = ask(county, "/places/", q="s")
    assert len(rows) == 20 and OWN_TOWNSHIP in values(rows)
    groups = [row["group"] for row in rows]
    assert groups == sorted(groups, key=["区", "乡镇、街道", "村、社区"].index), "each group has one heading"


def test_an_abolished_place_is_not_offered(window):
    Division.objects.filter(pk=OWN_VILLAGE).update(abolished_on="2026-01-01")
    assert OWN_VILLAGE not in values(ask(window, "/places/", q="xzz"))


def test_to_register_only_where_one_may_register(client, clerk):
    from accounts.choices import Role
    from tests.factories import RoleHoldingFactory

    RoleHoldingFactory(user=clerk, role=Role.SUPERVISOR, at=COUNTY)
    client.force_login(clerk)
    assert NEIGHBOUR_TOWNSHIP in values(ask(client, "/places/", q="党寨"))
    assert ask(client, "/places/", **{"q": "党寨", "for": "register"}) == []


@pytest.mark.parametrize("who", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_have_no_places(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert ask(client, "/places/", q="上秦") == []


@pytest.mark.parametrize("typed", ["%", "_", "'; --", "上\x00天", "字" * 5000, "\\"])
def test_strange_characters_find_nothing_and_break_nothing(window, typed):
    assert ask(window, "/places/", q=typed) == [] and isinstance(ask(window, "/categories/", q=typed), list)


def test_a_fixed_number_of_queries(county, django_assert_max_num_queries):
    ask(county, "/places/", q="s")
    with django_assert_max_num_queries(5):
        ask(county, "/places/", q="s")


# ---- kinds


def test_the_second_level_stands_under_its_first(window):
    row = next(row for row in ask(window, "/categories/", q="xlps"))
    assert row == {
        "value": "0202",
        "label": "相邻排水、滴水",
        "hint": "",
        "group": "邻里",
        "text": "邻里 › 相邻排水、滴水",
    }


@pytest.mark.parametrize(("typed", "code"), [("zjd", "0301"), ("滴水", "0202"), ("欠薪", "1001"), ("mjjd", "0401")])
def test_by_initials_or_words(window, typed, code):
    assert code in values(ask(window, "/categories/", q=typed))


def test_the_official_kind_can_be_chosen_too(window):
    rows = ask(window, "/categories/", q="邻里")
    assert rows[0] == {"value": "02", "label": "邻里", "hint": "大类", "group": "邻里"}
    assert {row["value"] for row in rows} > {"0201", "0202", "0203"}


def test_nothing_typed_lists_the_eighteen(window):
    assert values(ask(window, "/categories/")) == [f"{n:02d}" for n in range(1, 19)]


def test_a_kind_out_of_use_is_not_offered(window):
    Category.objects.filter(pk="0202").update(is_active=False)
    assert ask(window, "/categories/", q="xlps") == []


def test_strangers_ask_in_vain(client):
    for url in ("/places/", "/categories/"):
        assert client.get(url).status_code == 302
