"""Every due warning once: at its day, in order, whoever sweeps how often, whatever fails."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from common.models import Outbox
from disputes.choices import Status, SupervisionKind, WarnLevel
from disputes.models import ClockRow, Escalation, Supervision
from disputes.services.sweep import due_by, sweep
from grids.choices import OrganisationKind
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db
NOON = " 12:00:00+08:00"


@pytest.fixture
def at():
    """``at("2026-09-30")``: noon of that day in Beijing."""
    with time_machine.travel(dt.datetime(2026, 9, 30, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield lambda day: traveller.move_to(dt.datetime.fromisoformat(day + NOON))


def levels(case):
    return list(case.escalations.order_by("id").values_list("clock__key", "level"))


def test_a_case_left_alone_climbs_reminder_yellow_red_leader(at, clerk, own_village):
    at("2026-11-02")  # Monday
    case = lives.register(clerk, division=own_village)  # acceptance is due on Tuesday the 3rd
    expected = {
        "2026-11-02": [],
        "2026-11-03": [("accept", WarnLevel.REMIND)],
        "2026-11-04": [("accept", WarnLevel.REMIND), ("accept", WarnLevel.YELLOW)],
        "2026-11-05": [("accept", level) for level in (1, 2, 3)],
        "2026-11-09": [("accept", level) for level in (1, 2, 3)],
        "2026-11-10": [("accept", level) for level in (1, 2, 3, 4)],
        "2026-11-30": [("accept", level) for level in (1, 2, 3, 4)],
    }
    for day, told in expected.items():
        at(day)
        sweep()
        sweep()
        assert levels(case) == told, day
    kinds = list(Supervision.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == [SupervisionKind.YELLOW, SupervisionKind.RED]
    assert Outbox.objects.filter(topic="disputes.escalated").count() == 4


def test_a_sweep_that_was_down_for_days_writes_each_level_it_missed(at, clerk, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    at("2026-11-20")
    assert sweep().levels == {1: 1, 2: 1, 3: 1, 4: 1}
    assert [level for _, level in levels(case)] == [1, 2, 3, 4]
    assert list(case.escalations.order_by("id").values_list("fell_on", flat=True)) == [
        dt.date(2026, 11, day) for day in (3, 4, 5, 10)
    ]


def test_one_sweep_writes_every_level_of_clocks_of_different_age(at, clerk, own_village):
    at("2026-11-02")
    lives.register(clerk, division=own_village)
    at("2026-11-16")
    lives.register(clerk, division=own_village)
    at("2026-11-19")
    expected = due_by(dt.date(2026, 11, 19))
    assert sweep().levels == expected == {1: 2, 2: 2, 3: 2, 4: 1}
    assert due_by(dt.date(2026, 11, 19)) == {}


def test_all_are_read_not_the_newest_hundred(at, clerk, own_village):
    at("2026-11-02")
    cases = [lives.register(clerk, division=own_village) for _ in range(7)]
    at("2026-11-04")
    swept = sweep(size=2)
    assert swept.levels == {1: 7, 2: 7} and swept.batches >= 7
    assert {case.pk for case in cases} == set(Escalation.objects.values_list("dispute_id", flat=True))


def test_a_holiday_makes_no_warning_come_earlier(at, clerk, own_village):
    at("2026-09-30")  # the last working day before 国庆; acceptance is due on 8 October
    case = lives.register(clerk, division=own_village)
    for day in ("2026-10-01", "2026-10-05", "2026-10-07"):
        at(day)
        assert sweep().total == 0, day
    at("2026-10-08")
    assert sweep().levels == {WarnLevel.REMIND: 1}
    at("2026-10-09")
    assert sweep().levels == {WarnLevel.YELLOW: 1}
    assert case.clocks.get().due_on == dt.date(2026, 10, 8)


def test_an_unassigned_case_climbs_like_any_other(at, clerk, own_village):
    at("2026-11-02")
    case = do(lives.register(clerk, division=own_village), "accept", clerk)
    assert case.committee is None
    at("2026-11-05")
    sweep()
    assert ("assign", WarnLevel.RED) in levels(case)


def test_editing_a_case_neither_restarts_a_clock_nor_silences_it(at, clerk, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    at("2026-11-04")
    case = do(case, "amend", clerk, summary="改正错字。", reason="笔误")
    assert sweep().levels == {1: 1, 2: 1}
    do(case, "amend", clerk, summary="再改一次。", reason="笔误")
    assert sweep().total == 0


def test_a_warning_changes_nothing_of_what_it_measures(at, clerk, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    at("2026-11-05")
    before = (case.clocks.get().started_on, case.clocks.get().due_on, case.changed_at, case.version)
    sweep()
    case.refresh_from_db()
    assert (case.clocks.get().started_on, case.clocks.get().due_on, case.changed_at, case.version) == before
    assert case.status == Status.REGISTERED


def test_counting_changes_nothing(at, clerk, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    at("2026-11-05")
    before = ClockRow.objects.filter(dispute=case).values().get()
    assert due_by(dt.date(2026, 11, 5)) == {1: 1, 2: 1, 3: 1}
    assert ClockRow.objects.filter(dispute=case).values().get() == before
    assert not Escalation.objects.exists() and not Outbox.objects.filter(topic="disputes.escalated").exists()


def test_a_due_day_that_moved_is_a_new_chance_to_warn(at, clerk, dispatcher, mediator, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    first = case.clocks.get(key="mediate").due_on  # 2 December
    at("2026-11-27")
    sweep()
    assert ("mediate", WarnLevel.REMIND) in levels(case)
    case = do(case, "suspend", mediator, reason="appraisal")
    at("2026-12-08")
    assert not Escalation.objects.filter(clock__key="mediate", level__gt=1).exists()
    case = do(case, "resume", mediator)
    at("2026-12-09")
    sweep()
    told = Escalation.objects.filter(clock__key="mediate").order_by("id").values_list("level", "due_on")
    assert list(told) == [(1, first), (1, first + dt.timedelta(days=12))]


def test_what_is_paused_or_done_is_left_in_peace(at, clerk, dispatcher, mediator, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    case = lives.bring(case, Status.SUSPENDED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    at("2027-01-20")
    assert sweep().total == 0
    assert case.escalations.count() == 0


def test_a_suspension_past_the_day_that_was_named_is_not_forgotten(at, clerk, dispatcher, mediator, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    case = do(case, "suspend", mediator, reason="appraisal", expected_on=dt.date(2026, 11, 20))
    assert (str(case.next_due_on), case.next_clock) == ("2026-11-20", "resume")
    at("2026-11-19")
    assert sweep().total == 0
    for day, level in {"2026-11-20": 1, "2026-11-25": 2, "2026-12-04": 3, "2026-12-18": 4}.items():
        at(day)
        assert sweep().levels == {level: 1}, day
    case = do(case, "resume", mediator)
    assert not case.supervisions.open().exists() and case.clocks.get(key="resume").met_on
    assert case.next_clock == "mediate"


def test_the_office_that_answers_is_the_committee_else_the_nearest_centre(
    at, clerk, dispatcher, mediator, own_township, own_village, committee
):
    own_centre = OrganisationFactory(kind=OrganisationKind.CENTRE, division=own_township)
    at("2026-11-02")
    waiting = lives.register(clerk, division=own_village)
    handled = lives.register(clerk, division=own_village)
    handled = lives.bring(handled, Status.ASSIGNED, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    at("2026-11-09")
    sweep()
    assert set(waiting.escalations.values_list("office", flat=True)) == {own_centre.pk}
    assert set(handled.escalations.values_list("office", flat=True)) == {committee.organisation_id}


def test_the_card_stands_in_the_timeline(at, clerk, own_village):
    at("2026-11-02")
    case = lives.register(clerk, division=own_village)
    at("2026-11-05")
    sweep()
    lines = list(case.events.order_by("number").values_list("number", "name", "actor_name", "text"))
    assert lines[1:] == [
        (2, "warned", "系统", "受理期限 2026-11-03 届满，发黄牌警示。"),
        (3, "warned", "系统", "受理期限 2026-11-03 届满，发红牌警示。"),
    ]
    case = do(case, "accept", clerk)
    assert case.events.order_by("-number").first().number == 4


def test_the_ledger_and_the_cards_cannot_be_deleted_or_rewritten(at, clerk, own_village):
    at("2026-11-02")
    lives.register(clerk, division=own_village)
    at("2026-11-05")
    sweep()
    for change in (
        lambda: Escalation.objects.all().delete(),
        lambda: Escalation.objects.update(level=1),
        lambda: Supervision.objects.all()._raw_delete("default"),
        lambda: Supervision.objects.update(reason="没有这回事"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_one_clock_at_fault_stops_no_other(at, clerk, own_village):
    at("2026-11-02")
    cases = [lives.register(clerk, division=own_village) for _ in range(5)]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NEW.dispute_id = {cases[2].pk} THEN RAISE EXCEPTION 'broken'; END IF; RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse_one BEFORE INSERT ON disputes_escalation FOR EACH ROW EXECUTE FUNCTION refuse_one()"
        )
    at("2026-11-04")
    swept = sweep()
    assert swept.bad == [cases[2].clocks.get().pk]
    assert set(Escalation.objects.values_list("dispute_id", flat=True)) == {c.pk for c in cases} - {cases[2].pk}
    assert swept.levels == {1: 4, 2: 4}


@pytest.mark.django_db(transaction=True)
def test_five_sweeps_at_once_write_each_warning_once(at, clerk, own_village):
    at("2026-11-02")
    for _ in range(12):
        lives.register(clerk, division=own_village)
    at("2026-11-05")
    begin = threading.Barrier(5)

    def run():
        begin.wait()
        try:
            sweep(size=3)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep()
    assert sorted(Escalation.objects.values_list("level", flat=True)) == [1] * 12 + [2] * 12 + [3] * 12
    assert Outbox.objects.filter(topic="disputes.escalated").count() == 36


@pytest.mark.django_db(transaction=True)
def test_a_case_somebody_works_on_is_skipped_and_comes_next_time(at, clerk, own_village):
    at("2026-11-02")
    busy, idle = (lives.register(clerk, division=own_village) for _ in range(2))
    at("2026-11-03")
    held, release = threading.Event(), threading.Event()

    def work():
        with transaction.atomic():
            type(busy).objects.select_for_update().get(pk=busy.pk)
            held.set()
            release.wait(10)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert held.wait(10)
        sweep()
        assert (busy.escalations.count(), idle.escalations.count()) == (0, 1)
    finally:
        release.set()
        worker.join(10)
    sweep()
    assert busy.escalations.count() == 1


def test_a_card_is_to_be_answered_within_three_working_days(at, clerk, own_village):
    at("2026-11-02")
    lives.register(clerk, division=own_village)
    at("2026-11-06")  # a Friday
    sweep()
    assert {str(day) for day in Supervision.objects.values_list("reply_by", flat=True)} == {"2026-11-11"}
