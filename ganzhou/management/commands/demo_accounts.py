"""Print the demo accounts as a table."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ganzhou.demo import accounts

HEADINGS = {"role": "角色", "place": "所在", "name": "姓名", "username": "账号", "password": "密码"}


class Command(BaseCommand):
    help = "列出演示账号和密码（只在演示环境）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PROFILE not in {"demo", "test"}:
            raise CommandError("只有演示环境有演示账号。")
        rows = accounts.read()
        if not rows:
            self.stdout.write("还没有演示账号。写入演示数据：./portal seed --size S")
            return
        self.stdout.write("演示账号（随机密码，只在本机有效）：")
        for line in table([HEADINGS, *rows]):
            self.stdout.write(line)


def table(rows: list[dict[str, str]]) -> list[str]:
    """Aligned lines; a Chinese character takes two columns."""
    widths = {key: max(width(row[key]) for row in rows) for key in HEADINGS}
    return [
        "  " + "  ".join(row[key] + " " * (widths[key] - width(row[key])) for key in HEADINGS).rstrip() for row in rows
    ]


def width(text: str) -> int:
    """Columns that ``text`` takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)
