"""What a file would do to a table, row by row, without doing it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from imports.cells import Wrong, words
from imports.choices import Verdict
from imports.reading import FORMULA, Cell, Table, letter
from imports.registry import Planned, Sheet

#: How often the caller is told how far it is.
STEP = 500


@dataclass
class Plan:
    """The rows that would do something or cannot, how many there are of each, and a fingerprint of it all."""

    rows: list[Planned] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    look: Any = None

    @property
    def digest(self) -> str:
        """Two plans with one digest write the same over the same."""
        told = [
            [row.number, row.verdict.value, str(row.record.pk) if row.record else "", sorted(row.changes.items())]
            + ([sorted(row.cells.items())] if row.verdict == Verdict.NEW else [])
            for row in self.rows
        ]
        return hashlib.sha256(json.dumps(told, default=str, ensure_ascii=False).encode()).hexdigest()

    def of(self, *verdicts: str) -> list[Planned]:
        return [row for row in self.rows if row.verdict in verdicts]


def plan(sheet: Sheet, table: Table, user: Any, told: Callable[[int, int], None] = lambda done, total: None) -> Plan:
    """Compare every row of the file with what is there.  Reads the database, writes nothing."""
    there = [column for column in sheet.columns if column.header in table.columns]
    order = [list(table.columns).index(column.header) for column in there]
    raw = [
        (number, {column.key: cells[place] for column, place in zip(there, order, strict=True)})
        for number, cells in table.rows
    ]
    made = Plan(notes=list(table.notes))
    raw = _without_guidance(sheet, raw, made)
    look = made.look = sheet.load(user, [cells for _, cells in raw])
    rows = []
    told(0, len(raw))
    for done, (number, cells) in enumerate(raw, start=1):
        rows.append(_row(sheet, number, cells, user, look))
        if done % STEP == 0 or done == len(raw):
            told(done, len(raw))
    _no_row_twice(sheet, rows)
    for row in rows:
        _compare(sheet, row, look)
    sheet.check_whole(rows, user, look)
    made.counts = {verdict.value: sum(row.verdict == verdict for row in rows) for verdict in Verdict}
    made.rows = [row for row in rows if row.verdict != Verdict.UNCHANGED]
    return made


def _without_guidance(
    sheet: Sheet, raw: list[tuple[int, dict[str, Cell]]], made: Plan
) -> list[tuple[int, dict[str, Cell]]]:
    """Without the rows of the template that only show how to fill it in."""
    examples = {column.key: column.example for column in sheet.columns}
    hints = {column.key: column.said for column in sheet.columns}

    def is_only(cells: dict[str, Cell], known: dict[str, str]) -> bool:
        said = {key: str(cell).strip() for key, cell in cells.items() if cell not in (None, "")}
        return len(said) > 1 and all(known.get(key) and text == known[key].strip() for key, text in said.items())

    kept = []
    for number, cells in raw:
        if is_only(cells, examples) or is_only(cells, hints):
            made.notes.append(f"第 {number} 行是模板自带的说明或者示例，没有读取。")
        else:
            kept.append((number, cells))
    return kept


def _row(sheet: Sheet, number: int, cells: dict[str, Cell], user: Any, look: Any) -> Planned:
    row = Planned(number, cells={key: _typed(cell) for key, cell in cells.items()})
    for column in sheet.columns:
        if column.key not in cells:
            continue
        try:
            value = column.kind.read(cells[column.key], look)
        except Wrong as wrong:
            row.refuse(column.key, wrong.sentence)
            continue
        row.values[column.key] = value
        if value is None and column.required:
            row.refuse(column.key, f"{column.header}没有填。")
    if not row.errors.keys() & set(sheet.keys):
        try:
            row.record = sheet.match(row.values, look)
        except Wrong as wrong:
            row.refuse(wrong.column, wrong.sentence)
        else:
            _accept_what_is_there(sheet, row, look)
    if not row.errors:
        sheet.check(row, user, look)
    return row


def _accept_what_is_there(sheet: Sheet, row: Planned, look: Any) -> None:
    """A cell that says what the record says already is no fault of this file, however it came to be there."""
    if row.record is None:
        return
    for key in [key for key in row.errors if key]:
        kept = row.record.values.get(key)
        if words(row.cells[key]) == words(sheet.column(key).kind.write(kept, look) or None):
            del row.errors[key]
            row.values[key] = kept


def _typed(cell: Cell) -> Any:
    return "" if cell is None or cell == FORMULA else cell


def _no_row_twice(sheet: Sheet, rows: list[Planned]) -> None:
    seen: dict[Any, int] = {}
    records: dict[Any, int] = {}
    for row in rows:
        if row.errors:
            continue
        who = sheet.identity(row.values)
        first = seen.setdefault(who, row.number) if who is not None else row.number
        if row.record is not None:
            first = min(first, records.setdefault(row.record.pk, row.number))
        if first != row.number:
            row.refuse("", f"与第 {first} 行重复，请只留一行。")


def _compare(sheet: Sheet, row: Planned, look: Any) -> None:
    if row.errors:
        row.verdict = Verdict.REFUSED
        row.label = row.record.label if row.record else label_of(sheet, row.cells)
        return
    if row.record is None:
        row.verdict = Verdict.NEW
        row.cells = {key: column_written(sheet, key, value, look) for key, value in row.values.items()}
        row.label = row.label or label_of(sheet, row.cells)
        return
    row.label = row.record.label
    for column in sheet.columns:
        if column.key not in row.values or column.fixed:
            continue
        before = column.kind.write(row.record.values.get(column.key), look)
        after = column.kind.write(row.values[column.key], look)
        if before != after and after != _as_read(column, before, look):
            row.changes[column.key] = (before, after)
    row.verdict = Verdict.CHANGED if row.changes else Verdict.UNCHANGED


def _as_read(column: Any, before: Any, look: Any) -> Any:
    """What is there, as it would come back from a file: a blank too many in an old name is no change."""
    try:
        return column.kind.write(column.kind.read(before, look), look)
    except Wrong:
        return column.kind.write(words(before), look) if isinstance(before, str) else before


def column_written(sheet: Sheet, key: str, value: Any, look: Any) -> Any:
    return sheet.column(key).kind.write(value, look)


def label_of(sheet: Sheet, cells: dict[str, Any]) -> str:
    """What a row that is not in the database yet is called: its first two required cells."""
    required = [column.key for column in sheet.columns if column.required]
    return " ".join(str(cells[key]) for key in required[:2] if cells.get(key) not in (None, ""))


def address(sheet: Sheet, table_columns: dict[str, int], key: str, number: int) -> str:
    """``C17``; only the row when the fault is not one cell's."""
    header = next((column.header for column in sheet.columns if column.key == key), None)
    place = table_columns.get(header) if header else None
    return f"{letter(place)}{number}" if place is not None else f"第 {number} 行"
