"""What the State Council's yearly notice says: its two lists, read as people have them, or as chinesecalendar knows it.

The notice may be pasted as it was published (“一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。”)
or written as lines “日期或者起止日期,放假|上班,名称”.  What a line says twice (the weekday, the number of days) is compared;
one mistake and nothing is taken.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import chinese_calendar
from chinese_calendar import constants as published

DayFact = tuple[bool, str]
OFF: Final = "放假"
ON: Final = "上班"
_KINDS: Final = {"放假": OFF, "放假调休": OFF, "休息": OFF, "休": OFF, "上班": ON, "调休上班": ON, "班": ON}
#: 全国年节及纪念日放假办法 第二条: no notice leaves one of them out.
FESTIVALS: Final = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")
#: A notice may begin with the last days of the year before: 2011 年 12 月 31 日 was worked for 2012.
_LATE_DECEMBER: Final = 20
LONGEST_HOLIDAY: Final = 16
_WEEKDAYS: Final = "一二三四五六日"


class BrokenNotice(ValueError):
    """A notice that cannot be taken, with one sentence for each mistake."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass
class Notice:
    """The two lists of a notice, day to name; lines that hold no day; and what a person should look at again."""

    year: int
    off: dict[dt.date, str] = field(default_factory=dict)
    on: dict[dt.date, str] = field(default_factory=dict)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    #: 文号, when the text has one.
    number: str = ""

    def days(self) -> dict[dt.date, DayFact]:
        """Every day of the year, worked or not, with its note."""
        return year_from_notice(self.year, off=self.off, on=self.on)


# -- reading -------------------------------------------------------------------------------------------------------

# After NFKC: ，（）：；～ have become , ( ) : ; ~
_PAREN = r"(?:\([^()]*\))?"
_MONTH_DAY = (
    r"(?:(?P<year{0}>\d{{4}})\s*[年\-/.]\s*)?(?P<month{0}>\d{{1,2}})\s*[月\-/.]\s*(?P<day{0}>\d{{1,2}})\s*[日号]?"
)
_SPAN: Final = re.compile(
    rf"(?<!\d){_MONTH_DAY.format(1)}(?!\d)\s*(?P<first>{_PAREN})"
    rf"(?:\s*(?:至|到|-|~|–|—+)\s*(?:{_MONTH_DAY.format(2)}|(?P<day>\d{{1,2}})\s*[日号]?)(?!\d)\s*(?P<last>{_PAREN}))?"
)
_LISTED: Final = re.compile(
    rf"(?P<span>.+?)[,;\s]\s*(?P<kind>{'|'.join(sorted(_KINDS, key=len, reverse=True))})\s*[,;\s]\s*(?P<name>[^,;]+)"
)
_HEADED: Final = re.compile(r"(?:[一二三四五六七八九十\d]+[、.])?\s*(?P<name>[^\d,:。]{2,20}):(?P<said>.+)")
_TOKEN: Final = re.compile(rf"(?P<span>{_SPAN.pattern})|(?P<kind>放假|休息|上班)|共\s*(?P<count>\d+)\s*天")
_ASKED_FOR: Final = re.compile(r"鼓励[^。]*(?:。|$)")
_TITLE: Final = re.compile(r"关于(\d{4})年.*安排的通知")
_NUMBER: Final = re.compile(r"国办发[^\s〔]{0,4}〔\d{4}〕\d{1,3}号")
_STATED_WEEKDAY: Final = re.compile(r"(?:周|星期)([一二三四五六日天])")


def read_notice(text: str, year: int) -> Notice:
    """The notice of ``year`` from its text.  Raises BrokenNotice, naming every line that is wrong."""
    reader = _Reader(year)
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        plain = unicodedata.normalize("NFKC", line).replace('"', "").strip()
        if plain.strip(",;"):
            reader.line(number, plain, line.strip())
    return reader.finish()


def decode(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, or what spreadsheet programs here write.  Raises BrokenNotice."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BrokenNotice(["这个文件不是文本文件。请用 CSV 或者 TXT，也可以把通知的内容粘贴进来。"])


class _Slip(ValueError):
    """What is wrong with one line."""


class _Reader:
    def __init__(self, year: int) -> None:
        self.notice = Notice(year)
        self.problems: list[str] = []
        self.seen: dict[dt.date, tuple[int, str]] = {}

    def line(self, number: int, text: str, written: str) -> None:
        """Take one line; ``written`` is the same before full and half width were made one."""
        try:
            if not (self._listed(number, text) or self._headed(number, text)):
                self._skip(number, text, written)
        except _Slip as slip:
            self.problems.append(f"第 {number} 行：{slip}")

    def finish(self) -> Notice:
        if not self.problems and not self.notice.off:
            self.problems.append("没有读到放假的日子。每行应为“日期,放假或上班,名称”，也可以粘贴通知原文。")
        if self.problems:
            raise BrokenNotice(self.problems)
        names = "".join({*self.notice.off.values(), *self.notice.on.values()})
        if missing := [name for name in FESTIVALS if name not in names]:
            self.notice.doubts.append(f"没有提到{'、'.join(missing)}。")
        self.notice.doubts += [
            f"{day} 是星期{_WEEKDAYS[day.weekday()]}，本来就上班。" for day in self.notice.on if day.weekday() < 5
        ]
        return self.notice

    def _listed(self, number: int, text: str) -> bool:
        """“日期,放假|上班,名称”."""
        match = _LISTED.fullmatch(text)
        if not match:
            return False
        span = _SPAN.fullmatch(match["span"].strip())
        if not span:
            raise _Slip(f"看不懂日期“{match['span'].strip()}”，请写成 2027-01-01 或者 2027-01-01至2027-01-03。")
        self._add(number, self._days(span), _KINDS[match["kind"]], match["name"].strip())
        return True

    def _headed(self, number: int, text: str) -> bool:
        """A paragraph of the notice itself: days, then what is done on them, then how many they are."""
        match = _HEADED.fullmatch(text)
        if not match or not _SPAN.search(match["said"]):
            return False
        waiting: list[dt.date] = []
        last: list[dt.date] = []
        # “鼓励各单位安排职工在除夕(2月9日)休息” asks for something; it makes no day off.
        said = _ASKED_FOR.sub("", match["said"])
        for token in _TOKEN.finditer(said):
            if token["span"]:
                waiting += self._days(_SPAN.fullmatch(token["span"]) or token)
            elif token["kind"]:
                if waiting:
                    self._add(number, waiting, ON if token["kind"] == "上班" else OFF, match["name"].strip())
                    waiting, last = [], waiting
            elif not waiting and int(token["count"]) != len(last):
                raise _Slip(f"写明共 {token['count']} 天，列出的是 {len(last)} 天。")
        if waiting:
            raise _Slip(f"没有写明 {waiting[0]} 放假还是上班。")
        return True

    def _skip(self, number: int, text: str, written: str) -> None:
        """Headings, greetings and signatures are left out and shown; a line with a day of this year is a mistake."""
        title = _TITLE.search(text)
        if title and int(title[1]) != self.notice.year:
            raise _Slip(f"这是 {title[1]} 年的通知，要载入的是 {self.notice.year} 年。")
        for match in _SPAN.finditer(text):
            if match["year1"] in (None, str(self.notice.year)):
                raise _Slip("应为“日期,放假或上班,名称”，或者“名称：几月几日至几日放假”。")
        cells = [cell.strip() for cell in re.split(r"[,;\t]", text)]
        if cells[0] != "日期" and any(cell in _KINDS for cell in cells):
            raise _Slip("没有写明日期。")
        if found := _NUMBER.search(written):
            self.notice.number = found[0]
        self.notice.skipped.append((number, written))

    def _days(self, match: re.Match[str]) -> list[dt.date]:
        """The days of a span, checked against the weekdays written beside them."""
        first = self._date(match["year1"], match["month1"], match["day1"])
        last = first
        if match["day"]:
            last = self._date(str(first.year), str(first.month), match["day"])
        elif match["month2"]:
            last = self._date(match["year2"], match["month2"], match["day2"])
            if (first.month, last.month) == (12, 1) and not match["year1"] and not match["year2"]:
                first = first.replace(year=first.year - 1)
        for day, beside in ((first, match["first"]), (last, match["last"])):
            stated = _STATED_WEEKDAY.search(beside or "")
            if stated and _WEEKDAYS.index(stated[1].replace("天", "日")) != day.weekday():
                raise _Slip(f"{day} 是星期{_WEEKDAYS[day.weekday()]}，写的是星期{stated[1]}。")
        length = (last - first).days + 1
        if length < 1:
            raise _Slip(f"止日 {last} 早于起日 {first}。")
        if length > LONGEST_HOLIDAY:
            raise _Slip(f"{first} 至 {last} 有 {length} 天，没有这样长的假期，请核对。")
        return [first + dt.timedelta(days=n) for n in range(length)]

    def _date(self, year: str | None, month: str, day: str) -> dt.date:
        wanted = self.notice.year
        try:
            found = dt.date(int(year or wanted), int(month), int(day))
        except ValueError:
            raise _Slip(f"没有 {year or wanted}-{month:0>2}-{day:0>2} 这一天。") from None
        if found.year != wanted and not _is_before(found, wanted):
            raise _Slip(f"{found} 不在 {wanted} 年。")
        return found

    def _add(self, number: int, days: Iterable[dt.date], kind: str, name: str) -> None:
        for day in days:
            if day in self.seen:
                line, before = self.seen[day]
                where = "本行" if line == number else f"第 {line} 行"
                raise _Slip(f"{day} 既放假又上班（{where}）。" if before != kind else f"{day} 在{where}已经列过。")
            self.seen[day] = (number, kind)
            (self.notice.off if kind == OFF else self.notice.on)[day] = name


def _is_before(day: dt.date, year: int) -> bool:
    """Whether a day is one of the last of the year before, which a notice may begin with."""
    return day.year == year - 1 and (day.month, day.day) >= (12, _LATE_DECEMBER)


# -- whole years ---------------------------------------------------------------------------------------------------


def days_of(year: int) -> Iterable[dt.date]:
    first = dt.date(year, 1, 1)
    return (first + dt.timedelta(days=n) for n in range(366 if calendar.isleap(year) else 365))


def covers(days: Iterable[dt.date], year: int) -> bool:
    """Whether ``days`` are all days of a year and nothing else, save the last of the year before."""
    given = set(days)
    wanted = set(days_of(year))
    return wanted <= given and all(_is_before(day, year) for day in given - wanted)


def published_years() -> range:
    """The years whose notices the installed chinesecalendar knows."""
    return range(min(published.holidays).year, max(published.holidays).year + 1)


@cache
def year_from_package(year: int) -> Mapping[dt.date, DayFact]:
    """Every day of a published year with its note.  Raises NotImplementedError for any other year."""
    days: dict[dt.date, DayFact] = {}
    for day in days_of(year):
        off, holiday = chinese_calendar.get_holiday_detail(day)
        festival = chinese_calendar.Holiday(holiday).chinese if holiday else ""
        worked = f"{festival}调休上班" if festival else ""
        days[day] = (False, festival or "周末") if off else (True, worked)
    return days


def year_from_notice(year: int, *, off: Mapping[dt.date, str], on: Mapping[dt.date, str]) -> dict[dt.date, DayFact]:
    """Every day of a year from the two lists of a notice, day to name: days ``off`` and days worked (``on``).

    Raises ValueError when a day is of another year (the last days of the year before may be given) or in both lists.
    """
    for day in (*off, *on):
        if day.year != year and not _is_before(day, year):
            raise ValueError(f"{day} 不在 {year} 年。")
    if both := sorted(set(off) & set(on)):
        raise ValueError(f"{both[0]} 既放假又上班。")
    before = [day for day in (*off, *on) if day.year != year]
    days: dict[dt.date, DayFact] = {}
    for day in (*sorted(before), *days_of(year)):
        if day in off:
            days[day] = (False, off[day])
        elif day in on:
            days[day] = (True, f"{on[day]}调休上班")
        else:
            days[day] = (True, "") if day.weekday() < 5 else (False, "周末")
    return days
