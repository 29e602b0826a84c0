"""When a person may be disturbed: the border minutes, over midnight, over days off."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from notices.models import Preference
from notices.quiet import next_moment

pytestmark = pytest.mark.django_db
BEIJING = ZoneInfo("Asia/Shanghai")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BEIJING)


def goes(wishes: Preference, moment: str, *, urgent: bool = True) -> str:
    return f"{next_moment(wishes, at(moment), urgent=urgent):%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        ("11-23 07:00:00", "11-23 07:00:00"),
        ("11-23 20:59:59", "11-23 20:59:59"),
        ("11-23 21:00:00", "11-24 07:00:00"),
        ("11-23 23:59:59", "11-24 07:00:00"),
        ("11-24 00:00:00", "11-24 07:00:00"),
        ("11-24 06:59:59", "11-24 07:00:00"),
        ("12-31 22:00:00", "01-01 07:00:00"),
    ],
)
def test_the_night_ends_at_seven(moment: str, then: str) -> None:
    assert goes(Preference(), moment) == then


@pytest.mark.parametrize(
    ("moment", "urgent", "then"),
    [
        ("11-27 22:00:00", True, "11-28 07:00:00"),  # Friday night: Saturday morning, for it is urgent
        ("11-27 22:00:00", False, "11-30 07:00:00"),  # Monday morning
        ("11-28 10:00:00", True, "11-28 10:00:00"),
        ("11-28 10:00:00", False, "11-30 07:00:00"),
        ("10-01 08:00:00", False, "10-08 07:00:00"),  # the whole of National Day
        ("10-10 08:00:00", False, "10-10 08:00:00"),  # a Saturday on which people work
        ("09-20 08:00:00", False, "09-20 08:00:00"),  # a Sunday on which people work
    ],
)
def test_what_is_urgent_breaks_through_days_off_and_waits_for_the_morning(moment: str, urgent: bool, then: str) -> None:
    assert goes(Preference(), moment, urgent=urgent) == then


@pytest.mark.parametrize(
    ("wishes", "moment", "urgent", "then"),
    [
        ({"urgent_at_night": True}, "11-23 22:00:00", True, "11-23 22:00:00"),
        ({"urgent_at_night": True}, "11-23 22:00:00", False, "11-24 07:00:00"),
        ({"urgent_on_days_off": False}, "11-28 10:00:00", True, "11-30 07:00:00"),
        ({"quiet_days_off": False}, "11-28 10:00:00", False, "11-28 10:00:00"),
        ({"quiet_from": dt.time(8), "quiet_until": dt.time(8)}, "11-23 03:00:00", True, "11-23 03:00:00"),
        ({"quiet_from": dt.time(1), "quiet_until": dt.time(5)}, "11-23 01:00:00", True, "11-23 05:00:00"),
        ({"quiet_from": dt.time(1), "quiet_until": dt.time(5)}, "11-23 00:59:59", True, "11-23 00:59:59"),
        ({"quiet_from": dt.time(1), "quiet_until": dt.time(5)}, "11-23 05:00:00", True, "11-23 05:00:00"),
        ({"quiet_from": dt.time(12), "quiet_until": dt.time()}, "11-23 13:00:00", True, "11-24 00:00:00"),
    ],
)
def test_each_rule_can_be_changed(wishes: dict[str, object], moment: str, urgent: bool, then: str) -> None:
    assert goes(Preference(**wishes), moment, urgent=urgent) == then


def test_the_answer_is_a_moment_at_which_one_may_be_disturbed() -> None:
    """Whatever is asked: it is not before, and asking again at the answer gives the answer."""
    wishes = Preference(quiet_from=dt.time(19, 30), quiet_until=dt.time(8, 15))
    for hours in range(0, 24 * 45, 5):
        moment = at("09-15 00:00:00") + dt.timedelta(hours=hours)
        for urgent in (True, False):
            found = next_moment(wishes, moment, urgent=urgent)
            assert found >= moment
            assert next_moment(wishes, found, urgent=urgent) == found


def test_the_time_of_another_zone_is_read_as_beijing_time(clerk: User) -> None:
    moment = at("11-23 22:00:00").astimezone(dt.UTC)
    assert next_moment(Preference(), moment, urgent=True) == at("11-24 07:00:00")
