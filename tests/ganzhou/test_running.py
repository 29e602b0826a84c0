"""运行状态 for 系统管理员, and /healthz for machines: what they say when something is wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from common import outbox, pulses, workdays
from common.models import Heartbeat, Outbox, TaskRun
from ganzhou.celery import TIMETABLE
from ganzhou.system import running
from tests.pages import find, signed_in, tree_of, words

pytestmark = pytest.mark.django_db

PAGE = "/system/tasks/"
REVIVE = "/system/tasks/revive/"


@pytest.fixture(autouse=True)
def calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workdays, "missing_year", lambda today: None)


@pytest.fixture
def well(db: None) -> None:
    """Everything runs."""
    now = timezone.now()
    for name in (pulses.BEAT, pulses.BROKER, pulses.WORKER):
        Heartbeat.objects.create(name=name, at=now - dt.timedelta(seconds=20))
    for entry in TIMETABLE:
        ran(entry.key, 1)


def ran(key: str, seconds_ago: float, ok: bool | None = True, said: str = "") -> TaskRun:
    began = timezone.now() - dt.timedelta(seconds=seconds_ago)
    ended = None if ok is None else began + dt.timedelta(seconds=0.25)
    return TaskRun.objects.create(name=key, started_at=began, finished_at=ended, ok=ok, said=said, reference="3f2a9c1e")


def dead(topic: str, key: str, error: str = "ValueError: 坏了") -> Outbox:
    return Outbox.objects.create(topic=topic, dedup_key=key, dead_at=Now(), attempts=8, last_error=error)


def silence(name: str) -> None:
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - pulses.STALE)


def titles() -> list[str]:
    return [finding.title for finding in running.standing().findings]


def cells(tree: Any, table: str) -> list[str]:
    """Each row of a table as it is read, with blanks between cells and lines."""
    return [
        " ".join(" ".join(text.split()) for text in row.itertext() if text.strip())
        for row in find(tree, f"#{table} tbody tr")
    ]


def row_of(tree: Any, label: str) -> str:
    return next(row for row in cells(tree, "tasks") if row.startswith(label))


# -- what is wrong -------------------------------------------------------------------------------------------------


def test_nothing_is_wrong_when_everything_runs(well: None) -> None:
    assert titles() == []


@pytest.mark.parametrize(
    ("silent", "title"),
    [
        ((pulses.BEAT, pulses.BROKER, pulses.WORKER), "定时（beat）没有在运行"),
        ((pulses.BROKER, pulses.WORKER), "消息队列（Redis）没有应答"),
        ((pulses.WORKER,), "后台任务（worker）没有在运行"),
    ],
)
def test_the_cause_is_named_and_not_its_consequences(well: None, silent: tuple[str, ...], title: str) -> None:
    for name in silent:
        silence(name)
    TaskRun.objects.update(started_at=timezone.now() - dt.timedelta(hours=30))
    Outbox.objects.create(topic="a", dedup_key="1", due_at=timezone.now() - dt.timedelta(minutes=5))
    assert titles() == [title]


def test_news_that_waits_too_long_is_told(well: None) -> None:
    row = Outbox.objects.create(topic="a", dedup_key="1", due_at=timezone.now() - dt.timedelta(seconds=50))
    assert titles() == []
    Outbox.objects.filter(pk=row.pk).update(due_at=Now() - dt.timedelta(seconds=185))
    assert titles() == ["消息积压：最早的一条已经等了 3 分 5 秒"]


def test_a_task_that_was_not_run_on_time_is_late(well: None) -> None:
    TaskRun.objects.filter(name="outbox").delete()
    ran("outbox", 50)
    assert titles() == []
    TaskRun.objects.filter(name="outbox").delete()
    ran("outbox", 70)
    assert titles() == ["没有按时运行：消息投递"]


def test_a_portal_set_up_just_now_owes_nothing(well: None) -> None:
    TaskRun.objects.all().delete()
    ran("heartbeat", 20)
    assert titles() == []


def test_a_task_that_never_ran_is_late_when_the_ledger_is_older_than_its_turn(well: None) -> None:
    TaskRun.objects.all().delete()
    ran("heartbeat", 3 * 86400)
    for entry in TIMETABLE:
        if entry.key != "prune":
            ran(entry.key, 1)
    assert titles() == ["没有按时运行：清理运行记录"]


def test_a_failed_run_is_told_with_its_reference_until_the_next_one_succeeds(well: None) -> None:
    ran("drafts", 0, ok=False, said="ValueError: 坏了")
    (finding,) = running.standing().findings
    assert finding.title == "最近一次失败：清理登记草稿"
    assert "3f2a9c1e" in finding.text
    ran("drafts", 0)
    assert titles() == []


def test_dead_letters_and_a_missing_calendar_are_told(well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    dead("disputes.moved", "1")
    monkeypatch.setattr(workdays, "missing_year", lambda today: 2027)
    assert titles() == ["1 条消息没有送达，已经停止尝试", "2027 年的工作日历没有载入"]


@pytest.mark.parametrize(
    ("ok", "seconds_ago", "state"), [(None, 5, "运行中"), (None, 400, "中断"), (True, 5, "成功"), (False, 5, "失败")]
)
def test_a_run_without_an_end_is_running_or_was_killed(ok: bool | None, seconds_ago: int, state: str) -> None:
    ran("drafts", seconds_ago, ok=ok)
    (line,) = [line for line in running.task_lines(timezone.now()) if line.label == "清理登记草稿"]
    assert line.state == state


# -- the page ------------------------------------------------------------------------------------------------------


def test_the_page_shows_each_task_with_its_last_and_next_run(well: None, system_admin: User) -> None:
    ran("drafts", 3, said="处理 12 项")
    ran("sessions", 2, ok=False, said="OperationalError: 连不上")
    tree = tree_of(signed_in(system_admin).get(PAGE))
    assert len(cells(tree, "tasks")) == len(TIMETABLE)
    assert "删除三十天没有完成的登记草稿" in row_of(tree, "清理登记草稿")
    assert "每天 03:20" in row_of(tree, "清理登记草稿")
    assert "用时 0.2 秒 成功 处理 12 项" in row_of(tree, "清理登记草稿")
    assert row_of(tree, "清理登记草稿").endswith("03:20:00")
    assert "失败 OperationalError: 连不上 编号 3f2a9c1e 一天内失败 1 次" in row_of(tree, "结束闲置登录")


def test_the_page_says_when_everything_is_well(well: None, system_admin: User) -> None:
    page = signed_in(system_admin).get(PAGE).content.decode()
    assert "一切正常" in page
    assert "试了八次仍没有送达的消息会列在这里" in page


def test_figures_of_the_outbox(well: None, system_admin: User) -> None:
    Outbox.objects.create(topic="a", dedup_key="due", due_at=timezone.now() - dt.timedelta(seconds=75))
    Outbox.objects.create(topic="a", dedup_key="later", due_at=timezone.now() + dt.timedelta(hours=1))
    Outbox.objects.create(topic="a", dedup_key="done", done_at=Now())
    Outbox.objects.create(topic="a", dedup_key="long ago", done_at=timezone.now() - dt.timedelta(days=2))
    tree = tree_of(signed_in(system_admin).get(PAGE))
    assert [words(value) for value in find(tree, ".figure-v")[3:]] == ["1 分 15 秒", "2条", "1条"]


def test_dead_letters_are_listed_by_topic_with_what_was_said(well: None, system_admin: User) -> None:
    for n in range(3):
        dead("disputes.escalated", f"a{n}", "ValueError: 甲")
    dead("disputes.escalated", "b", "KeyError: 乙")
    dead("reports.asked", "c", "号码 [电话]")
    tree = tree_of(signed_in(system_admin).get(PAGE))
    rows = cells(tree, "dead")
    assert rows[0].startswith("期限警示 disputes.escalated 4 ")
    assert "ValueError: 甲 （3 条） KeyError: 乙 （1 条）" in rows[0]
    assert rows[1].startswith("reports.asked 1 ")


def test_every_topic_that_somebody_handles_has_a_name() -> None:
    assert {topic for topic in outbox._handlers if topic.count(".") and not topic.startswith("test")} <= set(
        running.TOPICS
    )


def test_one_topic_or_all_are_tried_again_and_it_is_audited(well: None, system_admin: User) -> None:
    first, second, third = dead("a", "1"), dead("a", "2"), dead("b", "1")
    client = signed_in(system_admin)
    answer = client.post(REVIVE, {"topic": "a"}, follow=True)
    assert "2 条消息重新排队" in answer.content.decode()
    assert set(Outbox.objects.filter(dead_at=None).values_list("pk", flat=True)) == {first.pk, second.pk}
    client.post(REVIVE)
    assert not Outbox.objects.filter(dead_at__isnull=False).exists()
    assert Outbox.objects.get(pk=third.pk).attempts == 0
    rows = AuditEvent.objects.filter(action=running.REVIVED).order_by("pk")
    assert [(row.actor, row.object_id, row.detail) for row in rows] == [
        (system_admin, "a", {"count": 2}),
        (system_admin, "", {"count": 1}),
    ]


def test_pressing_twice_does_nothing_more(well: None, system_admin: User) -> None:
    for topic in ("没有这个主题", "\0"):
        answer = signed_in(system_admin).post(REVIVE, {"topic": topic}, follow=True)
        assert "没有需要重试的消息" in answer.content.decode()
    assert not AuditEvent.objects.filter(action=running.REVIVED).exists()


def test_nothing_is_tried_again_when_the_audit_row_cannot_be_written(
    well: None, system_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError

    dead("a", "1")
    monkeypatch.setattr(running.audit, "record", fail)
    with pytest.raises(DatabaseError):
        signed_in(system_admin).post(REVIVE)
    assert Outbox.objects.filter(dead_at__isnull=False).count() == 1


def test_the_page_costs_the_same_however_much_went_wrong(
    well: None, system_admin: User, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        dead(f"topic{n % 7}", str(n), f"error {n}")
        ran("outbox", n, ok=False)
    client = signed_in(system_admin)
    with django_assert_max_num_queries(11):
        client.get(PAGE)


@pytest.mark.parametrize("fixture", ["clerk", "leader", "security_admin", "audit_admin", "supervisor"])
def test_it_is_the_system_administrators_page(request: Any, fixture: str) -> None:
    answer = signed_in(request.getfixturevalue(fixture)).get(PAGE)
    assert answer.status_code == 403
    assert "系统管理员" in answer.content.decode()
    assert PAGE not in answer.content.decode()


def test_the_system_administrator_finds_it_in_the_menu_and_on_the_desk(system_admin: User) -> None:
    page = signed_in(system_admin).get("/desk/").content.decode()
    assert page.count(f'href="{PAGE}"') >= 2


# -- /healthz ------------------------------------------------------------------------------------------------------


def test_healthz_when_everything_is_well(client: Client, well: None) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {
        "status": "ok", "database": True, "worker": True,
        "outbox_lag_seconds": 0.0, "dead_letters": 0, "missing_workday_year": None,
    })  # fmt: skip


def test_healthz_says_what_is_degraded_in_figures(client: Client, well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    dead("disputes.moved", "1", "号码 13812345678")
    Outbox.objects.create(topic="a", dedup_key="1", due_at=timezone.now() - dt.timedelta(seconds=90))
    silence(pulses.WORKER)
    monkeypatch.setattr(workdays, "missing_year", lambda today: 2027)
    answer = client.get("/healthz")
    facts = answer.json()
    assert 90 <= facts.pop("outbox_lag_seconds") < 95
    assert (answer.status_code, facts) == (200, {
        "status": "degraded", "database": True, "worker": False, "dead_letters": 1, "missing_workday_year": 2027,
    })  # fmt: skip


@pytest.mark.parametrize("fault", ["dead", "lag", "worker", "calendar"])
def test_each_fault_alone_degrades(client: Client, well: None, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    match fault:
        case "dead":
            dead("a", "1")
        case "lag":
            Outbox.objects.create(topic="a", dedup_key="1", due_at=timezone.now() - dt.timedelta(seconds=90))
        case "worker":
            silence(pulses.WORKER)
        case "calendar":
            monkeypatch.setattr(workdays, "missing_year", lambda today: 2027)
    assert client.get("/healthz").json()["status"] == "degraded"


def test_healthz_before_anything_ever_ran(client: Client) -> None:
    facts = client.get("/healthz").json()
    assert (facts["status"], facts["worker"]) == ("degraded", False)


def test_healthz_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(pulses, "seen", away)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "down", "database": False})


def test_healthz_costs_few_queries(client: Client, well: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        client.get("/healthz")


# -- pulses --------------------------------------------------------------------------------------------------------


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just started."""
    monkeypatch.setattr(pulses, "_left", {})


def test_beat_and_broker_leave_their_own_pulse(silent: None) -> None:
    pulses.beat_is_alive()
    pulses.broker_is_alive()
    assert set(pulses.seen()) == {pulses.BEAT, pulses.BROKER}


def test_a_pulse_is_written_now_and_then(silent: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pulses.beat_is_alive()
    first = pulses.seen()
    pulses.beat_is_alive()
    assert pulses.seen() == first
    monkeypatch.setattr(pulses, "PACE", 0)
    pulses.beat_is_alive()
    assert pulses.seen()[pulses.BEAT] > first[pulses.BEAT]


def test_the_beat_goes_on_while_the_database_is_away(silent: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(name: str) -> None:
        raise DatabaseError

    monkeypatch.setattr(pulses, "leave", away)
    pulses.beat_is_alive()
    monkeypatch.undo()
    pulses.beat_is_alive()  # a failure is not taken for a pulse
    assert set(pulses.seen()) == {pulses.BEAT}
