import calendar
import datetime as dt
import random
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from common import workdays
from common.models import Workday
from common.workdays import Calendar

DAY = dt.timedelta(days=1)


# -- the oracle: one day after the other -------------------------------------------------------------------------


def works(days: dict[date, bool], day: date) -> bool:
    return days.get(day, day.weekday() < 5)


def nth_day_by_day(days: dict[date, bool], start: date, n: int) -> date:
    day = start
    while n:
        day += DAY
        n -= works(days, day)
    return day


def roll_day_by_day(days: dict[date, bool], day: date) -> date:
    while not works(days, day):
        day += DAY
    return day


@pytest.fixture(scope="module")
def published() -> dict[date, bool]:
    return {
        day: is_workday
        for year in workdays.published_years()
        for day, (is_workday, _) in workdays.year_from_package(year).items()
    }


@pytest.fixture
def as_published(published, monkeypatch):
    """The questions answered from memory, so that ten thousand of them take a second."""
    snapshot = Calendar.of(published)
    monkeypatch.setattr(workdays, "current", lambda: snapshot)
    return published


def test_ten_thousand_limits_equal_counting_day_by_day(as_published):
    chance = random.Random(20261123)
    for _ in range(10_000):
        start = date(2003, 10, 1) + DAY * chance.randrange(24 * 365)
        n = chance.choice([0, 1, 2, 3, 5, 7, 10, 15, 30, 60])
        expected = nth_day_by_day(as_published, start, n) if n else roll_day_by_day(as_published, start)
        assert workdays.add_workdays(start, n) == expected
        assert workdays.add_days(start, n) == roll_day_by_day(as_published, start + DAY * n)
        assert workdays.count_workdays(start, expected) == sum(
            works(as_published, start + DAY * k) for k in range(1, (expected - start).days + 1)
        )
        if n:
            span = [start + DAY * k for k in range((expected - start).days + 1)]
            assert workdays.is_provisional(start, expected) == any(day not in as_published for day in span)


@settings(max_examples=300)
@given(
    st.dictionaries(st.dates(date(2025, 12, 1), date(2026, 2, 28)), st.booleans()),
    st.dates(date(2025, 11, 1), date(2026, 3, 31)),
    st.integers(1, 40),
)
def test_any_table_with_any_gaps_equals_counting_day_by_day(days, start, n):
    known = Calendar.of(days)
    found = date.fromordinal(known.nth(known.count_up_to(start.toordinal()) + n))
    assert found == nth_day_by_day(days, start, n)
    assert known.is_workday(start.toordinal()) == works(days, start)
    assert known.guesses(start.toordinal(), found.toordinal()) == any(
        start + DAY * k not in days for k in range((found - start).days + 1)
    )


# -- the law --------------------------------------------------------------------------------------------------------


def test_the_first_day_is_not_counted(as_published):
    monday = date(2026, 11, 23)
    assert workdays.add_workdays(monday, 1) == date(2026, 11, 24)
    assert workdays.add_days(monday, 3) == date(2026, 11, 26)


def test_a_limit_of_working_days_over_the_spring_festival(as_published):
    # 2026: off 15 to 23 February, worked on Saturdays 14 and 28.
    assert workdays.add_workdays(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert workdays.add_workdays(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert workdays.add_workdays(date(2026, 2, 27), 1) == date(2026, 2, 28)


def test_a_last_day_off_moves_to_the_next_working_day(as_published):
    assert workdays.add_days(date(2026, 9, 1), 30) == date(2026, 10, 8)
    assert workdays.add_days(date(2026, 9, 1), 30, roll=False) == date(2026, 10, 1)


def test_a_last_day_on_a_worked_saturday_stays(as_published):
    assert workdays.add_days(date(2026, 10, 5), 5) == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 15), 1, date(2026, 2, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
        (date(2026, 3, 31), 12, date(2027, 3, 31)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(as_published, start, months, end):
    assert workdays.add_months(start, months, roll=False) == end


def test_a_month_that_ends_on_a_holiday_rolls_on(as_published):
    assert workdays.add_months(date(2026, 9, 2), 1) == date(2026, 10, 8)


@pytest.mark.parametrize("question", [workdays.add_workdays, workdays.add_days, workdays.add_months])
def test_a_negative_limit_is_refused(as_published, question):
    with pytest.raises(ValueError, match="negative"):
        question(date(2026, 1, 1), -1)


# -- years that are not out yet ------------------------------------------------------------------------------------


def test_a_limit_into_an_unknown_year_is_marked_as_a_guess(as_published):
    start = date(2026, 12, 25)
    end = workdays.add_workdays(start, 7)
    assert end == date(2027, 1, 5)  # Monday to Friday: nobody knows yet which days are off
    assert workdays.is_provisional(start, end)
    assert not workdays.is_provisional(start, date(2026, 12, 31))
    assert workdays.PROVISIONAL_NOTE == "暂按周末推算"


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 10, 31), None),
        (date(2026, 11, 1), 2027),
        (date(2027, 3, 1), 2027),
    ],
)
def test_next_year_is_missed_from_november_on(as_published, today, missing):
    assert workdays.missing_year(today) == missing


def test_an_empty_table_is_all_guesses(monkeypatch):
    monkeypatch.setattr(workdays, "current", lambda: Calendar.of({}))
    assert workdays.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 1)
    assert workdays.is_provisional(date(2026, 9, 30), date(2026, 10, 1))


# -- the table ------------------------------------------------------------------------------------------------------


@pytest.fixture
def table(db):
    """The table as migrations leave it."""
    workdays.forget()
    yield
    workdays.forget()


def test_every_published_day_is_in_the_table_with_its_source(table):
    years = workdays.published_years()
    assert Workday.objects.count() == sum(366 if calendar.isleap(year) else 365 for year in years)
    festival = Workday.objects.get(day=date(2026, 2, 17))
    assert (festival.is_workday, festival.note, festival.source) == (False, "春节", workdays.STATE_SOURCE)
    assert Workday.objects.get(day=date(2026, 2, 14)).note == "春节调休上班"


def test_the_index_counts_working_days_so_that_sql_needs_one_look_up(table):
    start = Workday.objects.get(day=date(2026, 9, 30))
    found = Workday.objects.get(is_workday=True, index=start.index + 7)
    assert found.day == workdays.add_workdays(start.day, 7) == date(2026, 10, 15)
    assert Workday.objects.earliest("day").index == 0  # New Year's Day


def test_loading_again_changes_nothing(table):
    assert workdays.load_published() == []


def test_a_year_the_table_lacks_comes_with_the_next_migrate(table):
    Workday.objects.filter(day__year=2026).delete()
    call_command("migrate", verbosity=0)
    assert workdays.missing_year(date(2026, 10, 1)) is None
    assert workdays.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 8)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_the_table_survives_the_flush_between_transactional_tests(time):
    workdays.forget()
    assert not workdays.is_provisional(date(2026, 1, 1), date(2026, 12, 31))


def test_a_decision_of_the_county_counts_at_once_and_renumbers(table):
    start = date(2026, 11, 23)
    assert workdays.add_workdays(start, 1) == date(2026, 11, 24)
    workdays.set_day(date(2026, 11, 24), False, note="县庆", source="甘州区政府通知")
    assert workdays.add_workdays(start, 1) == date(2026, 11, 25)
    today = Workday.objects.get(day=start).index
    assert list(Workday.objects.filter(day__gt=start)[:2].values_list("index", flat=True)) == [today, today + 1]
    assert workdays.load_published() == []
    assert not Workday.objects.get(day=date(2026, 11, 24)).is_workday


def test_a_change_made_elsewhere_is_noticed_within_half_a_minute(table, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(workdays.time, "monotonic", lambda: clock[0])
    assert workdays.is_workday(date(2026, 11, 24))
    Workday.objects.filter(day=date(2026, 11, 24)).update(is_workday=False)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE common_workday SET "index" = "index" - 1 WHERE day >= \'2026-11-24\'')
    assert workdays.is_workday(date(2026, 11, 24))
    clock[0] += workdays.RECHECK_SECONDS
    assert not workdays.is_workday(date(2026, 11, 24))


def test_an_unchanged_table_is_not_read_again(table, monkeypatch, django_assert_num_queries):
    clock = [1000.0]
    monkeypatch.setattr(workdays.time, "monotonic", lambda: clock[0])
    workdays.current()
    with django_assert_num_queries(0):
        workdays.add_workdays(date(2026, 1, 1), 7)
    clock[0] += workdays.RECHECK_SECONDS
    with django_assert_num_queries(1):
        workdays.add_workdays(date(2026, 1, 1), 7)


def test_a_notice_sets_a_whole_year(table, tmp_path):
    notice = tmp_path / "2027.csv"
    notice.write_text("2027-01-01,放假,元旦\n2027-01-02,放假,元旦\n2027-01-03,上班,元旦\n\n", encoding="utf-8-sig")
    call_command("load_workdays", str(notice), source="国办发明电〔2026〕1号")
    assert not workdays.is_provisional(date(2026, 12, 25), date(2027, 12, 31))
    assert workdays.add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 3)
    assert Workday.objects.get(day=date(2027, 1, 3)).source == "国办发明电〔2026〕1号"
    assert workdays.missing_year(date(2026, 11, 1)) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2027-01-01,放假\n2027-13-01,放假,元旦", "第 1 行应为“日期,放假或上班,节日”。\n第 2 行"),
        ("2027-01-01,休息,元旦", "第 1 行"),
        ("2027-01-01,放假,元旦\n2028-01-01,放假,元旦", "恰好列出一个年份"),
        ("", "恰好列出一个年份"),
        ("2027-01-01,放假,元旦\n2027-01-01,上班,元旦", "既放假又上班"),
    ],
)
def test_a_broken_notice_is_refused_whole(table, tmp_path, text, sentence):
    notice = tmp_path / "notice.csv"
    notice.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=sentence):
        call_command("load_workdays", str(notice))
    assert not Workday.objects.filter(day__year=2027).exists()


def test_half_a_year_is_refused(table):
    days = workdays.year_from_notice(2027, off={}, on={})
    days.pop(date(2027, 12, 31))
    with pytest.raises(ValueError, match="每一天"):
        workdays.set_year(2027, days, "x")
