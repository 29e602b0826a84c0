"""Registering over REST: the form of the window, once and only once."""

from __future__ import annotations

import copy
import uuid

import pytest

from disputes.api.examples import REGISTRATION
from disputes.choices import LinkKind
from disputes.models import Dispute
from tests.api.conftest import DISPUTES
from tests.factories import NEIGHBOUR_VILLAGE, place
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(own_village):
    return copy.deepcopy(REGISTRATION)


def test_a_registration_is_created_and_says_where(as_program, clerk, body):
    answer = as_program(clerk).register(body)
    assert answer.status_code == 201, answer.json()
    case = Dispute.objects.get()
    assert answer["Location"] == f"{DISPUTES}{case.code}/"
    assert answer["ETag"].startswith('"1-')
    told = answer.json()
    assert (told["code"], told["status"], told["version"]) == (case.code, "registered", 1)
    assert [step["name"] for step in told["available_transitions"]][:2] == ["accept", "decline"]
    party = case.parties.get(role="applicant")
    assert (party.id_number, party.id_is_checked, party.sex) == ("622201196805120002", True, "female")
    assert (case.registered_by, case.source, case.claim) == (clerk, "window", body["claim"])


def test_the_same_call_again_gives_the_same_answer_and_no_second_case(as_program, clerk, body):
    program, key = as_program(clerk), str(uuid.uuid4())
    first = program.register(body, key)
    second = program.register(dict(reversed(body.items())), key.upper())
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.content == first.content
    assert Dispute.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"summary": "另一件事。"}, {"summary": REGISTRATION["summary"] + " "}, {"amount": "1"}]
)
def test_the_same_key_for_something_else_is_a_conflict(as_program, clerk, body, change):
    program, key = as_program(clerk), str(uuid.uuid4())
    program.register(body, key)
    answer = program.register(body | change, key)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert Dispute.objects.count() == 1


def test_the_key_of_somebody_else_is_a_conflict(as_program, clerk, neighbouring_clerk, body):
    key = str(uuid.uuid4())
    as_program(clerk).register(body, key)
    answer = as_program(neighbouring_clerk).register(body, key)
    assert answer.status_code == 409
    assert Dispute.objects.get().code not in answer.content.decode()


def test_a_refused_registration_uses_up_no_key(as_program, clerk, body):
    program, key = as_program(clerk), str(uuid.uuid4())
    assert program.register(body | {"summary": ""}, key).status_code == 400
    assert program.register(body, key).status_code == 201


@pytest.mark.parametrize("key", ["", "1", "not-a-uuid", "0" * 400])
def test_a_registration_needs_a_key(as_program, clerk, body, key):
    answer = as_program(clerk).post(DISPUTES, body, **({"Idempotency_Key": key} if key else {}))
    assert answer.status_code == 400 and "Idempotency-Key" in answer.json()["errors"]
    assert not Dispute.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"summary": ""}, "summary"), ({"summary": None}, "summary"), ({"category": "9999"}, "category"),
        ({"division": NEIGHBOUR_VILLAGE}, "division"), ({"risk": "extreme"}, "risk"), ({"people_count": "many"}, "people_count"),
        ({"applied_on": "2999-01-01"}, "applied_on"), ({"happened_on": "2999-01-01"}, "happened_on"), ({"amount": "-5"}, "amount"),
        ({"applicants": []}, "applicants.0.name"), ({"respondents": None}, "respondents.0.name"),
        ({"applicants": [{"name": "李桂兰", "phone": "12"}]}, "applicants.0.phone"),
        ({"applicants": [{"name": "李桂兰", "phone": "无"}, {"phone": "13800000009"}]}, "applicants.1.name"),
        ({"respondents": [{"name": "x", "birth_date": "某日"}]}, "respondents.0.birth_date"),
        ({"applicants": "李桂兰"}, "applicants"), ({"applicants": ["李桂兰"]}, "applicants"), ({"summary": {"a": 1}}, "summary"),
        ({"may_escalate": "yes"}, "may_escalate"), ({"people_count": True}, "people_count"), ({"amount": [1]}, "amount"),
        ({"links": {"GZ2026-000001": "related"}}, "links"), ({"links": [{"code": "GZ2026-000001", "kind": "same"}]}, "links"),
        ({"links": [{"code": 1, "kind": "related"}]}, "links"), ({"links": [{"code": "GZ2026-000001", "kind": []}]}, "links"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(as_program, clerk, body, change, field):
    place(NEIGHBOUR_VILLAGE)
    answer = as_program(clerk).register(body | change)
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["errors"], answer.json()
    assert not Dispute.objects.exists()


def test_too_many_people_at_once_are_refused(as_program, clerk, body):
    people = [{"name": f"张三{n}"} for n in range(140)]
    answer = as_program(clerk).register(body | {"respondents": people})
    assert answer.status_code == 400 and "respondents" in answer.json()["errors"]


@pytest.mark.parametrize(
    "content",
    ["[]", "null", '"x"', "{", '{"summary": NaN}', '{"summary": "\\u0000"}', '{"summary": "\\ud800"}', "[" * 100_000, b"\xff",
     '{"a": ' + "9" * 5000 + "}"],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(as_program, clerk, content):
    answer = as_program(clerk).post(DISPUTES, content, Idempotency_Key=str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_a_body_beyond_the_limit_is_refused(as_program, clerk, settings):
    content = " " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    answer = as_program(clerk).post(DISPUTES, content, Idempotency_Key=str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_only_json_is_read(as_program, clerk):
    answer = as_program(clerk).client.post(DISPUTES, {"summary": "x"}, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_someone_who_may_not_register_is_told_so(as_program, mediator, body):
    answer = as_program(mediator).register(body)
    assert answer.status_code in {400, 403}
    assert not Dispute.objects.exists()


def test_cases_compared_with_it_are_linked_as_far_as_they_are_visible(as_program, clerk, case, neighbours_case, body):
    links = [{"code": row.code, "kind": LinkKind.RECURRENCE} for row in (case, neighbours_case)]
    answer = as_program(clerk).register(body | {"links": links})
    assert answer.status_code == 201, answer.json()
    new = Dispute.objects.get(code=answer.json()["code"])
    assert [(link.other, link.kind) for link in new.links.all()] == [(case, LinkKind.RECURRENCE)]


@pytest.mark.django_db(transaction=True)
def test_one_call_sent_many_times_at_once_makes_one_case(as_program, clerk):
    programs, key = [as_program(clerk) for _ in range(6)], str(uuid.uuid4())
    answers = at_once(*(lambda p=program: p.register(REGISTRATION, key) for program in programs))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert Dispute.objects.get().parties.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_different_calls_with_one_key_at_once_make_one_case_and_one_conflict(as_program, clerk):
    programs, key = [as_program(clerk) for _ in range(4)], str(uuid.uuid4())
    answers = at_once(
        *(lambda p=p, n=n: p.register(REGISTRATION | {"claim": f"第 {n} 种说法"}, key) for n, p in enumerate(programs))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert Dispute.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_programs_taking_one_step_at_once_take_it_once(as_program, clerk, person, case):
    programs = [as_program(clerk), as_program(person("clerk2", "王敏", "clerk"))]
    answers = at_once(*(lambda p=program: p.do(case, "accept", version=1) for program in programs))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert list(case.events.order_by("number").values_list("name", flat=True)) == ["register", "accept"]
