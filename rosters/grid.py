"""A week of duty as a grid: one line a residence, one cell a day, and what people type into a cell.

``李强`` is a whole day, ``李强/王芳`` a morning and an afternoon, ``李强/`` a morning only, ``/王芳`` an afternoon only.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common import workdays
from rosters.choices import COVERS, Half
from rosters.models import DutyShift

#: How far from today a roster may be written; nobody plans duty for years.
FIRST_WEEK = dt.date(2020, 1, 6)
LAST_DAYS = 366
MOST_LETTERS = 20


class Unreadable(ValueError):
    """What stands in a cell is not a roster; the text says what to write."""


@dataclass(frozen=True)
class Week:
    """Monday to Sunday."""

    monday: dt.date

    @classmethod
    def of(cls, day: dt.date) -> Week:
        return cls(day - dt.timedelta(days=day.weekday()))

    @classmethod
    def read(cls, text: str, today: dt.date) -> Week:
        """``2026-W48``; anything else, and weeks nobody plans, mean the present one."""
        match = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text, re.ASCII)
        try:
            monday = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
        except ValueError:
            monday = None
        if monday and FIRST_WEEK <= monday <= today + dt.timedelta(days=LAST_DAYS):
            return cls(monday)
        return cls.of(today)

    @property
    def sunday(self) -> dt.date:
        return self.monday + dt.timedelta(days=6)

    @property
    def days(self) -> list[dt.date]:
        return [self.monday + dt.timedelta(days=n) for n in range(7)]

    @property
    def key(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    def shifted(self, weeks: int) -> Week:
        return Week(self.monday + dt.timedelta(days=7 * weeks))

    def shown(self, with_duty: Iterable[dt.date] = ()) -> list[dt.date]:
        """Monday to Friday, and of the week-end what is worked or has somebody on duty."""
        busy = set(with_duty)
        return [day for day in self.days if day.weekday() < 5 or workdays.is_workday(day) or day in busy]


@dataclass(frozen=True)
class Cell:
    """What was typed for one residence on one day, and what stood there when the page was drawn."""

    residency_id: int
    day: dt.date
    typed: str
    was: str

    @property
    def name(self) -> str:
        return cell_name(self.residency_id, self.day)


def cell_name(residency_id: int, day: dt.date) -> str:
    return f"c-{residency_id}-{day:%Y%m%d}"


def said(shifts: Sequence[DutyShift]) -> str:
    """The cell of these shifts of one residence and day."""
    halves = {half: shift.name for shift in shifts for half in COVERS[Half(shift.half)]}
    return written(halves.get(Half.MORNING, ""), halves.get(Half.AFTERNOON, ""))


def written(morning: str, afternoon: str) -> str:
    if morning == afternoon:
        return morning
    return f"{morning}/{afternoon}"


def tidy(text: str) -> str:
    """The same cell in one spelling, so that a blank or a full-width stroke is no change."""
    text = unicodedata.normalize("NFKC", text).replace("、", "/").replace("\\", "/")
    parts = ["".join(part.split()) for part in text.split("/")]
    return written(*parts) if len(parts) == 2 else "/".join(parts)


def read(text: str) -> list[tuple[Half, str]]:
    """Who is typed for which part of a day.  Raises Unreadable."""
    parts = tidy(text).split("/")
    if len(parts) > 2:
        raise Unreadable("一格最多写两个人：上午/下午。")
    for name in parts:
        if len(name) > MOST_LETTERS:
            raise Unreadable(f"姓名最长 {MOST_LETTERS} 个字。")
        if any(character.isdigit() for character in name):
            raise Unreadable("这里只写姓名，电话写在入驻资料里。")
        if name and not any(character.isalpha() for character in name):
            raise Unreadable("请写姓名。")
    if len(parts) == 1:
        return [(Half.DAY, parts[0])] if parts[0] else []
    return [(half, name) for half, name in zip((Half.MORNING, Half.AFTERNOON), parts, strict=True) if name]
