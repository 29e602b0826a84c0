"""An uploaded file on its way into a table: the job, the file while it is needed, and what each row would do."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.fields import EncryptedTextField
from imports.choices import ENDED, RUNNING, State, Verdict
from imports.querysets import ImportJobQuerySet, PlannedRowQuerySet


class ImportJob(models.Model):
    """One uploaded file: how far it is, what it would do and what it did, in counts.

    The rows themselves are in ``PlannedRow`` until the job ends; afterwards only the counts are left.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sheet = models.CharField("表", max_length=40)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    file_size = models.PositiveIntegerField("大小")
    state = models.CharField("状态", max_length=12, choices=State, default=State.READING)
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    ready_at = models.DateTimeField("核对完成", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    #: What the progress bar shows: rows done of all, 0 of 0 before they are known.
    rows_done = models.PositiveIntegerField("已处理", default=0)
    rows_total = models.PositiveIntegerField("共", default=0)
    #: A worker that is silent longer than this is dead, and the job is taken up anew, so many times.
    lease_until = models.DateTimeField("占用至", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    new = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("更改", default=0)
    ended = models.PositiveIntegerField("撤销", default=0)
    unchanged = models.PositiveIntegerField("没有变化", default=0)
    refused = models.PositiveIntegerField("有问题", default=0)
    #: Fingerprint of the plan the author looked at: what is committed is this and nothing else.
    digest = models.CharField(max_length=64, blank=True, editable=False)
    said = models.TextField("说明", blank=True, help_text="文件被退回、重新核对或者没有办成的原因")
    notes = models.JSONField("提示", default=list, blank=True)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["author", "-id"], name="import_job_author"),
            models.Index(fields=["state"], condition=~Q(state__in=sorted(ENDED)), name="import_job_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, state__in=sorted({*State.values} - set(ENDED)))
                | Q(ended_at__isnull=False, state__in=sorted(ENDED)),
                name="import_that_ended_says_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.uid}"

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def writes(self) -> int:
        """How many rows committing would write or has written."""
        return self.new + self.changed + self.ended

    @property
    def may_commit(self) -> bool:
        """All or nothing: one row with a fault, and none is written."""
        return self.state == State.READY and not self.refused and self.writes > 0


class ImportFile(models.Model):
    """The content of the file, sealed; the row is gone as soon as the job has ended."""

    job = models.OneToOneField(ImportJob, models.CASCADE, verbose_name="导入", primary_key=True, related_name="file")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: The bytes in base64.
    content = EncryptedTextField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "待导入的文件"

    def __str__(self) -> str:
        return str(self.uid)


class PlannedRow(models.Model):
    """One row of the file that would change something or cannot; sealed, and gone when the job has ended."""

    job = models.ForeignKey(ImportJob, models.CASCADE, verbose_name="导入", related_name="rows")
    #: Of the spreadsheet, as the person sees it; 0 for a record that is not in the file.
    number = models.PositiveIntegerField("行号")
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    #: Key of the record that would change.
    record = models.CharField(max_length=64, blank=True, editable=False)
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    #: imports.planning.Planned as JSON.
    detail = EncryptedTextField("内容")

    objects = PlannedRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待导入的行"
        ordering = ["job", "number", "id"]
        indexes = [models.Index(fields=["job", "verdict", "number", "id"], name="planned_row_of_job")]

    def __str__(self) -> str:
        return f"{self.number}"
