"""The people of the shared cast, and the county's dispatcher, who may change every township's posts."""

import pytest

from accounts.choices import Role
from tests.factories import COUNTY


@pytest.fixture
def county_dispatcher(person):
    return person("county_dispatcher", "高志远", Role.DISPATCHER, COUNTY)
