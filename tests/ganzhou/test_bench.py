"""`./portal bench`: real figures of real pages, and nothing left behind."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import ApiToken, AuditEvent, LoginSession, User
from disputes.models import Dispute
from ganzhou.bench import measuring, pages
from tests.disputes.conftest import case

__all__ = ["case"]

pytestmark = pytest.mark.django_db


def bench(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("bench", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_every_page_is_measured_against_its_budget(case: Any, clerk: User, dispatcher: User, leader: User) -> None:
    lines = bench("pages", "--times", "1")
    assert "1 件；" in lines[1] and "PostgreSQL" in lines[1]
    assert lines[2].split() == ["页面", "程序", "数据库", "合计", "预算", "查询", "上限", "用时"]
    names = [line.split("  ")[0] for line in lines[3:]]
    assert names == [
        "案件列表", "案件列表，五个条件", "案件页", "搜索两个字", "工作台", "分派台", "态势总览", "接口一页 100 件",
    ]  # fmt: skip
    for line in lines[3:]:
        app, database, together, _, queries, _, wall = line.replace("超出", "").replace("100 件", "100件").split()[-7:]
        assert float(app) > 0 and float(wall) > 0 and int(queries) > 1
        assert float(together) == pytest.approx(float(app) + float(database), abs=0.11)


def test_a_measurement_leaves_nothing_behind(case: Any, clerk: User, dispatcher: User, leader: User) -> None:
    before = [model.objects.count() for model in (AuditEvent, LoginSession, ApiToken)]
    bench("pages", "--times", "1")
    assert [model.objects.count() for model in (AuditEvent, LoginSession, ApiToken)] == before


def test_a_page_that_refuses_is_not_measured(
    case: Any, clerk: User, dispatcher: User, leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_longest", lambda cases: "GZ2099-999999")
    with pytest.raises(CommandError, match="案件页（clerk）答复 404"):
        bench("pages", "--times", "1")


def test_an_empty_database_says_how_to_fill_it() -> None:
    with pytest.raises(CommandError, match="seed"):
        bench("pages")


def test_what_is_over_budget_is_marked() -> None:
    page = pages.Page("案件列表", User(), lambda: None)
    assert pages._row(page, measuring.Cost(app=30, database=29, wall=90, queries=8))[0] == "案件列表"
    assert pages._row(page, measuring.Cost(app=30, database=31, wall=90, queries=8))[0] == "案件列表  超出"
    assert pages._row(page, measuring.Cost(app=30, database=None, wall=90, queries=9))[0] == "案件列表  超出"


def test_the_backend_at_work_is_seen_and_another_machines_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = measuring.Backend()
    before = backend.seconds()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n) FROM generate_series(1, 300000) AS n")
    assert before is not None and backend.seconds() > before
    backend._times = measuring.Path("/proc/1/schedstat")
    assert backend.seconds() is None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_sweep_is_measured_in_a_database_of_its_own() -> None:
    def there() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            return {name for (name,) in cursor.fetchall()}

    before = there()
    lines = bench("sweep", "--small", "--times", "1")
    assert "备好 400 件、1,198 个期限" in lines[2]
    assert lines[3].split()[:5] == ["期限警示", "案件", "期限", "到期", "写出"]
    assert [line.replace("超出", "").split()[:5] for line in lines[4:]] == [
        ["部分到期", "400", "1,200", "90", "90"],
        ["没有到期", "400", "1,200", "0", "0"],
        ["全部到期", "400", "1,200", "400", "400"],
    ]
    assert there() == before
    assert not Dispute.objects.exists()


def test_lines_are_aligned_by_columns_of_the_terminal() -> None:
    assert measuring.table(("页面", "合计"), [("列表", "9.5"), ("list", "123.0")]) == [
        "页面   合计",
        "列表    9.5",
        "list  123.0",
    ]
