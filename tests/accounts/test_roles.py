"""Roles: where they may be held, which exclude one another, and from when to when they count."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts import services
from accounts.choices import ADMIN_ROLES, SEATS, Role
from accounts.models import AuditEvent, RoleHolding, User
from common.errors import Missing, NotPermitted, Refusal, WrongState
from grids.choices import Level
from tests.factories import (
    COUNTY,
    NEIGHBOUR_TOWNSHIP,
    OWN_TOWNSHIP,
    OWN_VILLAGE,
    RoleHoldingFactory,
    UserFactory,
    place,
)

DAY = dt.date(2026, 11, 23)
TWO_OF_THREE = [(a, b) for a in sorted(ADMIN_ROLES) for b in sorted(ADMIN_ROLES) if a != b]


def insert(user: User, role: str, starts_on: str, ends_on: str | None = None, division: str = COUNTY) -> None:
    """By SQL alone: no form, no service, no model stands between."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_roleholding (user_id, role, division_id, starts_on, ends_on, granted_at)"
            " VALUES (%s, %s, %s, %s, %s, now())",
            [user.pk, role, division, starts_on, ends_on],
        )


# ---- In the database itself


@pytest.mark.parametrize(("first", "second"), TWO_OF_THREE)
def test_the_database_refuses_two_administrator_roles_for_one_person(county: Any, first: str, second: str) -> None:
    user = UserFactory()
    insert(user, first, "2026-01-01")
    with pytest.raises(IntegrityError, match="administrator_roles_exclude_each_other"), transaction.atomic():
        insert(user, second, "2026-06-01")


def test_one_after_the_other_is_fine_even_by_a_day(county: Any) -> None:
    user = UserFactory()
    insert(user, Role.SYSTEM_ADMIN, "2026-01-01", "2026-06-30")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(user, Role.AUDIT_ADMIN, "2026-06-30")
    insert(user, Role.AUDIT_ADMIN, "2026-07-01")
    assert user.role_holdings.count() == 2


def test_a_holding_cannot_be_changed_into_the_forbidden_pair(county: Any) -> None:
    user = UserFactory()
    insert(user, Role.SYSTEM_ADMIN, "2026-01-01")
    insert(user, Role.CLERK, "2026-01-01")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleHolding.objects.filter(user=user, role=Role.CLERK).update(role=Role.SECURITY_ADMIN)


def test_two_people_may_hold_two_administrator_roles(county: Any) -> None:
    insert(UserFactory(), Role.SYSTEM_ADMIN, "2026-01-01")
    insert(UserFactory(), Role.SECURITY_ADMIN, "2026-01-01")


def test_the_database_refuses_the_same_role_twice_at_a_place(county: Any) -> None:
    user = UserFactory()
    insert(user, Role.CLERK, "2026-01-01")
    with pytest.raises(IntegrityError, match="one_role_is_held_once_at_a_place"), transaction.atomic():
        insert(user, Role.CLERK, "2026-03-01", "2026-04-01")


def test_the_database_refuses_a_role_at_no_place_and_at_two(committee: Any) -> None:
    user = UserFactory()
    for at in ({}, {"division": place(OWN_TOWNSHIP), "organisation": committee.organisation}):
        with pytest.raises(IntegrityError, match="role_held_at_one"), transaction.atomic():
            RoleHolding.objects.create(user=user, role=Role.CLERK, starts_on=DAY, **at)


def test_the_database_refuses_an_end_before_the_beginning(county: Any) -> None:
    # an empty range is no range: PostgreSQL itself refuses to build it
    with pytest.raises(DatabaseError), transaction.atomic():
        insert(UserFactory(), Role.CLERK, "2026-06-02", "2026-06-01")


# ---- Granting


def grant(user: User, by: User, role: str, **where: Any) -> RoleHolding:
    where.setdefault("division", place(OWN_TOWNSHIP))
    where.setdefault("starts_on", timezone.localdate())
    return services.grant(user, by=by, role=role, **where)


def test_a_granted_role_counts_at_once_and_is_audited(security_admin: User) -> None:
    user = UserFactory()
    grant(user, security_admin, Role.CLERK)
    assert User.objects.get(pk=user.pk).roles == {Role.CLERK}
    event = AuditEvent.objects.get(action="role.grant")
    assert (event.actor, event.object_id, event.detail["role"]) == (security_admin, str(user.pk), "clerk")


def test_the_exclusive_three_are_refused_in_words(security_admin: User, audit_admin: User) -> None:
    with pytest.raises(Refusal) as caught:
        grant(audit_admin, security_admin, Role.SYSTEM_ADMIN, division=place(COUNTY))
    assert caught.value.sentence == "系统管理员、安全管理员、审计管理员不得由同一人兼任。"
    assert not AuditEvent.objects.filter(action="role.grant").exists()


def test_the_same_role_at_the_same_place_is_refused_in_words(security_admin: User, clerk: User) -> None:
    with pytest.raises(Refusal, match="在同一地方已经担任这一角色"):
        grant(clerk, security_admin, Role.CLERK)
    grant(clerk, security_admin, Role.CLERK, division=place(NEIGHBOUR_TOWNSHIP))


def test_a_revoked_role_makes_room_for_another_on_the_same_day(security_admin: User, audit_admin: User) -> None:
    services.revoke(audit_admin.role_holdings.get(), by=security_admin, reason="轮岗")
    grant(audit_admin, security_admin, Role.SYSTEM_ADMIN, division=place(COUNTY))
    assert User.objects.get(pk=audit_admin.pk).roles == {Role.SYSTEM_ADMIN}
    assert audit_admin.role_holdings.count() == 2


@pytest.mark.parametrize("role", [role for role in Role if SEATS[role].levels])
def test_a_role_of_places_is_held_at_its_levels_only(security_admin: User, role: Role) -> None:
    places = {Level.COUNTY: COUNTY, Level.TOWNSHIP: OWN_TOWNSHIP, Level.VILLAGE: OWN_VILLAGE}
    for level, code in places.items():
        user = UserFactory()
        if level in SEATS[role].levels:
            grant(user, security_admin, role, division=place(code))
        else:
            with pytest.raises(Missing) as caught:
                grant(user, security_admin, role, division=place(code))
            assert caught.value.fields == {"division": f"{role.label}不在这一级区划任职。"}


@pytest.mark.parametrize("role", [role for role in Role if SEATS[role].kinds])
def test_a_role_of_organisations_is_held_in_its_kinds_only(
    security_admin: User, committee: Any, court: Any, department: Any, role: Role
) -> None:
    for organisation in (committee.organisation, court, department):
        user = UserFactory()
        if organisation.kind in SEATS[role].kinds:
            grant(user, security_admin, role, division=None, organisation=organisation)
        else:
            with pytest.raises(Missing, match="不在这类机构任职"):
                grant(user, security_admin, role, division=None, organisation=organisation)


def test_a_role_needs_its_place(security_admin: User) -> None:
    with pytest.raises(Missing, match="请选择所在区划"):
        grant(UserFactory(), security_admin, Role.CLERK, division=None)
    with pytest.raises(Missing, match="请选择所在机构"):
        grant(UserFactory(), security_admin, Role.MEDIATOR, division=None)


def test_an_abolished_place_takes_no_new_roles(security_admin: User) -> None:
    gone = place(OWN_VILLAGE)
    gone.abolished_on = DAY
    gone.save(update_fields=["abolished_on"])
    with pytest.raises(Missing, match="已经撤销"):
        grant(UserFactory(), security_admin, Role.VILLAGE, division=gone)


def test_only_the_security_administrator_grants_and_revokes(
    clerk: User, system_admin: User, audit_admin: User, leader: User
) -> None:
    other = UserFactory()
    for by in (clerk, system_admin, audit_admin, leader):
        with pytest.raises(NotPermitted):
            grant(other, by, Role.CLERK)
        with pytest.raises(NotPermitted):
            services.revoke(clerk.role_holdings.get(), by=by, reason="x")


def test_nobody_grants_to_or_revokes_from_themselves(security_admin: User) -> None:
    with pytest.raises(NotPermitted, match="另一名安全管理员"):
        grant(security_admin, security_admin, Role.LEADER, division=place(COUNTY))
    with pytest.raises(NotPermitted, match="另一名安全管理员"):
        services.revoke(security_admin.role_holdings.get(), by=security_admin, reason="x")


def test_a_role_is_revoked_once(security_admin: User, clerk: User) -> None:
    holding = clerk.role_holdings.get()
    services.revoke(holding, by=security_admin, reason="轮岗")
    with pytest.raises(WrongState):
        services.revoke(holding, by=security_admin, reason="轮岗")


def test_no_grant_without_its_audit_row(security_admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory()
    monkeypatch.setattr("accounts.audit.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        grant(user, security_admin, Role.CLERK)
    assert not user.role_holdings.exists()


# ---- Days


def test_a_role_counts_from_its_first_day_to_its_last(db: None, time_machine: Any) -> None:
    user = UserFactory()
    RoleHoldingFactory(user=user, starts_on=DAY, ends_on=DAY)

    def counts(moment: str) -> bool:
        time_machine.move_to(moment, tick=False)
        return bool(User.objects.get(pk=user.pk).roles)

    beijing = "+08:00"
    assert not counts(f"2026-11-22T23:59:59{beijing}")
    assert counts(f"2026-11-23T00:00:00{beijing}")
    assert counts(f"2026-11-23T23:59:59{beijing}")
    assert not counts(f"2026-11-24T00:00:00{beijing}")


def test_a_disabled_account_holds_nothing(clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert User.objects.get(pk=clerk.pk).roles == frozenset()


def test_places_of_a_person_are_those_of_work_not_of_administration(
    clerk: User, security_admin: User, mediator: User
) -> None:
    own = place(OWN_TOWNSHIP).path
    assert clerk.place_paths == (own,)
    assert mediator.place_paths == (own,)
    assert security_admin.place_paths == ()
