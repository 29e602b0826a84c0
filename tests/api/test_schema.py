"""The description says what is there: every endpoint, every answer, every error, and nothing else."""

from __future__ import annotations

import re

import jsonschema
import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from disputes.api import examples
from disputes.choices import Status
from disputes.workflow import TRANSITIONS
from ganzhou.apidocs import schema
from tests.api.conftest import DISPUTES, V1

#: Addresses under /api/ that describe and are not described.
META = {"/api/v1/schema/", "/api/docs/"}


def routes(entries, prefix=""):
    """(path as OpenAPI writes it, view class) of every address below /api/."""
    for entry in entries:
        pattern = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, pattern)
        elif isinstance(entry, URLPattern) and pattern.startswith("api/"):
            view = getattr(entry.callback, "cls", None) or getattr(entry.callback, "view_class", None)
            yield f"/{pattern}", view


def test_every_endpoint_is_described_and_every_description_is_routed():
    there = {
        (path, method)
        for path, view in routes(get_resolver().url_patterns)
        if path not in META
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(view, method)
    }
    described = {(path, method) for path, methods in schema()["paths"].items() for method in methods}
    assert described == there
    assert {path for path, _ in routes(get_resolver().url_patterns)} >= META


def test_it_is_valid_openapi_31_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))
    assert schema()["openapi"].startswith("3.1")


def test_every_error_is_a_problem_and_every_endpoint_needs_someone():
    for path, methods in schema()["paths"].items():
        for method, described in methods.items():
            responses = described["responses"]
            assert {"401", "403", "429"} <= set(responses), (path, method)
            assert described["security"] == [{"token": []}, {"cookieAuth": []}]
            for status, response in responses.items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"], (path, status)
            assert described["operationId"] and described["summary"] and described["tags"]


def test_the_steps_of_the_description_are_those_of_the_table():
    step = schema()["paths"]["/api/v1/disputes/{code}/transitions/{name}/"]["post"]
    name = next(p for p in step["parameters"] if p["name"] == "name")
    assert set(name["schema"]["enum"]) == set(TRANSITIONS)
    bodies = step["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    assert [body["title"].split()[0] for body in bodies] == list(TRANSITIONS)


# ---- real answers against the description


def follows(path, method, status, content, media="application/json"):
    """Raise when ``content`` is not what the description promises, including a field it does not mention."""
    whole = schema()
    response = whole["paths"][path][method]["responses"][str(status)]
    closed = {**_closed(response["content"][media]["schema"]), "components": _closed(whole["components"])}
    jsonschema.Draft202012Validator(closed, format_checker=jsonschema.FormatChecker()).validate(content)


def _closed(node):
    """Every object with named properties admits no other."""
    if isinstance(node, dict):
        node = {key: _closed(value) for key, value in node.items()}
        if "properties" in node and node.get("type") == "object":
            node.setdefault("additionalProperties", False)
        return node
    return [_closed(value) for value in node] if isinstance(node, list) else node


@pytest.mark.django_db
@pytest.mark.parametrize("state", [s for s in Status if s != Status.TRANSFERRED])
def test_a_record_is_as_described_in_every_state(as_program, case_in, clerk, state):
    program = as_program(clerk)
    case = case_in(state)
    follows("/api/v1/disputes/{code}/", "get", 200, program.get(f"{DISPUTES}{case.code}/").json())
    follows("/api/v1/disputes/", "get", 200, program.get(DISPUTES, {"count": "capped"}).json())


@pytest.mark.django_db
def test_the_other_answers_are_as_described(as_program, clerk, case):
    program = as_program(clerk)
    for name in ("divisions", "categories", "transitions", "committees", "mediators"):
        follows(f"{V1}/{name}/", "get", 200, program.get(f"{V1}/{name}/").json())
    moved = program.do(case, "accept")
    follows("/api/v1/disputes/{code}/transitions/{name}/", "post", 200, moved.json())
    refused = program.do(case, "accept")
    follows("/api/v1/disputes/{code}/transitions/{name}/", "post", 409, refused.json(), "application/problem+json")
    wrong = program.register({"summary": 1})
    follows("/api/v1/disputes/", "post", 400, wrong.json(), "application/problem+json")


def test_the_examples_fit_the_schemas():
    create = schema()["paths"]["/api/v1/disputes/"]["post"]["requestBody"]["content"]["application/json"]
    jsonschema.Draft202012Validator(create["schema"]).validate(examples.REGISTRATION)
    step = schema()["paths"]["/api/v1/disputes/{code}/transitions/{name}/"]["post"]
    bodies = step["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    by_name = {body["title"].split()[0]: body for body in bodies}
    for name, body in examples.STEPS.items():
        jsonschema.Draft202012Validator(by_name[name]).validate(body)


# ---- who may read it


@pytest.mark.django_db
def test_the_description_comes_as_json_and_as_yaml(as_program, clerk):
    program = as_program(clerk)
    assert program.get(f"{V1}/schema/").json()["openapi"].startswith("3.1")
    assert program.get(f"{V1}/schema/", {"format": "yaml"}).content.startswith(b"openapi: 3.1")


@pytest.mark.django_db
def test_the_page_is_for_signed_in_staff_only(client, clerk, person):
    assert client.get("/api/docs/").status_code == 302
    client.force_login(person("nobody", "无角色"))
    assert client.get("/api/docs/").status_code == 403
    client.force_login(clerk)
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]


# ---- vocabularies


@pytest.mark.django_db
def test_the_table_of_steps_is_told_whole(as_program, clerk):
    told = {row["name"]: row for row in as_program(clerk).get(f"{V1}/transitions/").json()["results"]}
    assert list(told) == list(TRANSITIONS)
    for name, row in TRANSITIONS.items():
        assert set(told[name]["sources"]) == set(row.sources)
        assert {role["code"] for role in told[name]["roles"]} == set(row.roles)
        assert (told[name]["target"], told[name]["label"], told[name]["law"]) == (row.target, row.label, row.law)


@pytest.mark.django_db
def test_categories_have_the_18_official_ones_on_top(as_program, clerk):
    rows = as_program(clerk).get(f"{V1}/categories/").json()["results"]
    assert len([row for row in rows if row["parent"] is None]) == 18
    assert next(row for row in rows if row["code"] == "0202")["parent"] == "02"


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["categories", "transitions", "divisions", "committees", "mediators"])
def test_a_vocabulary_is_not_sent_twice(as_program, clerk, url):
    program = as_program(clerk)
    first = program.get(f"{V1}/{url}/")
    again = program.get(f"{V1}/{url}/", If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert program.get(f"{V1}/{url}/", If_None_Match='"other", *').status_code in {200, 304}


@pytest.mark.django_db
def test_divisions_are_found_by_level_parent_and_pinyin(as_program, county_clerk, own_township):
    program = as_program(county_clerk)
    towns = program.get(f"{V1}/divisions/", {"level": "township", "page_size": 100}).json()["results"]
    assert len(towns) == 24
    villages = program.get(f"{V1}/divisions/", {"parent": own_township.code, "page_size": 100}).json()["results"]
    assert villages and all(row["full_name"].startswith("上秦镇 ") for row in villages)
    assert program.get(f"{V1}/divisions/", {"q": "sqz", "level": "township"}).json()["results"][0]["name"] == "上秦镇"
    assert program.get(f"{V1}/divisions/", {"level": "planet"}).status_code == 400


@pytest.mark.django_db
def test_all_divisions_come_page_by_page(as_program, county_clerk):
    program, seen, url = as_program(county_clerk), [], f"{V1}/divisions/?page_size=100"
    while url:
        page = program.get(url).json()
        seen += [row["code"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 302 and seen == sorted(seen)
