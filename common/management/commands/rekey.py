"""Seal every encrypted value again under the newest key of PORTAL_FIELD_KEYS.

Run after adding a key at the end of the list; an old key may be dropped when this ends without a word of error.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser

from common.fields import encrypted_fields, rekey


class Command(BaseCommand):
    help = "用最新密钥重新加密全部加密字段；可随时中断，再次运行会接着做。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="每批行数（默认 500）")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        for model in apps.get_models():
            if not encrypted_fields(model) or not model._meta.managed or model._meta.proxy:
                continue
            seen = sealed = 0
            for _, rows, values in rekey(model._base_manager.all(), batch_size=batch):
                seen += rows
                sealed += values
                if options["verbosity"] > 1:
                    self.stdout.write(f"{model._meta.label}：已查 {seen} 行")
            self.stdout.write(f"{model._meta.label}：共 {seen} 行，重新加密 {sealed} 个值。")
