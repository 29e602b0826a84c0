"""Let a clock of a demo case have begun earlier, to watch it climb.  Never where real cases are."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from disputes.choices import WarnLevel
from disputes.models import Dispute
from disputes.services import clocks

LEVELS = {level.name.lower(): level for level in WarnLevel if level not in (WarnLevel.NONE, WarnLevel.CLIMB)}


class Command(BaseCommand):
    help = "只用于演示和测试：把一件案件的期限提前，使今天正好到某一级警示"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="案件码")
        parser.add_argument("--to", choices=LEVELS, default="yellow", help="今天应到的级别")
        parser.add_argument("--clock", default="", help="哪个期限（规则名，如 mediate）；不写就是最近的一个")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("这个命令只在演示和测试环境可用。")
        today = timezone.localdate()
        with transaction.atomic():
            dispute = Dispute.objects.select_for_update(of=("self",)).filter(code=options["code"]).first()
            if dispute is None:
                raise CommandError("没有这件案件。")
            dispute = Dispute.objects.for_page().get(pk=dispute.pk)
            watched = clocks.watch(dispute)
            running = sorted((row for row in watched.running if not row.is_paused), key=lambda row: row.due_on)
            row = next((one for one in running if options["clock"] in ("", one.key)), None)
            if row is None or row.limit is None:
                raise CommandError("没有可以提前的期限。")
            level = LEVELS[options["to"]]
            while (day := row.warn_days[level - 1]) is None or day > today:
                if day is None:
                    raise CommandError(f"{row.label}期限没有{level.label}这一级。")
                row.started_on -= dt.timedelta(days=1)
                watched.reckon_again()
            clocks.save([watched])
            dispute.save(update_fields=["next_due_on", "next_clock"])
        self.stdout.write(
            f"{dispute.code} {row.label}期限：{row.started_on} 起算，{row.due_on} 届满；下一次警示巡查时发出。"
        )
