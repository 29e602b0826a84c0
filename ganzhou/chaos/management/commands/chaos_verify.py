"""What a chaos run left behind, compared with the journal of its client."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ganzhou.chaos.verify import settled, verify


class Command(BaseCommand):
    help = "故障演练的核对：等消息送完，再把客户端的流水与数据库逐件比较。有丢失、重复时返回 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("journal")
        parser.add_argument("--patience", type=float, default=120.0, help="最多等待送达的秒数")

    def handle(self, *args: Any, journal: str, patience: float, **options: Any) -> None:
        ends = time.monotonic() + patience
        while not settled() and time.monotonic() < ends:
            time.sleep(0.5)
        verdict = verify(journal)
        for line in verdict.lines():
            self.stdout.write(line)
        sys.exit(0 if verdict.is_clean else 1)
