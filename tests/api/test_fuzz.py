"""Nothing a program sends makes the interface fall over: bodies and queries made up from the description, and worse.

A few hundred cases here; SECURITY §4.15's long run is the same test with PORTAL_FUZZ_CASES set.
"""

from __future__ import annotations

import json
import os
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes.api import docs
from disputes.choices import Status
from disputes.workflow import TRANSITIONS
from ganzhou.apidocs import schema
from tests.api.conftest import DISPUTES, V1
from tests.disputes import lives
from tests.factories import OWN_VILLAGE

pytestmark = pytest.mark.django_db

CASES = int(os.environ.get("PORTAL_FUZZ_CASES", "60"))
BOUNDED = settings(
    max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=CASES <= 60
)
ODD = st.sampled_from(
    ["", " ", "\x00", "\ud800", "0", "-1", "1e999", "9" * 40, "nan", "true", "null", "今天", "明天", "9999-12-31", "0001-01-01",
     "2026-02-30", "2999-01-01", "'; drop table", "<script>", "无", "GZ2026-000001", "620702101207", "0202", "x" * 5000,
     "٣", "１２３", "\u202e", "\r\n", str(uuid.UUID(int=0))]
)  # fmt: skip
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | ODD, inner, max_size=4),
    max_leaves=12,
)


def made_for(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the JSON Schema ``node`` admits, mostly, and now and then something else altogether."""
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    choices: list[st.SearchStrategy[Any]] = [st.sampled_from(node["enum"])] * 8 if "enum" in node else []
    if not choices:
        simple = {"string": st.text(max_size=20) | ODD, "integer": st.integers(-5, 300), "number": st.floats(-10, 1e9),
                  "boolean": st.booleans(), "null": st.none()}  # fmt: skip
        choices = [simple[kind] for kind in types if kind in simple] * 4
    if "array" in types:
        choices = [st.lists(made_for(node["items"]), max_size=3)] * 8
    if "object" in types:
        required = set(node.get("required", ()))
        fields = {name: made_for(inner) for name, inner in node["properties"].items()}
        choices = [
            st.fixed_dictionaries(
                {name: s for name, s in fields.items() if name in required},
                optional={name: s for name, s in fields.items() if name not in required},
            )
        ] * 15
    return st.one_of(*choices, ANYTHING)


QUERIES = {
    path: [p["name"] for p in methods["get"]["parameters"] if p["in"] == "query"]
    for path, methods in schema()["paths"].items()
    if "get" in methods and "{" not in path
}
BODIES = {name: made_for(body) for name, body in docs.transition_bodies().items()}
seen: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def report():
    yield
    print(f"\nfuzz: {sum(seen.values())} calls, {dict(sorted(seen.items()))}")


def sound(answer: Any) -> None:
    """An answer in words, never a failure; what is refused is refused as a problem."""
    seen[str(answer.status_code)] += 1
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


@contextmanager
def undone() -> Iterator[None]:
    """Each case starts from the same state."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def stage(as_program, clerk, dispatcher, mediator, own_village):
    """Cases in every stage, each with somebody who works on it."""
    pairs = []
    for state, who in ((Status.REGISTERED, clerk), (Status.ACCEPTED, dispatcher), (Status.ASSIGNED, mediator),
                       (Status.MEDIATING, mediator), (Status.SETTLED, mediator), (Status.PERFORMING, mediator),
                       (Status.FAILED, clerk)):  # fmt: skip
        case = lives.register(clerk, division=own_village)
        case = lives.bring(case, state, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
        pairs.append((case, as_program(who)))
    return pairs


@BOUNDED
@given(data=st.data())
def test_steps_stand_any_body(stage, data):
    case, program = data.draw(st.sampled_from(stage))
    name = data.draw(st.sampled_from(list(TRANSITIONS)))
    body = data.draw(BODIES[name])
    if isinstance(body, dict) and data.draw(st.integers(0, 9)):
        body["version"] = case.version
    with undone():
        sound(program.post(f"{DISPUTES}{case.code}/transitions/{name}/", dumped(body)))


#: Sensible values of each kind of field, so that many calls get past the form and reach the verb.
SENSIBLE = {
    "text": st.text(min_size=1, max_size=20), "integer": st.integers(1, 50), "decimal": st.decimals(0, 10_000, places=2).map(str),
    "boolean": st.booleans(), "moment": st.sampled_from(["今天 0:01", "2026-01-05 09:30", "明天 9:00", "0001-01-01 00:00"]),
    "date": st.sampled_from(["今天", "昨天", "2026-01-05", "2099-12-31", "9999-12-31", "1900-01-01"]),
    "division": st.just(OWN_VILLAGE), "category": st.sampled_from(["0202", "02", "1001"]),
}  # fmt: skip


def filled(fields: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies as somebody would write them who reads ``available_transitions``."""
    values: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields:
        offered = [choice["value"] for choice in field["choices"] or ()]
        if field["type"] == "rows":
            values[field["name"]] = st.lists(filled(field["nested"]), min_size=1, max_size=3)
        elif field["type"] == "choices":
            values[field["name"]] = st.lists(st.sampled_from(offered), min_size=1, unique=True)
        elif field["type"] == "choice":
            values[field["name"]] = st.sampled_from(offered or ["x"])
        else:
            values[field["name"]] = st.one_of(*[SENSIBLE[field["type"]]] * 12, ODD)
    must = {field["name"] for field in fields if field["required"] or field["type"] == "rows"}
    return st.fixed_dictionaries(
        {name: s for name, s in values.items() if name in must},
        optional={name: s for name, s in values.items() if name not in must},
    )


@BOUNDED
@given(data=st.data())
def test_steps_stand_whatever_their_own_description_allows(stage, data):
    case, program = data.draw(st.sampled_from(stage))
    with undone():
        record = program.get(f"{DISPUTES}{case.code}/").json()
        step = data.draw(st.sampled_from(record["available_transitions"]))
        body = data.draw(filled(step["fields"])) | {"version": record["version"]}
        answer = program.post(step["href"], dumped(body))
    sound(answer)
    assert answer.status_code in {200, 400, 409}, answer.json()


@BOUNDED
@given(data=st.data())
def test_registration_stands_any_body(as_program, clerk, own_village, data):
    body = data.draw(made_for(docs.intake_body()))
    if isinstance(body, dict):
        body |= {"category": "0202", "division": own_village.code} if data.draw(st.booleans()) else {}
    key = data.draw(st.uuids().map(str) | ODD.filter(lambda text: text.isascii() and text.isprintable()))
    sound(as_program(clerk).post(DISPUTES, dumped(body), Idempotency_Key=key))


@BOUNDED
@given(data=st.data())
def test_lists_stand_any_query(stage, data):
    path = data.draw(st.sampled_from(list(QUERIES)))
    names = st.sampled_from([*QUERIES[path], "nonsense"])
    query = data.draw(st.dictionaries(names, st.lists(ODD | st.text(max_size=10), max_size=2), max_size=4))
    clean = {name: [t.encode("utf-8", "replace").decode() for t in texts] for name, texts in query.items()}
    sound(stage[0][1].get(path, clean))


@BOUNDED
@given(text=st.text(max_size=40).filter(lambda t: not set(t) & set("/?#") and t not in {"", ".", ".."}))
def test_codes_and_names_stand_any_text(as_program, clerk, text):
    from urllib.parse import quote

    part = quote(text.encode("utf-8", "replace"))
    program = as_program(clerk)
    sound(program.get(f"{DISPUTES}{part}/"))
    sound(program.post(f"{V1}/disputes/GZ2026-000001/transitions/{part}/", {}))


def dumped(body: Any) -> str:
    return json.dumps(body)
