"""The files that leave: the template to fill in, the export that can be imported again, and reports.

Rows go to disk one by one, so a long list costs no memory; a cell is never a formula.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, Final

import xlsxwriter

from imports.cells import Day, Whole
from imports.reading import letter
from imports.registry import EXAMPLE, PROBLEMS, Column, Sheet

#: XML 1.0 has no place for these, not even escaped.
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
GUIDE, OPTIONS = "填写说明", "选项"
#: Rows of a template that offer lists and refuse what is not in them.
FILLED_IN: Final = 5_000
#: What Excel takes as a list inside of a cell's rule; a longer one stands on a sheet of its own.
LONGEST_RULE: Final = 250


class _Book:
    """A workbook on disk, gone when it is closed."""

    def __init__(self) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile(prefix="imports-", suffix=".xlsx")  # noqa: SIM115
        self.book = xlsxwriter.Workbook(
            self.file,
            {
                "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
                "default_date_format": "yyyy-mm-dd",
            },
        )  # fmt: skip
        # The same content is the same file, byte for byte.
        self.book.set_properties({"created": dt.datetime(2026, 1, 1)})
        add = self.book.add_format
        self.head = add({"bold": True, "bottom": 1, "bg_color": "#EAF1FC", "text_wrap": True, "valign": "top"})
        self.must = add({"bold": True, "bottom": 1, "bg_color": "#FFF3DC", "text_wrap": True, "valign": "top"})
        self.faint = add({"font_color": "#626C80", "italic": True, "text_wrap": True, "valign": "top"})
        self.text = add({"num_format": "@"})
        self.date = add({"num_format": "yyyy-mm-dd"})
        self.bad = add({"bg_color": "#FDEEEC", "num_format": "@"})
        self.wrap = add({"text_wrap": True, "valign": "top"})

    def add(self, name: str, *, freeze: int = 1) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(freeze, 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def put(self, sheet: Any, row: int, place: int, value: Any, look: Any = None) -> None:
        match value:
            case None | "":
                if look is not None:
                    sheet.write_blank(row, place, None, look)
            case dt.date():
                sheet.write_datetime(row, place, dt.datetime(value.year, value.month, value.day), look or self.date)
            case bool():
                sheet.write_string(row, place, "是" if value else "否", look)
            case int() | float():
                sheet.write_number(row, place, value, look)
            case _:
                sheet.write_string(row, place, _NOT_IN_XML.sub("", str(value))[:32_000], look or self.text)

    def finished(self) -> IO[bytes]:
        self.book.close()
        self.file.seek(0)
        return self.file

    def own_format(self, column: Column) -> Any:
        """Codes and phones are text: as numbers they would lose their zeros."""
        if isinstance(column.kind, Day):
            return self.date
        return None if isinstance(column.kind, Whole) else self.text


def template(sheet: Sheet, user: Any) -> IO[bytes]:
    """An empty table with its headers, a line of hints, an example, lists to choose from, and a page of explanations."""
    book, look = _Book(), sheet.load(user)
    page = _headed(book, sheet, freeze=1)
    for place, column in enumerate(sheet.columns):
        book.put(page, 1, place, column.said, book.faint)
    for place, column in enumerate(sheet.columns):
        book.put(page, 2, place, column.example, book.faint)
    _rules(book, page, sheet, look)
    _guide(book, sheet, look, f"“{sheet.title}”表第 2 行是说明、第 3 行是{EXAMPLE}，不删也可以，不会导入。")
    _lists(book, sheet, look)
    return book.finished()


def export(sheet: Sheet, user: Any, whose: str) -> tuple[IO[bytes], int]:
    """What is there, in the columns of the template, and how many rows.  Imported again it changes nothing."""
    book, look = _Book(), sheet.load(user)
    page = _headed(book, sheet, freeze=1)
    page.set_footer(f"&L{whose.replace('&', '&&')[:200]}&R第 &P 页，共 &N 页")
    count = 0
    for record in sheet.records(user, look):
        count += 1
        for place, cell in enumerate(sheet.written(record.values, look).values()):
            book.put(page, count, place, cell)
    if count:
        page.autofilter(0, 0, count, len(sheet.columns) - 1)
    _rules(book, page, sheet, look)
    _guide(book, sheet, look, whose)
    _lists(book, sheet, look)
    return book.finished(), count


def problems(sheet: Sheet, rows: Iterable[tuple[int, Mapping[str, Any], Sequence[Sequence[str]]]]) -> IO[bytes]:
    """The refused rows as they were typed, with what is wrong; mended, the file can be uploaded as it is.

    Each row: its number in the file, its cells, and [address, header, sentence] for each fault.
    """
    book = _Book()
    page = _headed(book, sheet, freeze=1, more=((PROBLEMS, 60), ("原行号", 8)))
    for line, (number, cells, faults) in enumerate(rows, start=1):
        wrong = {header for _, header, _ in faults}
        for place, column in enumerate(sheet.columns):
            book.put(page, line, place, cells.get(column.key, ""), book.bad if column.header in wrong else None)
        said = "；".join(f"{where} {header}：{sentence}" if header else sentence for where, header, sentence in faults)
        book.put(page, line, len(sheet.columns), said, book.wrap)
        book.put(page, line, len(sheet.columns) + 1, number)
    return book.finished()


def listing(title: str, headers: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]], whose: str) -> IO[bytes]:
    """A plain list with its first line saying whose it is."""
    book = _Book()
    page = book.add(title, freeze=2)
    book.put(page, 0, 0, whose)
    for place, (header, width) in enumerate(headers):
        page.set_column(place, place, width)
        book.put(page, 1, place, header, book.head)
    for line, row in enumerate(rows, start=2):
        for place, cell in enumerate(row):
            book.put(page, line, place, cell)
    return book.finished()


def _headed(book: _Book, sheet: Sheet, *, freeze: int, more: Sequence[tuple[str, int]] = ()) -> Any:
    page = book.add(sheet.title, freeze=freeze)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.kind.width, book.own_format(column))
    for place, (header, width) in enumerate(more, start=len(sheet.columns)):
        page.set_column(place, place, width)
        book.put(page, 0, place, header, book.head)
    for place, column in enumerate(sheet.columns):
        book.put(
            page,
            0,
            place,
            f"{column.header}{'*' if column.required else ''}",
            book.must if column.required else book.head,
        )
    return page


def _rules(book: _Book, page: Any, sheet: Sheet, look: Any) -> None:
    """Lists to choose from, and a word on each column as its cells are entered."""
    for place, column in enumerate(sheet.columns):
        names = [str(name) for name in column.kind.options(look)]
        rule: dict[str, Any] = {"validate": "any"}
        if names:
            short = ",".join(names)
            is_short = len(short) <= LONGEST_RULE and not any("," in name for name in names)
            source = names if is_short else f"={OPTIONS}!${letter(place)}$1:${letter(place)}${len(names)}"
            # Only a word of warning: 村 is understood where the list says 村（社区）.
            rule = {"validate": "list", "source": source, "error_type": "warning", "error_title": "不在列表里",
                    "error_message": "列表里没有这一项，确定要这样填吗？"}  # fmt: skip
        if column.said:
            rule |= {"input_title": column.header[:32], "input_message": column.said[:250]}
        if len(rule) > 1:
            page.data_validation(1, place, FILLED_IN, place, rule)


def _guide(book: _Book, sheet: Sheet, look: Any, first: str) -> None:
    page = book.add(GUIDE)
    for place, (header, width) in enumerate(
        (("列", 16), ("必填", 8), ("怎么填", 60), (EXAMPLE, 26), ("不填会怎样", 40))
    ):
        page.set_column(place, place, width)
        book.put(page, 0, place, header, book.head)
    for line, column in enumerate(sheet.columns, start=1):
        names = column.kind.options(look)
        said = column.said or (
            f"从列表里选：{'、'.join(map(str, names))}" if 0 < len(names) <= 12 else "从列表里选" if names else ""
        )
        cells = (column.header, "必填" if column.required else "", said, column.example, column.needed)
        for place, cell in enumerate(cells):
            book.put(page, line, place, cell, book.wrap)
    for line, text in enumerate((first, *ADVICE), start=len(sheet.columns) + 2):
        book.put(page, line, 0, text)


ADVICE: Final = (
    "有一行不对，整份文件都不写入；每处错误都会写明在哪一格、怎么改。",
    "空着的格子表示没有内容；不想改动的列，可以整列删去。",
    "不要合并单元格，不要用公式；日期写成 2026-03-01、2026年3月1日、20260301 都可以。",
)


def _lists(book: _Book, sheet: Sheet, look: Any) -> None:
    names = [[str(name) for name in column.kind.options(look)] for column in sheet.columns]
    page = book.book.add_worksheet(OPTIONS)
    for line in range(max(map(len, names), default=0)):
        for place, column in enumerate(names):
            if line < len(column):
                book.put(page, line, place, column[line])
    page.hide()
