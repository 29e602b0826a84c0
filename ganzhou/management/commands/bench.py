"""Measure what the portal costs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ganzhou.bench import pages

BENCHES = {"pages": pages.run}


class Command(BaseCommand):
    help = "测量页面所用的 CPU 时间和查询次数，与预算对照；不改动数据。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", choices=[*BENCHES, []], metavar="名称", help="、".join(BENCHES))
        parser.add_argument("--times", type=int, default=15, help="每项重复次数，默认 15")

    def handle(self, *args: Any, names: list[str], times: int, **options: Any) -> None:
        for name in names or BENCHES:
            self.stdout.write(f"—— {name} ——")
            BENCHES[name](times, self.stdout.write)
