"""Compare the arithmetic of time limits with counting one day after the other, on this installation's own table."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import workdays
from common.models import CountyDay, Workday
from common.workdays_oracle import compare


class Command(BaseCommand):
    help = "用逐日计数核对期限算法：随机抽取月末、闰日、长假、调休、跨年和未载入年份的日子，打印一致的次数。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, default=100_000, help="案例数（默认 100000）")
        parser.add_argument("--seed", type=int, default=20261123, help="随机种子，同一种子抽到同样的日子")

    def handle(self, *args: Any, cases: int, seed: int, **options: Any) -> None:
        days = dict(Workday.objects.values_list("day", "is_workday"))
        workdays.forget()
        began = time.process_time()
        found = compare(days, cases, seed)
        self.stdout.write(
            f"日历 {min(days, default='--')} 至 {max(days, default='--')}，区县决定 {CountyDay.objects.count()} 天；"
            f"{cases:,} 个案例，种子 {seed}，用时 {time.process_time() - began:.1f} 秒（CPU）"
        )
        self.stdout.write("、".join(f"{kind} {n:,}" for kind, n in sorted(found.kinds.items())))
        for name, asked in found.asked.items():
            self.stdout.write(f"  {name:<15} {found.agreed[name]:>9,} / {asked:,} 一致")
        if not found.is_whole:
            raise CommandError("与逐日计数不一致：\n" + "\n".join(found.differences))
        self.stdout.write(self.style.SUCCESS("全部一致。"))
