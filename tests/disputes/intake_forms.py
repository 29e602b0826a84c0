"""What a browser posts from the registration page, for the tests of it."""

from __future__ import annotations

import uuid
from typing import Any

from tests.factories import OWN_VILLAGE

ID_APPLICANT = "622201196805120002"
ID_OTHER = "620702198512300000"
ID_CHILD = "620702201506010001"
ID_WRONG_CHECK = "622201196805120003"
USCC = "91350100M000100Y43"


def party(**values: Any) -> dict[str, Any]:
    return {"id_kind": "id_card", "kind": "", "sex": "", **values}


def posted(
    *, applicants: list[dict[str, Any]] | None = None, respondents: list[dict[str, Any]] | None = None, **values: Any
) -> dict[str, Any]:
    """A complete registration; ``values`` override fields, None leaves one out."""
    data: dict[str, Any] = {
        "submission_key": str(uuid.uuid4()),
        "source": "window",
        "category": "0202",
        "division": OWN_VILLAGE,
        "risk": "low",
        "summary": "两户院墙滴水檐伸出，雨水冲刷菜地，要求改造屋檐。",
        "willingness": "willing",
        "notice_form": "oral",
        "application_form": "oral",
        "then": "register",
    }
    sides = {
        "applicants": applicants or [party(name="李桂兰", id_number=ID_APPLICANT, phone="13800000001")],
        "respondents": respondents or [party(name="赵建军", phone="13800000002")],
    }
    for side, rows in sides.items():
        data |= {f"{side}-TOTAL_FORMS": len(rows), f"{side}-INITIAL_FORMS": 0, f"{side}-MIN_NUM_FORMS": 1}
        data |= {f"{side}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
    return {name: value for name, value in (data | values).items() if value is not None}
