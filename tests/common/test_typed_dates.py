"""Dates as people type them; the list beside this file is also held against the browser's version."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from common.typed_dates import parse_date, parse_moment

LIST = json.loads((Path(__file__).parent / "typed_dates.json").read_text())
TODAY = date.fromisoformat(LIST["today"])


@pytest.mark.parametrize(("typed", "meant"), LIST["days"])
def test_a_day_is_read_as_it_was_meant(typed: str, meant: str | None) -> None:
    found = parse_date(typed, TODAY)
    assert (found.isoformat() if found else None) == meant


@pytest.mark.parametrize(("typed", "meant"), LIST["moments"])
def test_a_moment_is_read_as_it_was_meant(typed: str, meant: str | None) -> None:
    found = parse_moment(typed, TODAY)
    assert (f"{found:%Y-%m-%d %H:%M}" if found else None) == meant
