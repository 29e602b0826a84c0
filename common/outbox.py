"""News that leaves a transaction only if the transaction stays.

A web request writes its news beside its rows with ``publish``, in the same transaction, and never talks to Redis.
``relay`` (in the worker, every few seconds) takes what is due and gives it to the handler of its topic:

    @handles("disputes.moved")                      # in an app's receivers, imported from AppConfig.ready()
    def tell_the_office(event_id: int) -> None: ...     # in-database effects: exactly once

    sends_task("reports.asked", "reports.tasks.write_report")     # a Celery task with the payload as arguments

A handler runs in the transaction that marks its row as done, so what it writes to the database happens exactly
once, whatever is killed when.  A task's row is done only when the worker says that the task has succeeded; until then it
is sent again every ``OUTBOX_CONFIRM_SECONDS``, because a broker may forget what it took (flushed, or killed before it
wrote its log).  So a task may run twice, never not at all, and it must bear that (as every task here must).

What fails is tried again after 5 s, 20 s, 80 s … up to an hour; after ``MAX_ATTEMPTS`` it is a dead letter, kept
and counted, in nobody's way.  A broker that is away or hangs costs one second in ten and no attempts.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from celery import current_app
from celery.signals import task_postrun
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError as BrokerAway

from common.logs import one_line, redact
from common.models import Outbox

Handler = Callable[..., object]
_Handler = TypeVar("_Handler", bound=Handler)

MAX_ATTEMPTS: Final = 8
FIRST_PAUSE: Final = dt.timedelta(seconds=5)
LONGEST_PAUSE: Final = dt.timedelta(hours=1)
#: How long nobody asks a broker that did not answer, and how long its news waits.
BROKER_PAUSE: Final = dt.timedelta(seconds=10)
BROKER_TIMEOUT_SECONDS: Final = 1.0
BATCH: Final = 50
KEEP_DONE: Final = dt.timedelta(days=30)

#: Header of a task that came out of the outbox: the number of its row.
HEADER: Final = "outbox_row"

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:\-]{0,63}\Z")

log = logging.getLogger(__name__)
_handlers: dict[str, Handler] = {}
_alone: set[str] = set()
_ask_broker_again_at = 0.0


class UnknownTopic(LookupError):
    """No app handles this topic (any more)."""


class NeverConfirmed(RuntimeError):
    """A task was sent as often as it may be and no worker ever ended it."""


# -- writing -------------------------------------------------------------------------------------------------------


def publish(
    topic: str, dedup_key: str, payload: Mapping[str, Any] | None = None, *, due_at: dt.datetime | None = None
) -> bool:
    """Write news down in the caller's transaction; False when the same key was already written for this topic.

    ``payload`` holds ids only (whole numbers, UUIDs, codes; lists of them): it is kept for weeks and may pass
    through Redis.  ``due_at`` delays delivery.  A key is forgotten ``KEEP_DONE`` after delivery.

    Raises RuntimeError outside of a transaction and ValueError for a payload that is more than ids: both are
    mistakes of the programmer.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() belongs into the transaction whose news it is")
    ids = {name: _only_ids(name, value) for name, value in (payload or {}).items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO common_outbox (topic, dedup_key, payload, due_at, attempts, last_error)"
            " VALUES (%s, %s, %s, coalesce(%s, statement_timestamp()), 0, '')"
            " ON CONFLICT (topic, dedup_key) DO NOTHING",
            [topic, dedup_key, Outbox._meta.get_field("payload").get_db_prep_value(ids, connection), due_at],
        )
        return bool(cursor.rowcount == 1)


def _only_ids(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_only_ids(name, item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    if not isinstance(value, int | str | UUID) or not _CODE.match(text) or redact(text) != text:
        raise ValueError(f"{name} is not an id: the outbox carries ids only")
    return value if isinstance(value, int) else text


# -- who gets what -------------------------------------------------------------------------------------------------


def handles(topic: str, *, alone: bool = False) -> Callable[[_Handler], _Handler]:
    """Register a function for a topic.  It is called with the payload as keyword arguments.

    ``alone``: each of its news is delivered in a transaction of its own.  For handlers that lock what people work on:
    in one transaction with others they would hold one thing while they wait for the next.

    Raises ValueError when the topic has another handler already: publish two topics for two effects.
    """

    def register(handler: _Handler) -> _Handler:
        known = _handlers.setdefault(topic, handler)
        if known != handler:
            raise ValueError(f"{topic} is handled by {_name_of(known)} already")
        if alone:
            _alone.add(topic)
        return handler

    return register


@dataclass(frozen=True)
class _TaskHandler:
    """Stands in the table of handlers for a task; ``_deliver`` sends it."""

    task_name: str

    def __call__(self, **payload: Any) -> None:
        raise TypeError(f"{self.task_name} is sent, not called")


def _name_of(handler: Handler) -> str:
    return getattr(handler, "task_name", None) or f"{handler.__module__}.{handler.__qualname__}"


def sends_task(topic: str, task_name: str) -> None:
    """Let a topic start the Celery task of this name, with the payload as keyword arguments, until it has succeeded."""
    handles(topic)(_TaskHandler(task_name))


def send_task(task_name: str, payload: Mapping[str, Any], row: int | None = None) -> None:
    """Give one task to the broker, or raise within about ``BROKER_TIMEOUT_SECONDS``.  For this module only.

    ``row`` travels along, so that the worker can say which news is done.

    Raises a broker error (see ``is_broker_error``) when the broker is away or hangs, and then at once for the
    next ``BROKER_PAUSE``, so that news for the database is not held up behind it.
    """
    global _ask_broker_again_at
    if time.monotonic() < _ask_broker_again_at:
        raise BrokerAway("the broker did not answer a moment ago")
    options = {
        **(current_app.conf.broker_transport_options or {}),
        "socket_timeout": BROKER_TIMEOUT_SECONDS,
        "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
        "retry_on_timeout": False,
        "max_retries": 0,
    }
    try:
        with current_app.connection_for_write(
            connect_timeout=BROKER_TIMEOUT_SECONDS, transport_options=options
        ) as broker:
            headers = {} if row is None else {HEADER: row}
            current_app.send_task(task_name, kwargs=dict(payload), headers=headers, connection=broker, retry=False)
    except Exception as error:
        if is_broker_error(error):
            log.warning("outbox: the broker does not answer (%s)", type(error).__name__)
            _ask_broker_again_at = time.monotonic() + BROKER_PAUSE.total_seconds()
        raise


def is_broker_error(error: BaseException) -> bool:
    """Whether an error says that the broker, not the handler, was at fault."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, BrokerAway) or type(seen).__module__.startswith(("redis.", "kombu.", "amqp.")):
            return True
        seen = seen.__cause__
    return False


# -- delivering ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Relayed:
    """What one run did.  ``sent``: given to a task; ``postponed``: the broker was away."""

    done: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0
    postponed: int = 0

    def __iadd__(self, other: Relayed) -> Relayed:
        self.done += other.done
        self.sent += other.sent
        self.failed += other.failed
        self.dead += other.dead
        self.postponed += other.postponed
        return self

    def __bool__(self) -> bool:
        return self != Relayed()

    def __str__(self) -> str:
        words = f"送达 {self.done}，失败待重试 {self.failed}，放弃 {self.dead}"
        words += f"，交给任务 {self.sent}" if self.sent else ""
        return f"{words}，消息队列不可用而推迟 {self.postponed}" if self.postponed else words


def relay(limit: int = 1000, *, seconds: float = 20.0) -> Relayed:
    """Deliver what is due, oldest first, until nothing is, ``limit`` rows were taken or ``seconds`` have passed.

    Any number of relays may run at once: a row is locked by the one that delivers it and skipped by the others.
    Never raises for what a handler does.
    """
    total = Relayed()
    ends = time.monotonic() + seconds
    left = limit
    while left > 0 and time.monotonic() < ends:
        taken, run = _relay_batch(min(BATCH, left), ends)
        total += run
        left -= taken
        if taken < BATCH:
            break
    return total


def _relay_batch(size: int, ends: float) -> tuple[int, Relayed]:
    """Up to ``size`` news: first those that share a transaction, then those that have one each."""
    run = Relayed()
    waiting = Outbox.objects.filter(done_at=None, dead_at=None, due_at__lte=Now())
    taken = _deliver_together(waiting.exclude(topic__in=_alone), size, run, ends)
    while taken < size and time.monotonic() < ends:
        if not _deliver_together(waiting.filter(topic__in=_alone), 1, run, ends):
            break
        taken += 1
    return taken, run


def _deliver_together(waiting: models.QuerySet[Outbox], size: int, run: Relayed, ends: float) -> int:
    with transaction.atomic():
        rows = list(waiting.order_by("due_at", "id").select_for_update(skip_locked=True)[:size])
        for row in rows:
            _deliver(row, run)
            if time.monotonic() > ends:
                break
    return len(rows)


def _deliver(row: Outbox, run: Relayed) -> None:
    try:
        with transaction.atomic():
            handler = _handlers.get(row.topic)
            if handler is None:
                raise UnknownTopic(f"nobody handles {row.topic}")
            if isinstance(handler, _TaskHandler):
                _send(row, handler.task_name, run)
                return
            handler(**row.payload)
    except Exception as error:
        if is_broker_error(error):
            _postpone(row, run)
        else:
            _failed(row, run, error)
        return
    Outbox.objects.filter(pk=row.pk).update(done_at=Now(), attempts=row.attempts + 1, last_error="")
    run.done += 1


def _send(row: Outbox, task_name: str, run: Relayed) -> None:
    """Start the task, and look again later whether it said that it was done."""
    if row.attempts >= MAX_ATTEMPTS:
        raise NeverConfirmed(f"{task_name} was sent {row.attempts} times and never ended")
    send_task(task_name, row.payload, row.pk)
    wait = dt.timedelta(seconds=settings.OUTBOX_CONFIRM_SECONDS)
    Outbox.objects.filter(pk=row.pk).update(due_at=Now() + wait, attempts=row.attempts + 1)
    run.sent += 1


def _postpone(row: Outbox, run: Relayed) -> None:
    """The broker is away: nothing is counted against the news."""
    Outbox.objects.filter(pk=row.pk).update(due_at=Now() + BROKER_PAUSE)
    run.postponed += 1


def _failed(row: Outbox, run: Relayed, error: Exception) -> None:
    _note_failure(row, min(row.attempts + 1, MAX_ATTEMPTS), run, error)


def _note_failure(row: Outbox, attempts: int, run: Relayed, error: BaseException) -> None:
    is_dead = attempts >= MAX_ATTEMPTS
    # The message of an error may quote data (a unique violation does), so it is redacted and cut.
    said = one_line(redact(f"{type(error).__name__}: {error}"))[:300]
    Outbox.objects.filter(pk=row.pk).update(
        attempts=attempts,
        due_at=Now() + pause_after(attempts),
        dead_at=Now() if is_dead else None,
        last_error=said,
    )
    log.log(
        logging.ERROR if is_dead else logging.WARNING,
        "outbox: %s #%s failed %s of %s times",
        row.topic, row.pk, attempts, MAX_ATTEMPTS, exc_info=error,
    )  # fmt: skip
    if is_dead:
        run.dead += 1
    else:
        run.failed += 1


@task_postrun.connect(weak=False, dispatch_uid="common.outbox.task_ended")
def _task_ended(sender: Any = None, retval: Any = None, state: str | None = None, **kwargs: Any) -> None:
    """In the worker, after a task that came out of the outbox: done, or to be tried again after a pause.

    Never raises: unconfirmed, the task is sent once more.
    """
    pk = (sender.request.headers or {}).get(HEADER)
    if pk is None or state not in {"SUCCESS", "FAILURE"}:
        return
    try:
        with transaction.atomic():
            _wait_for_the_relay()
            row = Outbox.objects.select_for_update().filter(pk=pk, done_at=None).first()
            if row is None:  # its other copy was faster
                return
            if state == "SUCCESS":
                Outbox.objects.filter(pk=pk).update(done_at=Now(), dead_at=None, last_error="")
            else:
                error = retval if isinstance(retval, BaseException) else RuntimeError(str(retval))
                _note_failure(row, max(row.attempts, 1), Relayed(), error)
    except DatabaseError as error:
        log.warning("outbox: #%s not confirmed (%s)", pk, type(error).__name__)


def _wait_for_the_relay() -> None:
    """A quick task ends while the relay that sent it still holds its batch, for as long as a run may last."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '40s'; SET LOCAL statement_timeout = '45s'")


def pause_after(attempts: int) -> dt.timedelta:
    """How long to wait after so many failures: 5 s, 20 s, 80 s, 320 s, 1280 s, then an hour."""
    return min(FIRST_PAUSE * (1 << 2 * (attempts - 1)), LONGEST_PAUSE)


# -- looking after it ----------------------------------------------------------------------------------------------


def lag() -> dt.timedelta:
    """How long the oldest due news has been waiting; zero when nothing is due.  Dead letters do not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(statement_timestamp() - due_at), interval '0') FROM common_outbox"
            " WHERE done_at IS NULL AND dead_at IS NULL AND due_at <= statement_timestamp()"
        )
        row: tuple[dt.timedelta] = cursor.fetchone()
    return row[0]


@dataclass(frozen=True, slots=True)
class Standing:
    """The outbox at one moment.  ``waiting``: not delivered and not given up, due or not."""

    lag: dt.timedelta
    waiting: int
    dead: int
    delivered: int


def standing(since: dt.datetime) -> Standing:
    """How the outbox stands, and how much was delivered ``since``; one query over partial indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(statement_timestamp() - due_at) FILTER (WHERE due_at <= statement_timestamp()),"
            " interval '0'), count(*),"
            " (SELECT count(*) FROM common_outbox WHERE dead_at IS NOT NULL),"
            " (SELECT count(*) FROM common_outbox WHERE done_at IS NOT NULL AND done_at >= %s)"
            " FROM common_outbox WHERE done_at IS NULL AND dead_at IS NULL",
            [since],
        )
        return Standing(*cursor.fetchone())


def dead_letters() -> models.QuerySet[Outbox]:
    """News that was given up, oldest first."""
    return Outbox.objects.filter(dead_at__isnull=False).order_by("dead_at")


def bury(topic: str, dedup_key: str, payload: Mapping[str, Any], error: str) -> None:
    """Write a failure down as a dead letter at once, in the caller's transaction: somebody should look.

    For work that keeps its own attempts (sending a mail, which must not happen inside a relay's transaction).  When
    somebody revives it, the handler of the topic starts that work again.  ``error`` holds no personal data.
    """
    publish(topic, dedup_key, payload)
    Outbox.objects.filter(topic=topic, dedup_key=dedup_key).update(
        done_at=None, dead_at=Now(), attempts=MAX_ATTEMPTS, last_error=one_line(redact(error))[:300]
    )


def revive(rows: models.QuerySet[Outbox]) -> int:
    """Give dead letters all their attempts again, after their cause was mended; how many there were."""
    return rows.filter(dead_at__isnull=False).update(dead_at=None, attempts=0, due_at=Now())


def prune(older_than: dt.timedelta = KEEP_DONE) -> int:
    """Delete what was delivered longer ago than this; how many rows that were.  Dead letters stay."""
    return Outbox.objects.filter(done_at__lt=Now() - older_than).delete()[0]
