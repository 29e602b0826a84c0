"""Visits as a file.  Of 心理疏导 it says that a visit took place, to everybody, its author included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from common.sheets import Column, Value
from posts.visits.presentation import row

COLUMNS: tuple[Column, ...] = (
    Column("日期", lambda one, shown: shown["day"]),
    Column("乡镇（街道）", lambda one, shown: shown["township"], 14),
    Column("村（社区）", lambda one, shown: shown["village"], 14),
    Column("事由", lambda one, shown: shown["kind"], 10),
    Column("情况", lambda one, shown: shown["text"], 60),
    Column("覆盖人数", lambda one, shown: shown["reached"] or "", 10),
    Column("记录人", lambda one, shown: shown["author"], 12),
)


def lines(visits: Any) -> Iterator[list[Value]]:
    for visit in visits.select_related("village__parent").defer("note").iterator(chunk_size=500):
        shown = row(visit)
        yield [column.value(visit, shown) for column in COLUMNS]
