import calendar
import datetime as dt
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from common import outbox, workdays
from common.daycount import Calendar
from common.holidays import published_years, year_from_notice, year_from_package
from common.models import CountyDay, Outbox, Workday
from common.signals import workdays_changed
from common.workdays_oracle import Naive, compare

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def published() -> dict[date, bool]:
    return {day: is_workday for year in published_years() for day, (is_workday, _) in year_from_package(year).items()}


@pytest.fixture
def as_published(published, monkeypatch):
    """The questions answered from memory, so that ten thousand of them take a second."""
    snapshot = Calendar.of(published)
    monkeypatch.setattr(workdays, "current", lambda: snapshot)
    return published


def test_a_hundred_thousand_limits_equal_counting_day_by_day(as_published):
    found = compare(as_published, 100_000, seed=20261123)
    for name, asked in found.asked.items():
        print(f"{name:<15} {found.agreed[name]:>9,} / {asked:,}")
    assert found.is_whole, found.differences
    assert set(found.asked.values()) == {100_000} and len(found.asked) == 6
    assert min(found.kinds.values()) > 10_000 and len(found.kinds) == 7


@pytest.mark.parametrize("wrong", ["first day counted", "last day not rolled", "holidays as weekdays"])
def test_the_comparison_finds_the_usual_mistakes(as_published, monkeypatch, wrong):
    right = workdays.add_workdays, workdays.add_days
    match wrong:
        case "first day counted":
            monkeypatch.setattr(workdays, "add_workdays", lambda start, n: right[0](start - DAY, n))
        case "last day not rolled":
            monkeypatch.setattr(workdays, "add_days", lambda start, n: right[1](start, n, roll=False))
        case "holidays as weekdays":
            monkeypatch.setattr(workdays, "current", lambda: Calendar.of({}))
    found = compare(as_published, 300, seed=1)
    assert not found.is_whole and found.differences


@settings(max_examples=300)
@given(
    st.dictionaries(st.dates(date(2025, 12, 1), date(2026, 2, 28)), st.booleans()),
    st.dates(date(2025, 11, 1), date(2026, 3, 31)),
    st.integers(1, 40),
)
def test_any_table_with_any_gaps_equals_counting_day_by_day(days, start, n):
    known = Calendar.of(days)
    naive = Naive(days)
    found = date.fromordinal(known.nth(known.count_up_to(start.toordinal()) + n))
    assert found == naive.add_workdays(start, n)
    assert known.is_workday(start.toordinal()) == naive.works(start)
    assert known.guesses(start.toordinal(), found.toordinal()) == naive.is_provisional(start, found)


@settings(max_examples=300)
@given(
    st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 31)), min_size=1),
    st.dates(date(2025, 12, 15), date(2026, 3, 20)),
    st.integers(0, 40),
    st.integers(0, 3),
)
def test_a_holiday_never_brings_a_date_forward(holidays, start, n, months):
    """The longer the holiday, the later the limit: due dates, and warnings counted from them, only ever move back."""

    def answers(days):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workdays, "current", lambda: Calendar.of(days))
            due = workdays.add_workdays(start, n)
            dues = [due, workdays.add_days(start, n), workdays.add_months(start, months), workdays.next_workday(start)]
            return dues + [workdays.add_workdays(end, k) for end in dues for k in (1, 3)]

    usual = {day: day.weekday() < 5 for day in (date(2025, 12, 1) + DAY * k for k in range(180))}
    for without, with_holidays in zip(answers(usual), answers(usual | dict.fromkeys(holidays, False)), strict=True):
        assert with_holidays >= without


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
    years = published_years()
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


def a_year(off, on=()):
    return year_from_notice(2027, off=dict.fromkeys(off, "元旦"), on=dict.fromkeys(on, "元旦"))


def told():
    """How many changes were told, each of them at once and once more later."""
    return Outbox.objects.filter(topic=workdays.TOPIC).count() / 2


def load(off=(date(2027, 1, 1),), on=(date(2027, 1, 3),), **more):
    return workdays.set_year(2027, a_year(off, on), "国办发明电〔2026〕1号", **more)


def test_a_loaded_year_is_no_guess_any_more(table):
    plan = load()
    assert not workdays.is_provisional(date(2026, 12, 25), date(2027, 12, 31))
    assert workdays.add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 3)
    assert Workday.objects.get(day=date(2027, 1, 3)).source == "国办发明电〔2026〕1号"
    assert workdays.missing_year(date(2026, 11, 1)) is None
    assert [(change.day, change.reckoned, change.after) for change in plan.changes] == [
        (date(2027, 1, 1), True, False),
        (date(2027, 1, 3), False, True),
    ]
    assert (plan.learnt, plan.from_day) == (365, date(2027, 1, 1))


def test_the_same_year_again_writes_nothing(table):
    load()
    before = list(Workday.objects.values_list("day", "index", "changed_at"))
    assert load().is_empty
    assert list(Workday.objects.values_list("day", "index", "changed_at")) == before
    assert told() == 1


def test_a_corrected_notice_changes_only_what_differs(table):
    load()
    plan = load(off=(date(2027, 1, 1), date(2027, 1, 4)))
    assert [change.day for change in plan.changes] == [date(2027, 1, 4)]
    assert (plan.learnt, plan.from_day) == (0, date(2027, 1, 4))


def test_a_change_that_was_not_the_one_shown_is_refused(table):
    shown = workdays.plan_year(2027, a_year([date(2027, 1, 1)]), "x")
    load()
    with pytest.raises(workdays.PlanChanged):
        workdays.set_year(2027, a_year([date(2027, 1, 1)]), "x", expected=shown.digest)


def test_a_notice_may_begin_in_the_year_before(table):
    """As the one of 2012 did: 31 December 2011 was worked."""
    days = year_from_notice(2027, off={date(2027, 1, 1): "元旦"}, on={date(2026, 12, 27): "元旦"})
    assert workdays.set_year(2027, days, "x").from_day == date(2026, 12, 27)
    assert workdays.is_workday(date(2026, 12, 27))
    with pytest.raises(ValueError, match="不在 2027 年"):
        year_from_notice(2027, off={date(2026, 12, 1): "元旦"}, on={})


def test_half_a_year_is_refused(table):
    days = a_year([])
    days.pop(date(2027, 12, 31))
    with pytest.raises(ValueError, match="每一天"):
        workdays.set_year(2027, days, "x")


# -- decisions of the county ----------------------------------------------------------------------------------------

COUNTY_DAY = date(2026, 11, 24)


def decide(day=COUNTY_DAY, is_workday=False, note="县庆"):
    return workdays.set_day(day, is_workday, note=note, source="甘政发〔2026〕3号", reason="建县纪念日")


def test_a_decision_is_withdrawn_to_what_the_notice_says(table):
    was = Workday.objects.values_list("is_workday", "note", "source").get(day=COUNTY_DAY)
    decide()
    assert workdays.withdraw_day(COUNTY_DAY)
    assert Workday.objects.values_list("is_workday", "note", "source").get(day=COUNTY_DAY) == was
    assert not CountyDay.objects.exists() and not workdays.withdraw_day(COUNTY_DAY)


def test_a_decision_in_an_unknown_year_is_withdrawn_to_a_guess(table):
    decide(date(2027, 3, 1))
    assert not workdays.is_provisional(date(2027, 3, 1), date(2027, 3, 1))
    workdays.withdraw_day(date(2027, 3, 1))
    assert workdays.is_provisional(date(2027, 3, 1), date(2027, 3, 1))


def test_a_decision_outlives_the_notice_that_is_loaded_after_it(table):
    decide(date(2027, 3, 1))
    plan = load()
    assert [row.day for row in plan.kept] == [date(2027, 3, 1)]
    assert not workdays.is_workday(date(2027, 3, 1))
    row = CountyDay.objects.get()
    assert (row.stated_workday, row.stated_source) == (True, "国办发明电〔2026〕1号")
    workdays.withdraw_day(date(2027, 3, 1))
    assert workdays.is_workday(date(2027, 3, 1))
    assert Workday.objects.get(day=date(2027, 3, 1)).source == "国办发明电〔2026〕1号"


def test_a_reload_may_withdraw_decisions_by_name(table):
    decide(date(2027, 3, 1))
    decide(date(2027, 3, 2))
    plan = load(withdraw=[date(2027, 3, 1)])
    assert [row.day for row in plan.withdrawn] == [date(2027, 3, 1)]
    assert workdays.is_workday(date(2027, 3, 1)) and not workdays.is_workday(date(2027, 3, 2))


def test_a_year_known_only_by_a_decision_is_still_brought_by_a_newer_package(table):
    Workday.objects.filter(day__year=2026).delete()
    decide()
    assert workdays.load_published() == [2026]
    assert not workdays.is_workday(COUNTY_DAY) and CountyDay.objects.get().stated_workday
    assert workdays.missing_year(date(2026, 10, 1)) is None


# -- telling others -------------------------------------------------------------------------------------------------


@pytest.fixture
def heard(table):
    """The days from which ``workdays_changed`` said to work things out again."""
    days = []

    def hear(sender, from_day, **kwargs):
        days.append((from_day, workdays.is_workday(from_day)))

    workdays_changed.connect(hear)
    yield days
    workdays_changed.disconnect(hear)


def test_a_change_is_told_after_the_commit_from_its_first_day_on(heard):
    decide()
    assert heard == []
    outbox.relay()
    assert heard == [(COUNTY_DAY, False)]
    workdays.withdraw_day(COUNTY_DAY)
    load()
    outbox.relay()
    assert heard[1:] == [(COUNTY_DAY, True), (date(2027, 1, 1), False)]


def test_a_change_that_is_rolled_back_is_told_to_nobody(heard):
    with pytest.raises(RuntimeError), transaction.atomic():
        decide()
        raise RuntimeError
    outbox.relay()
    assert heard == [] and workdays.is_workday(COUNTY_DAY)


def test_whoever_is_told_reads_the_calendar_anew(heard, monkeypatch):
    decide()
    stale = Calendar.of({})
    monkeypatch.setattr(workdays, "_kept", (stale, (), workdays.time.monotonic()))
    assert workdays.is_workday(COUNTY_DAY)
    outbox.relay()
    assert heard == [(COUNTY_DAY, False)]


def test_a_receiver_that_fails_is_told_again(heard):
    fails = [True]

    def fail_once(sender, **kwargs):
        if fails.pop():
            raise OSError("out of order")

    workdays_changed.connect(fail_once)
    decide()
    outbox.relay()
    fails.append(False)
    Outbox.objects.filter(attempts__gt=0).update(due_at=timezone.now())
    outbox.relay()
    workdays_changed.disconnect(fail_once)
    assert len(heard) == 2 and Outbox.objects.exclude(done_at=None).count() == 1


def test_another_name_or_source_alone_is_told_to_nobody(table):
    load()
    workdays.set_year(2027, a_year([date(2027, 1, 1)], [date(2027, 1, 3)]), "another")
    decide()
    decide(note="建县纪念日")
    assert told() == 2  # the year, the first decision


def test_what_others_worked_out_with_what_they_remembered_is_worked_out_again(heard):
    """A process may not have noticed the change when it starts a clock: after a minute everything is told once more."""
    decide()
    outbox.relay()
    assert len(heard) == 1
    waiting = Outbox.objects.get(topic=workdays.TOPIC, done_at=None)
    assert waiting.due_at - timezone.now() > dt.timedelta(seconds=workdays.RECHECK_SECONDS)
    Outbox.objects.filter(pk=waiting.pk).update(due_at=timezone.now())
    outbox.relay()
    assert heard == [(COUNTY_DAY, False)] * 2


def test_filling_an_empty_table_is_told_to_nobody(table):
    Workday.objects.all().delete()
    workdays.load_published()
    assert not Outbox.objects.exists()
