"""Cutting lists into pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from common import paging
from grids.models import Division

ALL = "/x/?tab=late&size=20"


def pager(query: str, monkeypatch: pytest.MonkeyPatch, cap: int = 10_000) -> paging.Page:
    monkeypatch.setattr(paging, "COUNTED_TO", cap)
    return paging.paged(RequestFactory().get(f"/x/?{query}"), Division.objects.order_by("code"))


@pytest.fixture(autouse=True)
def _places(db: None) -> None:
    """The official file: some three hundred places."""
    assert Division.objects.count() > 250


@pytest.mark.parametrize(
    ("query", "number", "size"),
    [("", 1, 20), ("page=2", 2, 20), ("page=2&size=50", 2, 50), ("size=7", 1, 20), ("page=0", 1, 20), ("page=x", 1, 20),
     ("page=-3", 1, 20), ("page=９", 1, 20), ("page=99999999999", 1, 20)],
)  # fmt: skip
def test_page_and_size_are_what_was_asked_or_the_nearest_sense(
    monkeypatch: pytest.MonkeyPatch, query: str, number: int, size: int
) -> None:
    page = pager(query, monkeypatch)
    codes = list(Division.objects.order_by("code").values_list("code", flat=True))
    assert [row.code for row in page.rows] == codes[(number - 1) * size : number * size]
    assert [one["n"] for one in page.pager["sizes"] if one["current"]] == [size]


def test_beyond_the_end_is_the_last_page(monkeypatch: pytest.MonkeyPatch) -> None:
    page = pager("page=9999&size=100", monkeypatch)
    assert page.rows[-1] == Division.objects.order_by("code").last()
    assert page.pager["next_url"] == ""


def test_gaps_and_addresses_keep_the_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    page = pager("tab=late&page=7", monkeypatch)
    last = page.pager["pages"][-1]["n"]
    assert [one.get("n", "…") for one in page.pager["pages"]] == [1, "…", 5, 6, 7, 8, 9, "…", last]
    assert page.pager["prev_url"] == "/x/?tab=late&page=6"
    assert page.pager["next_url"] == "/x/?tab=late&page=8"
    assert page.pager["sizes"][1]["url"] == "/x/?tab=late&page=1&size=50"


def test_a_long_list_is_not_counted_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    page = pager("", monkeypatch, cap=100)
    assert page.pager["total"] == "100+"
    assert page.pager["pages"][-1]["n"] == 5


def test_an_empty_list_has_one_page_and_no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    empty: Any = paging.paged(RequestFactory().get("/x/?page=3"), Division.objects.none())
    assert (empty.rows, empty.pager["total"], empty.pager["pages"]) == ([], 0, [])
