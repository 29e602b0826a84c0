"""The two journeys every case takes: to an agreement that is kept, and to none."""

import datetime as dt

import pytest
from django.utils import timezone

from common.errors import Conflict, GuardRefused, Missing, NotPermitted, NotVisible, WrongState
from disputes.choices import Outcome, Status
from disputes.models import Dispute
from tests.disputes import lives
from tests.disputes.lives import do

pytestmark = pytest.mark.django_db


def names(case):
    return list(case.events.order_by("number").values_list("name", flat=True))


def test_a_case_goes_from_registration_to_the_archive(case_in):
    case = case_in(Status.ARCHIVED)
    assert names(case) == [
        "register", "accept", "assign", "take", "record_session", "settle", "take_effect", "perform", "follow_up", "archive",
    ]  # fmt: skip
    assert (case.status, case.outcome) == (Status.ARCHIVED, Outcome.WRITTEN)
    assert not case.clocks.filter(met_on=None).exists()


def test_a_case_that_fails_is_archived_like_any_other(case_in, clerk):
    case = do(case_in(Status.FAILED), "archive", clerk)
    assert (case.status, case.outcome) == (Status.ARCHIVED, Outcome.FAILED)


def test_a_written_agreement_is_no_success_before_its_three_marks(case_in):
    case = case_in(Status.SETTLED)
    assert case.outcome == Outcome.NONE
    assert case not in Dispute.objects.settled()


def test_it_takes_effect_on_the_day_of_the_last_mark(case_in, mediator):
    case = case_in(Status.SETTLED)
    marks = lives.marks(case)
    case = do(case, "take_effect", mediator, **marks)
    assert case.outcome_on == timezone.localdate()


def test_one_missing_signature_keeps_it_out_of_force(case_in, mediator):
    case = case_in(Status.SETTLED)
    marks = lives.marks(case)
    marks["signatures"].pop()
    with pytest.raises(Missing, match="还有当事人没有签章"):
        do(case, "take_effect", mediator, **marks)


@pytest.mark.parametrize("category", ["1001", "1101", "0701", "1501"])
def test_labour_land_contract_and_medical_cases_cannot_be_settled_orally(
    category, clerk, dispatcher, mediator, own_village
):
    case = lives.register(clerk, division=own_village, category=category)
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    with pytest.raises(GuardRefused, match="书面调解协议书"):
        do(case, "settle_orally", mediator, **lives.agreement(case))


def test_an_oral_agreement_is_in_force_the_same_day(case_in, mediator):
    case = case_in(Status.MEDIATING)
    case = do(case, "settle_orally", mediator, **lives.agreement(case))
    assert (case.status, case.outcome, case.outcome_on) == (Status.PERFORMING, Outcome.ORAL, timezone.localdate())


def test_a_party_who_refuses_stops_acceptance(clerk, own_village):
    case = lives.register(clerk, division=own_village, respondents=[{**lives.OTHER, "refuses": True}])
    with pytest.raises(GuardRefused, match="明确拒绝"):
        do(case, "accept", clerk)


def test_nothing_is_assigned_before_the_notice_of_rights(clerk, dispatcher, mediator, own_village):
    case = do(lives.register(clerk, division=own_village, notice_form=""), "accept", clerk)
    with pytest.raises(GuardRefused, match="权利义务"):
        do(case, "assign", dispatcher, committee=mediator.mediator.committee, chosen_by="accepted")


def test_a_minor_without_guardian_cannot_settle(clerk, dispatcher, mediator, own_village):
    child = {**lives.OTHER, "birth_date": timezone.localdate() - dt.timedelta(days=3650)}
    case = lives.register(clerk, division=own_village, respondents=[child])
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    with pytest.raises(GuardRefused, match="监护人"):
        do(case, "settle", mediator, **lives.agreement(case))


def test_failing_needs_the_other_routes_told(case_in, mediator):
    with pytest.raises(Missing) as refusal:
        do(case_in(Status.MEDIATING), "fail", mediator, reason="gap", routes_told=[])
    assert "routes_told" in refusal.value.fields


def test_a_step_from_the_wrong_state_names_the_state(case, clerk):
    with pytest.raises(WrongState, match="已登记"):
        do(case, "archive", clerk)


def test_a_step_of_somebody_else_names_whose_it_is(case_in, clerk):
    with pytest.raises(NotPermitted, match="调解员"):
        do(case_in(Status.MEDIATING), "record_session", clerk, record="x")


def test_a_stranger_is_told_that_there_is_nothing(case, neighbouring_clerk):
    with pytest.raises(NotVisible):
        do(case, "accept", neighbouring_clerk)


def test_the_slower_of_two_clerks_reads_who_was_faster(case, clerk, person):
    from disputes import services

    other = person("clerk2", "王敏", "clerk")
    services.perform(case, "accept", by=other, version=1)
    with pytest.raises(Conflict, match=r"王敏 .*受理"):
        services.perform(case, "accept", by=clerk, version=1)


def test_when_the_last_write_fails_nothing_moved(case, clerk, monkeypatch):
    from disputes.services import timeline

    def broken(*args, **kwargs):
        raise RuntimeError("audit is away")

    monkeypatch.setattr(timeline.audit, "record", broken)
    with pytest.raises(RuntimeError):
        do(case, "accept", clerk)
    case.refresh_from_db()
    assert (case.status, names(case)) == (Status.REGISTERED, ["register"])


def test_the_day_of_application_cannot_be_changed(case):
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), transaction.atomic():
        Dispute.objects.filter(pk=case.pk).update(applied_on="2020-01-01")


def test_events_cannot_be_edited_or_deleted(case):
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), transaction.atomic():
        case.events.update(text="改写")
    with pytest.raises(DatabaseError), transaction.atomic():
        case.events.all().delete()


def test_an_archived_case_can_be_reopened_and_keeps_its_code_and_history(case_in, clerk):
    case = case_in(Status.ARCHIVED)
    before = names(case)
    case = do(case, "reopen", clerk, reason="对方又把檐口伸了出来。")
    assert case.status == Status.ACCEPTED
    assert names(case) == [*before, "reopen"]
    assert case.current_agreement is None
