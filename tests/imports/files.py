"""Spreadsheets made for a test: good ones, and each kind of broken one built by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter


def xlsx(rows: Sequence[Sequence[Any]], *, name: str = "区划", more: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook of one sheet; ``more(book, sheet)`` adds what a test is about."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, place, cell)
    if more:
        more(book, sheet)
    book.close()
    return out.getvalue()


def packed(parts: dict[str, bytes], **options: Any) -> bytes:
    """A zip archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The workbook with one more part in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    return packed({**parts, name: part})


def compound(*streams: str) -> bytes:
    """What a compound file (old Excel, WPS, a protected workbook) looks like from outside: its mark and its directory."""
    directory = b"".join(
        stream.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 64 for stream in ("Root Entry", *streams)
    )
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + directory.ljust(4096, b"\0")


def read_back(content: bytes, sheet: int = 0) -> list[list[Any]]:
    """The cells of a workbook we wrote."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)
