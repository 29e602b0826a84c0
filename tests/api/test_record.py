"""One case over REST: what it tells, what it hides, and its entity tag."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes import workflow
from disputes.choices import Status
from disputes.reach import roles_on
from tests.api.conftest import DISPUTES
from tests.disputes import lives

pytestmark = pytest.mark.django_db

#: Everything personal that a case can hold, each recognisable.
SECRET = {
    "name": "呼延灼灼", "id_number": "622201196805120002", "phone": "13899990000", "address": "上秦镇徐赵寨村三社金丝雀巷七号",
    "guardian_name": "令狐冲冲", "agent_name": "慕容白白", "contact_name": "上官燕燕",
}  # fmt: skip


def record(program, case):
    return program.get(f"{DISPUTES}{case.code}/").json()


def test_a_case_tells_its_people_clocks_agreement_and_history(as_program, case_in, mediator):
    case = case_in(Status.PERFORMING)
    told = record(as_program(mediator), case)
    assert [(p["label"], p["name"]) for p in told["parties"]] == [("申请人 1", "李*兰"), ("被申请人 1", "赵*军")]
    assert [row["name"] for row in told["timeline"]][::-1] == [
        "register", "accept", "assign", "take", "record_session", "settle", "take_effect",
    ]  # fmt: skip
    agreement = told["agreements"][0]
    assert agreement["effective_on"] and agreement["obligations"][0]["debtor"] == "被申请人 1 赵*军"
    assert agreement["obligations"][0]["amount"] == "800.00"
    assert {clock["state"] for clock in told["clocks"]} <= {"ok", "soon", "late", "paused", "met"}


def test_no_answer_holds_plain_personal_data(as_program, clerk, dispatcher, mediator, own_village):
    words = "，".join(SECRET.values())
    case = lives.register(
        clerk, division=own_village, applicants=[{**lives.PERSON, **SECRET}], summary=f"{words}争执。", claim=words,
        place_detail=f"{SECRET['name']}家门前",
    )  # fmt: skip
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    lives.do(case, "record_session", mediator, record=words)
    agreement = lives.agreement(
        case, content=words, facts=words, is_partial=True, routes_told=["court"], unresolved=words
    )
    agreement["obligations"][0] |= {
        "what": f"向{SECRET['name']}赔礼",
        "how": words[:100],
        "where": f"{SECRET['name']}家",
    }
    lives.do(case, "settle", mediator, **agreement)
    program = as_program(mediator)
    answers = [program.get(DISPUTES), program.get(f"{DISPUTES}{case.code}/")]
    answers.append(program.do(case, "renegotiate", reason=words))
    answers.append(program.do(case, "renegotiate", reason=words))  # refused
    for answer in answers:
        for name in ("name", "id_number", "phone", "guardian_name", "agent_name", "contact_name"):
            assert SECRET[name] not in answer.content.decode(), name
    party = answers[1].json()["parties"][0]
    assert party["address"] and "金丝雀巷" not in party["address"]


def test_the_obligations_offered_for_performance_are_masked_too(as_program, clerk, dispatcher, mediator, own_village):
    case = lives.register(clerk, division=own_village, applicants=[{**lives.PERSON, **SECRET}])
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    agreement = lives.agreement(case)
    agreement["obligations"][0]["what"] = f"还{SECRET['name']}欠款，转入{SECRET['phone']}"
    case = lives.do(case, "settle", mediator, **agreement)
    lives.do(case, "take_effect", mediator, **lives.marks(case))
    told = record(as_program(mediator), case)["available_transitions"]
    perform = next(step for step in told if step["name"] == "perform")
    choices = next(field for field in perform["fields"] if field["name"] == "obligation")["choices"]
    assert "欠款" in choices[0]["label"]
    for name in ("name", "phone"):
        assert SECRET[name] not in str(told), name


def test_available_transitions_are_those_of_the_table(as_program, case_in, clerk, mediator, dispatcher):
    case = case_in(Status.MEDIATING)
    from disputes.models import Dispute

    loaded = Dispute.objects.for_page().get(pk=case.pk)
    for user in (clerk, mediator, dispatcher):
        told = record(as_program(user), case)["available_transitions"]
        assert [step["name"] for step in told] == [
            row.name for row in workflow.available(loaded, user, roles_on(loaded, user))
        ]
        assert all(step["href"] == f"{DISPUTES}{case.code}/transitions/{step['name']}/" for step in told)


def test_a_step_names_its_fields_with_their_choices_and_nested_rows(as_program, case_in, mediator):
    case = case_in(Status.MEDIATING)
    steps = {step["name"]: step for step in record(as_program(mediator), case)["available_transitions"]}
    fields = {field["name"]: field for field in steps["settle"]["fields"]}
    assert fields["content"] == {
        "name": "content", "label": "协议内容", "type": "text", "required": False, "choices": None, "nested": None, "max_length": 4000,
        "help": "写明了义务的可以留空，由义务生成",
    }  # fmt: skip
    nested = {field["name"]: field for field in fields["obligations"]["nested"]}
    assert nested["debtor"]["choices"][0]["label"] == "申请人 1 李*兰"
    assert "DELETE" not in nested
    reasons = next(field for field in steps["fail"]["fields"] if field["name"] == "reason")
    assert {"value": "gap", "label": "分歧较大，难以达成协议"} in reasons["choices"]


def test_dispatch_comes_with_committees_mediators_and_the_suggestion(as_program, case_in, dispatcher, mediator):
    case = case_in(Status.ACCEPTED)
    steps = {step["name"]: step for step in record(as_program(dispatcher), case)["available_transitions"]}
    fields = {field["name"]: field for field in steps["assign"]["fields"]}
    assert fields["mediator"]["choices"] == [
        {"value": str(mediator.mediator.pk), "label": "马秀英（上秦镇人民调解委员会）"}
    ]
    assert fields["committee"]["default"] == str(mediator.mediator.committee_id)


def test_the_tag_opens_with_the_version_and_spares_a_second_answer(as_program, clerk, case):
    program = as_program(clerk)
    first = program.get(f"{DISPUTES}{case.code}/")
    assert first["ETag"].startswith('"1-')
    again = program.get(f"{DISPUTES}{case.code}/", If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    lives.do(case, "accept", clerk)
    second = program.get(f"{DISPUTES}{case.code}/", If_None_Match=first["ETag"])
    assert second.status_code == 200 and second["ETag"].startswith('"2-')


def test_two_people_get_different_tags_because_their_steps_differ(as_program, case_in, clerk, mediator):
    case = case_in(Status.MEDIATING)
    url = f"{DISPUTES}{case.code}/"
    assert as_program(clerk).get(url)["ETag"] != as_program(mediator).get(url)["ETag"]


@pytest.mark.parametrize(
    ("state", "who"), [(Status.REGISTERED, "clerk"), (Status.ACCEPTED, "dispatcher"), (Status.MEDIATING, "mediator"), (Status.PERFORMING, "mediator"), (Status.MEDIATING, "leader")]
)  # fmt: skip
def test_a_record_needs_a_bounded_number_of_queries(as_program, case_in, request, state, who):
    case = case_in(state)
    program = as_program(request.getfixturevalue(who))
    program.get(f"{DISPUTES}{case.code}/")  # the first use of a token writes down when
    with CaptureQueriesContext(connection) as queries:
        assert program.get(f"{DISPUTES}{case.code}/").status_code == 200
    assert len(queries) <= 15, [q["sql"][:120] for q in queries]
