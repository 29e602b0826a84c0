"""Duty over REST, in the caller's branch."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.api.conftest import V1, as_program
from tests.rosters.conftest import MONDAY, on_duty, resides

pytestmark = pytest.mark.django_db
ROSTERS = f"{V1}/rosters/"
__all__ = ["as_program"]


def test_today_is_told_by_window(as_program, clerk, labour, judges):
    today = timezone.localdate()
    on_duty(labour, day=today, name="李强", half="am")
    on_duty(judges, day=today - dt.timedelta(days=1), name="赵敏")
    answer = as_program(clerk).get(ROSTERS).json()
    assert (answer["centre"]["code"], answer["first"], answer["last"]) == (labour.centre.code, str(today), str(today))
    assert [(one["window"], len(one["shifts"])) for one in answer["residencies"]] == [("1", 0), ("3", 1)]
    shift = answer["residencies"][1]["shifts"][0]
    assert (shift["name"], shift["half"], shift["starts_at"]) == ("李强", "am", f"{today}T08:30:00+08:00")


def test_a_week_is_monday_to_sunday(as_program, clerk, labour):
    for n in (-1, 0, 6, 7):
        on_duty(labour, day=MONDAY + dt.timedelta(days=n))
    answer = as_program(clerk).get(ROSTERS, {"week": "2026-W48"}).json()
    days = [shift["day"] for shift in answer["residencies"][0]["shifts"]]
    assert days == ["2026-11-23", "2026-11-29"]


@pytest.mark.parametrize(
    "query", [{"week": "2026-W99"}, {"week": "1999-W01"}, {"day": "11-23"}, {"day": "2026-13-01"}, {"who": "me"},
              {"day": "2026-11-23", "week": "2026-W48"}]
)  # fmt: skip
def test_what_cannot_be_read_is_refused(as_program, clerk, labour, query):
    assert as_program(clerk).get(ROSTERS, query).status_code == 400


def test_a_neighbouring_centre_is_not_there(as_program, clerk, court, neighbour_centre):
    resides(court, neighbour_centre)
    assert as_program(clerk).get(ROSTERS, {"centre": neighbour_centre.code}).status_code == 404
    assert as_program(clerk).get(ROSTERS, {"centre": "NOWHERE"}).status_code == 404


def test_without_residences_there_is_no_centre(as_program, clerk):
    assert as_program(clerk).get(ROSTERS).json()["centre"] is None


def test_security_and_audit_read_nothing(as_program, security_admin, labour):
    answer = as_program(security_admin).get(ROSTERS)
    assert answer.status_code == 403 or answer.json()["residencies"] == []


def test_what_did_not_change_is_not_sent_again(as_program, clerk, labour):
    program = as_program(clerk)
    etag = program.get(ROSTERS)["ETag"]
    assert program.get(ROSTERS, If_None_Match=etag).status_code == 304
    on_duty(labour, day=timezone.localdate())
    assert program.get(ROSTERS, If_None_Match=etag).status_code == 200
