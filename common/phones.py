"""Contact numbers: one written form, and a sentence when nobody can be called back on it.

Stored form: a mobile as 11 digits; a landline as 区号-号码 with an optional extension, ``0936-8212345-801``.
Seven digits without an area code are taken to be 张掖's (0936), where people leave it out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

HOME_AREA = "0936"  # 张掖市
PhoneKind = Literal["mobile", "landline", "hotline", "service", "unknown"]

# Area codes: 010 and 02x have three digits, all others four.  Local numbers have seven or eight digits.
_AREA = r"0(?:10|2[0-9]|[3-9][0-9]{2})"
_LOCAL = r"[2-9][0-9]{6,7}"
_ABROAD = r"(?:\+|00)86"
_EXTENSION = r"(?:转分机|分机|转|EXT|#)"

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(rf"{_AREA}-{_LOCAL}(?:-[0-9]{{1,6}})?")
_HOTLINE = re.compile(r"[48]00[0-9]{7}")
_SERVICE = re.compile(r"1[0-2][0-9]{1,4}|9[56][0-9]{3,6}")  # 110, 12345, 12348, 10086, 95598, 96xxx

_MOBILE_TYPED = re.compile(rf"(?:{_ABROAD}|86)?(1[3-9][0-9]{{9}})")
_DASHED_EXTENSION_TYPED = re.compile(rf"(?:{_ABROAD}-?)?(?:({_AREA})-?)?({_LOCAL})-([0-9]{{1,6}})")
_LANDLINE_TYPED = re.compile(rf"(?:{_ABROAD})?({_AREA})({_LOCAL})(?:{_EXTENSION}([0-9]{{1,6}}))?", re.IGNORECASE)
_FROM_ABROAD_TYPED = re.compile(rf"{_ABROAD}({_AREA[1:]})({_LOCAL})")  # abroad the 0 of the area code is dropped
_LOCAL_TYPED = re.compile(rf"([2-8][0-9]{{6}})(?:{_EXTENSION}([0-9]{{1,6}}))?", re.IGNORECASE)


def normalise(text: str) -> str:
    """The stored form of a number: NFKC, without blanks, brackets, dashes and the country code +86 / 0086.

    What is not recognised comes back as its characters without separators, so that nothing typed is lost.
    Idempotent; blind indexes are built on it.
    """
    text = unicodedata.normalize("NFKC", text)
    text = "".join("-" if unicodedata.category(c) == "Pd" or c == "−" else c for c in text)
    text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in {"Cf", "Cc"})
    dashed = re.sub(r"[\s().\-]+", "-", text).strip("-")
    bare = unicodedata.normalize("NFKC", dashed.replace("-", ""))  # what was apart may now compose

    if match := _MOBILE_TYPED.fullmatch(bare):
        return match[1]
    # 0936-8212345-801: only the dash tells the number from its extension.
    if (match := _DASHED_EXTENSION_TYPED.fullmatch(dashed)) and (match[1] or len(match[2]) == 7):
        return "-".join((match[1] or HOME_AREA, match[2], match[3]))
    if match := _LANDLINE_TYPED.fullmatch(bare) or _FROM_ABROAD_TYPED.fullmatch(bare):
        area, *rest = (part for part in match.groups() if part)
        return "-".join((area if area.startswith("0") else "0" + area, *rest))
    if match := _LOCAL_TYPED.fullmatch(bare):
        return "-".join((HOME_AREA, *(part for part in match.groups() if part)))
    return bare


def kind(text: str) -> PhoneKind:
    """What sort of number this is, after normalising."""
    number = normalise(text)
    if _MOBILE.fullmatch(number):
        return "mobile"
    if _LANDLINE.fullmatch(number):
        return "landline"
    if _HOTLINE.fullmatch(number):
        return "hotline"
    return "service" if _SERVICE.fullmatch(number) else "unknown"


def is_valid(text: str) -> bool:
    """Whether somebody can be called back on this number: a mobile, a landline, or a company's 400 line."""
    return kind(text) in ("mobile", "landline", "hotline")


def is_mobile(text: str) -> bool:
    """Whether a text message can be sent to this number."""
    return kind(text) == "mobile"


def problem(text: str) -> str:
    """Why this number will not do as a contact, as a sentence; '' when it will.  An empty text has no problem."""
    number = normalise(text)
    if not number or is_valid(number):
        return ""
    if kind(number) == "service":
        return f"{number} 是服务短号，不能作为联系电话，请填写本人手机号或座机号。"
    if not (number.isascii() and number.isdigit()):
        return "联系电话只能是数字，座机分机写在“转”之后，请核对。"
    if number.startswith("1"):
        if len(number) != 11:
            return f"手机号应为 11 位，现在是 {len(number)} 位，请核对。"
        return "手机号第二位应为 3 至 9，请核对。"
    return "电话号码不完整：手机号 11 位，座机请带区号，如 0936-8212345。"
