"""Bodies that work, for the documentation.  People and numbers are invented; tests/api send them as they stand."""

from __future__ import annotations

from typing import Any

REGISTRATION: dict[str, Any] = {
    "source": "window",
    "category": "0202",
    "division": "620702101207",
    "summary": "两户院墙滴水檐伸出，雨水冲刷菜地，要求改造屋檐。",
    "claim": "改造屋檐，赔偿菜苗损失 800 元。",
    "risk": "low",
    "willingness": "willing",
    "notice_form": "oral",
    "application_form": "oral",
    "applicants": [{"name": "李桂兰", "id_number": "622201196805120002", "phone": "13800000001"}],
    "respondents": [{"name": "赵建军"}],
}

STEPS: dict[str, dict[str, Any]] = {
    "accept": {"version": 1},
    "record_session": {"version": 4, "record": "双方同意面谈，约定周五到现场查看。", "mode": "face"},
    "fail": {"version": 5, "reason": "gap", "routes_told": ["court", "arbitration"], "note": "双方差距较大。"},
}
