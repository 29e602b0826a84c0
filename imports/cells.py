"""Kinds of columns: how a cell is read, forgivingly, and written, always the same way.

What is written is read back as the same value, so that an exported file imported again changes nothing.
``read`` raises ``Wrong`` with a sentence that says what to write instead.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from common import phones
from imports.reading import FORMULA, Cell

#: Excel counts days from here (and believes that 1900 was a leap year).
EXCEL_DAY_ZERO: Final = dt.date(1899, 12, 30)
#: A number beyond fifteen digits has lost its last ones before the file was saved.
MOST_DIGITS: Final = 10**15
_WIDE: Final = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_UNSEEN: Final = dict.fromkeys((65279, 8203, 8204, 8205, 8288, *range(9), 11, 12))
_DATE: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")
_MONTH: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))")
_BETWEEN: Final = re.compile(r"[、，,;；/|\n]+")


class Wrong(ValueError):
    """A cell that cannot be read, in a sentence for the person who filled it in."""

    def __init__(self, sentence: str, column: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        #: Key of the column, when the fault shows only in the row as a whole.
        self.column = column


def words(cell: Cell) -> str:
    """A cell as text: half-width digits and letters, no invisible marks, no blanks around it.

    Chinese punctuation stays as it is: it belongs to names.
    """
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"
        case dt.date():
            return cell.isoformat()
        case float():
            return format(cell, "f").rstrip("0").rstrip(".") if abs(cell) < MOST_DIGITS else repr(cell)
        case str() if cell == FORMULA:
            raise Wrong("这一格是公式，没有保存算出的值。请复制后“选择性粘贴—数值”。")
    text = str(cell).translate(_WIDE).translate(_UNSEEN).replace("\u3000", " ").replace("\xa0", " ")
    return re.sub(r"[ \t]*\r?\n[ \t]*", "\n", re.sub(r"[ \t]+", " ", text)).strip()


def _digits_kept(cell: Cell) -> None:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= MOST_DIGITS:
        raise Wrong("数字超过 15 位，末尾几位已经被表格程序改掉。请把这一格设为“文本”再填一遍。")


def close_to(text: str, names: Iterable[str]) -> str:
    """``，是不是“X”？`` when one name is like what was typed."""
    import difflib

    near = difflib.get_close_matches(text, list(names), n=1, cutoff=0.6)
    return f"是不是“{near[0]}”？" if near else ""


class Kind:
    """How the cells of a column are read and written.  ``look`` is what the sheet has loaded for this run."""

    #: Width in the spreadsheet, and what the hint says when the column says nothing itself.
    width = 14
    usual_hint = ""

    def read(self, cell: Cell, look: Any) -> Any:
        """The value, or None for an empty cell.  Raises Wrong."""
        raise NotImplementedError

    def write(self, value: Any, look: Any) -> str | int | float | dt.date:
        return "" if value is None else str(value)

    def options(self, look: Any) -> Sequence[str]:
        """What may be chosen, for the list in the spreadsheet; nothing when anything may be written."""
        return ()


@dataclass(frozen=True)
class Text(Kind):
    most: int = 100
    width: int = 18

    def read(self, cell: Cell, look: Any) -> str | None:
        _digits_kept(cell)
        text = words(cell)
        if len(text) > self.most:
            raise Wrong(f"有 {len(text)} 个字，最多 {self.most} 个字。")
        return text or None


@dataclass(frozen=True)
class Code(Kind):
    """Digits and letters that name something: never a quantity, so never a number in the file we write."""

    pattern: str = r"[0-9A-Za-z._-]+"
    shape: str = "只能是数字、字母和“-”"
    width: int = 16

    def read(self, cell: Cell, look: Any) -> str | None:
        _digits_kept(cell)
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", words(cell)))
        if text and not re.fullmatch(self.pattern, text):
            raise Wrong(f"“{text[:30]}”不对，{self.shape}。")
        return text or None


@dataclass(frozen=True)
class Day(Kind):
    """2026-03-01, 2026/3/1, 2026年3月1日, 20260301, 2026年3月 (its first day) and the number behind an Excel date."""

    earliest: dt.date = dt.date(1900, 1, 1)
    latest: dt.date = dt.date(2199, 12, 31)
    width: int = 12
    usual_hint = "如 2026-03-01"

    def read(self, cell: Cell, look: Any) -> dt.date | None:
        day = self._day(cell)
        if day and not self.earliest <= day <= self.latest:
            raise Wrong(f"{day} 不在 {self.earliest} 至 {self.latest} 之间，请核对年份。")
        return day

    def _day(self, cell: Cell) -> dt.date | None:
        if isinstance(cell, dt.date):
            return cell
        if isinstance(cell, int | float) and not isinstance(cell, bool) and 1 <= cell < 110_000:
            return EXCEL_DAY_ZERO + dt.timedelta(days=int(cell))
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", re.sub(r"\s\d{1,2}:\d{2}(:\d{2})?$", "", words(cell))))
        if not text:
            return None
        match = _DATE.fullmatch(text) or _MONTH.fullmatch(text)
        try:
            if match:
                year, *rest = (int(part) for part in match.groups() if part)
                return dt.date(year, *(rest if len(rest) == 2 else (rest[0], 1)))
        except ValueError:
            raise Wrong(f"“{text[:20]}”这一天不存在，请核对。") from None
        raise Wrong(f"看不懂日期“{text[:20]}”，请写成 2026-03-01。")

    def write(self, value: Any, look: Any) -> str | dt.date:
        return value or ""


@dataclass(frozen=True)
class Whole(Kind):
    least: int = 0
    most: int = 1_000_000
    unit: str = ""
    width: int = 10

    def read(self, cell: Cell, look: Any) -> int | None:
        text = unicodedata.normalize("NFKC", words(cell)).replace(",", "").removesuffix(self.unit).strip()
        if not text:
            return None
        if not re.fullmatch(r"-?\d{1,12}(?:\.0+)?", text):
            raise Wrong(f"“{text[:20]}”不是整数，只写数字。")
        number = int(float(text))
        if not self.least <= number <= self.most:
            raise Wrong(f"{number} 不在 {self.least} 至 {self.most:,} 之间。")
        return number

    def write(self, value: Any, look: Any) -> str | int:
        return "" if value is None else int(value)


@dataclass(frozen=True)
class YesNo(Kind):
    width: int = 8
    usual_hint = "是 或者 否"

    def read(self, cell: Cell, look: Any) -> bool | None:
        if isinstance(cell, bool):
            return cell
        match unicodedata.normalize("NFKC", words(cell)).lower():
            case "":
                return None
            case "是" | "有" | "对" | "√" | "✓" | "y" | "yes" | "1" | "true":
                return True
            case "否" | "无" | "没有" | "×" | "n" | "no" | "0" | "false":
                return False
        raise Wrong("请填“是”或者“否”。")

    def write(self, value: Any, look: Any) -> str:
        return "" if value is None else "是" if value else "否"

    def options(self, look: Any) -> Sequence[str]:
        return ("是", "否")


def _folded(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


@dataclass(frozen=True)
class OneOf(Kind):
    """One of some values by its label; ``choices`` gives value to label, also from what the sheet has loaded."""

    choices: Callable[[Any], Mapping[Any, str]]
    #: Other words for a value that people use: {"司法局": "justice"}.
    also: Mapping[str, Any] = field(default_factory=dict)
    #: A last word that some write and some leave out: 婚姻家庭纠纷 is 婚姻家庭.
    tail: str = ""
    width: int = 16

    def read(self, cell: Cell, look: Any) -> Any:
        text = words(cell)
        if not text:
            return None
        return self._value(text, self.choices(look))

    def _value(self, text: str, choices: Mapping[Any, str]) -> Any:
        wanted = _folded(text)
        shorter = wanted.removesuffix(self.tail) or wanted
        for value, label in choices.items():
            if _folded(str(label)) in (wanted, shorter) or wanted == str(value).lower():
                return value
        for word, value in self.also.items():
            if wanted == _folded(word) and value in choices:
                return value
        labels = [str(label) for label in choices.values()]
        listed = f"请从“{'”“'.join(labels)}”里选。" if 0 < len(labels) <= 12 else ""
        raise Wrong(f"没有“{text[:30]}”。{close_to(text, labels) or listed or '请照下载的模板里的写法填。'}")

    def write(self, value: Any, look: Any) -> str:
        return "" if value in (None, "") else str(self.choices(look).get(value, value))

    def options(self, look: Any) -> Sequence[str]:
        return [str(label) for label in self.choices(look).values()]


@dataclass(frozen=True)
class SomeOf(OneOf):
    """Several of some values, written with 、 between them, always in the order of the vocabulary."""

    usual_hint = "可填几项，用顿号隔开"

    def read(self, cell: Cell, look: Any) -> list[Any] | None:
        choices = self.choices(look)
        found = {self._value(text.strip(), choices) for text in _BETWEEN.split(words(cell)) if text.strip()}
        return [value for value in choices if value in found] or None

    def write(self, value: Any, look: Any) -> str:
        choices = self.choices(look)
        ordered = [one for one in choices if one in set(value or ())] + [v for v in value or () if v not in choices]
        return "、".join(str(choices.get(one, one)) for one in ordered)

    def options(self, look: Any) -> Sequence[str]:
        return ()  # a list in the spreadsheet would let one be chosen only


@dataclass(frozen=True)
class Phone(Kind):
    """A number somebody answers; what is not one is refused with the reason."""

    most: int = 30
    strict: bool = True
    width: int = 16

    def read(self, cell: Cell, look: Any) -> str | None:
        text = words(cell)
        if not text:
            return None
        if self.strict and (problem := phones.problem(text)):
            raise Wrong(problem)
        number = phones.normalise(text) if phones.is_valid(text) else text
        if len(number) > self.most:
            raise Wrong(f"最多 {self.most} 个字。")
        return number


@dataclass(frozen=True)
class Reference(Kind):
    """A record named by its code or its name; ``find`` gives it or raises Wrong, ``name`` writes it."""

    find: Callable[[str, Any], Any]
    name: Callable[[Any, Any], str]
    names: Callable[[Any], Sequence[str]] = lambda look: ()
    width: int = 24

    def read(self, cell: Cell, look: Any) -> Any:
        _digits_kept(cell)
        text = words(cell)
        return self.find(text, look) if text else None

    def write(self, value: Any, look: Any) -> str:
        return "" if value is None else self.name(value, look)

    def options(self, look: Any) -> Sequence[str]:
        return self.names(look)
