"""Chinese full-text search with nothing but an integer array and a GIN index.

Every pair of neighbouring characters is one number, so a word of two or more characters is found by the pairs it
is made of; single characters are kept for names only, where people search by one.  No dictionary, no extension:
pairs never miss.  They may say too much (甲乙 and 乙丙 somewhere in a text that lacks 甲乙丙), so a search ends
with ``matches`` or a LIKE on the few rows it found.

    grams = ArrayField(models.IntegerField(), default=list, editable=False)     # + GinIndex(fields=["grams"])
    case.grams = grams(case.narrative, names=[party.name for party in parties])
    Case.objects.filter(matching("grams", "宅基地 张三"))
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Q

_BREAK = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The form in which texts are compared: NFKC, then case folded, then NFKC once more.  Idempotent."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def words(text: str) -> list[str]:
    """The folded text broken at everything that is neither letter nor digit."""
    return [word for word in _BREAK.split(fold(text)) if word]


def _signed(value: int) -> int:
    return value - (1 << 32) if value >= 1 << 31 else value


def _units(word: str) -> list[int]:
    # UTF-16 units: a rare character beyond U+FFFF becomes a pair of its own instead of overflowing.
    encoded = word.encode("utf-16-be", "surrogatepass")
    return [encoded[i] << 8 | encoded[i + 1] for i in range(0, len(encoded), 2)]


def _pairs(word: str) -> set[int]:
    units = _units(word)
    return {_signed(a << 16 | b) for a, b in pairwise(units)}


def _singles(word: str) -> set[int]:
    """One number a character.  A pair's upper half is never 0, so the two kinds cannot meet."""
    return {gram for character in word for gram in (_pairs(character) or _units(character))}


def grams(text: str, *, names: Iterable[str] = ()) -> list[int]:
    """What to store for a text: its pairs, those of ``names``, and the single characters of ``names``.

    Sorted, unique, each within PostgreSQL's integer (-2^31 .. 2^31-1).  Blanks inside a name are not breaks.
    """
    found: set[int] = set()
    for word in words(text):
        found |= _pairs(word)
    for name in names:
        joined = "".join(words(name))
        found |= _pairs(joined) | _singles(joined)
        for part in words(name):
            found |= _pairs(part)
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a query asks for.  ``grams`` must all be there, then ``words`` decide.

    ``single`` is True when some word is one character: it can only be found in names, and there are many of them,
    so search it inside a scope and a window of time.
    """

    words: tuple[str, ...]
    grams: tuple[int, ...]
    single: bool

    def __bool__(self) -> bool:
        return bool(self.words)


def terms(query: str) -> Terms:
    """Take a typed query apart; all of its words are wanted.  An empty query gives Terms that are false."""
    wanted = tuple(dict.fromkeys(words(query)))
    found: set[int] = set()
    for word in wanted:
        found |= _pairs(word) or _singles(word)
    return Terms(wanted, tuple(sorted(found)), any(len(word) == 1 for word in wanted))


def matching(field: str, query: str | Terms) -> Q:
    """The condition on an array column of ``grams``; nothing at all matches an empty query.

    A superset of the exact answer: check the rows found with ``matches``.
    """
    asked = query if isinstance(query, Terms) else terms(query)
    if not asked:
        return Q(pk__in=[])
    return Q(**{f"{field}__contains": list(asked.grams)})


def matches(query: str | Terms, *texts: str, names: Iterable[str] = ()) -> bool:
    """Whether every word of the query stands in one of ``texts`` or ``names``, compared folded.

    Inside a name, dots and blanks are skipped (古丽阿依 finds 古丽·阿依); inside a text they separate.
    """
    asked = query if isinstance(query, Terms) else terms(query)
    folded = [" ".join(words(text)) for text in texts]
    for name in names:
        folded += [" ".join(words(name)), "".join(words(name))]
    return bool(asked) and all(any(word in text for text in folded) for word in asked.words)
