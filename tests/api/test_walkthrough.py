"""docs/api.md does what it says: every curl line and the Python program run as printed, against the real server."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import string
import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings

from accounts.choices import Scope
from disputes.models import Dispute
from tests.factories import ApiTokenFactory

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.S | re.M)


def run(command: str, variables: dict[str, str]) -> dict:
    """The JSON that a curl line of the text answers with.  Where there is no curl, its few options are read here."""
    if shutil.which("curl"):
        done = subprocess.run(
            ["bash", "-c", command], env=os.environ | variables, capture_output=True, check=True, timeout=60
        )
        return json.loads(done.stdout)
    _, *words = shlex.split(string.Template(command.replace("\\\n", " ")).substitute(variables))
    url, headers, data, method = "", {}, None, "GET"
    while words:
        match words.pop(0):
            case "-sS":
                pass
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                data = words.pop(0).encode()
            case other:
                url = other
    try:
        with urlopen(Request(url, data, headers, method=method)) as answer:  # noqa: S310
            return json.load(answer)
    except HTTPError as error:
        return json.load(error)


@pytest.fixture
def variables(clerk, own_village, live_server):
    token = ApiTokenFactory(user=clerk, scopes=Scope.values)
    return {"BASE": live_server.url, "TOKEN": token.bearer, "CODE": "GZ2026-000001", "no_proxy": "*"}


def test_every_curl_line_works_in_the_order_of_the_text(variables):
    lines = blocks("bash")
    assert len(lines) == 10
    registration = next(line for line in lines if "Idempotency-Key" in line)
    made = run(registration, variables)
    variables["CODE"] = made["code"]
    listed, record, again, divisions, categories, posts, rosters, committees, mediators, moved = (
        run(line, variables) for line in lines
    )
    assert made["code"] in [row["code"] for row in listed["results"]] and listed["count"] == 1
    assert record["available_transitions"]
    assert again["code"] == made["code"], "the same key registers nothing twice"
    assert "徐赵寨村" in [row["name"] for row in divisions["results"]]
    assert committees["results"] == mediators["results"] == []
    assert "0202" in [row["code"] for row in categories["results"]]
    assert [seat["kind"] for seat in posts["results"][0]["posts"]] == ["judge"] and posts["on"] == "2026-03-01"
    assert rosters["residencies"] == []
    assert moved["status_label"] == "已受理"
    assert Dispute.objects.get().status == "accepted"


def test_the_python_program_runs_as_printed(variables):
    (program,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | variables, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    case = Dispute.objects.get()
    assert done.stdout.splitlines() == [
        "已有 0 件",
        f"登记 {case.code} 可以办理： 受理、不予受理、权利义务告知、调整风险、撤回申请、转出、申请延期、更正",
        f"{case.code} 已受理",
    ]


def test_the_table_of_errors_names_every_code_the_interface_answers_with():
    told = set(re.findall(r"`([a-z_]+)`", TEXT[TEXT.index("## 6.") : TEXT.index("## 7.")]))
    assert {
        "invalid", "parse_error", "not_authenticated", "authentication_failed", "not_permitted", "not_found", "conflict",
        "wrong_state", "gate_closed", "idempotency_key_reused", "too_large", "precondition_required", "throttled",
    } <= told  # fmt: skip
