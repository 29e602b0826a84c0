"""Reading pages in tests: sign in, fetch, and ask the tree for elements by tag, class, id or attribute."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from lxml import html

_STEP = re.compile(
    r"(?P<tag>[a-z0-9]+)?(?:#(?P<id>[\w-]+))?(?:\.(?P<cls>[\w-]+))?(?:\[(?P<attr>[\w-]+)(?:=(?P<value>[\w-]+))?\])?"
)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def tree_of(response: Any) -> Any:
    return html.fromstring(response.content.decode())


def find(tree: Any, path: str) -> list[Any]:
    """Elements by a path of steps like ``table#cases td.c-no a[href]``, each anywhere below the one before."""
    xpath = ""
    for step in path.split():
        match = _STEP.fullmatch(step)
        assert match, step
        xpath += f"//{match['tag'] or '*'}"
        if match["id"]:
            xpath += f"[@id='{match['id']}']"
        if match["cls"]:
            xpath += f"[contains(concat(' ', normalize-space(@class), ' '), ' {match['cls']} ')]"
        if match["attr"]:
            xpath += f"[@{match['attr']}='{match['value']}']" if match["value"] else f"[@{match['attr']}]"
    return tree.xpath(f".{xpath}")


def words(element: Any) -> str:
    """What is read, with single blanks."""
    return " ".join(element.text_content().split())


def query_of(link: Any) -> str:
    """``?tab=all&page=2`` of a link."""
    query = urlsplit(link.get("href")).query
    return f"?{query}" if query else ""
