"""Fill an empty demo database with invented cases."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ganzhou.demo import seeding, verify
from ganzhou.demo.plan import SIZES, Size


class Command(BaseCommand):
    help = "写入演示数据（虚构）：机构、调解员、账号和纠纷。只能用于演示环境；中断后再次执行会接着写。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--size", choices=sorted(SIZES), default="S", help="S 约 1.2 万件（一年），M 约 6 万件（五年）"
        )
        parser.add_argument("--seed", type=int, default=620702, help="随机种子：相同的种子得到相同的数据")
        parser.add_argument("--cases", type=int, help="只写这么多件（试验用）")
        parser.add_argument("--no-verify", action="store_true", help="写完不核对")
        parser.add_argument("--verify", action="store_true", help="没有写入也核对（有人办理过以后，比例会变）")

    def handle(self, *args: Any, **options: Any) -> None:
        size = SIZES[options["size"]]
        if options["cases"]:
            size = Size(options["cases"], size.days, size.growth)
        line = ProgressLine(self.stdout)
        try:
            result = seeding.seed(size, options["seed"], progress=line)
        except seeding.Refused as refused:
            raise CommandError(str(refused)) from None
        line.end()
        if result.written:
            self.stdout.write(f"已写入 {result.written:,} 件、{result.rows:,} 行，用时 {result.seconds:.1f} 秒。")
        else:
            self.stdout.write(f"演示数据已经齐全（{result.cases:,} 件），没有写入。")
        if options["verify"] or (result.written and not options["no_verify"]):
            self._verify()

    def _verify(self) -> None:
        began = time.monotonic()
        report = verify.verify()
        for problem in report.problems:
            self.stderr.write(f"核对不符：{problem}")
        if report.problems:
            raise CommandError("演示数据没有通过核对。")
        self.stdout.write(f"核对通过（{time.monotonic() - began:.1f} 秒）：{report.summary}")


class ProgressLine:
    """Percentage, rate and time left: on one line of a terminal, else one line a chunk."""

    def __init__(self, out: Any) -> None:
        self.out, self.shown, self.live = out, False, sys.stdout.isatty()
        self.began, self.before = time.monotonic(), 0

    def start(self, done: int) -> None:
        """Preparations are over; so many cases were there before."""
        self.began, self.before = time.monotonic(), done

    def __call__(self, done: int, total: int) -> None:
        seconds = max(time.monotonic() - self.began, 0.001)
        rate = (done - self.before) / seconds
        left = f"{(total - done) / rate:.0f} 秒" if rate else "…"
        words = f"演示数据 {done * 100 // total:3d}%  {done:,}/{total:,} 件  {rate:,.0f} 件/秒  还需约 {left}"
        self.out.write(f"\r{words}   " if self.live else words, ending="" if self.live else None)
        self.out.flush()
        self.shown = True

    def end(self) -> None:
        if self.live and self.shown:
            self.out.write("")
