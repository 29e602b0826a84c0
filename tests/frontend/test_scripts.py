"""The pure parts of the scripts, in a real browser, held to the same lists as their Python twins."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from common.idnumbers import IdNumber, check_digit

ROOT = Path(__file__).parents[2]
LIST = json.loads((ROOT / "tests" / "common" / "typed_dates.json").read_text())
TODAY = LIST["today"]
CALL = (
    "async ([source, name, rows]) => {"
    " const m = await import('data:text/javascript;base64,' + source); return rows.map((row) => m[name](...row)); }"
)

pytestmark = pytest.mark.browser


def call(page: Any, module: str, function: str, rows: list[list[Any]]) -> list[Any]:
    source = base64.b64encode((ROOT / "static" / "js" / "lib" / module).read_bytes()).decode()
    found: list[Any] = page.evaluate(CALL, [source, function, rows])
    return found


@pytest.mark.parametrize(("what", "function"), [("days", "parseDate"), ("moments", "parseMoment")])
def test_dates_are_read_in_the_browser_as_on_the_server(page: Any, what: str, function: str) -> None:
    found = call(page, "typed-dates.js", function, [[typed, TODAY] for typed, _ in LIST[what]])
    assert dict(zip([typed for typed, _ in LIST[what]], found, strict=True)) == dict(LIST[what])


def test_id_numbers_are_read_in_the_browser_as_on_the_server(page: Any) -> None:
    stems = [
        "62220119740618000",
        "62070220000229000",
        "62070219991231000",
        "62220119010101000",
        "81000019800101000",
        "62220120261123000",
    ]
    numbers = [stem + check_digit(stem) for stem in stems]
    numbers += [numbers[0][:-1] + ("1" if numbers[0][-1] != "1" else "2")]
    for number, seen in zip(numbers, call(page, "idcard.js", "read", [[n, TODAY] for n in numbers]), strict=True):
        judged = IdNumber.parse(number, today=date.fromisoformat(TODAY))
        assert seen["ok"] == judged.is_valid, number
        assert (seen.get("birth"), seen.get("sex")) == (
            judged.birth_date.isoformat() if judged.birth_date else None,
            judged.sex.value if judged.sex else None,
        )
        assert seen.get("age") == judged.age(date.fromisoformat(TODAY))


@pytest.mark.parametrize(
    "number", ["", "6222011974", "622201740618000", "62220119740618000张", "622201197413180000", "622201202712010000"]
)
def test_an_unfinished_number_never_fills_anything_in(page: Any, number: str) -> None:
    assert "birth" not in call(page, "idcard.js", "read", [[number, TODAY]])[0]
