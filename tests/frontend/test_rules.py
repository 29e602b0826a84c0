"""House rules of templates, styles and scripts that a reader cannot be trusted to see every time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
ICONS = {
    line.strip()
    for line in (ROOT / "scripts" / "icons.txt").read_text().splitlines()
    if line.strip() and not line.startswith("#")
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_has_nothing_inline(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "no style attribute: the CSP drops it"
    assert not re.search(r"<style|<[a-z]+[^>]*\son[a-z]+=|hx-on|javascript:", re.sub(r"\{%.*?%\}", "", text))
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), "no request leaves our host"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_comment_of_a_template_ends_on_its_line(path: Path) -> None:
    """Django's {# #} does not span lines: the rest would be printed on the page."""
    for line in path.read_text().splitlines():
        assert line.count("{#") == line.count("#}")


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_a_component_starts_by_naming_its_inputs(path: Path) -> None:
    assert re.match(r"(\{% load [^%]+ %\})?\{# .+ #\}", path.read_text().splitlines()[0])


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=name)
def test_an_icon_is_in_the_sprite(path: Path) -> None:
    text = path.read_text()
    used = set(re.findall(r'\{% icon "([a-z0-9-]+)"', text)) | set(re.findall(r'\bicon="([a-z0-9-]+)"', text))
    used |= set(re.findall(r'\bicon\("([a-z0-9-]+)"', text)) | set(re.findall(r'icon\|default:"([a-z0-9-]+)"', text))
    assert used <= ICONS


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_a_style_sheet_is_bundled_and_old_enough(path: Path) -> None:
    text = path.read_text()
    if path.name != "portal.css":
        assert f'"./{path.name}"' in (ROOT / "static" / "css" / "portal.css").read_text()
    assert not re.search(r":has\(|@layer|@container|color-mix|oklch|light-dark|\d[dsl]vh\b|https?://", text)
    for query in re.findall(r"@media ([^{]+)", text):
        if "width" in query:
            assert query.startswith("screen and"), (
                "A4 paper is 680 px wide: a bare width query would print the phone page"
            )


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_lets_the_input_method_finish_first(path: Path) -> None:
    """Every key handler begins by leaving the keys of an input method alone."""
    text = path.read_text()
    for handler in re.finditer(r"(?:addEventListener\(|on\()\"key(?:down|up|press)\"[^{]*\{(.{0,120})", text, re.S):
        body = handler[1]
        assert "composing(e)" in body or "this.key(e)" in body or ".key(" in handler[0]
    assert "eval(" not in text


def test_the_style_guide_shows_every_component() -> None:
    guide = (ROOT / "templates" / "styleguide.html").read_text() + (
        ROOT / "templates" / "styleguide_receipt.html"
    ).read_text()
    shown = set(re.findall(r"components/([a-z_]+)\.html", guide))
    # A component may be shown inside another, or be a part of the shell that every page has.
    for path in COMPONENTS:
        if path.stem in shown:
            shown |= set(re.findall(r"components/([a-z_]+)\.html", path.read_text()))
    shown |= set(re.findall(r"components/([a-z_]+)\.html", (ROOT / "templates" / "base.html").read_text()))
    assert {path.stem for path in COMPONENTS} <= shown
