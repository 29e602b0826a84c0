"""Whatever a program sends, only the fields of the form change anything (OWASP API3: property level)."""

from __future__ import annotations

import copy
import uuid

import pytest
from django.db import models

from disputes.api.examples import REGISTRATION
from disputes.forms.intake import IntakeForm
from disputes.forms.transitions import FORMS
from disputes.models import Agreement, Dispute, Obligation, Party
from disputes.workflow import TRANSITIONS
from tests.api.conftest import DISPUTES
from tests.api.test_transitions import ready

__all__ = ["ready"]

pytestmark = pytest.mark.django_db

#: A value nobody sets, for any column.
HOSTILE = {
    models.BooleanField: True, models.DateField: "1999-09-09", models.DateTimeField: "1999-09-09T09:09:09+08:00",
    models.UUIDField: str(uuid.UUID(int=7)), models.JSONField: {"x": 1},
}  # fmt: skip


def columns(model):
    """Every column of ``model`` under each name it can be set by."""
    for field in model._meta.get_fields():
        if isinstance(field, models.Field):
            value = next((v for cls, v in HOSTILE.items() if isinstance(field, cls)), "90909")
            yield field.name, value
            yield field.attname, value


def snapshot(case):
    """Every column of the case and of what hangs on it."""
    return [
        list(rows.order_by("pk").values())
        for rows in (
            Dispute.objects.filter(pk=case.pk), Party.objects.filter(dispute=case), Agreement.objects.filter(dispute=case),
            Obligation.objects.filter(agreement__dispute=case), case.events.all(), case.clocks.all(),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_step_refuses_every_column_that_is_no_field_of_its_form(as_program, ready, name):
    case, person, body = ready(name)
    before = snapshot(case)
    fields = {*FORMS[name].base_fields, *FORMS[name].formsets, "version"}
    extra = {n: v for model in (Dispute, Party, Agreement) for n, v in columns(model) if n not in fields}
    answer = as_program(person).do(case, name, **body, **extra)
    assert answer.status_code == 400, answer.content
    assert set(answer.json()["errors"]) == set(extra)
    assert snapshot(case) == before


def test_one_column_at_a_time_changes_nothing_either(as_program, case, clerk):
    before, program = snapshot(case), as_program(clerk)
    for column, value in columns(Dispute):
        if column not in FORMS["give_notice"].base_fields and column != "version":
            answer = program.do(case, "give_notice", notice_form="written", **{column: value})
            assert (answer.status_code, set(answer.json()["errors"])) == (400, {column})
    assert snapshot(case) == before


def test_nested_rows_refuse_columns_too(as_program, ready):
    case, person, body = ready("settle")
    row = body["obligations"][0]
    extra = {
        name: value
        for name, value in columns(Obligation)
        if name not in row and name not in ("debtor_id", "how", "where")
    }
    answer = as_program(person).do(case, "settle", **body | {"obligations": [row | extra]})
    assert answer.status_code == 400
    assert {f"obligations.0.{name}" for name in ("state", "performed_on", "agreement", "number")} <= set(
        answer.json()["errors"]
    )
    assert not Agreement.objects.exists()


@pytest.mark.parametrize(
    "key", ["obligations-TOTAL_FORMS", "obligations-0-what", "csrfmiddlewaretoken", "DELETE", "__class__"]
)
def test_the_wire_names_of_the_page_are_not_accepted(as_program, ready, key):
    case, person, body = ready("settle")
    answer = as_program(person).do(case, "settle", **body, **{key: "1"})
    assert answer.status_code == 400 and key in answer.json()["errors"]


def test_a_registration_refuses_every_column_that_is_no_field_of_the_form(as_program, clerk, own_village):
    program = as_program(clerk)
    for model in (Dispute, Party):
        extra = {n: v for n, v in columns(model) if n not in IntakeForm.base_fields or n == "submission_key"}
        answer = program.register(REGISTRATION | extra)
        assert answer.status_code == 400
        assert set(answer.json()["errors"]) >= set(extra)
    assert not Dispute.objects.exists()


def test_a_party_of_a_registration_refuses_columns_that_are_no_fields(as_program, clerk, own_village):
    body = copy.deepcopy(REGISTRATION)
    known = IntakeForm.formsets["applicants"].form.base_fields
    extra = {name: value for name, value in columns(Party) if name not in known}
    body["applicants"][0] |= extra
    answer = as_program(clerk).register(body)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {f"applicants.0.{name}" for name in extra}
    assert not Dispute.objects.exists()


def test_the_query_string_changes_nothing(as_program, case, clerk):
    answer = as_program(clerk).post(f"{DISPUTES}{case.code}/transitions/accept/?version=1&status=archived", {})
    assert answer.status_code == 400
    case.refresh_from_db()
    assert case.version == 1
