"""What a typed text is: a case's code, somebody's number, or words; and the words as a condition on cases.

Numbers of people never travel in an address, so the list refuses them and leaves them to the search box.
"""

from __future__ import annotations

import re
import unicodedata

from django.db.models import Q

from common import idnumbers, phones
from common.logs import redact
from common.search import Terms, matching, terms

LONGEST = 60

_CODE = re.compile(r"(?:GZ)?([0-9]{4})-?([0-9]{6})")
_TAIL = re.compile(r"[0-9]{4,6}")
_DOCUMENT = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}|(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{8,20}")


def clean(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed or "").strip()[:LONGEST]


# ---- what was typed


def code_of(typed: str) -> str:
    """``GZ2026-000123`` for any way of writing a whole code (gz2026000123, 2026-000123), else ''."""
    match = _CODE.fullmatch(re.sub(r"\s", "", clean(typed)).upper().replace("—", "-"))
    return f"GZ{match[1]}-{match[2]}" if match else ""


def tail_of(typed: str) -> str:
    """The last 4 to 6 digits of a code, as people read them out, else ''."""
    text = clean(typed)
    return text if _TAIL.fullmatch(text) else ""


def phone_of(typed: str) -> str:
    """The stored form of a number somebody can be called on, else ''."""
    text = clean(typed)
    if code_of(text) or not re.search(r"[0-9]{3}", text):
        return ""
    return phones.normalise(text) if phones.kind(text) in ("mobile", "landline") else ""


def document_of(typed: str) -> str:
    """The stored form of an ID number, another document's number or a 统一社会信用代码, else ''."""
    number = idnumbers.normalise(clean(typed))
    return number if _DOCUMENT.fullmatch(number) and not code_of(typed) else ""


def is_personal(typed: str) -> bool:
    """Whether the text is, or holds, a phone or document number: such a text must not stand in an address."""
    text = clean(typed)
    if code_of(text):
        return False
    return bool(phone_of(text) or document_of(text) or redact(text) != text)


# ---- words in a list


def narrative(typed: str) -> Q:
    """Cases whose code, or whose brief, claim or place, the keyword of a list means.  All of its words are wanted."""
    code = code_of(typed)
    if code:
        return Q(code=code)
    wanted = terms(clean(typed))
    if not wanted:
        return Q(pk__in=())
    condition = _said(wanted)
    pairs = terms(" ".join(word for word in wanted.words if len(word) > 1))
    if pairs:
        condition &= matching("grams", pairs)
    tail = tail_of(typed)
    return condition | Q(code__endswith=tail) if tail else condition


def _said(wanted: Terms) -> Q:
    condition = Q()
    for word in wanted.words:
        # LIKE is several times cheaper than its case-blind form, and Han have no case.
        how = "icontains" if re.search("[a-z]", word) else "contains"
        condition &= Q(**{f"summary__{how}": word}) | Q(**{f"claim__{how}": word}) | Q(**{f"place_detail__{how}": word})
    return condition
