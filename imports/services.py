"""Verbs: take a file in, look at it, write it, give it up.  The worker's half is ``read`` and ``write``.

A job is held by a lease that its worker renews; when a worker dies, ``look_after`` gives the job to another.  What is
written is written in the transaction that ends the job, so it happens once or not at all, whatever is killed when.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from common import outbox
from common.errors import GuardRefused, NotPermitted, Refusal, WrongState
from imports import planning, reading, registry, sandbox
from imports.choices import RUNNING, State, Verdict
from imports.models import ImportFile, ImportJob, PlannedRow
from imports.planning import Plan
from imports.reading import BrokenFile, Table
from imports.registry import Planned, Sheet

log = logging.getLogger(__name__)

#: Topics of the outbox, and what the audit page calls the actions.
READ, WRITE = "imports.read", "imports.write"
ACTIONS: Final = {
    "import.upload": "导入：上传", "import.commit": "导入：写入", "import.cancel": "导入：放弃", "import.export": "导出基础数据",
    "import.missing": "导出缺项清单",
}  # fmt: skip

#: A worker says at least this often that it lives.
LEASE: Final = dt.timedelta(seconds=15)
MOST_ATTEMPTS: Final = 3
MOST_AT_ONCE: Final = 3
#: A plan nobody confirmed: what is left of the file goes (个人信息保护法第十九条).
KEEP_READY: Final = dt.timedelta(hours=24)
BATCH: Final = 500


# ---- the web's half


def upload(sheet: Sheet, *, by: User, name: str, content: bytes) -> ImportJob:
    """Take a file in and let a worker look at it.  Raises Refusal; what is refused leaves nothing behind."""
    _only_those_who_may(sheet, by)
    try:
        reading.door(name, content)
    except BrokenFile as broken:
        raise Refusal(broken.sentence) from broken
    with transaction.atomic():
        if ImportJob.objects.filter(author=by, state__in=RUNNING).count() >= MOST_AT_ONCE:
            raise WrongState(f"您有 {MOST_AT_ONCE} 份文件正在处理，请等其中一份办完再上传。")
        for old in ImportJob.objects.select_for_update().filter(author=by, sheet=sheet.key, state=State.READY):
            _end(old, State.CANCELLED, "又上传了新的文件，这一份没有写入。")
        job = ImportJob.objects.create(
            sheet=sheet.key, author=by, file_name=name[-200:], file_size=len(content), lease_until=None
        )
        ImportFile.objects.create(job=job, content=base64.b64encode(content).decode())
        audit.record(
            "import.upload", actor=by, object_type="import", object_id=str(job.uid), sheet=sheet.key, size=len(content)
        )
        _send(READ, job)
    return job


@transaction.atomic
def commit(job: ImportJob, *, by: User) -> None:
    """Its author says yes: a worker writes all of it.  Raises Refusal."""
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    sheet = _sheet_of(job)
    if by.pk != job.author_id:
        raise NotPermitted("只有上传文件的人可以确认写入。")
    _only_those_who_may(sheet, by)
    if job.state != State.READY:
        raise WrongState(f"这份文件的状态是“{job.get_state_display()}”，不能写入。")
    if job.refused:
        raise GuardRefused(f"有 {job.refused:,} 行有问题，改好重新上传以后才能写入；整份文件要么全部写入，要么都不写。")
    if not job.writes:
        raise GuardRefused("文件与系统里的内容一致，没有要写入的。")
    _move(job, State.COMMITTING, said="", rows_done=0, rows_total=0, attempts=0, lease_until=None)
    _send(WRITE, job)


@transaction.atomic
def cancel(job: ImportJob, *, by: User) -> None:
    """Give it up before anything is written.  Raises Refusal."""
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    if job.has_ended:
        raise WrongState("这份文件已经办完，没有可放弃的。")
    if job.state == State.COMMITTING:
        raise WrongState("正在写入，来不及放弃了。")
    _end(job, State.CANCELLED, "")
    audit.record("import.cancel", actor=by, object_type="import", object_id=str(job.uid), sheet=job.sheet)


def _only_those_who_may(sheet: Sheet, by: User) -> None:
    if not sheet.may(by):
        raise NotPermitted(f"您的角色不办理“{sheet.title}”的导入导出。")


def _sheet_of(job: ImportJob) -> Sheet:
    sheet = registry.get(job.sheet)
    if sheet is None:
        raise Refusal("这种表已经不再导入。")
    return sheet


def _send(topic: str, job: ImportJob) -> None:
    outbox.publish(topic, f"{job.uid}:{uuid.uuid4().hex[:12]}", {"job": job.pk})


def _move(job: ImportJob, state: str, **fields: Any) -> None:
    for name, value in {"state": state, **fields}.items():
        setattr(job, name, value)
    job.save(update_fields=["state", *fields])


def _end(job: ImportJob, state: str, said: str, **fields: Any) -> None:
    """The last state; file and rows go with it."""
    _move(job, state, said=said, ended_at=timezone.now(), lease_until=None, **fields)
    ImportFile.objects.filter(job=job).delete()
    PlannedRow.objects.filter(job=job).delete()


# ---- the worker's half


def read(pk: int) -> str:
    """Parse the file, compare it with the table, and keep the preview.  Safe to run twice."""
    job = _claim(pk, State.READING)
    if job is None:
        return "已经有人在办"
    sheet = _sheet_of(job)
    try:
        table = _table(job, sheet)
        tell = _teller(job)
        plan = planning.plan(sheet, table, job.author, tell)
        tell(job.rows_total, job.rows_total, at_once=True)
        with transaction.atomic():
            job = ImportJob.objects.select_for_update().select_related("author").get(pk=pk)
            if job.state != State.READING:  # given up meanwhile
                return "已经放弃"
            _keep(job, sheet, plan, table)
            if not job.writes and not job.refused:
                _end(job, State.DONE, "文件与系统里的内容一致，没有写入任何内容。")
    except BrokenFile as broken:
        with transaction.atomic():
            job = ImportJob.objects.select_for_update().get(pk=pk)
            if job.state == State.READING:
                _end(job, State.REFUSED, broken.sentence)
    except BaseException:
        _release(pk)
        raise
    return ""


def write(pk: int) -> str:
    """Write what its author confirmed, all or nothing.  Safe to run twice."""
    job = _claim(pk, State.COMMITTING)
    if job is None:
        return "已经有人在办"
    sheet = _sheet_of(job)
    try:
        table = _table(job, sheet)
        with transaction.atomic():
            _patiently()
            job = ImportJob.objects.select_for_update(of=("self",)).select_related("author").get(pk=pk)
            if job.state == State.COMMITTING:
                _write(job, sheet, table)
    except (BrokenFile, IntegrityError, Refusal) as error:
        log.warning("import %s not written (%s)", job.uid, type(error).__name__)
        said = getattr(error, "sentence", "写入时与别人刚保存的内容冲突。")
        with transaction.atomic():
            job = ImportJob.objects.select_for_update().get(pk=pk)
            if job.state == State.COMMITTING:
                _end(job, State.FAILED, f"{said}没有写入任何内容，请重新上传。")
    except BaseException:
        _release(pk)
        raise
    return ""


def _write(job: ImportJob, sheet: Sheet, table: Table) -> None:
    _one_at_a_time(sheet)
    author = job.author
    if not author.is_active or not sheet.may(author):
        raise Refusal("上传人的账号已经停用，或者不再有导入的权限。")
    sheet.lock(list(job.rows.exclude(record="").values_list("record", flat=True)))
    plan = planning.plan(sheet, table, author)
    if plan.digest != job.digest:
        _keep(job, sheet, plan, table)
        job.said = "预览以后，系统里的内容被别人改过，没有写入。下面是按现在的内容重新核对的结果，请再看一遍后确认。"
        job.save(update_fields=["said"])
        return
    sheet.apply(plan.of(Verdict.NEW, Verdict.CHANGED, Verdict.ENDED), author, plan.look)
    counts: dict[str, Any] = {name: plan.counts[name] for name in ("new", "changed", "ended", "unchanged")}
    audit.record("import.commit", actor=author, object_type="import", object_id=str(job.uid), sheet=sheet.key, **counts)
    _end(job, State.DONE, "", rows_done=len(table.rows), rows_total=len(table.rows), **counts)


def _table(job: ImportJob, sheet: Sheet) -> Table:
    content = base64.b64decode(ImportFile.objects.get(job=job).content or "")
    return sandbox.read(content, sheet.wanted, lambda: _renew(job.pk))


def _keep(job: ImportJob, sheet: Sheet, plan: Plan, table: Table) -> None:
    """The plan as the preview its author looks at.  In the caller's transaction."""
    PlannedRow.objects.filter(job=job).delete()
    for begin in range(0, len(plan.rows), BATCH):
        PlannedRow.objects.bulk_create(
            PlannedRow(
                job=job, number=row.number, verdict=row.verdict, record=str(row.record.pk) if row.record else "",
                detail=json.dumps(_detail(sheet, row, table), ensure_ascii=False, default=str),
            )
            for row in plan.rows[begin : begin + BATCH]
        )  # fmt: skip
    _move(
        job, State.READY, ready_at=timezone.now(), lease_until=None, attempts=0, said="", notes=plan.notes,
        digest=plan.digest, rows_done=len(table.rows), rows_total=len(table.rows), **plan.counts,
    )  # fmt: skip


def _detail(sheet: Sheet, row: Planned, table: Table) -> dict[str, Any]:
    """What the preview shows of a row, in words: nothing is looked up again to show it."""
    detail: dict[str, Any] = {"label": row.label}
    if row.errors:
        detail["errors"] = [
            [planning.address(sheet, table.columns, key, row.number), sheet.column(key).header if key else "", sentence]
            for key, sentence in row.errors.items()
        ]
    if row.verdict == Verdict.CHANGED:
        detail["changes"] = [[sheet.column(key).header, *pair] for key, pair in row.changes.items()]
    else:
        detail["cells"] = row.cells
    return detail


# ---- who works on it


def _claim(pk: int, state: str) -> ImportJob | None:
    """The job, held for ``LEASE``; None when it is somebody else's, or past this step."""
    with transaction.atomic():
        now = timezone.now()
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        found = ImportJob.objects.filter(free, pk=pk, state=state).select_for_update(skip_locked=True, of=("self",))
        job = found.select_related("author").first()
        if job is None:
            return None
        job.attempts += 1
        if job.attempts > MOST_ATTEMPTS:
            _end(
                job,
                State.FAILED,
                f"后台处理中断了 {MOST_ATTEMPTS} 次，没有写入任何内容。请稍后重新上传，或者联系系统管理员。",
            )
            return None
        job.lease_until = now + LEASE
        job.save(update_fields=["attempts", "lease_until"])
        return job


def _renew(pk: int, **fields: Any) -> None:
    ImportJob.objects.filter(pk=pk).update(lease_until=timezone.now() + LEASE, **fields)


def _release(pk: int) -> None:
    """After an error of ours: whoever is sent next need not wait for the lease."""
    try:
        ImportJob.objects.filter(pk=pk, state__in=RUNNING).update(lease_until=None)
    except Exception as error:  # the first error is the one to hear of
        log.warning("import: lease not given back (%s)", type(error).__name__)


def _teller(job: ImportJob) -> Callable[..., None]:
    """Tells the progress bar, at most about once a second."""
    last = 0.0

    def tell(done: int, total: int, *, at_once: bool = False) -> None:
        nonlocal last
        job.rows_total = total
        if at_once or done == 0 or time.monotonic() - last > 0.7:
            last = time.monotonic()
            _renew(job.pk, rows_done=done, rows_total=total)

    return tell


def _patiently() -> None:
    """Another import of the same table may be writing; who waits here holds up nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '30s'; SET LOCAL statement_timeout = '60s'")


def _one_at_a_time(sheet: Sheet) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('imports'), hashtext(%s))", [sheet.key])


def look_after(now: dt.datetime | None = None) -> str:
    """Send on what a dead worker left behind, and give up what nobody confirmed."""
    now = now or timezone.now()
    sent = dropped = 0
    with transaction.atomic():
        for job in ImportJob.objects.stalled(now).select_for_update(skip_locked=True):
            job.lease_until = None
            job.save(update_fields=["lease_until"])
            _send(READ if job.state == State.READING else WRITE, job)
            sent += 1
        for job in ImportJob.objects.waiting_since(now - KEEP_READY).select_for_update(skip_locked=True):
            _end(job, State.EXPIRED, "24 小时没有确认，文件已经删除，没有写入任何内容。")
            dropped += 1
    return f"接着办 {sent} 份，过期 {dropped} 份" if sent or dropped else ""
