"""Measure what the portal costs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ganzhou.bench import pages, sweep

BENCHES = {"pages": pages.run, "sweep": sweep.run}


class Command(BaseCommand):
    help = (
        "测量所用的 CPU 时间，与预算对照；不改动数据。pages：各页面和查询次数；"
        "sweep：期限警示，在另建的数据库中进行（约 2 GB，几分钟），测完删除。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", choices=[*BENCHES, []], metavar="名称", help="、".join(BENCHES))
        parser.add_argument("--times", type=int, default=15, help="每项重复次数，默认 15（sweep 最多 5）")
        parser.add_argument("--small", action="store_true", help="sweep 只用几百件，看它能不能运行")

    def handle(self, *args: Any, names: list[str], times: int, small: bool, **options: Any) -> None:
        for name in names or BENCHES:
            self.stdout.write(f"—— {name} ——")
            BENCHES[name](times, self.stdout.write, small=small)
