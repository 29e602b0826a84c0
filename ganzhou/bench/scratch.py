"""A database of our own beside the real one, and cases in it by the hundred thousand: copied set-based from one that
was registered by the real verbs, so that every column is as the portal writes it.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models
from django.utils import timezone

from accounts.choices import Role
from accounts.models import RoleHolding, User
from common import workdays
from disputes import services
from disputes.choices import NoticeForm, Willingness
from disputes.models import Category, Dispute
from grids.choices import OrganisationKind
from grids.models import Division, Organisation

TOWNSHIP: Final = "620702101000"
VILLAGE: Final = "620702101207"


@contextmanager
def database() -> Iterator[None]:
    """Everything inside happens in a new, migrated database, dropped afterwards; the real one is not touched."""
    real, own = connection.settings_dict["NAME"], f"portal_bench_{os.getpid()}"
    try:
        _administer(f'CREATE DATABASE "{own}"')
    except DatabaseError as error:
        raise CommandError("不能新建测量用的数据库：请用有 CREATEDB 权限的数据库账号。") from error
    try:
        _switch_to(own)
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        _switch_to(real)
        _administer(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')


def _administer(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _switch_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    workdays.forget()


@contextmanager
def taking_its_time() -> Iterator[None]:
    """Generating may last longer than a page is allowed to."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        yield
        cursor.execute("RESET statement_timeout")


def one_case() -> Dispute:
    """Registered by a clerk of 上秦镇, where there is a centre that answers for it."""
    township = Division.objects.get(code=TOWNSHIP)
    Organisation.objects.get_or_create(
        code="BENCH-ZX", defaults={"name": "上秦镇综治中心", "kind": OrganisationKind.CENTRE, "division": township}
    )
    clerk = User(username="bench", name="陈晓梅")
    clerk.set_unusable_password()
    clerk.save()
    RoleHolding.objects.create(
        user=clerk, role=Role.CLERK, division=township, starts_on=timezone.localdate() - dt.timedelta(days=1)
    )
    data = {
        "division": Division.objects.get(code=VILLAGE), "category": Category.objects.get(pk="0202"),
        "summary": "两户院墙滴水檐伸出，雨水冲刷菜地。", "willingness": Willingness.WILLING, "notice_form": NoticeForm.ORAL,
    }  # fmt: skip
    case, _ = services.register(
        by=clerk, data=data, applicants=[{"kind": "person", "name": "李桂兰"}],
        respondents=[{"kind": "person", "name": "赵建军"}], submission_key=uuid.uuid4(),
    )  # fmt: skip
    return case


def copy(row: models.Model, count: int, expressions: Mapping[str, str]) -> None:
    """``count`` more rows like this one, in one statement.

    ``expressions`` give columns that differ as SQL over ``n`` (1 to ``count``) and ``t`` (the row); the key counts on
    by itself, and unique UUIDs are drawn.
    """
    columns: dict[str, str] = {}
    for field in row._meta.concrete_fields:
        if field.primary_key and field.column not in expressions:
            continue
        drawn = "gen_random_uuid()" if field.unique and isinstance(field, models.UUIDField) else f't."{field.column}"'
        columns[field.column] = expressions.get(field.column, drawn)
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(columns.values())
    table = row._meta.db_table
    with taking_its_time(), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {values}'  # noqa: S608  our own names
            f' FROM generate_series(1, {int(count)}) AS n, "{table}" AS t WHERE t.id = %s',
            [row.pk],
        )


def analyse(*kinds: type[models.Model]) -> None:
    with taking_its_time(), connection.cursor() as cursor:
        for kind in kinds:
            cursor.execute(f'VACUUM ANALYZE "{kind._meta.db_table}"')


def size() -> str:
    """How big the database is, in words of PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        answer: tuple[Any] = cursor.fetchone()
    return str(answer[0])
