"""The audit trail: append-only in the database, readable by 审计管理员, without personal data."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts import audit
from accounts.choices import Act
from accounts.models import AuditEvent, User
from common.logs import RequestFacts, answering
from tests.factories import UserFactory

PAGE = "/accounts/audit/"


@pytest.fixture
def row(clerk: User) -> AuditEvent:
    with answering(RequestFacts("9f3a", "10.8.0.5")):
        return audit.record(
            "party.reveal", actor=clerk, object_type="party", object_id="p-1", reason="核对身份", fields=["phone"]
        )


# ---- Append-only


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET reason = 'x'",
        "UPDATE accounts_auditevent SET actor_id = NULL",
        "DELETE FROM accounts_auditevent",
        "SET LOCAL session_replication_role = replica; DELETE FROM accounts_auditevent",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_row(row: AuditEvent, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    row.refresh_from_db()
    assert row.reason == "核对身份"


def test_the_model_refuses_too(row: AuditEvent) -> None:
    row.reason = "x"
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.update(reason="x")


def test_truncate_is_for_test_databases_only(row: AuditEvent) -> None:
    """The trigger looks at the database's name; here it is a test database, so the name in it is changed for a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_database() LIKE 'test\\_%%', pg_get_functiondef('audit_event_is_append_only'::regproc)"
        )
        is_test, definition = cursor.fetchone()
        assert is_test
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(definition.replace("test\\_%", "elsewhere\\_%"))
            cursor.execute("TRUNCATE accounts_auditevent CASCADE")


def test_a_row_knows_who_what_when_and_from_where(row: AuditEvent, clerk: User) -> None:
    assert (row.actor, row.actor_name, row.ip, row.request_id) == (clerk, "陈晓梅", "10.8.0.5", "9f3a")
    assert (row.action, row.object_type, row.object_id, row.succeeded) == ("party.reveal", "party", "p-1", True)
    assert row.detail == {"fields": ["phone"]}


# ---- The page


def test_the_audit_administrator_reads_it(client: Client, audit_admin: User, row: AuditEvent) -> None:
    client.force_login(audit_admin)
    page = client.get(PAGE).content.decode()
    for words in ("陈晓梅", "party.reveal", "当事人 p-1", "核对身份", "10.8.0.5", "9f3a"):
        assert words in page


@pytest.mark.parametrize("fixture", ["clerk", "leader", "system_admin", "security_admin", "supervisor"])
def test_nobody_else_does(request: Any, client: Client, fixture: str) -> None:
    client.force_login(request.getfixturevalue(fixture))
    answer = client.get(PAGE)
    assert answer.status_code == 403
    assert "审计管理员" in answer.content.decode()


def test_everybody_sees_at_most_their_own_rows_in_the_queryset(
    row: AuditEvent, clerk: User, dispatcher: User, audit_admin: User
) -> None:
    assert row in AuditEvent.objects.visible_to(clerk)
    assert row not in AuditEvent.objects.visible_to(dispatcher)
    assert row in AuditEvent.objects.visible_to(audit_admin)


@pytest.fixture
def many(client: Client, audit_admin: User, clerk: User) -> Client:
    """Four different rows and the auditor's own sign-in."""
    other = UserFactory(username="li.si", name="李四光")
    with answering(RequestFacts("r1", "10.8.0.1")):
        audit.record(Act.ROLE_GRANT, actor=clerk, object_type="user", object_id="7")
        audit.record(Act.TOKEN_REFUSED, actor=other, object_type="token", object_id="abc", succeeded=False)
    with answering(RequestFacts("r2", "10.8.0.2")):
        audit.record("dispute.accept", actor=other, object_type="dispute", object_id="GZ2026-000001")
    client.force_login(audit_admin)
    return client


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=li.si", 2),
        ("who=李四光", 2),
        ("who=nobody", 0),
        ("action=role.grant", 1),
        ("object=GZ2026-000001", 1),
        ("ip=10.8.0.2", 1),
        ("ip=not-an-address", 0),
        ("succeeded=false", 1),
        ("who=李四光&succeeded=true", 1),
        ("since=2030-01-01", 0),
        ("until=1990-01-01", 0),
        ("since=今天&until=今天", 4),
        ("until=9999-12-31", 4),
        ("since=0001-01-01", 4),
        ("since=nonsense", 4),
        ("page=999&size=20", 4),
        ("page=-1&size=7", 4),
    ],
)
def test_filters(many: Client, query: str, found: int) -> None:
    page = many.get(f"{PAGE}?{query}")
    assert page.status_code == 200
    assert len(page.context["rows"]) == found


def test_a_condition_can_be_taken_off_again(many: Client) -> None:
    page = many.get(f"{PAGE}?who=li.si&succeeded=false")
    chips = {chip["label"]: chip for chip in page.context["chips"]}
    assert chips["结果"]["value"] == "失败"
    assert chips["结果"]["remove_url"] == f"{PAGE}?who=li.si"


def test_the_page_costs_the_same_for_one_row_and_for_fifty(
    client: Client, audit_admin: User, clerk: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(50):
        audit.record("party.reveal", actor=clerk, object_id=str(number))
    client.force_login(audit_admin)
    with django_assert_max_num_queries(8):
        assert len(client.get(f"{PAGE}?size=50").context["rows"]) == 50


def test_numbers_that_people_type_into_a_reason_are_cut_out(client: Client, audit_admin: User, clerk: User) -> None:
    audit.record("party.reveal", actor=clerk, reason="核对 622201196805120002，电话 13800000001")
    client.force_login(audit_admin)
    page = client.get(PAGE).content.decode()
    assert "622201196805120002" not in page
    assert "13800000001" not in page


def test_apps_above_name_their_actions() -> None:
    assert audit.label("never.named") == "never.named"
    audit.name({"never.named.before": "新动作"})
    assert audit.label("never.named.before") == "新动作"
    assert ("never.named.before", "新动作") in audit.actions()
    audit._LABELS.pop("never.named.before")
