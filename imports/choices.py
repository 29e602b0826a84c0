"""Vocabularies of an import: how far it is, and what a row of the file would do."""

from django.db import models


class State(models.TextChoices):
    """Life of one uploaded file.  Those of ``RUNNING`` are the worker's, ``READY`` waits for its author."""

    READING = "reading", "正在核对"
    READY = "ready", "待确认"
    COMMITTING = "committing", "正在写入"
    DONE = "done", "已导入"
    REFUSED = "refused", "文件有问题"
    FAILED = "failed", "没有办成"
    CANCELLED = "cancelled", "已放弃"
    EXPIRED = "expired", "过期未确认"


RUNNING = frozenset({State.READING, State.COMMITTING})
#: Nothing of the file is kept any more.
ENDED = frozenset({State.DONE, State.REFUSED, State.FAILED, State.CANCELLED, State.EXPIRED})

STATE_COLOR = {
    State.READING: "blue", State.READY: "amber", State.COMMITTING: "blue", State.DONE: "green", State.REFUSED: "red",
    State.FAILED: "red", State.CANCELLED: "grey", State.EXPIRED: "grey",
}  # fmt: skip


class Verdict(models.TextChoices):
    """What committing would do with one row.  ``UNCHANGED`` rows are counted and not kept."""

    NEW = "new", "新增"
    CHANGED = "changed", "更改"
    ENDED = "ended", "撤销"
    UNCHANGED = "unchanged", "没有变化"
    REFUSED = "refused", "有问题"


VERDICT_COLOR = {
    Verdict.NEW: "green", Verdict.CHANGED: "blue", Verdict.ENDED: "amber", Verdict.UNCHANGED: "grey", Verdict.REFUSED: "red",
}  # fmt: skip
