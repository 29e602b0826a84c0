"""Finding a case: by its code, by the number of a person, by a name, by words of the narrative.

Everything starts from ``visible_to``; what is out of scope does not appear, not even in a count.  A phone or document
number is compared by its blind index and never travels in an address; the audit row keeps the index, not the number.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts import audit
from common.crypto import blind_index
from common.errors import Refusal
from common.search import Terms, fold, matches, matching, terms, words
from disputes import listing, lookups
from disputes.keywords import clean, code_of, document_of, is_personal, phone_of, tail_of
from disputes.models import Dispute, Party
from disputes.presentation import scrubber

#: Nobody reads a longer list of hits; a better word finds fewer.
CAP = 20
#: The first look goes over this many of the newest cases in scope: cheap for a common word, and usually enough.
NEWEST = 5_000
#: Rows taken from the index before the exact check.
CANDIDATES = 300
#: Before any case.
BEGINNING = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)

Kind = Literal["code", "phone", "document", "name", "words"]
TITLES: dict[Kind, str] = {
    "code": "案件码",
    "phone": "电话号码相符",
    "document": "证件号码相符",
    "name": "当事人姓名",
    "words": "案情中的词",
}


@dataclass
class Group:
    kind: Kind
    cases: list[Dispute] = field(default_factory=list)
    more: bool = False

    @property
    def title(self) -> str:
        return TITLES[self.kind]


@dataclass(frozen=True)
class Found:
    groups: list[Group]
    hint: str = ""

    @property
    def total(self) -> int:
        return len({case.pk for group in self.groups for case in group.cases})

    @property
    def more(self) -> bool:
        return any(group.more for group in self.groups)

    @property
    def meant(self) -> Dispute | None:
        """The one case that Enter opens: the code typed, whole or by its last digits, or the only case found.

        Several hits are nobody's choice yet: opening the first would open, and put on record, a stranger's case.
        """
        of_code = next((group for group in self.groups if group.kind == "code"), None)
        if of_code and len(of_code.cases) == 1 and not of_code.more:
            return of_code.cases[0]
        return self.groups[0].cases[0] if self.total == 1 and not self.more else None


def find(user: Any, typed: str) -> Found:
    """What ``typed`` means to this person, in groups of at most ``CAP``.

    A search by phone or document number is audited.  Raises Refusal (429) past ``lookups.NUMBERS_AN_HOUR``.
    """
    text = clean(typed)
    phone, document = phone_of(text), document_of(text)
    if phone or document:
        return _by_number(user, phone, document)
    if is_personal(text):
        return Found([], "一次只查一个号码：请只输入手机号或者证件号码，不加其他文字。")
    groups = [_by_code(user, text), *_by_words(user, text)]
    return Found([group for group in groups if group.cases], _hint(text))


def _hint(text: str) -> str:
    if re.fullmatch(r"1[3-9][0-9]{5,9}", text):
        return "手机号要输完 11 位才能查。"
    if len(words(text)) == 1 and len(words(text)[0]) == 1:
        return "一个字只按当事人姓名查找最近的案件。"
    return ""


def _visible(user: Any) -> QuerySet[Dispute]:
    return Dispute.objects.visible_to(user)


def _group(kind: Kind, ids: list[int]) -> Group:
    return Group(kind, listing.load(ids[:CAP]), len(ids) > CAP)


def _by_code(user: Any, text: str) -> Group:
    code, tail = code_of(text), tail_of(text)
    if not code and not tail:
        return Group("code")
    condition = Q(code=code) if code else Q(code__endswith=tail)
    ids = _visible(user).filter(condition).order_by("-registered_at", "-pk").values_list("pk", flat=True)[: CAP + 1]
    return _group("code", list(ids))


def _by_number(user: Any, phone: str, document: str) -> Found:
    """Cases of the person with this number; the same text may be a phone and, rarely, a document."""
    wanted = [
        (kind, column, blind_index(f"party.{column}", number))
        for kind, column, number in (("phone", "phone", phone), ("document", "id_number", document))
        if number
    ]
    _not_too_often(user, [index for *_, index in wanted])
    groups = []
    for kind, column, index in wanted:
        ids = list(
            _visible(user)
            .filter(pk__in=Party.objects.filter(**{f"{column}_index": index}).values("dispute_id"))
            .order_by("-registered_at", "-pk")
            .values_list("pk", flat=True)[: CAP + 1]
        )
        group = _group(kind, ids)  # type: ignore[arg-type]
        audit.record(f"search.{kind}", actor=user, object_type="search", index=index, hits=len(group.cases))
        groups.append(group)
    return Found([group for group in groups if group.cases])


def _not_too_often(user: Any, wanted: list[str]) -> None:
    if len(lookups.allowed(wanted, lookups.tried(user))) < len(wanted):
        refusal = Refusal(f"一小时内查过的号码已达 {lookups.NUMBERS_AN_HOUR} 个，请稍后再查。")
        refusal.status = 429
        raise refusal


def _by_words(user: Any, text: str) -> list[Group]:
    """Names and words together: both stand in the search column, the exact check tells which it was.

    First over the newest cases in scope, bounded whatever the word; only when that finds too few does the index decide,
    and then the word is rare enough for it.
    """
    wanted = terms(text)
    if not wanted:
        return []
    visible = _visible(user).order_by("-registered_at", "-pk")
    names, said = _sorted_out(
        _newest(visible).annotate(walked=_WALKED).filter(walked__contains=list(wanted.grams)), wanted
    )
    if not wanted.single and len(names) <= CAP and len(said) <= CAP:
        names, said = _sorted_out(visible.filter(matching("grams", wanted)), wanted)
    return [_group("name", names), _group("words", said)]


#: The search column as an expression that no index serves.  The planner takes a common word for a rare one and would
#: read every case that holds it; walking the newest by date is bounded whatever the word.
_WALKED = Func(
    F("grams"), template="(%(expressions)s || '{}'::integer[])", output_field=ArrayField(models.IntegerField())
)


def _newest(rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """The ``NEWEST`` of ``rows``, by the day on which they begin: one statement, walked along the index."""
    nth = rows.values("registered_at")[NEWEST - 1 : NEWEST]
    return rows.filter(registered_at__gte=Coalesce(Subquery(nth), Value(BEGINNING)))


def _sorted_out(rows: QuerySet[Dispute], wanted: Terms) -> tuple[list[int], list[int]]:
    """Keys of the cases in which the words stand in a name, and of those in which they stand in the narrative."""
    columns = ("pk", "summary", "claim", "place_detail")
    found = list(rows.values_list(*columns)[:CANDIDATES])
    people: dict[int, list[str]] = {row[0]: [] for row in found}
    for pk, name in Party.objects.filter(dispute_id__in=people).values_list("dispute_id", "name"):
        people[pk].append(name)
    names, said = [], []
    for pk, *texts in found:
        if matches(wanted, names=people[pk]):
            names.append(pk)
        elif wanted.single:
            continue  # one character stands in half of all narratives; only names are meant
        elif matches(wanted, *texts):
            said.append(pk)
        elif matches(wanted, *texts, names=people[pk]):
            names.append(pk)
    return names, said


def excerpt(case: Dispute, typed: str, around: int = 14) -> str:
    """The narrative where the first of the words stands in it, without numbers of people."""
    text = scrubber(case)(case.summary)
    folded = fold(text)
    at = next((place for word in terms(typed).words if (place := folded.find(word)) >= 0), 0)
    begin = max(0, at - around) if len(folded) == len(text) else 0
    part = text[begin : begin + 2 * around + 4]
    return f"{'…' if begin else ''}{part}{'…' if begin + len(part) < len(text) else ''}"
