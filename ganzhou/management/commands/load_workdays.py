"""Load a year of the calendar from the State Council's notice, or what chinesecalendar knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import workdays
from common.holidays import BrokenNotice, DayFact, decode, published_years, read_notice, year_from_package
from common.workdays import STATE_SOURCE, YearPlan, plan_year
from ganzhou.workcalendar.services import load_year

WORKED = {True: "上班", False: "休息"}
WEEKDAYS = "一二三四五六日"


class Command(BaseCommand):
    help = (
        "载入工作日历的一年。文件可以是通知原文，也可以每行写“日期或者起止日期,放假|上班,名称”，"
        "如 2027-01-01至2027-01-03,放假,元旦。有一处错误就整份不采用。区县决定保留。不带参数：补齐已公布而尚缺的年份。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", nargs="?", type=int, help="年份")
        parser.add_argument("file", nargs="?", type=Path, help="通知的内容（UTF-8 或者 GBK 的 TXT、CSV）")
        parser.add_argument("--from-package", action="store_true", help="用已安装的 chinesecalendar 所载的安排")
        parser.add_argument("--source", default="", help="依据，如文号；不写时取自通知")
        parser.add_argument("--dry-run", action="store_true", help="只显示哪些日子会变，不改动")

    def handle(self, *args: Any, year: int | None, file: Path | None, **options: Any) -> None:
        if year is None:
            years = workdays.load_published()
            self.stdout.write(f"已载入：{'、'.join(map(str, years))}" if years else "没有需要补齐的年份。")
            return
        if (file is None) != options["from_package"]:
            raise CommandError("请给出通知文件，或者写 --from-package，二者取一。")
        days, source = self._package(year) if file is None else self._notice(year, file)
        source = (options["source"] or source)[:60]
        if options["dry_run"]:
            self._show(plan_year(year, days, source))
            self.stdout.write("只是预览，没有改动。")
            return
        plan = load_year(year, days, source, by=None)
        self._show(plan)
        self.stdout.write(
            f"{year} 年与日历一致，没有改动。" if plan.is_empty else f"已载入 {year} 年，依据：{source}。"
        )

    def _package(self, year: int) -> tuple[Mapping[dt.date, DayFact], str]:
        if year not in published_years():
            known = published_years()
            raise CommandError(
                f"已安装的 chinesecalendar 只有 {known[0]} 至 {known[-1]} 年，请用通知文件载入 {year} 年。"
            )
        return year_from_package(year), STATE_SOURCE

    def _notice(self, year: int, file: Path) -> tuple[Mapping[dt.date, DayFact], str]:
        try:
            notice = read_notice(decode(file.read_bytes()), year)
        except OSError as error:
            raise CommandError(f"读不了文件 {file}：{error.strerror}") from error
        except BrokenNotice as error:
            raise CommandError("文件没有采用：\n" + "\n".join(error.problems)) from error
        for number, text in notice.skipped:
            self.stdout.write(f"第 {number} 行不含日期，没有采用：{text[:40]}")
        for doubt in notice.doubts:
            self.stdout.write(self.style.WARNING(f"请核对：{doubt}"))
        self.stdout.write(f"通知：放假 {len(notice.off)} 天，调休上班 {len(notice.on)} 天。")
        return notice.days(), notice.number or STATE_SOURCE

    def _show(self, plan: YearPlan) -> None:
        for change in plan.changes:
            before = "未公布，按星期推算为" if change.before is None else ""
            self.stdout.write(
                f"  {change.day} 星期{WEEKDAYS[change.day.weekday()]}"
                f"  {before}{WORKED[change.reckoned]} → {WORKED[change.after]}  {change.note}"
            )
        for row in plan.kept:
            self.stdout.write(f"  {row.day} 保留区县决定：{WORKED[row.is_workday]}（{row.note or row.reason}）")
        self.stdout.write(
            f"改变 {len(plan.changes)} 天，新增 {plan.learnt} 天，只改名称或者依据 {plan.renamed} 天，"
            f"保留区县决定 {len(plan.kept)} 天。"
        )
