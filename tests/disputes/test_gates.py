"""Ways round a gate that somebody once found: each stays closed."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from accounts.models import RoleHolding
from common.errors import GuardRefused, Missing, NotVisible
from disputes import workflow
from disputes.choices import RecusalGround, Status
from disputes.models import Category, Dispute
from disputes.reach import roles_on
from mediators.choices import MediatorStatus
from tests.disputes import lives
from tests.disputes.lives import do
from tests.factories import CommitteeFactory

pytestmark = pytest.mark.django_db


def test_reopening_is_no_acceptance_of_someone_unwilling(clerk, own_village):
    case = lives.register(clerk, division=own_village, willingness="unwilling")
    case = do(case, "decline", clerk, reason="refused", destination="人民法院", routes_told=["court"])
    with pytest.raises(GuardRefused, match="愿意调解"):
        do(case, "reopen", clerk, reason="再来")


def test_a_party_who_refuses_later_stops_every_later_step(case_in, clerk, mediator):
    case = do(
        case_in(Status.MEDIATING), "amend", clerk, reason="补充",
        new_parties=[{**lives.OTHER, "role": "respondent", "refuses": True}],
    )  # fmt: skip
    for step in ("record_session", "settle", "settle_orally"):
        with pytest.raises(GuardRefused, match="明确拒绝"):
            do(case, step, mediator, record="x", **lives.agreement(case))


def test_no_party_joins_an_agreement_that_is_made(case_in, mediator):
    case = case_in(Status.PERFORMING)
    with pytest.raises(Missing, match="不能再增加当事人"):
        do(case, "amend", mediator, reason="补充", new_parties=[{**lives.OTHER, "role": "respondent"}])


def test_the_category_is_not_turned_round_the_oral_gate(clerk, dispatcher, mediator, own_village):
    case = lives.register(clerk, division=own_village, category="1001")
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    with pytest.raises(Missing, match="调解开始以后"):
        do(case, "amend", mediator, category=Category.objects.get(pk="0202"), reason="换类")
    case = do(case, "amend", clerk, category=Category.objects.get(pk="0202"), reason="登记有误")
    case = do(case, "settle_orally", mediator, **lives.agreement(case))
    with pytest.raises(Missing, match="口头协议"):
        do(case, "amend", clerk, category=Category.objects.get(pk="1001"), reason="改回")


def test_an_archived_case_has_no_running_clock_and_open_obligations_are_explained(case_in, clerk, mediator):
    case = case_in(Status.SETTLED)
    case.current_agreement.obligations.update(due_on=timezone.localdate() + dt.timedelta(days=90))
    case = do(case, "take_effect", mediator, **lives.marks(case))
    case = do(case, "follow_up", mediator, record="未到期", visited_on=timezone.localdate())
    with pytest.raises(Missing, match="履行情况"):
        do(case, "archive", clerk)
    case = do(case, "archive", clerk, missing_reason="三个月后到期，另行跟踪")
    assert case.next_due_on is None
    assert not case.clocks.filter(met_on=None).exists()


def test_who_stood_back_does_not_come_back(case_in, dispatcher, mediator, other_mediator):
    case = case_in(Status.MEDIATING)
    committee = mediator.mediator.committee
    case = do(case, "reassign", dispatcher, committee=committee, mediator=other_mediator.mediator, chosen_by="accepted",
              recusal=RecusalGround.KIN, reason="近亲属")  # fmt: skip
    with pytest.raises(Missing, match="已经回避"):
        do(
            case,
            "reassign",
            dispatcher,
            committee=committee,
            mediator=mediator.mediator,
            chosen_by="accepted",
            reason="换回",
        )


def test_parties_are_asked_at_the_latest_when_mediation_begins(case, clerk, dispatcher, mediator):
    case = do(case, "accept", clerk)
    case = do(
        case,
        "assign",
        dispatcher,
        committee=mediator.mediator.committee,
        mediator=mediator.mediator,
        chosen_by="not_asked",
    )
    case = do(case, "take", mediator)
    with pytest.raises(Missing, match="是否接受本调解员"):
        do(case, "record_session", mediator, record="首次调解。")
    case = do(case, "record_session", mediator, record="首次调解。", mediator_accepted=True)
    assert case.assignments.get().chosen_by == "accepted"


def test_acceptance_of_an_assigned_case_is_not_taken_back(case_in, clerk, dispatcher):
    case = do(case_in(Status.ASSIGNED), "recall", dispatcher)
    with pytest.raises(GuardRefused, match="已经分派过"):
        do(case, "unaccept", clerk)


def test_an_agreement_that_came_to_nothing_did_not_stop_the_clock(case_in, mediator):
    case = case_in(Status.MEDIATING)
    due = case.clocks.get(kind="mediate").due_on
    case = do(case, "settle", mediator, **lives.agreement(case))
    case = do(case, "renegotiate", mediator, reason="一方反悔")
    clock = case.clocks.get(kind="mediate")
    assert (clock.is_running, clock.due_on, case.next_due_on) == (True, due, due)


def test_a_corrected_category_brings_its_own_limit_from_the_same_start(case_in, clerk):
    case = case_in(Status.ACCEPTED)
    before = case.clocks.get(kind="mediate")
    case = do(case, "amend", clerk, category=Category.objects.get(pk="1001"), reason="登记有误")
    after = case.clocks.get(kind="mediate")
    assert (after.pk, after.label) == (before.pk, "劳动争议调解")
    assert after.due_on < before.due_on


def test_a_mediator_of_another_committee_or_dismissed_has_lost_the_case(case_in, mediator):
    case = case_in(Status.MEDIATING)
    mediator.mediator.status = MediatorStatus.DISMISSED
    mediator.mediator.save()
    with pytest.raises(GuardRefused, match="解聘"):
        do(case, "record_session", mediator, record="x")
    other = CommitteeFactory(at="620702107000")
    RoleHolding.objects.filter(user=mediator).update(organisation=other.organisation)
    del mediator.__dict__["holdings"]
    with pytest.raises(NotVisible):
        do(case, "record_session", mediator, record="x")


def test_a_transferee_loses_sight_when_the_case_comes_back(case, clerk, department, department_liaison):
    case = do(case, "transfer", clerk, organisation=department, note="属于劳动监察。")
    assert Dispute.objects.visible_to(department_liaison).exists()
    case = do(case, "archive", clerk)
    do(case, "reopen", clerk, reason="退回")
    assert not Dispute.objects.visible_to(department_liaison).exists()


def test_correcting_a_narrative_does_not_keep_what_was_in_it(case, clerk):
    case = do(case, "amend", clerk, summary="电话 13800000009 写错了地方", reason="补充")
    case = do(case, "amend", clerk, summary="改好了。", reason="误写电话")
    assert not any("1380000" in event.text for event in case.events.all())


def test_who_only_looks_on_reads_narratives_with_people_masked(client, clerk, leader, own_village):
    case = lives.register(clerk, division=own_village, summary="赵建军电话 13800000002，反复上门。")
    client.force_login(leader)
    for url in (case.get_absolute_url(), f"{case.get_absolute_url()}print/", "/disputes/?tab=all"):
        page = client.get(url).content.decode()
        assert "赵建军" not in page and "13800000002" not in page, url
    client.force_login(clerk)
    assert "赵建军" in client.get(case.get_absolute_url()).content.decode()
    assert "赵建军" not in client.get(f"{case.get_absolute_url()}print/").content.decode()


@pytest.mark.parametrize("version", ["²", "9" * 5000, "-1", "x", "", None])
@pytest.mark.parametrize("step", ["accept/", "parties/add/"])
def test_a_form_that_does_not_say_what_it_was_drawn_from_is_a_conflict(client, case, clerk, version, step):
    client.force_login(clerk)
    posted = {"role": "respondent", "name": "钱老板", "id_kind": "id_card", "reason": "当事人补充"}
    given = {} if version is None else {"version": version}
    response = client.post(f"{case.get_absolute_url()}{step}", posted | given)
    assert response.status_code == 409
    assert "陈晓梅" in response.content.decode() and "请确认后再办理" in response.content.decode()
    case.refresh_from_db()
    assert (case.status, case.version, case.parties.count()) == (Status.REGISTERED, 1, 2)
    again = re.search(r'name="version" value="(\d+)"', response.content.decode())[1]  # drawn again from how it is now
    assert client.post(f"{case.get_absolute_url()}{step}", posted | {"version": again}).status_code == 302


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.ARCHIVED, Status.TRANSFERRED)])
def test_every_step_offered_names_the_version_in_its_form(client, case_in, request, status):
    case = case_in(status)
    for who in ("clerk", "dispatcher", "mediator"):
        person = request.getfixturevalue(who)
        client.force_login(person)
        for step in workflow.available(case, person, roles_on(case, person)):
            page = client.get(f"{case.get_absolute_url()}{step.name}/").content.decode()
            assert f'name="version" value="{case.version}"' in page, (who, step.name)


def test_the_offer_to_undo_names_the_version_too(client, case, clerk):
    client.force_login(clerk)
    page = client.post(f"{case.get_absolute_url()}accept/", {"version": case.version}, follow=True).content.decode()
    form = re.search(r'<form method="post" action="[^"]*/unaccept/">.*?</form>', page)[0]
    case.refresh_from_db()
    assert f'name="version" value="{case.version}"' in form
    do(case, "report_risk", clerk, risk="high", note="扬言报复")
    late = client.post(f"{case.get_absolute_url()}unaccept/", {"version": case.version})
    assert late.status_code == 409 and "已办理“调整风险”" in late.content.decode()


def test_less_than_all_is_not_performed(case_in, mediator):
    case = case_in(Status.PERFORMING)
    obligation = case.current_agreement.obligations.get()
    with pytest.raises(Missing, match="部分履行"):
        do(
            case,
            "perform",
            mediator,
            obligation=obligation,
            state="done",
            performed_on=timezone.localdate(),
            performed_amount=1,
        )
