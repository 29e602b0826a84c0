"""Every row of the table over HTTP: once allowed, and refused to the wrong person, in the wrong state, on an old version.

The list of steps is the table's; a row without an entry in ``ROAD`` fails the first test.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from django.utils import timezone

from accounts.models import User
from disputes.api import docs
from disputes.choices import Status
from disputes.models import Dispute
from disputes.workflow import TRANSITIONS
from tests.api.conftest import DISPUTES
from tests.disputes import lives
from tests.factories import CommitteeFactory, MediatorFactory

pytestmark = pytest.mark.django_db

S = Status


def today() -> str:
    return f"{timezone.localdate():%Y-%m-%d}"


def agreement(case: Dispute) -> dict[str, Any]:
    return {
        "agreed_on": today(),
        "content": "被申请人一次性赔偿申请人菜苗损失。",
        "obligations": [
            {
                "debtor": str(case.respondents[0].uid),
                "kind": "money",
                "what": "赔偿菜苗损失",
                "amount": "800",
                "due_on": today(),
            }
        ],
    }


def marks(case: Dispute) -> dict[str, Any]:
    return {
        "mediator_signed": True,
        "mediator_signed_on": today(),
        "sealed": True,
        "sealed_on": today(),
        "signatures": [
            {"party": str(p.uid), "signed": True, "manner": "signed", "signed_on": today()} for p in case.parties.all()
        ],
    }


def to_committee(case: Dispute) -> dict[str, Any]:
    mediator = MediatorFactory(committee=CommitteeFactory())
    return {"committee": mediator.committee_id, "mediator": mediator.pk, "chosen_by": "parties"}


ENDING = {"routes_told": ["court"], "note": "双方差距较大。"}
#: step -> state it starts from, who takes it, what they send.
ROAD: dict[str, tuple[str, str, Any]] = {
    "accept": (S.REGISTERED, "clerk", {"note": "当面受理"}),
    "decline": (S.REGISTERED, "clerk", {"reason": "in_court", "destination": "甘州区人民法院", "routes_told": ["court"]}),
    "unaccept": (S.ACCEPTED, "clerk", {}),
    "give_notice": (S.REGISTERED, "clerk", {"notice_form": "written"}),
    "report_risk": (S.REGISTERED, "clerk", {"risk": "medium", "note": "有推搡"}),
    "assign": (S.ACCEPTED, "dispatcher", to_committee),
    "recall": (S.ASSIGNED, "dispatcher", {}),
    "appoint": (S.ASSIGNED, "committee_head", lambda case: {"mediator": MediatorFactory(committee=case.committee).pk, "chosen_by": "accepted"}),
    "reassign": (S.MEDIATING, "dispatcher", lambda case: to_committee(case) | {"reason": "原调解员外出。"}),
    "take": (S.ASSIGNED, "mediator", {}),
    "return_assignment": (S.ASSIGNED, "mediator", {"reason": "与当事人是亲属。"}),
    "record_session": (S.MEDIATING, "mediator", {"record": "双方同意面谈。", "mode": "face"}),
    "suspend": (S.MEDIATING, "mediator", {"reason": "appraisal"}),
    "resume": (S.SUSPENDED, "mediator", {}),
    "settle": (S.MEDIATING, "mediator", agreement),
    "settle_orally": (S.MEDIATING, "mediator", agreement),
    "take_effect": (S.SETTLED, "mediator", marks),
    "renegotiate": (S.SETTLED, "mediator", {"reason": "对金额有异议。"}),
    "fail": (S.MEDIATING, "mediator", {"reason": "gap", **ENDING}),
    "terminate": (S.MEDIATING, "mediator", {"reason": "unreachable", **ENDING}),
    "withdraw": (S.MEDIATING, "clerk", {"reason": "self_settled", "note": "双方已和解。"}),
    "transfer": (S.ACCEPTED, "clerk", "department"),
    "perform": (S.PERFORMING, "mediator", lambda case: {
        "obligation": case.current_agreement.obligations.get().pk, "state": "done", "performed_on": today()}),
    "follow_up": (S.PERFORMING, "mediator", {"record": "已经履行。", "visited_on": today(), "way": "phone", "satisfaction": "very"}),
    "archive": (S.FAILED, "clerk", {"retention": "long"}),
    "reopen": (S.ARCHIVED, "clerk", {"reason": "对方反悔。"}),
    "amend": (S.REGISTERED, "clerk", {"summary": "两户因滴水檐争执。", "reason": "补充案情"}),
    "ask_extension": (S.MEDIATING, "mediator", lambda case: {
        "clock": str(case.clocks.get(key="mediate").pk), "days": 5, "reason": "一方在外地。", "all_parties_agreed": True,
        "agreed_on": today(),
    }),
    "decide_extension": (S.MEDIATING, "dispatcher", {"decision": "granted", "reason": "同意。"}),
    "escalate": (S.REGISTERED, "township", {"reason": "上门两次，谈不拢。"}),
    "urge": (S.MEDIATING, "supervisor", {"note": "请抓紧。"}),
    "supervise": (S.MEDIATING, "supervisor", {"kind": "ordinary", "reason": "请三日内办结。"}),
    "answer_supervision": (S.MEDIATING, "mediator", {"reply": "已约周三面谈。"}),
    "lift_supervision": (S.MEDIATING, "supervisor", {"reason": "已经办理。"}),
    "instruct": (S.MEDIATING, "leader", {"text": "请包抓到底。"}),
    "report_instruction": (S.MEDIATING, "mediator", {"report": "已经落实。"}),
    "sponsor": (S.MEDIATING, "leader", lambda case: {"leader": User.objects.get(username="leader").pk}),
}  # fmt: skip
#: What has to be there before the step: who did it, which step, with what.
BEFORE = {
    "decide_extension": ("mediator", "ask_extension"),
    "answer_supervision": ("supervisor", "supervise"),
    "lift_supervision": ("supervisor", "supervise"),
    "report_instruction": ("leader", "instruct"),
}
#: Steps that may be taken in every state.
ANY_STATE = {name for name, row in TRANSITIONS.items() if row.sources == frozenset(S)}


@pytest.fixture
def ready(case_in, request, department, own_village):
    """``ready("settle")``: the case where the step starts, who takes it, and the body that works."""

    def make(name):
        state, who, body = ROAD[name]
        person = request.getfixturevalue(who)
        case = case_in(state)
        if name == "appoint":
            case = lives.do(lives.do(case, "recall", request.getfixturevalue("dispatcher")), "assign",
                            request.getfixturevalue("dispatcher"), committee=CommitteeFactory(), chosen_by="accepted")  # fmt: skip
        if name == "follow_up":
            lives.do(case, "perform", person, obligation=case.current_agreement.obligations.get(), state="done",
                     performed_on=timezone.localdate())  # fmt: skip
        if name == "escalate":
            case = lives.register(request.getfixturevalue("clerk"), division=own_village, source="grid")
        if name in BEFORE:
            _take(request, case, *BEFORE[name])
        case = Dispute.objects.for_page().get(pk=case.pk)
        if body == "department":
            body = {"organisation": department.pk, "note": "属于劳动监察。"}
        return case, person, body(case) if callable(body) else dict(body)

    return make


def _take(request, case, who, name):
    """A step before the step, by whoever takes it, with the body that works."""
    body = ROAD[name][2]
    data = body(case) if callable(body) else dict(body)
    if name == "ask_extension":
        data |= {"clock": case.clocks.get(pk=data["clock"]), "agreed_on": timezone.localdate()}
    lives.do(case, name, request.getfixturevalue(who), **data)


def test_every_row_of_the_table_is_tried():
    assert set(ROAD) == set(TRANSITIONS)


@pytest.mark.parametrize("name", TRANSITIONS)
def test_the_step_is_taken(as_program, ready, name):
    case, person, body = ready(name)
    plain = json.loads(json.dumps({"version": case.version, **body}))
    jsonschema.Draft202012Validator(docs.transition_bodies()[name]).validate(plain)
    answer = as_program(person).do(case, name, **body)
    assert answer.status_code == 200, answer.json()
    told = answer.json()
    row = TRANSITIONS[name]
    case.refresh_from_db()
    event = case.events.first()
    assert (event.name, event.actor) == (name, person)
    assert told["status"] == case.status == (row.target or ROAD[name][0])
    assert told["version"] == case.version
    assert told["is_visible"] == Dispute.objects.visible_to(person).filter(pk=case.pk).exists()


@pytest.mark.parametrize("name", TRANSITIONS)
def test_the_step_is_refused_to_someone_who_may_look_but_not_act(as_program, ready, justice, name):
    case, _, body = ready(name)
    before = case.version
    answer = as_program(justice).do(case, name, **body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert TRANSITIONS[name].label in answer.json()["detail"] and "办理" in answer.json()["detail"]
    case.refresh_from_db()
    assert case.version == before


@pytest.mark.parametrize("name", [name for name in TRANSITIONS if name not in ANY_STATE])
def test_the_step_is_refused_in_a_state_it_does_not_start_from(as_program, case_in, clerk, name):
    wrong = S.ARCHIVED if S.ARCHIVED not in TRANSITIONS[name].sources else S.REGISTERED
    case = case_in(wrong)
    answer = as_program(clerk).do(case, name)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert str(wrong.label) in answer.json()["detail"]


@pytest.mark.parametrize("name", TRANSITIONS)
def test_the_step_needs_the_version_it_was_decided_on(as_program, ready, name):
    case, person, body = ready(name)
    answer = as_program(person).post(f"{DISPUTES}{case.code}/transitions/{name}/", body)
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")


def test_the_slower_one_reads_who_did_what(as_program, case, clerk, person):
    faster = person("clerk2", "王敏", "clerk")
    lives.do(case, "accept", faster)
    answer = as_program(clerk).do(case, "accept", version=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "王敏" in answer.json()["detail"] and "受理" in answer.json()["detail"]


def test_the_tag_of_the_record_serves_as_the_version(as_program, case, clerk):
    program = as_program(clerk)
    url = f"{DISPUTES}{case.code}/"
    tag = program.get(url)["ETag"]
    assert program.post(f"{url}transitions/accept/", {}, If_Match=tag).status_code == 200
    late = program.post(f"{url}transitions/unaccept/", {}, If_Match=tag)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("tag", ["*", 'W/"1-abc"', '"x-abc"', "1", '"1-a", "2-b"', '"-"', '"99999999999999999999-a"'])
def test_a_tag_that_is_not_ours_is_refused(as_program, case, clerk, tag):
    answer = as_program(clerk).post(f"{DISPUTES}{case.code}/transitions/accept/", {}, If_Match=tag)
    assert answer.status_code in {400, 428}
    case.refresh_from_db()
    assert case.version == 1


@pytest.mark.parametrize("version", ["1", 1.5, True, None, 0, -1, 2**40, [], {}])
def test_a_version_is_a_whole_number(as_program, case, clerk, version):
    answer = as_program(clerk).do(case, "accept", version=version)
    assert answer.status_code == 400 and "version" in answer.json()["errors"]


def test_what_is_wrong_is_named_field_by_field_and_row_by_row(as_program, ready):
    case, person, body = ready("settle")
    body |= {"agreed_on": "", "obligations": [{"what": "还款"}, {"debtor": "nobody", "what": "x", "due_on": "某日"}]}
    errors = as_program(person).do(case, "settle", **body).json()["errors"]
    assert {
        "agreed_on",
        "obligations.0.debtor",
        "obligations.0.due_on",
        "obligations.1.debtor",
        "obligations.1.due_on",
    } <= set(errors)


def test_a_refusal_of_the_verb_names_its_field(as_program, ready):
    case, person, body = ready("settle")
    answer = as_program(person).do(case, "settle", **body | {"is_partial": True})
    assert answer.status_code == 400 and "unresolved" in answer.json()["errors"]


def test_a_legal_gate_answers_with_its_sentence(as_program, clerk, own_village):
    case = lives.register(clerk, division=own_village, respondents=[{**lives.OTHER, "refuses": True}])
    answer = as_program(clerk).do(case, "accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "gate_closed")
    assert "明确拒绝" in answer.json()["detail"]


def test_what_an_amendment_leaves_out_keeps_its_value(as_program, case, clerk):
    before = Dispute.objects.get(pk=case.pk)
    assert as_program(clerk).do(case, "amend", amount="1200", reason="核对后补充").status_code == 200
    case.refresh_from_db()
    assert case.amount == 1200
    for name in (
        "summary",
        "division_id",
        "category_id",
        "people_count",
        "claim",
        "place_detail",
        "happened_on",
        "risk",
    ):
        assert getattr(case, name) == getattr(before, name), name


def test_an_amendment_to_an_impossible_day_is_refused_by_name(as_program, case, clerk):
    answer = as_program(clerk).do(case, "amend", happened_on="2999-01-01", reason="补记")
    assert answer.status_code == 400 and "happened_on" in answer.json()["errors"]


def test_what_a_risk_report_leaves_out_keeps_its_value(as_program, case, clerk):
    program = as_program(clerk)
    told = timezone.localtime().strftime("%Y-%m-%d 00:00")
    program.do(case, "report_risk", risk="high", may_escalate=True, police_told_at=told, note="扬言报复")
    assert program.do(case, "report_risk", note="已劝阻", risk="medium").status_code == 200
    case.refresh_from_db()
    assert (case.risk, case.may_escalate) == ("medium", True) and case.police_told_at


def test_a_mediator_who_gives_a_case_back_does_not_see_it_any_more(as_program, ready):
    case, person, body = ready("return_assignment")
    assert as_program(person).do(case, "return_assignment", **body).json()["is_visible"] is False


def test_both_marks_and_parties_of_another_case_are_refused(as_program, ready, clerk, own_village):
    case, person, body = ready("take_effect")
    foreign = lives.register(clerk, division=own_village)
    body["signatures"][0]["party"] = str(foreign.parties.first().uid)
    answer = as_program(person).do(case, "take_effect", **body)
    assert answer.status_code == 400 and "signatures.0.party" in answer.json()["errors"]
