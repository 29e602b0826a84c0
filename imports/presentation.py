"""What the pages of an import show: words and colours, made from rows that are loaded already."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from imports import registry
from imports.choices import STATE_COLOR, VERDICT_COLOR, State, Verdict
from imports.models import ImportJob, PlannedRow
from imports.registry import Sheet

#: How the states lie along the three steps of the page.
STEPS = ("上传", "核对", "写入")
_AT = {State.READING: 1, State.READY: 1, State.COMMITTING: 2, State.DONE: 3}


def title_of(job: ImportJob) -> str:
    sheet = registry.get(job.sheet)
    return sheet.title if sheet else job.sheet


def line(job: ImportJob) -> dict[str, Any]:
    """A row of the list of jobs."""
    return {
        "url": reverse("imports:job", args=[job.uid]),
        "title": title_of(job),
        "file": job.file_name,
        "who": job.author.name,
        "at": job.uploaded_at,
        "state": badge(job)["label"],
        "color": badge(job)["color"],
        "result": result(job),
    }


def badge(job: ImportJob) -> dict[str, str]:
    """The state as label and colour; a file that said nothing new was not 已导入."""
    if job.state == State.DONE and not job.writes:
        return {"label": "没有变化", "color": "grey"}
    return {"label": job.get_state_display(), "color": STATE_COLOR[State(job.state)]}


def result(job: ImportJob) -> str:
    """What it did or would do, in one line."""
    match job.state:
        case State.DONE | State.READY:
            return "，".join(
                f"{label} {count:,}"
                for label, count in (
                    ("新增", job.new), ("更改", job.changed), ("撤销", job.ended), ("没有变化", job.unchanged),
                    ("有问题", job.refused),
                )
                if count
            ) or "没有数据"  # fmt: skip
        case State.READING | State.COMMITTING:
            return progress(job)["text"]
    return job.said


def progress(job: ImportJob) -> dict[str, Any]:
    """The bar: done of all, and in words; without a number while nobody knows how much there is."""
    done, total = job.rows_done, job.rows_total
    if job.lease_until is None and not total:
        text = "排队等候后台处理，一般几秒钟"
    elif job.lease_until is not None and job.lease_until < timezone.now():
        text = "后台处理中断，正在自动接着办"
    elif not total:
        text = "正在读取文件" if job.state == State.READING else "正在写入，全部写完才算数"
    else:
        text = f"已核对 {done:,} 行，共 {total:,} 行"
    return {"text": text, "done": done, "total": total}


def steps(job: ImportJob | None) -> list[dict[str, Any]]:
    at = 0 if job is None else _AT.get(State(job.state), 1)
    failed = job is not None and job.has_ended and job.state != State.DONE
    return [
        {
            "label": label,
            "state": "done" if n < at else "skipped" if failed and n > at else "now" if n == at else "todo",
        }
        for n, label in enumerate(STEPS)
    ]


def figures(job: ImportJob) -> list[dict[str, Any]]:
    """The counts above the preview; one that is nothing and means nothing is left out."""
    unit = ((sheet := registry.get(job.sheet)) and sheet.unit) or "行"
    counts = (
        ("新增", job.new, ""), ("更改", job.changed, ""), ("撤销", job.ended, "soon" if job.ended else None),
        ("没有变化", job.unchanged, ""), ("有问题", job.refused, "late" if job.refused else ""),
    )  # fmt: skip
    return [
        {"label": label, "value": count, "unit": unit, "tone": tone}
        for label, count, tone in counts
        if tone is not None
    ]


def rows(planned: Iterable[PlannedRow], sheet: Sheet) -> list[dict[str, Any]]:
    """The rows of the preview: what each would do, in words."""
    return [_row(one, sheet) for one in planned]


def _row(planned: PlannedRow, sheet: Sheet) -> dict[str, Any]:
    detail = json.loads(planned.detail or "{}")
    verdict = Verdict(planned.verdict)
    headers = {column.key: column.header for column in sheet.columns}
    cells = detail.get("cells", {})
    filled = [(headers[key], value) for key, value in cells.items() if key in headers and value not in ("", None)]
    return {
        "number": f"第 {planned.number} 行" if planned.number else "不在文件里",
        "label": detail.get("label", ""),
        "verdict": verdict.label,
        "color": VERDICT_COLOR[verdict],
        "changes": [{"header": h, "before": b if b != "" else "（空）", "after": a if a != "" else "（空）"} for h, b, a in detail.get("changes", [])],
        "errors": [{"where": where, "header": header, "sentence": sentence} for where, header, sentence in detail.get("errors", [])],
        "cells": filled if verdict in (Verdict.NEW, Verdict.ENDED) else [],
    }  # fmt: skip


def faults(planned: Iterable[PlannedRow]) -> Iterable[tuple[int, dict[str, Any], list[list[str]]]]:
    """Refused rows for the report: number, cells as typed, faults."""
    for one in planned:
        detail = json.loads(one.detail or "{}")
        yield one.number, detail.get("cells", {}), detail.get("errors", [])


def columns(sheet: Sheet, look: Any) -> list[dict[str, Any]]:
    """The table of explanations on the page of a sheet."""
    return [
        {
            "header": column.header,
            "is_required": column.required,
            "said": column.said or _choices(column.kind.options(look)),
            "example": column.example,
        }
        for column in sheet.columns
    ]


def _choices(names: Any) -> str:
    if not names:
        return ""
    return "、".join(map(str, names)) if len(names) <= 12 else f"从列表里选，共 {len(names)} 项"
