"""A centre of the district with departments, and one of 上秦镇 and one of 党寨镇; a Monday to work on."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.choices import Role
from grids.choices import OrganisationKind
from grids.models import Organisation
from rosters.choices import Half, ResidencyKind
from rosters.models import DutyShift, Residency
from tests.factories import COUNTY, NEIGHBOUR_TOWNSHIP, OWN_TOWNSHIP, OrganisationFactory, place

#: A week without holidays: 2026-11-23 to 2026-11-29.
MONDAY = dt.date(2026, 11, 23)


def centre_at(code: str) -> Organisation:
    return OrganisationFactory(
        code=f"TEST-ZX-{code}", name=f"{place(code).name}综治中心", kind=OrganisationKind.CENTRE, division=place(code)
    )


def resides(organisation, centre, window="3", kind=ResidencyKind.RESIDENT, **more) -> Residency:
    more = {"since": dt.date(2026, 1, 1), "phone": "0936-8212345", "contact": "周涛"} | more
    return Residency.objects.create(organisation=organisation, centre=centre, window=window, kind=kind, **more)


def on_duty(residency, day=MONDAY, name="李强", half=Half.DAY, user=None) -> DutyShift:
    return DutyShift.objects.create(residency=residency, day=day, name=name, half=half, user=user)


@pytest.fixture
def centre(db):
    return centre_at(COUNTY)


@pytest.fixture
def own_centre(db):
    return centre_at(OWN_TOWNSHIP)


@pytest.fixture
def neighbour_centre(db):
    return centre_at(NEIGHBOUR_TOWNSHIP)


@pytest.fixture
def labour(department, centre) -> Residency:
    """甘州区人社局 at window 3 of the district's centre."""
    return resides(department, centre)


@pytest.fixture
def judges(court, centre) -> Residency:
    """甘州区法院 at window 1."""
    return resides(court, centre, window="1")


@pytest.fixture
def county_dispatcher(person):
    return person("county_dispatcher", "高志远", Role.DISPATCHER, COUNTY)
