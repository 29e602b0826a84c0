"""Deliver the outbox without Celery: once, or for ever while Redis is being mended."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from common import outbox


class Command(BaseCommand):
    help = "投递发件箱中到期的消息，报告积压和无法投递的数量。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="每两秒一次，直到中断")

    def handle(self, *args: Any, forever: bool, **options: Any) -> None:
        try:
            while True:
                run = outbox.relay()
                if not forever:
                    break
                close_old_connections()
                time.sleep(0 if run.done else 2)
        except KeyboardInterrupt:
            return
        self.stdout.write(
            f"{run}；最久积压 {outbox.lag().total_seconds():.0f} 秒，无法投递共 {outbox.dead_letters().count()} 条。"
        )
