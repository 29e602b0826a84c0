"""Seeding a database: once, in chunks, taken up again where it stopped."""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from common.models import Counter
from disputes.models import Dispute
from disputes.services.intake import CODE_PREFIX
from ganzhou.demo import accounts, centres, lives, moments, organisations, record, rosters, routing, visits, writing
from ganzhou.demo.organisations import World
from ganzhou.demo.people import LETTERS, People
from ganzhou.demo.plan import MARK, Plan, Size
from ganzhou.demo.telling import Stage, Tale

LOCK = 620_702_000_000
#: Up to so many lives are kept from the look ahead; of more it is cheaper to think them up twice.
KEPT = 20_000


class Progress(Protocol):
    """Told how far a seeding is."""

    def start(self, done: int) -> None: ...

    def __call__(self, done: int, total: int) -> None: ...


class Refused(Exception):
    """This database is not to be filled, in words for the person at the terminal."""


@dataclass
class Result:
    cases: int
    written: int  # in this run
    rows: int
    seconds: float


def seed(
    size: Size,
    number: int,
    *,
    as_of: dt.datetime | None = None,
    chunks: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Fill the database, or go on with a filling cut short.

    ``number`` is the seed; ``as_of`` the moment at which the demo stands (kept from the first run); ``chunks`` stops
    after so many, for tests.  Raises Refused.
    """
    began = time.monotonic()
    written = rows = 0
    with _alone():
        marks = _marks()
        if marks:
            _same(marks, size, number)
        there = _chunks_there(marks)
        if not marks or sum(there.values()) < size.cases:
            told = _go_on(marks, size, number) if marks else _begin(size, number, as_of or timezone.now())
            missing = [n for n in range(told.plan.chunks) if n not in there]
            done = sum(there.values())
            if progress:
                progress.start(done)
            with _without_collecting():
                for n in missing[:chunks]:
                    rows += told.write(n)
                    written += len(told.plan.chunk(n))
                    if progress:
                        progress(done + written, size.cases)
            if done + written == size.cases:
                centres.book(number, told.plan.as_of)
            if chunks is None and not connection.in_atomic_block:
                _tidy()
        _write_visits(size)
        accounts.ensure()
    return Result(size.cases, written, rows, time.monotonic() - began)


def _take_time() -> None:
    """No limit on the statements of this transaction: a busy machine is no reason to leave a demo half told."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")


def _write_visits(size: Size) -> None:
    """What was written down in the villages: once, when every case is there."""
    marks = _marks()
    if "visits" in marks or sum(_chunks_there(marks).values()) < size.cases:
        return
    with transaction.atomic():
        _take_time()
        visits.write(marks["seed"], dt.datetime.fromtimestamp(marks["as_of"], moments.BEIJING))
        Counter.objects.create(key=f"{MARK}visits", value=1)


def check_place() -> None:
    """Raise Refused anywhere but in the demo or a test."""
    if settings.PROFILE not in {"demo", "test"}:
        raise Refused("演示数据只能写入演示或者测试环境；当前是生产环境，已拒绝。")


@contextmanager
def _alone() -> Iterator[None]:
    check_place()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refused("另一个进程正在写入演示数据，请等它结束。")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextmanager
def _without_collecting() -> Iterator[None]:
    """A told case holds no circles, so looking for them again and again would be a quarter of the work for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _marks() -> dict[str, int]:
    return {
        key.removeprefix(MARK): value
        for key, value in Counter.objects.filter(key__startswith=MARK).values_list("key", "value")
    }


def _chunks_there(marks: dict[str, int]) -> dict[int, int]:
    """Cases in each chunk that is there."""
    return {int(key.removeprefix("chunk:")): value for key, value in marks.items() if key.startswith("chunk:")}


def _same(marks: dict[str, int], size: Size, number: int) -> None:
    if (marks["seed"], marks["cases"], marks["days"]) != (number, size.cases, size.days):
        raise Refused(
            f"数据库里已有一套演示数据（{marks['cases']:,} 件，种子 {marks['seed']}），不能再写入另一套。"
            "需要另一种规模时，请换一个空数据库：先 ./portal stop，删除 .portal/pgdata 后重新写入。"
        )


def _go_on(marks: dict[str, int], size: Size, number: int) -> Teller:
    """The plan that was begun, as of the moment it was begun."""
    moment = dt.datetime.fromtimestamp(marks["as_of"], moments.BEIJING)
    return Teller(Plan.make(number, moment, size, CODE_PREFIX))


def _begin(size: Size, number: int, as_of: dt.datetime) -> Teller:
    if Dispute.objects.exists():
        raise Refused("数据库里已有不是演示数据的纠纷，已拒绝写入。")
    taken = User.objects.filter(username__in=[seat.username for seat in organisations.DEMO_SEATS]).first()
    if taken or Counter.objects.filter(key__startswith="dispute:").exists():
        raise Refused("数据库里已有演示以外的账号或者案件码，已拒绝写入。")
    as_of = as_of.astimezone(moments.BEIJING).replace(microsecond=0)
    with transaction.atomic():
        _take_time()
        organisations.build(People(number, as_of.date()), as_of.date())
        rosters.write(People(number, as_of.date()), as_of.date())
        centres.build(number)
        routing.write(as_of)
        teller = Teller(Plan.make(number, as_of, size, CODE_PREFIX))
        # Taken from the portal's own counters beforehand: a case registered or filed meanwhile gets its own number.
        for year, count in teller.plan.per_year.items():
            Counter.take(f"dispute:{year}", count)
        for year, count in teller.filed_per_year.items():
            Counter.take(f"filing:{year}", count)
        marks = {"seed": number, "cases": size.cases, "days": size.days, "as_of": int(as_of.timestamp())}
        Counter.objects.bulk_create(Counter(key=f"{MARK}{key}", value=value) for key, value in marks.items())
    return teller


class Teller:
    """Tells chunks of the plan and writes them."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.world = plan, World.load()
        self.stage = Stage(self.world, plan.seed, plan.as_of, People(plan.seed, moments.date(plan.as_of)))
        self.ahead: dict[int, tuple[lives.Facts, list[lives.Turn]]] = {}
        self.filed_per_year: dict[int, int] = {}
        self.first_person, self.file_numbers = self._look_ahead()

    def _look_ahead(self) -> tuple[list[tuple[int, ...]], dict[tuple[int, int], int]]:
        """Who comes first in the numbers of people of each letter, and the file numbers, which go by the day of filing."""
        plan, filed = self.plan, []
        first: list[tuple[int, ...]] = [(0,) * len(LETTERS)]
        for index in range(len(plan.starts)):
            facts, course = life = self._life(index)
            if len(plan.starts) <= KEPT:
                self.ahead[index] = life
            new = facts.heads() if facts.repeat_of is None else (0,) * len(LETTERS)
            first.append(tuple(map(sum, zip(first[-1], new, strict=True))))
            turns = [turn.at for turn in course if turn.name == "archive" and turn.at <= plan.as_of]
            filed.extend((at, index, nth) for nth, at in enumerate(turns))
        counts: dict[int, itertools.count[int]] = {}
        numbers = {}
        for at, index, nth in sorted(filed):
            numbers[index, nth] = next(counts.setdefault(moments.date(at).year, itertools.count(1)))
        self.filed_per_year = {year: next(count) - 1 for year, count in counts.items()}
        return first, numbers

    def write(self, number: int) -> int:
        """Tell and write one chunk; how many rows it has."""
        with transaction.atomic():
            _take_time()
            cases = list(self.tell(self.plan.chunk(number)))
            rows = writing.write(cases)
            Counter.objects.create(key=f"{MARK}chunk:{number}", value=len(cases))
        return rows

    def tell(self, indexes: range) -> Iterator[record.Case]:
        told: dict[int, int] = {}
        at: list[int] = [0]
        ids = record.Register(
            lambda model: writing.numbers(model, 2500), lambda case, nth: self.file_numbers[at[0], nth],
            self.world.centre_of,
        )  # fmt: skip
        for index in indexes:
            at[0] = index
            tale = self.tale(index, told)
            case = tale.tell(ids)
            told[index] = case.id
            yield case

    def tale(self, index: int, told: dict[int, int]) -> Tale:
        facts, course = self.ahead.pop(index, None) or self._life(index)
        earlier = None
        if facts.repeat_of is not None:
            earlier = told.get(facts.repeat_of) or self._id_of(facts.repeat_of)
        first = self.first_person[index if facts.repeat_of is None else facts.repeat_of]
        return Tale(self.stage, facts, course, first, earlier)

    def _life(self, index: int) -> tuple[lives.Facts, list[lives.Turn]]:
        facts = lives.facts_of(self.world, self.plan, index)
        return facts, lives.course_of(facts, self.plan)

    def _id_of(self, index: int) -> int | None:
        return Dispute.objects.filter(code=self.plan.codes[index]).values_list("pk", flat=True).first()


def _tidy() -> None:
    """Tell the planner what is there now, and empty the pending list of the search index."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for kind, _ in writing.TABLES:
            cursor.execute(f'VACUUM (ANALYZE) "{kind.model._meta.db_table}"')
        cursor.execute("RESET statement_timeout")
