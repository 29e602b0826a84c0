"""One page of the case list: in which order, which rows, and the addresses of the other pages.

Numbered pages go to ``NUMBERED_TO``; beyond it a page is named by the row it follows (keyset), so that page 400 costs
what page 1 costs.  Only columns with an index can be sorted by.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from disputes.filters import COUNTED_TO, capped
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


def for_rows(ids: Any) -> QuerySet[Dispute]:
    """What a row shows and nothing else: no narrative beyond the brief, no sealed column, no search column."""
    return (
        Dispute.objects.filter(pk__in=ids)
        .select_related("division", "township", "category__parent", "committee__organisation", "mediator")
        .only(
            "code", "version", "status", "source", "registered_at", "summary", "risk", "next_due_on", "next_clock",
            "place_path", "has_pending_obligations", "source_organisation", "transferred_to", "people_count", "amount",
            "outcome", "outcome_on", "session_count", "changed_at", "division__name", "township__name",
            "category__name", "category__parent__name", "committee__organisation__name",
            "committee__organisation__short_name", "mediator__name", "mediator__user_id",
        )
        .prefetch_related(
            Prefetch("parties", Party.objects.only("uid", "dispute_id", "role", "number", "kind", "name"))
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Page:
    rows: list[Dispute]
    pager: dict[str, Any]


def page(rows: QuerySet[Dispute], total: int, order: Order, asked: Any, url: Url) -> Page:
    """The page that ``page``, ``after`` or ``before`` of ``asked`` names.

    Two steps in one statement: keys in order from an index, then the rows of those keys.
    """
    size = _number(asked.get("size"), SIZES[0])
    size = size if size in SIZES else SIZES[0]
    for name, backward in (("after", False), ("before", True)):
        place = read_cursor(order, asked.get(name, ""))
        if place:
            return _keyset(rows, total, order, size, place, backward, url)
    return _numbered(rows, total, order, size, _number(asked.get("page"), 1), url)


def _numbered(rows: QuerySet[Dispute], total: int, order: Order, size: int, number: int, url: Url) -> Page:
    last = max(1, -(-min(total, COUNTED_TO) // size))
    last_numbered = min(last, NUMBERED_TO)
    number = min(max(1, number), last_numbered)
    begin = (number - 1) * size
    shown = _fetch(rows, order, begin, begin + size)
    following = ""
    if number < last_numbered:
        following = url(page=number + 1)
    elif number < last and shown:
        following = url(after=cursor(order, shown[-1]))
    return Page(
        shown,
        _pager(total, order, size, url)
        | {
            "pages": [_link(n, number, url) for n in _near(number, last_numbered)] if last > 1 else [],
            "prev_url": url(page=number - 1) if number > 1 else "",
            "next_url": following,
        },
    )


def _keyset(
    rows: QuerySet[Dispute], total: int, order: Order, size: int, place: tuple[Any, int], backward: bool, url: Url
) -> Page:
    found = _fetch(rows.filter(order.after(*place, backward=backward)), order, 0, size + 1, backward=backward)
    is_more, shown = len(found) > size, found[:size]
    if backward:
        shown.reverse()
    before = url(before=cursor(order, shown[0])) if shown and (is_more or not backward) else ""
    after = url(after=cursor(order, shown[-1])) if shown and (is_more or backward) else ""
    return Page(
        shown,
        _pager(total, order, size, url)
        | {"pages": [{"n": 1, "url": url(page=1), "current": False}], "prev_url": before, "next_url": after},
    )


def _fetch(rows: QuerySet[Dispute], order: Order, begin: int, end: int, *, backward: bool = False) -> list[Dispute]:
    sequence = order.expressions(backward=backward)
    ids = rows.order_by(*sequence).values("pk")[begin:end]
    return list(for_rows(ids).order_by(*sequence))


def _pager(total: int, order: Order, size: int, url: Url) -> dict[str, Any]:
    return {
        "total": capped(total),
        "order": order.label,
        "sizes": [{"n": n, "url": url(size=n), "current": n == size} for n in SIZES],
    }


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
