"""Lists cut into pages, with what ``components/pager.html`` wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

SIZES = (20, 50, 100)
#: Nobody turns to page 500; beyond this the exact number is not counted.
COUNTED_TO = 10_000


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    pager: dict[str, Any]


def paged(request: HttpRequest, rows: QuerySet[Any], *, sizes: Sequence[int] = SIZES) -> Page:
    """The page that ``?page=`` and ``?size=`` ask for; a number out of range shows the nearest page."""
    asked_size = _number(request.GET.get("size"), sizes[0])
    size = asked_size if asked_size in sizes else sizes[0]
    total = rows.order_by()[: COUNTED_TO + 1].count()
    is_capped = total > COUNTED_TO
    total = min(total, COUNTED_TO)
    last = max(1, -(-total // size))
    number = min(max(1, _number(request.GET.get("page"), 1)), last)
    begin = (number - 1) * size

    def url(**changes: Any) -> str:
        query = request.GET.copy()
        for name, value in changes.items():
            query[name] = str(value)
        return f"{request.path}?{query.urlencode()}"

    return Page(
        rows=list(rows[begin : begin + size]),
        pager={
            "total": f"{COUNTED_TO:,}+" if is_capped else total,
            "sizes": [{"n": n, "url": url(size=n, page=1), "current": n == size} for n in sizes],
            "pages": [
                {"gap": True} if n is None else {"n": n, "url": url(page=n), "current": n == number}
                for n in _shown(number, last)
            ]
            if last > 1
            else [],
            "prev_url": url(page=number - 1) if number > 1 else "",
            "next_url": url(page=number + 1) if number < last else "",
        },
    )


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else default


def _shown(number: int, last: int) -> list[int | None]:
    """First, last and the neighbours of the current page; None marks a gap."""
    near = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    shown: list[int | None] = []
    for before, page in zip([0, *near], near, strict=False):
        if page - before > 1:
            shown.append(None)
        shown.append(page)
    return shown
