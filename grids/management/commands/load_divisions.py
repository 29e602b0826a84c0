"""Apply an official list of divisions: ``manage.py load_divisions FILE [--dry-run]``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from grids import loading
from grids.models import Division
from grids.signals import divisions_changed


class Command(BaseCommand):
    help = "按国家统计局区划代码文件更新区划；文件有错则整份拒绝，撤销的村（社区）保留并标记，案件不受影响。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="只检查和列出变化，不写入")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = loading.read(options["file"].read_bytes())
        except OSError as error:
            raise CommandError(f"读不了文件：{error.strerror}") from error
        except loading.BrokenFile as broken:
            raise CommandError("文件没有采用：\n" + "\n".join(broken.problems)) from broken
        with transaction.atomic():
            change = loading.apply(Division, rows, on=timezone.localdate())
            divisions_changed.send(sender=Division, change=change)
            if options["dry_run"]:
                transaction.set_rollback(True)
        self.stdout.write(f"{'（试运行）' if options['dry_run'] else ''}{change}")
