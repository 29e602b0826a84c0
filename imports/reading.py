"""An uploaded spreadsheet as rows of plain values, or a sentence that says what is wrong with it.

``door`` looks at name, first bytes and the directory of the archive, unpacks nothing and takes milliseconds: a web
request calls it.  ``read`` parses; it runs in a process of its own with little memory, no database and no secrets
(``imports.sandbox``), so this file imports nothing of the portal.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MOST_BYTES: Final = 10 * 1024 * 1024
#: SECURITY §4.6: of the archive's directory, before anything is unpacked.
MOST_ENTRIES: Final = 1_000
MOST_UNPACKED: Final = 100 * 1024 * 1024
MOST_RATIO: Final = 100
#: Small parts compress well by themselves; the ratio is looked at from here on.
RATIO_FROM: Final = 1024 * 1024
#: Where the row of headers is looked for: titles and remarks may stand above it.
HEADER_ROWS: Final = 10
MOST_COLUMNS: Final = 200

OPEN_AND_SAVE: Final = "请用 Excel 或者 WPS 打开，“另存为”类型选“Excel 工作簿（*.xlsx）”，再上传。"


class BrokenFile(ValueError):
    """The file is refused whole, in a sentence for the person who uploaded it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


#: What a cell holds: text, a number, yes or no, a day, or ``FORMULA`` for one whose result was not saved.
Cell = str | int | float | bool | dt.date | None
FORMULA: Final = "\x00formula"


@dataclass
class Table:
    """The rows of one sheet under their headers.  Row numbers and column letters are those of the spreadsheet."""

    #: Header of the declaration to its column in the file, counted from 0.
    columns: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    #: Sentences on what was done silently otherwise: columns left out, formulas read as their results.
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """What is looked for in the file: the name of the table and its headers; and what other tables are called."""

    title: str
    headers: Sequence[str]
    required: Sequence[str]
    most_rows: int
    #: Headers that are ours and not to be read, as the column of problems in a report.
    ignored: Sequence[str] = ()
    #: Other tables, by name: a file of theirs is told so.
    others: dict[str, Sequence[str]] = field(default_factory=dict)


# ---- at the door


def door(name: str, content: bytes) -> None:
    """Raise BrokenFile for what is no spreadsheet we read, or would do harm to read."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if not content.strip(b"\0 \r\n\t"):
        raise BrokenFile("文件是空的（没有内容）。请确认保存过以后再上传。")
    if len(content) > MOST_BYTES:
        raise BrokenFile(
            f"文件有 {len(content) / 1024 / 1024:.1f} MB，最大 {MOST_BYTES // 1024 // 1024} MB。"
            "请删去图片和空白格式，只留数据，或者分几次上传。"
        )
    if ending in {"xlsm", "xltm", "xlam", "xlsb"}:
        raise BrokenFile(f"这是带宏或者二进制的工作簿（.{ending}），不接收。{OPEN_AND_SAVE}")
    if content[:4] == b"PK\x03\x04":
        _archive_at_the_door(ending, content)
    elif content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        _old_binary(ending, content)
    elif problem := _known_otherwise(content):
        raise BrokenFile(problem)
    elif ending not in {"csv", "txt"}:
        raise BrokenFile(f"这个文件不是 Excel 工作簿，也不是 CSV，打不开。{OPEN_AND_SAVE}")


def _archive_at_the_door(ending: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise BrokenFile(f"文件不完整或者已经损坏，打不开。{OPEN_AND_SAVE}") from None
    names = {entry.filename for entry in entries}
    if "mimetype" in names or "content.xml" in names:
        raise BrokenFile(f"这是 OpenDocument 表格（.ods），不接收。{OPEN_AND_SAVE}")
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise BrokenFile("这是 Word 或者 PPT 文件，不是表格。请把内容填到下载的模板里再上传。")
    if any(name.lower().endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise BrokenFile(f"文件里有宏，不接收。{OPEN_AND_SAVE}")
    if "xl/workbook.xml" not in {name.lower() for name in names}:
        word = "压缩包" if ending in {"zip", ""} else "文件"
        raise BrokenFile(f"这个{word}里没有 Excel 工作簿。请上传 .xlsx 文件本身，不要压缩。")
    unpacked = sum(entry.file_size for entry in entries)
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_UNPACKED
        or any(e.file_size > RATIO_FROM and e.file_size > MOST_RATIO * max(e.compress_size, 1) for e in entries)
    ):
        raise BrokenFile(
            f"文件解开后有 {unpacked / 1024 / 1024:,.0f} MB、{len(entries):,} 个部分，超过了限度，没有打开。"
            "多半是整列整行设了格式：请把数据复制到下载的模板里再上传。"
        )
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        raise BrokenFile("文件内部的路径不正常，不接收。请把数据复制到下载的模板里再上传。")
    if any(name.lower().endswith((".zip", ".xlsx", ".docx", ".exe")) for name in names):
        raise BrokenFile("文件里嵌着别的文件，不接收。请把数据复制到下载的模板里再上传。")


def _old_binary(ending: str, content: bytes) -> None:
    """A compound file: one protected by a password, the old Excel's, WPS's own, or something else."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise BrokenFile("文件设了打开密码，读不了。请在“文件—信息—保护工作簿”里去掉密码，保存后再上传。")
    if ending == "et":
        raise BrokenFile(f"这是 WPS 表格自己的格式（.et）。{OPEN_AND_SAVE}")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content or ending == "xls":
        raise BrokenFile(f"这是 Excel 97-2003 的旧格式（.xls）。{OPEN_AND_SAVE}")
    raise BrokenFile(f"这个文件不是 Excel 工作簿，打不开。{OPEN_AND_SAVE}")


def _known_otherwise(content: bytes) -> str:
    start = content[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<body")) or b"<html" in start:
        return f"这个文件其实是网页（HTML），只是名字像表格，从网页系统导出的常是这样。{OPEN_AND_SAVE}"
    if start.startswith((b"<?xml", b"<workbook")):
        return f"这个文件是 XML 表格，不接收。{OPEN_AND_SAVE}"
    if start.startswith(b"%pdf"):
        return "这是 PDF 文件，不是表格。请把内容填到下载的模板里再上传。"
    if start.startswith((b"\x89png", b"\xff\xd8\xff", b"gif8", b"bm")) and b"\0" in content[:2048]:
        return "这是图片，不是表格。请把内容填到下载的模板里再上传。"
    if start.startswith((b"rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        return "这是压缩包。请解压后上传里面的 .xlsx 文件。"
    return ""


# ---- reading


def read(content: bytes, wanted: Wanted) -> Table:
    """The rows of the sheet whose headers are the wanted ones.  Raises BrokenFile."""
    if content[:4] == b"PK\x03\x04":
        return _read_workbook(content, wanted)
    return _read_csv(content, wanted)


def plain(header: Any) -> str:
    """A header as it is compared: half width, without blanks, the mark of required ones and what stands in brackets."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(header)))
    return re.sub(r"\((?:必填|选填)\)", "", text).strip("*:")


def letter(column: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _number_of(letters: str) -> int:
    number = 0
    for character in letters:
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1


def _read_workbook(content: bytes, wanted: Wanted) -> Table:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [
            one.name
            for one in book.sheets_metadata
            if one.typ == calamine.SheetTypeEnum.WorkSheet and one.visible == calamine.SheetVisibleEnum.Visible
        ]
    except calamine.PasswordError:
        raise BrokenFile("文件设了打开密码，读不了。请去掉密码，保存后再上传。") from None
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, ValueError, OSError):
        raise BrokenFile(f"文件不完整或者已经损坏，读不出来。{OPEN_AND_SAVE}") from None
    places = _parts_of_sheets(content)
    names.sort(key=lambda name: name != wanted.title)
    seen: list[tuple[str, list[Cell]]] = []
    for name in names:
        facts = _facts_of(content, places.get(name, ""))
        _not_too_wide(facts, wanted)
        try:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            merged = sheet.merged_cell_ranges or []
        except (calamine.CalamineError, calamine.XmlError, ValueError):
            raise BrokenFile(f"工作表“{name}”读不出来，文件可能已经损坏。{OPEN_AND_SAVE}") from None
        numbered = [(number, [_tidy(cell) for cell in row]) for number, row in enumerate(rows, start=1)]
        found = _header(numbered, wanted)
        if found is None:
            seen.append((name, next((row for _, row in numbered if any(c not in (None, "") for c in row)), [])))
            continue
        head, columns = found
        _no_merged_data(merged, head, columns)
        return _table(numbered, head, columns, wanted, facts)
    raise BrokenFile(_wrong_sheet(seen, wanted))


@dataclass
class _Facts:
    """What the reader does not tell of a sheet: its formulas, and how far it reaches."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    last_row: int = 0
    last_column: int = 0


#: A cell with a value, and whether it is a formula.  Blank formatted cells do not match.
_VALUED: Final = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>\s*<(?:\w+:)?(f|v|is)[\s>/]')


def _facts_of(content: bytes, part: str) -> _Facts:
    """Seen by searching the text of the sheet piece by piece, without unpacking it whole."""
    facts = _Facts()
    if not part:
        return facts
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part) as stream:
            rest = b""
            while chunk := stream.read(1 << 20):
                text = rest + chunk
                cut = text.rfind(b"<c ") if len(chunk) == 1 << 20 else len(text)
                cut = cut if cut > 0 else len(text)
                for match in _VALUED.finditer(text, 0, cut):
                    row, column = int(match[2]), _number_of(match[1].decode())
                    facts.last_row, facts.last_column = max(facts.last_row, row), max(facts.last_column, column)
                    if match[3] == b"f":
                        facts.formulas.add((row, column))
                rest = text[cut:][-(1 << 20) :]
    except (zipfile.BadZipFile, KeyError, NotImplementedError, OSError, EOFError, ValueError):
        raise BrokenFile(f"文件不完整或者已经损坏，读不出来。{OPEN_AND_SAVE}") from None
    return facts


def _parts_of_sheets(content: bytes) -> dict[str, str]:
    """Name of each sheet to its part in the archive."""
    from xml.etree import ElementTree

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, ValueError, OSError):
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for node in book.iter():
        if node.tag.endswith("}sheet"):
            link = next((value for key, value in node.attrib.items() if key.endswith("}id")), None)
            target = targets.get(link, "")
            found[node.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _not_too_wide(facts: _Facts, wanted: Wanted) -> None:
    # Room is made for every cell up to the last one, so a stray cell far away would cost gigabytes.
    if facts.last_row > wanted.most_rows + 50:
        raise BrokenFile(
            f"数据一直到第 {facts.last_row:,} 行，一次最多 {wanted.most_rows:,} 行。请分几次上传；"
            "如果下面只是误填的单元格，请删掉那些行。"
        )
    if facts.last_column >= MOST_COLUMNS:
        raise BrokenFile(f"数据一直到 {letter(facts.last_column)} 列，右边多半有误填的单元格，请删掉那些列再上传。")


def _tidy(cell: Any) -> Cell:
    """A value as this module gives it out; a moment at midnight is a day, a whole number has no point."""
    match cell:
        case dt.datetime():
            return cell.date() if cell.time() == dt.time() else cell.isoformat(" ", "minutes")
        case dt.date() | bool():
            return cell
        case dt.time() | dt.timedelta():
            return str(cell)
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return int(cell)
    return cell


def _header(rows: Sequence[tuple[int, list[Cell]]], wanted: Wanted) -> tuple[int, dict[str, int]] | None:
    """Number of the row of headers, and where each of ours stands.  None when there is none."""
    ours = {plain(header): header for header in wanted.headers}
    best: tuple[int, dict[str, int]] | None = None
    for number, row in rows[:HEADER_ROWS]:
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            name = ours.get(plain(cell)) if cell not in (None, "") else None
            if name and name in columns:
                raise BrokenFile(
                    f"表头“{name}”出现了两次（{letter(columns[name])}{number} 和 {letter(place)}{number}）。"
                )
            if name:
                columns[name] = place
        if columns and (best is None or len(columns) > len(best[1])):
            best = number, columns
    if best is None or len(best[1]) < min(2, len(wanted.headers)):
        return None
    missing = [name for name in wanted.required if name not in best[1]]
    if len(missing) > len(best[1]):
        return None
    if missing:
        raise BrokenFile(f"第 {best[0]} 行表头缺少“{'”“'.join(missing)}”。请用下载的模板，表头不要改名、不要删。")
    return best


def _no_merged_data(merged: Iterable[Any], head: int, columns: dict[str, int]) -> None:
    """Cells merged above the headers are a title; among the data a value stands in one row and is missing in others."""
    for (top, left), (bottom, right) in merged:
        if bottom + 1 >= head and any(left <= place <= right for place in columns.values()):
            where = f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"
            raise BrokenFile(f"{where} 是合并单元格。请选中整张表，点“取消合并单元格”，每一行都填全，再上传。")


def _table(
    rows: Sequence[tuple[int, list[Cell]]], head: int, columns: dict[str, int], wanted: Wanted, facts: _Facts
) -> Table:
    table = Table(columns=columns)
    used: list[str] = []
    for number, row in rows:
        if number == head:
            ignored = {plain(name) for name in wanted.ignored}
            strange = [
                f"{letter(place)} 列“{str(cell)[:20]}”"
                for place, cell in enumerate(row)
                if place not in columns.values() and cell not in (None, "") and plain(cell) not in ignored
            ]
            if strange:
                table.notes.append(f"不认识的列没有读取：{'、'.join(strange[:5])}{'等' if len(strange) > 5 else ''}。")
        if number <= head:
            continue
        cells = [row[place] if place < len(row) else None for place in columns.values()]
        for index, place in enumerate(columns.values()):
            if (number, place) in facts.formulas:
                if cells[index] in (None, ""):
                    cells[index] = FORMULA
                else:
                    used.append(f"{letter(place)}{number}")
        if any(cell not in (None, "") and (not isinstance(cell, str) or cell.strip()) for cell in cells):
            table.rows.append((number, cells))
    if used:
        table.notes.append(
            f"{len(used)} 个单元格是公式，按保存时算出的值读取：{'、'.join(used[:5])}{'等' if len(used) > 5 else ''}。"
        )
    if len(table.rows) > wanted.most_rows:
        raise BrokenFile(f"有 {len(table.rows):,} 行，一次最多 {wanted.most_rows:,} 行。请分几次上传。")
    if not table.rows:
        raise BrokenFile("表头下面没有数据。请从表头的下一行起填写。")
    if missing := [name for name in wanted.headers if name not in columns]:
        table.notes.append(f"文件里没有“{'”“'.join(missing)}”列，已有记录的这些内容保持不变。")
    return table


def _wrong_sheet(seen: Sequence[tuple[str, list[Cell]]], wanted: Wanted) -> str:
    for _, row in seen:
        headers = {plain(cell) for cell in row if cell not in (None, "")}
        for title, others in wanted.others.items():
            if others and len(headers & {plain(one) for one in others}) >= 0.7 * len(others):
                return f"这像是“{title}”的表，不是“{wanted.title}”的。请到“{title}”那里导入。"
    first = "、".join(str(cell)[:20] for cell in (seen[0][1] if seen else []) if cell not in (None, ""))[:120]
    there = f"工作表“{seen[0][0]}”最上面写的是：{first or '（空白）'}。" if seen else "文件里没有可见的工作表。"
    return f"没有找到“{wanted.title}”的表头，应有：{'、'.join(wanted.required or wanted.headers)}。{there}请用下载的模板填写。"


# ---- csv


def _read_csv(content: bytes, wanted: Wanted) -> Table:
    text, is_guessed = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;，", key=first.count)
    reader = csv.reader(
        io.StringIO(text.replace("，", ",") if delimiter == "，" else text, newline=""),
        delimiter="," if delimiter == "，" else delimiter,
    )
    rows: list[tuple[int, list[Cell]]] = []
    try:
        for number, row in enumerate(reader, start=1):
            if number > wanted.most_rows + 50:
                raise BrokenFile(f"超过了 {wanted.most_rows:,} 行。请分几次上传。")
            rows.append(
                (
                    number,
                    [
                        cell.removeprefix("'") if cell[:2] in {"'=", "'+", "'-", "'@"} else cell
                        for cell in row[:MOST_COLUMNS]
                    ],
                )
            )
    except csv.Error:
        raise BrokenFile(f"CSV 文件里有不成对的引号或者过长的单元格，读不出来。{OPEN_AND_SAVE}") from None
    found = _header(rows, wanted)
    if found is None:
        sentence = _wrong_sheet([("CSV", rows[0][1] if rows else [])], wanted)
        if is_guessed and not any("\u4e00" <= c <= "\u9fff" for c in first):
            sentence = f"CSV 文件的文字编码认不出来（不是 UTF-8，也不是 GB18030）。{OPEN_AND_SAVE}"
        raise BrokenFile(sentence)
    table = _table(rows, found[0], found[1], wanted, _Facts())
    if is_guessed:
        table.notes.insert(0, "CSV 不是 UTF-8 编码，按 GB18030 读取。请核对汉字是否正确。")
    return table


def _decoded(content: bytes) -> tuple[str, bool]:
    """The text, and whether its encoding had to be guessed."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding), False
            except UnicodeDecodeError:
                raise BrokenFile(f"CSV 文件的文字编码不对，读不出来。{OPEN_AND_SAVE}") from None
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, encoding != "utf-8"
    raise BrokenFile(f"CSV 文件的文字编码认不出来（不是 UTF-8，也不是 GB18030）。{OPEN_AND_SAVE}")


# ---- between two processes


def packed(table: Table) -> bytes:
    """A table as JSON; a day is written ``{"d": "2026-03-01"}``."""

    def cell(value: Cell) -> Any:
        return {"d": value.isoformat()} if isinstance(value, dt.date) else value

    rows = [[number, [cell(value) for value in cells]] for number, cells in table.rows]
    return json.dumps({"columns": table.columns, "rows": rows, "notes": table.notes}, ensure_ascii=False).encode(
        "utf-8", "replace"
    )


def unpacked(text: bytes) -> Table:
    """The table from what ``packed`` wrote."""
    data = json.loads(text)

    def cell(value: Any) -> Cell:
        return dt.date.fromisoformat(value["d"]) if isinstance(value, dict) else value

    rows = [(number, [cell(value) for value in cells]) for number, cells in data["rows"]]
    return Table(columns=data["columns"], rows=rows, notes=data["notes"])


def _pieces(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(1 << 20):
        yield piece


def main() -> int:
    """``reading.py WANTED-AS-JSON <file``: the table, or ``{"refused": sentence}``."""
    wanted = Wanted(**json.loads(sys.argv[1]))
    try:
        answer = packed(read(b"".join(_pieces(sys.stdin.buffer)), wanted))
    except BrokenFile as broken:
        answer = json.dumps({"refused": broken.sentence}).encode()
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
