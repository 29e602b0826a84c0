"""Dates as people type them: 20261124, 11-24, 11月24日, 明天, 3天后, 下周三, 明天下午3点.

``static/js/lib/typed-dates.js`` is the same in the browser; tests/common/typed_dates.json holds both to one list.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

_WORDS = {
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_CHINESE_DIGITS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}

_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{2})")
_MONTH_DAY = re.compile(r"(\d{1,2})(?:[-/.](\d{1,2})|月(\d{1,2})[日号]?)")
_MONTH_DAY_COMPACT = re.compile(r"(\d{2})(\d{2})")
_DAY = re.compile(r"(\d{1,2})[日号]?")
_AWAY = re.compile(r"(\d{1,3}|[一二两三四五六七八九十])(天|日|周|个?星期)(后|前)")
_WEEKDAY = re.compile(r"(上|下|本|这)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])")
_TIME = re.compile(r"(上午|早上|下午|晚上|中午)?(\d{1,2})(?:[:点时](?:(\d{1,2})分?|(半))?)")


def _clean(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _build(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2199 else None


def parse_date(text: str, today: date) -> date | None:
    """The day meant, or None.  A day without a year is this year's; a weekday is the coming one."""
    text = re.sub(r"\s+", "", _clean(text))
    if text in _WORDS:
        return today + timedelta(days=_WORDS[text])
    if match := _FULL.fullmatch(text) or _COMPACT.fullmatch(text):
        return _build(*(int(part) for part in match.groups()))
    if match := _SHORT_COMPACT.fullmatch(text):
        return _build(2000 + int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH_DAY.fullmatch(text):
        return _build(today.year, int(match[1]), int(match[2] or match[3]))
    if match := _MONTH_DAY_COMPACT.fullmatch(text):
        return _build(today.year, int(match[1]), int(match[2]))
    if match := _DAY.fullmatch(text):
        return _build(today.year, today.month, int(match[1]))
    if match := _AWAY.fullmatch(text):
        many = _CHINESE_DIGITS.get(match[1]) or int(match[1])
        days = many * (1 if match[2] in "天日" else 7)
        return today + timedelta(days=days if match[3] == "后" else -days)
    if match := _WEEKDAY.fullmatch(text):
        wanted = _WEEKDAYS[match[2]]
        monday = today - timedelta(days=today.weekday())
        week = {"上": -1, "下": 1, "本": 0, "这": 0}.get(match[1] or "")
        if week is None:
            return today + timedelta(days=(wanted - today.weekday()) % 7)
        return monday + timedelta(days=wanted + 7 * week)
    return None


def parse_time(text: str) -> time | None:
    """9:00, 9点, 9点半, 下午3点, 14:30."""
    match = _TIME.fullmatch(re.sub(r"\s+", "", _clean(text)))
    if not match:
        return None
    part, hour, minute = match[1], int(match[2]), 30 if match[4] else int(match[3] or 0)
    if part in {"下午", "晚上"} and hour < 12:
        hour += 12
    if part == "中午" and hour < 11:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


_TAIL_TIME = re.compile(r"[ T]*((?:上午|早上|下午|晚上|中午)?\s*\d{1,2}\s*[:点时]\s*(?:\d{1,2}分?|半)?(?::\d{2})?)$")


def parse_moment(text: str, today: date) -> datetime | None:
    """Day and time of day; the time must be given."""
    text = _clean(text)
    match = _TAIL_TIME.search(text)
    if not match:
        return None
    at = parse_time(re.sub(r":\d{2}$", "", match[1]) if match[1].count(":") == 2 else match[1])
    head = text[: match.start()].strip().rstrip("T")
    on = parse_date(head, today) if head else today
    return datetime.combine(on, at) if on and at else None
