"""One word for one thing, on every page and in every message (the glossary of HOUSE_STYLE §7)."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from disputes.choices import Status
from disputes.workflow import STEPS, TRANSITIONS

ROOT = Path(__file__).parents[2]
APPS = (
    "accounts",
    "common",
    "disputes",
    "ganzhou",
    "grids",
    "mediators",
    "notices",
    "posts",
    "referrals",
    "reports",
    "rosters",
)

#: What is not written, and what is written instead.
WRONG = {
    # Ours is the 案件码; only a court's docket has an 案号.
    re.compile("(?<!法院)案号"): "案件码",
    re.compile("案件编号|登记编号|案件号|登记号"): "案件码",
    # 派单 is what one does; 分派 is the step, its state, its record and its board.
    re.compile("待分派|批量分派|按建议分派|可以分派|不能分派|重新分派|单独分派"): "派单",
    re.compile("已派单|派单台"): "分派",
}


def spoken() -> Iterator[tuple[str, str]]:
    """Every text of a template, a script, a page of the manual and a string of the code, with its place."""
    for pattern in ("templates/**/*.html", "static/js/**/*.js", "docs/*.md"):
        for path in ROOT.glob(pattern):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for app in APPS:
        for path in ROOT.glob(f"{app}/**/*.py"):
            if "migrations" in path.parts:
                continue
            source = path.read_text(encoding="utf-8")
            kinds = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
            texts = [t.string for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type in kinds]
            yield str(path.relative_to(ROOT)), "\n".join(texts)


@pytest.mark.parametrize(("wrong", "right"), WRONG.items(), ids=[wrong.pattern for wrong in WRONG])
def test_a_thing_has_one_name(wrong: re.Pattern[str], right: str) -> None:
    found = [f"{place}: {match[0]}" for place, text in spoken() for match in wrong.finditer(text)]
    assert not found, f"say {right}: {found}"


def test_one_presses_dispatch_and_the_record_says_dispatched() -> None:
    """The button is 派单; what the timeline, the steps and the state call it is 分派."""
    assert (TRANSITIONS["assign"].label, TRANSITIONS["assign"].done) == ("派单", "分派")
    assert (TRANSITIONS["recall"].label, TRANSITIONS["recall"].done) == ("撤回派单", "撤回分派")
    assert Status.ASSIGNED.label == "已分派"
    assert "分派" in dict(STEPS)
