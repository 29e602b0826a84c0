"""Facts of the running request, and a log that can be shown to anyone.

Every line carries the request id that error pages print; personal data is cut out of messages, arguments and
tracebacks; control characters are escaped, so that typed text cannot forge a line.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the audit trail and the log want to know of a request.  Empty outside of one."""

    request_id: str = ""
    ip: str | None = None


_NOBODY: Final = RequestFacts()
_current: ContextVar[RequestFacts] = ContextVar("request_facts", default=_NOBODY)


def current_request() -> RequestFacts:
    """The facts of the request this thread or task is answering."""
    return _current.get()


@contextmanager
def answering(facts: RequestFacts) -> Iterator[None]:
    """Make ``facts`` the current request for the length of a with block."""
    token = _current.set(facts)
    try:
        yield
    finally:
        _current.reset(token)


# -- what must not be in a log -------------------------------------------------------------------------------------

_SEPARATED: Final = r"[ \t -]?"
_ID_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5} ?([12][0-9]{7}) ?[0-9]{3}[0-9Xx](?![0-9A-Za-z])")
_MOBILE: Final = re.compile(
    rf"(?<![0-9])(?:(?:\+|00)?86[ -]?)?1[3-9][0-9]{_SEPARATED}[0-9]{{4}}{_SEPARATED}[0-9]{{4}}(?![0-9])"
)
_LANDLINE: Final = re.compile(r"(?<![0-9-])0[0-9]{2,3}[- ][2-9][0-9]{6,7}(?![0-9])")
_BANK_CARD: Final = re.compile(
    rf"(?<![0-9A-Za-z])[3-9][0-9]{{3}}(?:{_SEPARATED}[0-9]{{4}}){{2,3}}{_SEPARATED}[0-9]{{1,4}}(?![0-9A-Za-z])"
)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _is_a_date(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1880
    except ValueError:
        return False


def _passes_luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _hide_card(match: re.Match[str]) -> str:
    digits = "".join(c for c in match[0] if c.isdigit())
    return "[卡号]" if 13 <= len(digits) <= 19 and _passes_luhn(digits) else match[0]


def redact(text: str) -> str:
    """``text`` without ID numbers, phone numbers and bank cards.  Idempotent.

    An ID number is 18 characters with a real date of birth in them, its check digit right or not (slips are
    personal data too); a card is 13 to 19 digits that pass Luhn's check.  Names cannot be recognised: do not log
    them.
    """
    text = _ID_NUMBER.sub(lambda match: "[证件号]" if _is_a_date(match[1]) else match[0], text)
    text = _BANK_CARD.sub(_hide_card, text)
    text = _MOBILE.sub("[电话]", text)
    return _LANDLINE.sub("[电话]", text)


def one_line(text: str) -> str:
    """Control characters and direction marks written out (``\\n``, ``\\x1b``), so that a record stays one line."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class RedactingFilter(logging.Filter):
    """For handlers: redacts the finished message and its traceback, and adds ``request_id`` (``-`` outside).

    A traceback keeps its lines; each is escaped by itself and set off by ``| ``, so that none can pose as a record.
    """

    _formatter: Final = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request().request_id or "-"
        try:
            message = record.getMessage()
        except Exception:  # a wrong format string must not lose the record
            message = f"{record.msg!s} {record.args!r}"
        record.msg, record.args = one_line(redact(message)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self._formatter.formatException(record.exc_info)
        record.exc_text = _set_off(record.exc_text)
        record.stack_info = _set_off(record.stack_info)
        return True


def _set_off(text: str | None) -> str | None:
    if not text:
        return text
    lines = (one_line(redact(line.removeprefix("| "))) for line in text.split("\n"))
    return "\n".join(f"| {line}" for line in lines)
