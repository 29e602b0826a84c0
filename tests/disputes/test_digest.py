"""The cases in the daily digest: every count opens the list that shows as many."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from disputes.choices import Status
from disputes.digest import lines
from disputes.models import Dispute, MediationSession
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place
from tests.pages import find, signed_in, tree_of, words


def said(user: Any) -> dict[str, int]:
    return {line.label: line.count for line in lines(user) if line.count}


@pytest.fixture
def pressing(clerk: Any, dispatcher: Any, mediator: Any) -> list[Dispute]:
    """Cases under mediation, due two days ago, today, in three days and in four."""
    cases = []
    for days in (-2, 0, 3, 4):
        case = lives.register(clerk, division=place(OWN_VILLAGE))
        case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
        Dispute.objects.filter(pk=case.pk).update(next_due_on=timezone.localdate() + dt.timedelta(days=days))
        cases.append(case)
    return cases


def test_a_mediator_reads_what_is_due_and_when(pressing: Any, mediator: Any, other_mediator: Any) -> None:
    assert said(mediator) == {"待办超期": 1, "今日到期": 1, "3 日内到期": 1, "其他待办": 1}
    assert said(other_mediator) == {}


def test_who_looks_on_reads_what_is_late(pressing: Any, leader: Any, supervisor: Any) -> None:
    assert said(leader) == said(supervisor) == {"超期未办": 1, "临期": 2}


@pytest.mark.parametrize("fixture", ["mediator", "leader", "clerk", "township"])
def test_every_count_opens_its_list(pressing: Any, request: Any, fixture: str) -> None:
    user = request.getfixturevalue(fixture)
    client = signed_in(user)
    for line in lines(user):
        if line.count:
            tree = tree_of(client.get(line.url))
            assert words(find(tree, "div.pager b")[0]) == str(line.count), line


def test_meetings_of_today_are_counted(pressing: Any, mediator: Any) -> None:
    case = lives.do(pressing[1], "record_session", mediator, record="双方愿意再谈。", next_at=timezone.now())
    assert MediationSession.objects.filter(dispute=case, next_at__isnull=False).exists()
    assert said(mediator)["今天约好的调解"] == 1


@pytest.mark.parametrize("fixture", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_read_nothing_of_cases(pressing: Any, request: Any, fixture: str) -> None:
    assert said(request.getfixturevalue(fixture)) == {}


def test_three_queries_a_person(pressing: Any, mediator: Any, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(4):  # the first is for the roles
        list(lines(mediator))
