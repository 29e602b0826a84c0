"""Cases for the tests of disputes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from disputes.models import Dispute
from grids.models import Division
from tests.disputes import lives


@pytest.fixture
def case(clerk: User, own_village: Division) -> Dispute:
    """A case just registered in a village of 上秦镇."""
    return lives.register(clerk, division=own_village)


@pytest.fixture
def neighbours_case(neighbouring_clerk: User, neighbour_township: Division) -> Dispute:
    """A case of 党寨镇, out of scope for everyone of 上秦镇."""
    village = Division.objects.filter(parent=neighbour_township).first()
    return lives.register(neighbouring_clerk, division=village)


@pytest.fixture
def case_in(case: Dispute, clerk: User, dispatcher: User, mediator: User) -> Callable[[str], Dispute]:
    """``case_in(Status.MEDIATING)``: the case, walked there by the real verbs."""

    def make(status: str, **more: Any) -> Dispute:
        return lives.bring(case, status, clerk=clerk, dispatcher=dispatcher, mediator=mediator)

    return make
