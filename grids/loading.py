"""Applying an official list of divisions: all or nothing, and never losing a case.

The file is the list of the National Bureau of Statistics as CSV: ``code,name,level,kind,parent_code`` and optionally
``replaces`` (codes that this place takes over from, separated by spaces).  A place that is in the database within the
counties of the file but no longer in the file is marked abolished (never deleted), with the place that replaces it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from common.pinyin import initials, sort_key
from grids.choices import CODE_DIGITS, DivisionKind, Level
from grids.models import spoken_name

COLUMNS = ("code", "name", "level", "kind", "parent_code")
PARENT_LEVEL = {
    Level.CITY: Level.PROVINCE,
    Level.COUNTY: Level.CITY,
    Level.TOWNSHIP: Level.COUNTY,
    Level.VILLAGE: Level.TOWNSHIP,
}


class BrokenFile(Exception):
    """The file is refused whole.  ``problems`` are sentences that begin with the line number."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Row:
    line: int
    code: str
    name: str
    level: str
    kind: str
    parent_code: str
    replaces: str = ""


@dataclass
class Change:
    """What applying a file did, by code."""

    added: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    abolished: list[str] = field(default_factory=list)
    revived: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"新增 {len(self.added)}，更名 {len(self.renamed)}，改隶属 {len(self.moved)}，"
            f"撤销 {len(self.abolished)}，恢复 {len(self.revived)}"
        )


def read(content: bytes) -> list[Row]:
    """Parse and check a whole file.  Raises BrokenFile with every problem found, each with its line number."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BrokenFile([f"第 {line} 行：文件不是 UTF-8 编码。"]) from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise BrokenFile([f"第 1 行：缺少列 {'、'.join(missing)}。"])
    rows = [
        Row(reader.line_num, *((raw.get(name) or "").strip() for name in COLUMNS), (raw.get("replaces") or "").strip())
        for raw in reader
    ]
    problems = [(row.line, sentence) for row in rows for _, sentence in problems_of(row)]
    problems += [(line, sentence) for line, _, sentence in problems_between(rows)]
    if problems:
        problems.sort(key=lambda problem: problem[0])
        raise BrokenFile([f"第 {line} 行：{sentence}" for line, sentence in problems])
    if not rows:
        raise BrokenFile(["文件里没有数据行。"])
    return rows


def problems_of(row: Row) -> list[tuple[str, str]]:
    """What is wrong with one row: the column and the sentence."""
    found = []
    if not (len(row.code) == 12 and row.code.isdigit()):
        found.append(("code", f"代码“{row.code}”不是 12 位数字。"))
    if not row.name:
        found.append(("name", "名称为空。"))
    if len(row.name) > 100:
        found.append(("name", "名称超过 100 字。"))
    if row.level not in Level.values:
        found.append(("level", f"级别“{row.level}”不认识。"))
    elif len(row.code) == 12:
        digits = CODE_DIGITS[Level(row.level)]
        if row.code[digits:].strip("0"):
            found.append(("code", f"代码“{row.code}”与级别“{row.level}”不符。"))
    if row.kind not in DivisionKind.values:
        found.append(("kind", f"类别“{row.kind}”不认识。"))
    return found


def problems_between(rows: list[Row]) -> list[tuple[int, str, str]]:
    """What is wrong with rows that each may be right: line, column and sentence."""
    found = []
    by_code: dict[str, Row] = {}
    for row in rows:
        if row.code in by_code:
            found.append((row.line, "code", f"代码 {row.code} 与第 {by_code[row.code].line} 行重复。"))
        else:
            by_code[row.code] = row
    for row in rows:
        parent_level = PARENT_LEVEL.get(Level(row.level)) if row.level in Level.values else None
        if parent_level is None:
            continue
        parent = by_code.get(row.parent_code)
        if parent is None:
            found.append((row.line, "parent_code", f"上级代码“{row.parent_code}”不在文件里。"))
        elif parent.level != parent_level:
            found.append((row.line, "parent_code", f"上级“{parent.name}”的级别不对。"))
        elif not row.code.startswith(parent.code[: CODE_DIGITS[Level(parent.level)]]):
            found.append((row.line, "parent_code", f"代码 {row.code} 不在上级 {parent.code} 之下。"))
    return found


def apply(division_model: Any, rows: list[Row], *, on: dt.date) -> Change:
    """Bring the table of divisions to the state of ``rows``.  Call inside a transaction.

    ``division_model`` is the Division model, live or from a migration's state.
    """
    change = Change()
    known = {row.pk: row for row in division_model.objects.all()}
    order = list(Level)
    for row in sorted(rows, key=lambda r: order.index(Level(r.level))):
        place = known.get(row.code) or division_model(code=row.code, former_names=[])
        is_new = row.code not in known
        if is_new:
            change.added.append(row.code)
        elif place.official_name != row.name:
            change.renamed.append(row.code)
            place.former_names = [*place.former_names, {"name": place.official_name, "until": on.isoformat()}]
        if not is_new and (place.parent_id or "") != row.parent_code:
            change.moved.append(row.code)
        if not is_new and place.abolished_on:
            change.revived.append(row.code)
        parent = known.get(row.parent_code)
        name = spoken_name(row.name)
        for attribute, value in {
            "official_name": row.name, "name": name, "level": row.level, "kind": row.kind, "parent": parent,
            "path": (parent.path if parent else "/") + f"{row.code}/", "initials": initials(name)[:60],
            "sort_key": sort_key(name)[:200], "abolished_on": None, "successor": None,
        }.items():  # fmt: skip
            setattr(place, attribute, value)
        place.save(force_insert=is_new)
        known[row.code] = place
    _abolish(rows, known, change, on)
    return change


def _abolish(rows: list[Row], known: dict[str, Any], change: Change, on: dt.date) -> None:
    listed = {row.code for row in rows}
    successors = {old: row.code for row in rows for old in row.replaces.split()}
    counties = {row.code[:6] for row in rows if row.level == Level.COUNTY}
    for code, place in known.items():
        if (
            code in listed
            or place.abolished_on
            or code[:6] not in counties
            or place.level in (Level.PROVINCE, Level.CITY)
        ):
            continue
        place.abolished_on = on
        place.successor = known.get(successors.get(code, ""))
        place.save()
        change.abolished.append(code)
