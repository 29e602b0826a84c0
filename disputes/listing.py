"""One page of the case list: in which order, which rows, and the addresses of the other pages.

Numbered pages go to ``NUMBERED_TO``; beyond it a page is named by the row it follows (keyset), so that page 400 costs
what page 1 costs.  Only columns with an index can be sorted by.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from disputes.filters import COUNTED_TO, capped, settled_in_part
from disputes.models import Dispute, Party

SIZES = (20, 50, 100)
NUMBERED_TO = 40

Url = Callable[..., str]


# ---- order


@dataclass(frozen=True)
class Order:
    """A sort key of the address.  ``after`` selects what follows a row given by its two values."""

    key: str
    label: str
    column: str
    descending: bool

    def expressions(self, *, backward: bool = False) -> list[Any]:
        """Sort expressions; a case without a running limit comes last either way, first when reading backward."""
        nulls: dict[str, Any] = {}
        if self.column == "next_due_on":
            nulls = {"nulls_first": True} if backward else {"nulls_last": True}
        if self.descending != backward:
            return [F(self.column).desc(**nulls), F("pk").desc()]
        return [F(self.column).asc(**nulls), F("pk").asc()]

    def after(self, value: Any, pk: int, *, backward: bool = False) -> Q:
        descending = self.descending != backward
        beyond = "lt" if descending else "gt"
        if value is None:
            tied = Q(**{f"{self.column}__isnull": True, f"pk__{beyond}": pk})
            return tied | Q(**{f"{self.column}__isnull": False}) if backward else tied
        condition = Q(**{f"{self.column}__{beyond}": value}) | Q(**{self.column: value, f"pk__{beyond}": pk})
        if self.column == "next_due_on":
            return condition if backward else condition | Q(next_due_on=None)
        # The plain bound lets the index start at the right place.
        return Q(**{f"{self.column}__{beyond}e": value}) & condition


ORDERS = {
    order.key: order
    for order in (
        Order("-registered", "按登记时间由近到远", "registered_at", True),
        Order("registered", "按登记时间由远到近", "registered_at", False),
        Order("due", "按办理期限由近到远", "next_due_on", False),
        Order("-due", "按办理期限由远到近", "next_due_on", True),
    )
}


def order_for(tab: str, asked: str) -> Order:
    """The order asked for; else the newest first in 全部, and the nearest limit first in views of work."""
    return ORDERS.get(asked) or ORDERS["-registered" if tab == "all" else "due"]


# ---- cursors


def cursor(order: Order, case: Dispute) -> str:
    """The place of a row in an order, as opaque text for an address."""
    value = getattr(case, order.column)
    written = json.dumps([order.column, value.isoformat() if value else None, case.pk])
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def read_cursor(order: Order, text: str) -> tuple[Any, int] | None:
    """What ``cursor`` wrote for this column, or None."""
    try:
        column, value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if column != order.column or not isinstance(pk, int):
            return None
        if value is None:
            return None, pk
        if order.column == "next_due_on":
            return dt.date.fromisoformat(value), pk
        at = dt.datetime.fromisoformat(value)
        return (at, pk) if timezone.is_aware(at) else None
    except (ValueError, TypeError, binascii.Error):
        return None


# ---- rows


#: What names a side of a case, and what ``presentation.scrubber`` masks in its texts.
PARTY_COLUMNS = ("uid", "dispute_id", "role", "number", "kind", "name", "contact_name", "guardian_name", "agent_name")


def load(ids: Sequence[int], *, bare: bool = False) -> list[Dispute]:
    """The cases with these keys, in this order, with what a row shows and nothing else.

    No search column, no sealed column.  ``bare`` leaves out place and type, for a caller that has their names at hand:
    eight joined tables cost more than all else on the page.
    """
    related = ["committee__organisation", "mediator"]
    columns = [
        "code", "version", "status", "source", "registered_at", "summary", "risk", "next_due_on", "next_clock",
        "place_path", "has_pending_obligations", "source_organisation", "transferred_to", "people_count", "amount",
        "outcome", "outcome_on", "session_count", "changed_at", "notice_form", "category_id", "division_id", "township_id",
        "committee__organisation__name", "committee__organisation__short_name", "mediator__name", "mediator__user_id",
    ]  # fmt: skip
    if not bare:
        related += ["division", "township", "category__parent"]
        columns += ["division__name", "township__name", "category__name", "category__parent__name"]
    people = Party.objects.only(*PARTY_COLUMNS)
    rows = Dispute.objects.filter(pk__in=list(ids)).select_related(*related).only(*columns).order_by()
    rows = rows.with_card().annotate(settled_in_part=settled_in_part())
    found = {case.pk: case for case in rows.prefetch_related(Prefetch("parties", people))}
    return [found[pk] for pk in ids if pk in found]


def nearest(rows: QuerySet[Dispute], most: int) -> list[Dispute]:
    """The ``most`` cases with the nearest limit.  Keys first: joined before the cut, whole tables would be read."""
    return load(list(rows.order_by(*ORDERS["due"].expressions()).values_list("pk", flat=True)[:most]))


# ---- pages


@dataclass(frozen=True)
class Turn:
    """Which page was asked for: by number, or by the row it follows or precedes."""

    order: Order
    size: int
    number: int
    place: tuple[Any, int] | None = None
    backward: bool = False

    @classmethod
    def asked(cls, given: Any, order: Order) -> Turn:
        size = _number(given.get("size"), SIZES[0])
        size = size if size in SIZES else SIZES[0]
        for name, backward in (("after", False), ("before", True)):
            place = read_cursor(order, given.get(name, ""))
            if place:
                return cls(order, size, 1, place, backward)
        return cls(order, size, min(max(1, _number(given.get("page"), 1)), NUMBERED_TO))

    def keys(self, rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
        """The rows of this page, in reading order; one more than the page by key, to know whether there is more."""
        sequence = self.order.expressions(backward=self.backward)
        if self.place:
            return rows.filter(self.order.after(*self.place, backward=self.backward)).order_by(*sequence)[
                : self.size + 1
            ]
        begin = (self.number - 1) * self.size
        return rows.order_by(*sequence)[begin : begin + self.size]

    def last(self, total: int) -> int:
        """The number of the last page of a set of this length, as far as it was counted."""
        return max(1, -(-min(total, COUNTED_TO) // self.size))

    def within(self, total: int) -> Turn:
        """This page, or the last there is."""
        return self if self.place else replace(self, number=min(self.number, self.last(total), NUMBERED_TO))

    def shown(self, ids: list[int]) -> list[int]:
        """The keys of the page in the list's own order."""
        ids = ids[: self.size]
        return ids[::-1] if self.backward else ids

    def pager(self, cases: list[Dispute], is_more: bool, total: int, url: Url) -> dict[str, Any]:
        """What components/pager.html wants.  ``is_more``: the keys went beyond the page."""
        common = {
            "total": capped(total),
            "order": self.order.label,
            "sizes": [{"n": n, "url": url(size=n), "current": n == self.size} for n in SIZES],
        }
        if self.place:
            return common | self._by_key(cases, is_more, url)
        last = self.last(total)
        last_numbered = min(last, NUMBERED_TO)
        following = url(page=self.number + 1) if self.number < last_numbered else ""
        if not following and self.number < last and cases:
            following = url(after=cursor(self.order, cases[-1]))
        return common | {
            "pages": [_link(n, self.number, url) for n in _near(self.number, last_numbered)] if last > 1 else [],
            "prev_url": url(page=self.number - 1) if self.number > 1 else "",
            "next_url": following,
        }

    def _by_key(self, cases: list[Dispute], is_more: bool, url: Url) -> dict[str, Any]:
        before = url(before=cursor(self.order, cases[0])) if cases and (is_more or not self.backward) else ""
        after = url(after=cursor(self.order, cases[-1])) if cases and (is_more or self.backward) else ""
        return {"pages": [{"n": 1, "url": url(page=1), "current": False}], "prev_url": before, "next_url": after}


def _link(n: int | None, number: int, url: Url) -> dict[str, Any]:
    return {"gap": True} if n is None else {"n": n, "url": url(page=n), "current": n == number}


def _near(number: int, last: int) -> list[int | None]:
    """First, last and the neighbours of the current page; None marks a gap."""
    near = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    shown: list[int | None] = []
    for before, one in zip([0, *near], near, strict=False):
        if one - before > 1:
            shown.append(None)
        shown.append(one)
    return shown


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else default
