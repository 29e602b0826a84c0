"""Lists as files: what a column is, and the two formats.

A cell is never a formula: in xlsx text is written as text, in csv a dangerous first character is disarmed with an
apostrophe (CWE-1236).  What the cells say, the app that owns the list decides.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from common.logs import current_request

FORMATS = {"xlsx": "Excel 工作簿（.xlsx）", "csv": "文本表格（.csv）"}

Value = str | int | float


@dataclass(frozen=True)
class Column:
    """One column: its head, and its cell made from a row and what the page shows of it."""

    label: str
    value: Callable[[Any, dict[str, Any]], Value]
    width: int = 12
    usual: bool = True
    is_money: bool = False


@dataclass(frozen=True)
class Sheet:
    """A list that can be taken out: its name, its columns, and the lines for some keys."""

    name: str
    columns: Mapping[str, Column]
    lines: Callable[[Sequence[int], Sequence[str]], Iterator[list[Value]]]


# ---- answers


def watermark(user: Any, count: int, now: dt.datetime, unit: str = "件") -> str:
    """The first line of every file: whose it is, when and how much, and what it is for."""
    request_id = current_request().request_id
    return f"仅供工作使用，不得外传。{user.name}（{user.post}）{now:%Y-%m-%d %H:%M} 导出，共 {count:,} {unit}，编号 {request_id or '--'}。"


def workbook(file: IO[bytes], name: str) -> FileResponse:
    """An open workbook as a download; ``name`` is that of the file."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


def download(
    head: str, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, stamp: str, format_: str
) -> HttpResponseBase:
    """A list as a file of either format, called ``name`` and ``stamp``; ``head`` is its first line."""
    if format_ == "xlsx":
        return workbook(xlsx_file(head, name, columns, rows), f"{name}-{stamp}.xlsx")
    chunks = csv_chunks(head, [column.label for column in columns], rows)
    response = StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}-{stamp}.csv")
    return response


# ---- csv

_DANGEROUS = frozenset("=+-@|%\t\r\n")


def disarmed(text: str) -> str:
    """``text`` as a csv cell that no spreadsheet program calculates.

    Looked at as those programs do: past blanks, quotes and invisible marks, full-width forms as ordinary ones.
    """
    if text[:1] in _DANGEROUS:
        return f"'{text}"
    for character in text:
        if character in "'\"‘’“”" or unicodedata.category(character)[0] in "ZC":
            continue
        first = unicodedata.normalize("NFKC", character)[:1]
        is_dangerous = first in _DANGEROUS or unicodedata.category(character) == "Pd" or character == "−"
        return f"'{text}" if is_dangerous else text
    return text


def csv_chunks(head: str, labels: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """The file piece by piece; UTF-8 with a mark in front, which Excel needs to read Han."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    buffer.write("\ufeff")
    writer.writerow([disarmed(head)])
    writer.writerow(labels)
    for number, row in enumerate(rows, start=1):
        writer.writerow([disarmed(cell) if isinstance(cell, str) else cell for cell in row])
        if number % 100 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


# ---- xlsx

#: XML 1.0 has no place for these, not even escaped.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xlsx_file(head: str, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> IO[bytes]:
    """The finished workbook, open at its beginning; the file is gone when it is closed.

    ``head`` is its first line, ``name`` that of its one sheet.
    """
    file = tempfile.TemporaryFile(prefix="cases-", suffix=".xlsx")  # noqa: SIM115  handed to the response
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet(name)
    bold, amount = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0.00"})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, amount if column.is_money else None)
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_footer(f"&L{head.replace('&', '&&')[:200]}&R第 &P 页，共 &N 页")
    sheet.write_string(0, 0, head)
    for place, column in enumerate(columns):
        sheet.write_string(1, place, column.label, bold)
    for number, row in enumerate(rows, start=2):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, place, _NOT_IN_XML.sub("", cell))
            else:
                sheet.write_number(number, place, cell, amount if columns[place].is_money else None)
    book.close()
    file.seek(0)
    return file
