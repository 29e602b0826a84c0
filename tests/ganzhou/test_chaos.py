"""The fault harness: its plan, its journal, and a short run of it with real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from bootstrap import chaos
from common import outbox
from common.models import Counter
from disputes.services.sweep import sweep
from ganzhou.chaos import client, effects, verify
from notices.models import Message
from tests.disputes.conftest import case

__all__ = ["case"]

SMALL = {"seed": 7, "size": 1000, "kills": 24, "restarts": 3, "seconds": 60}


# -- the plan ------------------------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_faults_every_time() -> None:
    assert chaos.plan(chaos.Options(**SMALL)) == chaos.plan(chaos.Options(**SMALL))
    assert chaos.plan(chaos.Options(**SMALL)) != chaos.plan(chaos.Options(**{**SMALL, "seed": 8}))


@pytest.mark.parametrize("seed", range(20))
def test_as_many_faults_as_asked_fall_into_the_traffic_in_order(seed: int) -> None:
    faults = chaos.plan(chaos.Options(**{**SMALL, "seed": seed}))
    kinds = [fault.kind for fault in faults]
    assert (kinds.count("kill"), kinds.count("database"), kinds.count("broker")) == (24, 3, 3)
    assert [fault.after for fault in faults] == sorted(fault.after for fault in faults)
    assert all(0 < fault.after < 1000 for fault in faults)
    assert {fault.how for fault in faults if fault.kind == "database"} == set(chaos.DATABASE_FAULTS)


# -- the client ----------------------------------------------------------------------------------------------------


def test_the_gate_lets_in_so_many_and_each_number_once() -> None:
    gate = client.Gate()
    gate.open_to(2)
    far = client.time.monotonic() + 60
    assert [gate.take(3, far), gate.take(3, far)] == [1, 2]
    assert gate.take(3, client.time.monotonic()) is None  # closed, and too late to wait
    gate.open_to(9)
    assert [gate.take(3, far), gate.take(3, far)] == [3, None]


def test_the_journal_is_on_disk_before_the_next_step(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    client.Journal(str(path)).write(event="sent", number=1, key="k")
    row = json.loads(path.read_text())
    assert (row["event"], row["number"], row["key"]) == ("sent", 1, "k")


# -- the journal against the database ------------------------------------------------------------------------------


def journal(tmp_path: Path, *rows: dict[str, Any]) -> verify.Journal:
    path = tmp_path / "journal"
    path.write_text("".join(json.dumps({"took": 0.5, **row}) + "\n" for row in rows))
    return verify.Journal.read(str(path))


def sent(key: str, number: int = 1) -> dict[str, Any]:
    return {"event": "sent", "key": key, "number": number}


def answered(key: str, code: str | None = "GZ2026-000001", status: int = 201) -> dict[str, Any]:
    return {"event": "answered", "key": key, "number": 1, "status": status, "code": code}


def test_a_journal_tells_confirmed_refused_and_unanswered_apart(tmp_path: Path) -> None:
    found = journal(
        tmp_path, sent("a"), {"event": "failed", "key": "a", "number": 1}, sent("a"), answered("a", status=200),
        sent("b"), answered("b", None, 400), sent("c"),
    )  # fmt: skip
    assert (found.codes, found.refused, found.unanswered) == ({"a": "GZ2026-000001"}, ["b: 400"], 1)
    assert (found.requests, found.failures) == (4, 1)


def test_two_codes_for_one_key_are_a_contradiction(tmp_path: Path) -> None:
    assert journal(tmp_path, sent("a"), answered("a"), sent("a"), answered("a", "GZ2026-000002")).contradictions


@pytest.mark.django_db
@pytest.mark.parametrize("level", range(1, 5))
def test_the_clock_of_a_registration_is_due_for_one_warning_only(
    monkeypatch: pytest.MonkeyPatch, case: Any, level: int
) -> None:
    monkeypatch.setattr(effects, "due_level", lambda pk: level)
    effects.make_due(case)
    assert sweep().levels == {level: 1}
    assert sweep().levels == {}


@pytest.mark.django_db
def test_lost_doubled_and_halved_cases_are_seen(tmp_path: Path, case: Any) -> None:
    """The judge itself is judged: each kind of fault is made, and must be named."""
    effects.create_table()
    key = str(case.submission_key)
    path = tmp_path / "journal"

    def faults(*rows: dict[str, Any]) -> set[str]:
        journal(tmp_path, *rows)
        return {name.partition("：")[0] for name, examples in verify.verify(str(path)).faults.items() if examples}

    effects.make_due(case)
    effects.note(case.pk)
    effects.note_by_task(case.pk)
    good = (sent(key), answered(key, case.code))
    assert faults(*good) == {"警示丢失"}
    sweep()
    assert faults(*good) == {"还在等待的消息", "通知丢失"}
    outbox.relay()
    assert faults(*good) == set()
    assert faults(*good, sent("lost"), answered("lost", "GZ2026-999999")) == {"丢失"}
    assert faults(sent(key), answered(key, "GZ2026-999999")) == {"不符"}
    assert faults() == {"来历不明"}
    assert faults(*good, sent("no"), answered("no", None, 400)) == {"被拒绝"}
    effects.note_by_task(case.pk)
    assert faults(*good) == set()  # a task may be run twice
    effects.note(case.pk)
    assert faults(*good) == {"消息送达不止一次"}
    with verify.connection.cursor() as cursor:
        cursor.execute("DELETE FROM chaos_effect")
    assert faults(*good) == {"消息没有送达", "任务没有送达"}
    effects.note(case.pk)
    effects.note_by_task(case.pk)
    case.parties.all()[0].delete()
    assert faults(*good) == {"残缺"}
    Message.objects.all().delete()
    assert faults(*good) == {"残缺", "通知丢失"}
    Counter.take(f"dispute:{case.registered_at.year}")
    assert faults(*good) == {"残缺", "通知丢失", "断号"}


# -- for real ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_in_a_short_run() -> None:
    """Own PostgreSQL and Valkey, three kill -9, a restart of each: `./portal chaos` in small."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "REDIS_URL"))}
    run = subprocess.run(
        [sys.executable, "portal", "chaos", "--size", "150", "--kills", "3", "--restarts", "1", "--seconds", "240"],
        cwd=settings.BASE_DIR, env=outside, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    assert "没有丢失，没有重复，没有残缺" in run.stdout
