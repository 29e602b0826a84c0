"""Identity documents of people and codes of organisations: normalise, check, derive.

Nothing here decides whether a form is refused.  A wrong check digit is often a slip that the person at the
window cannot settle, so the caller gets the sentences and the flags and chooses to warn or to block.

* 居民身份证 GB 11643: 17 digits and a check character.  The first six digits are **never** held against a
  table of places: a number is kept for life (居民身份证法 3条), and most adults of 甘州 carry 622201, the code
  of the county-level 张掖市 that ended in 2002.
* 港澳台居民居住证: begins 81, 82 or 83, otherwise the same.
* 统一社会信用代码 GB 32100: 18 characters out of 31.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from django.db.models import TextChoices

BEIJING = timezone(timedelta(hours=8))
OLDEST_BIRTH = date(1900, 1, 1)

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID_SHAPE = re.compile(r"[0-9]{17}[0-9X]\Z")

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE = {character: value for value, character in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

# Dashes and the multiplication sign that Chinese input methods offer for X.
_SLIPS = str.maketrans({"×": "X", **dict.fromkeys("-‐‑‒–—―−", None)})


class IdKind(TextChoices):
    """Which document a person showed."""

    ID_CARD = "id_card", "居民身份证"
    HMT_PERMIT = "hmt_permit", "港澳台居民居住证"
    PASSPORT = "passport", "护照"
    FOREIGN_PERMANENT = "foreign_permanent", "外国人永久居留身份证"
    OTHER = "other", "其他证件"
    NONE = "none", "无证件"


ID_KINDS = IdKind.choices


class Sex(TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Fault(StrEnum):
    """What is wrong with a number, for callers that treat one slip differently from another."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTERS = "characters"
    PREFIX = "prefix"
    BIRTH_DATE = "birth_date"
    CHECK_DIGIT = "check_digit"
    REASON = "reason"


def normalise(text: str) -> str:
    """The one written form of a document number or code: NFKC, no blanks, invisible marks or dashes, upper case.

    Full-width digits become ordinary ones, ``x`` and ``×`` become ``X``.  Idempotent; blind indexes are built on it.
    """
    text = unicodedata.normalize("NFKC", text).translate(_SLIPS).upper()
    kept = (c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    return unicodedata.normalize("NFKC", "".join(kept))  # what was apart may now compose


def check_digit(first17: str) -> str:
    """The 18th character of an ID number (GB 11643) for its first 17 digits.

    Raises ValueError when ``first17`` is not 17 ASCII digits.
    """
    if not re.fullmatch(r"[0-9]{17}", first17):
        raise ValueError("17 digits expected")
    return _ID_CHECKS[sum(int(d) * w for d, w in zip(first17, _ID_WEIGHTS, strict=True)) % 11]


def uscc_check_character(first17: str) -> str:
    """The 18th character of a 统一社会信用代码 (GB 32100) for its first 17.

    Raises ValueError when ``first17`` is not 17 characters of the standard's alphabet.
    """
    if len(first17) != 17 or any(c not in _USCC_VALUE for c in first17):
        raise ValueError("17 characters of the GB 32100 alphabet expected")
    total = sum(_USCC_VALUE[c] * w for c, w in zip(first17, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[-total % 31]


def age_on(birth: date, on: date) -> int:
    """Full years (周岁) of someone born on ``birth``; a year is complete on the birthday itself.

    Born on 29 February: complete on 1 March of a common year.  Negative when ``on`` is before the birth.
    """
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


@dataclass(frozen=True, slots=True)
class IdNumber:
    """One document number, checked.

    ``sex`` and ``birth_date`` are read from the 18-digit kinds whenever those digits can be read, even when the
    check digit is wrong, so that a form can still offer them; ``is_valid`` says whether to believe them.
    ``repr`` shows no digit of the number.
    """

    kind: IdKind
    text: str
    problems: tuple[str, ...] = ()
    faults: frozenset[Fault] = frozenset()
    sex: Sex | None = None
    birth_date: date | None = None

    @property
    def is_valid(self) -> bool:
        return not self.problems

    @property
    def problem(self) -> str:
        """The first problem as a sentence for the person at the window, or ''."""
        return self.problems[0] if self.problems else ""

    def age(self, on: date) -> int | None:
        """Full years on that day, or None when the birth date is unknown or later than ``on``."""
        if self.birth_date is None or self.birth_date > on:
            return None
        return age_on(self.birth_date, on)

    def __repr__(self) -> str:
        return f"IdNumber({self.kind.value}, {len(self.text)} characters, {'valid' if self.is_valid else 'doubtful'})"

    @classmethod
    def parse(
        cls,
        text: str,
        kind: IdKind | str = IdKind.ID_CARD,
        *,
        reason: str = "",
        today: date | None = None,
    ) -> IdNumber:
        """Check ``text`` as a document of ``kind``; never raises on user input.

        ``reason`` is required (as a sentence, any) when there is no document.  ``today`` is the last possible
        birth date, by default today in Beijing time.  Raises ValueError for an unknown ``kind`` only.
        """
        kind = IdKind(kind)
        number = normalise(text)
        found: list[tuple[Fault, str]] = []
        if kind is IdKind.NONE:
            if number:
                found.append((Fault.LENGTH, "选择了“无证件”，证件号码请留空。"))
            if not reason.strip():
                found.append((Fault.REASON, "没有证件的，请注明原因。"))
            return cls._of(kind, number, found)
        if not number:
            return cls._of(
                kind,
                number,
                [(Fault.EMPTY, "请填写证件号码；确实没有的，请选择“无证件”并注明原因。")],
            )
        if kind in (IdKind.ID_CARD, IdKind.HMT_PERMIT):
            today = today or datetime.now(BEIJING).date()
            return cls._parse_18(kind, number, today)
        if kind is IdKind.PASSPORT and not re.fullmatch(r"[A-Z0-9]{5,20}", number):
            found.append((Fault.LENGTH, "护照号码应为 5 至 20 位字母或数字，请核对。"))
        elif kind is IdKind.FOREIGN_PERMANENT and not re.fullmatch(r"[A-Z0-9]{15}|[A-Z0-9]{18}", number):
            found.append((Fault.LENGTH, "外国人永久居留身份证号码应为 15 位或 18 位，请核对。"))
        elif kind is IdKind.OTHER and not 2 <= len(number) <= 40:
            found.append((Fault.LENGTH, "证件号码应为 2 至 40 个字符，请核对。"))
        return cls._of(kind, number, found)

    @classmethod
    def _parse_18(cls, kind: IdKind, number: str, today: date) -> IdNumber:
        name = "身份证号" if kind is IdKind.ID_CARD else "居住证号"
        if len(number) == 15 and number.isascii() and number.isdigit() and kind is IdKind.ID_CARD:
            return cls._of(kind, number, [(Fault.LENGTH, "15 位旧身份证号已停用，请按证件填写 18 位号码。")])
        if len(number) != 18:
            return cls._of(
                kind,
                number,
                [(Fault.LENGTH, f"{name}应为 18 位，现在是 {len(number)} 位，请核对。")],
            )
        if not _ID_SHAPE.match(number):
            sentence = f"{name}前 17 位应为数字，最后一位为数字或 X，请核对。"
            return cls._of(kind, number, [(Fault.CHARACTERS, sentence)])

        found: list[tuple[Fault, str]] = []
        if kind is IdKind.HMT_PERMIT and number[:2] not in {"81", "82", "83"}:
            found.append((Fault.PREFIX, "港澳台居民居住证号以 81、82 或 83 开头，请核对证件类型。"))
        birth: date | None = None
        try:
            birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        except ValueError:
            found.append((Fault.BIRTH_DATE, f"{name}第 7 至 14 位不是真实的出生日期，请核对。"))
        if birth is not None and not OLDEST_BIRTH <= birth <= today:
            found.append((Fault.BIRTH_DATE, f"{name}中的出生日期不合情理，请核对第 7 至 14 位。"))
            birth = None
        if check_digit(number[:17]) != number[17]:
            found.append((Fault.CHECK_DIGIT, f"{name}的校验位不对，可能有一位写错，请对照证件核对。"))
        sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
        return cls._of(kind, number, found, sex, birth)

    @classmethod
    def _of(
        cls,
        kind: IdKind,
        number: str,
        found: list[tuple[Fault, str]],
        sex: Sex | None = None,
        birth: date | None = None,
    ) -> IdNumber:
        return cls(kind, number, tuple(s for _, s in found), frozenset(f for f, _ in found), sex, birth)


@dataclass(frozen=True, slots=True)
class Uscc:
    """One 统一社会信用代码, checked.  ``problem`` is '' when it is in order."""

    text: str
    problem: str = ""
    fault: Fault | None = None

    @property
    def is_valid(self) -> bool:
        return not self.problem

    @classmethod
    def parse(cls, text: str) -> Uscc:
        """Check a code; never raises.

        The place digits are not checked, for the same reason as for people.  Unlike python-stdnum, which wants
        digits in the first two places, letters there are accepted: 农村集体经济组织 carry codes that begin with N.
        """
        code = normalise(text)
        if not code:
            return cls(code, "请填写统一社会信用代码。", Fault.EMPTY)
        if len(code) != 18:
            return cls(code, f"统一社会信用代码应为 18 位，现在是 {len(code)} 位，请核对。", Fault.LENGTH)
        if any(c not in _USCC_VALUE for c in code):
            sentence = "统一社会信用代码只含数字和大写字母，且不用 I、O、S、V、Z，请核对。"
            return cls(code, sentence, Fault.CHARACTERS)
        if not (code[2:8].isascii() and code[2:8].isdigit()):
            return cls(code, "统一社会信用代码第 3 至 8 位应为数字，请核对。", Fault.CHARACTERS)
        if uscc_check_character(code[:17]) != code[17]:
            sentence = "统一社会信用代码的校验位不对，可能有一位写错，请对照证照核对。"
            return cls(code, sentence, Fault.CHECK_DIGIT)
        return cls(code)


def uscc_is_valid(code: str) -> bool:
    """Whether ``code``, once normalised, is a well-formed 统一社会信用代码 with the right check character."""
    return Uscc.parse(code).is_valid


def uscc_problem(code: str) -> str:
    """What is wrong with ``code`` as a sentence, or ''."""
    return Uscc.parse(code).problem
