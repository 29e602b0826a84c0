"""Tables without domain words: counters, working days, outbox, heartbeats, runs of periodic tasks."""

from __future__ import annotations

from typing import ClassVar

from django.db import connection, models
from django.db.models.functions import Now
from django.utils import timezone


class Counter(models.Model):
    """Running numbers by name.  ``take`` is safe between concurrent transactions.

    The row stays locked until the caller's transaction ends: numbers have no gaps, and those who take from one
    key wait for each other, so take late in a transaction.  A rolled-back number is given out again.
    """

    key = models.CharField("名称", max_length=60, primary_key=True)
    value = models.BigIntegerField("已用到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "流水号"

    def __str__(self) -> str:
        return f"{self.key} {self.value}"

    @classmethod
    def take(cls, key: str, n: int = 1) -> int:
        """Reserve ``n`` numbers in a row and return the first of them; the first ever is 1."""
        if n < 1:
            raise ValueError("at least one number must be taken")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO common_counter (key, value) VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET value = common_counter.value + EXCLUDED.value"
                " RETURNING value",
                [key, n],
            )
            return int(cursor.fetchone()[0]) - n + 1


class Workday(models.Model):
    """Whether a day is a working day, by the State Council's yearly notice or by a decision of the county.

    Read through ``common.workdays``, which keeps the whole table in memory.  After changing rows other than by
    ``common.workdays`` call its ``renumber``.
    """

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("工作日")
    note = models.CharField("说明", max_length=40, blank=True)
    source = models.CharField("依据", max_length=60, blank=True)
    #: Working days from the first day of the table up to and including this one, so that in SQL too
    #: "n working days later" is one look-up.
    index = models.PositiveIntegerField("工作日序号", default=0, editable=False)
    changed_at = models.DateTimeField("更新时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering: ClassVar = ["day"]
        indexes: ClassVar = [
            models.Index(fields=["index"], condition=models.Q(is_workday=True), name="workday_by_index")
        ]

    def __str__(self) -> str:
        return f"{self.day} {'工作日' if self.is_workday else '休息日'}"


class CountyDay(models.Model):
    """A decision of the county on one day, which counts before the State Council's notice.

    ``Workday`` holds what counts; here is why, and what the notice says (nothing for a year that is not loaded), so
    that the decision survives a reload and can be withdrawn.  Written by ``common.workdays`` alone.
    """

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("工作日")
    note = models.CharField("名称", max_length=40, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    source = models.CharField("依据", max_length=60, blank=True)
    stated_workday = models.BooleanField("通知规定上班", null=True, editable=False)
    stated_note = models.CharField("通知的说明", max_length=40, blank=True, editable=False)
    stated_source = models.CharField("通知的依据", max_length=60, blank=True, editable=False)
    decided_at = models.DateTimeField("决定时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "区县对工作日历的决定"
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_workday else '休息'}"


class Outbox(models.Model):
    """News to be delivered once the transaction that wrote it has been committed.  See ``common.outbox``."""

    topic = models.CharField("主题", max_length=60)
    dedup_key = models.CharField("去重键", max_length=160)
    payload = models.JSONField("编号", default=dict)
    created_at = models.DateTimeField("写入时间", db_default=Now(), editable=False)
    due_at = models.DateTimeField("应送时间", db_default=Now())
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    done_at = models.DateTimeField("送达时间", null=True, blank=True)
    dead_at = models.DateTimeField("放弃时间", null=True, blank=True)
    last_error = models.TextField("最近错误", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "发件箱"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["topic", "dedup_key"], name="outbox_says_a_thing_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(done_at=None, dead_at=None),
                name="outbox_waiting",
            ),
            models.Index(fields=["done_at"], condition=models.Q(done_at__isnull=False), name="outbox_done"),
            models.Index(fields=["dead_at"], condition=models.Q(dead_at__isnull=False), name="outbox_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.dedup_key}"


class Heartbeat(models.Model):
    """When a background process was last alive; see ``common.pulses``."""

    name = models.CharField("名称", max_length=40, primary_key=True)
    at = models.DateTimeField("最近一次", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "心跳"

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"


class TaskRun(models.Model):
    """One run of a periodic task.  Without an end: still running, or killed.  See ``common.task_runs``."""

    name = models.CharField("任务", max_length=60)
    reference = models.CharField("编号", max_length=12, blank=True)
    started_at = models.DateTimeField("开始时间", default=timezone.now)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    ok = models.BooleanField("成功", null=True)
    said = models.CharField("结果", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "运行记录"
        indexes: ClassVar = [
            models.Index(fields=["name", "-id"], name="task_run_newest"),
            models.Index(fields=["started_at"], condition=models.Q(ok=False), name="task_run_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.reference}"
