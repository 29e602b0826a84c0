"""People, not fixtures: each is a real account that holds a role at a real place of 甘州.

上秦镇 is "own", 党寨镇 the neighbour.  ``client`` is Django's; sign in with ``client.force_login(clerk)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_django.plugin import blocking_manager_key as blocker_key

from accounts.choices import Role
from accounts.models import User
from grids.choices import OrganisationKind
from grids.models import Division, Organisation
from mediators.models import Committee
from tests.factories import (
    COUNTY,
    NEIGHBOUR_TOWNSHIP,
    OWN_TOWNSHIP,
    OWN_VILLAGE,
    CommitteeFactory,
    MediatorFactory,
    OrganisationFactory,
    UserFactory,
    place,
)

Person = Callable[..., User]


@pytest.fixture
def person(db: None) -> Person:
    """``person("clerk2", "李秀兰", Role.CLERK, OWN_TOWNSHIP)``: anyone who has no fixture of their own."""

    def make(username: str, name: str, role: str | None = None, at: object = OWN_TOWNSHIP) -> User:
        return UserFactory(username=username, name=name, role=role, role__at=at)

    return make


# ---- Places and organisations


@pytest.fixture
def county(db: None) -> Division:
    return place(COUNTY)


@pytest.fixture
def own_township(db: None) -> Division:
    return place(OWN_TOWNSHIP)


@pytest.fixture
def own_village(db: None) -> Division:
    return place(OWN_VILLAGE)


@pytest.fixture
def neighbour_township(db: None) -> Division:
    return place(NEIGHBOUR_TOWNSHIP)


@pytest.fixture
def committee(db: None) -> Committee:
    """上秦镇人民调解委员会."""
    return CommitteeFactory()


@pytest.fixture
def court(db: None) -> Organisation:
    return OrganisationFactory(code="TEST-FY", name="甘州区人民法院", kind=OrganisationKind.COURT)


@pytest.fixture
def department(db: None) -> Organisation:
    return OrganisationFactory(code="TEST-RSJ", name="甘州区人力资源和社会保障局", kind=OrganisationKind.DEPARTMENT)


# ---- Those who take cases in and send them on


@pytest.fixture
def clerk(person: Person) -> User:
    return person("clerk", "陈晓梅", Role.CLERK, OWN_TOWNSHIP)


@pytest.fixture
def neighbouring_clerk(person: Person) -> User:
    return person("neighbouring_clerk", "何丽华", Role.CLERK, NEIGHBOUR_TOWNSHIP)


@pytest.fixture
def county_clerk(person: Person) -> User:
    return person("county_clerk", "郭建军", Role.CLERK, COUNTY)


@pytest.fixture
def dispatcher(person: Person) -> User:
    return person("dispatcher", "高志远", Role.DISPATCHER, OWN_TOWNSHIP)


@pytest.fixture
def township(person: Person) -> User:
    return person("township", "林永福", Role.TOWNSHIP_CENTRE, OWN_TOWNSHIP)


@pytest.fixture
def village_worker(person: Person) -> User:
    return person("village_worker", "罗桂芳", Role.VILLAGE, OWN_VILLAGE)


@pytest.fixture
def grid_officer(person: Person) -> User:
    return person("grid_officer", "宋小军", Role.GRID_OFFICER, OWN_VILLAGE)


# ---- Those who mediate


@pytest.fixture
def mediator(committee: Committee) -> User:
    return MediatorFactory(committee=committee, name="马秀英", username="mediator").user


@pytest.fixture
def other_mediator(committee: Committee) -> User:
    """Of the same committee."""
    return MediatorFactory(committee=committee, name="杨文斌", username="other_mediator").user


@pytest.fixture
def committee_head(person: Person, committee: Committee) -> User:
    return person("committee_head", "赵国栋", Role.COMMITTEE_HEAD, committee)


# ---- Those who look on, and other bodies


@pytest.fixture
def supervisor(person: Person) -> User:
    return person("supervisor", "许静", Role.SUPERVISOR, COUNTY)


@pytest.fixture
def leader(person: Person) -> User:
    return person("leader", "韩立新", Role.LEADER, COUNTY)


@pytest.fixture
def justice(person: Person) -> User:
    return person("justice", "曹雪", Role.JUSTICE_BUREAU, COUNTY)


@pytest.fixture
def court_liaison(person: Person, court: Organisation) -> User:
    return person("court_liaison", "邓敏", Role.COURT_LIAISON, court)


@pytest.fixture
def department_liaison(person: Person, department: Organisation) -> User:
    return person("department_liaison", "冯涛", Role.DEPARTMENT_LIAISON, department)


# ---- The three administrators


@pytest.fixture
def system_admin(person: Person) -> User:
    return person("system_admin", "蒋斌", Role.SYSTEM_ADMIN, COUNTY)


@pytest.fixture
def security_admin(person: Person) -> User:
    return person("security_admin", "沈洁", Role.SECURITY_ADMIN, COUNTY)


@pytest.fixture
def audit_admin(person: Person) -> User:
    return person("audit_admin", "姚刚", Role.AUDIT_ADMIN, COUNTY)


# ---- Tests that commit


def _commits(item: pytest.Item) -> bool:
    """Whether a test commits; every table is emptied after it."""
    marker = item.get_closest_marker("django_db")
    by_mark = marker is not None and bool(marker.kwargs.get("transaction"))
    return by_mark or bool({"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())))


@pytest.fixture(autouse=True)
def _reference_data(request: pytest.FixtureRequest) -> None:
    """What migrations load, loaded again for a test that commits."""
    if _commits(request.node):
        request.getfixturevalue("transactional_db")
        load_reference_data()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Tests that commit are sorted to the end, but a parameter of the whole session draws some of them forward."""
    result = yield
    if nextitem is not None and _commits(item) and not _commits(nextitem):
        with item.config.stash[blocker_key].unblock():
            load_reference_data()
    return result


def load_reference_data() -> None:
    """Places, categories and working days, when an earlier test emptied their tables."""
    from importlib import import_module

    from django.apps import apps

    from disputes.models import Category

    if not Category.objects.exists():
        for module in REFERENCE_MIGRATIONS:
            import_module(module).load(apps, None)


#: Data migrations, each with a ``load(apps, schema_editor)``.
REFERENCE_MIGRATIONS = (
    "common.migrations.0003_load_state_holidays",
    "grids.migrations.0002_official_divisions_2023",
    "disputes.migrations.0002_categories",
    "centre.migrations.0002_checklists_to_begin_with",
    "mediators.migrations.0007_official_minority_places",
    "disputes.migrations.0010_routing_as_it_was",
)
