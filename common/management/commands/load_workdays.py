"""Load the years of working days that chinesecalendar knows, or one year from the State Council's notice."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import workdays

KINDS = {"放假": False, "上班": True}


class Command(BaseCommand):
    help = (
        "补齐工作日历。不带参数：载入已公布而尚缺的年份。"
        "带文件：按通知设定一整年，CSV 每行“日期,放假或上班,节日”，如 2027-01-01,放假,元旦。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="CSV 文件（UTF-8），只列放假和调休上班的日子")
        parser.add_argument("--source", default=workdays.STATE_SOURCE, help="依据，如文号")

    def handle(self, *args: Any, file: Path | None, source: str, **options: Any) -> None:
        if file is None:
            years = workdays.load_published()
            self.stdout.write(f"已载入：{'、'.join(map(str, years))}" if years else "没有需要补齐的年份。")
            return
        year, off, on = self._read(file)
        try:
            workdays.set_year(year, workdays.year_from_notice(year, off=off, on=on), source)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已设定 {year} 年：放假 {len(off)} 天，调休上班 {len(on)} 天。")

    def _read(self, file: Path) -> tuple[int, dict[dt.date, str], dict[dt.date, str]]:
        """The year and its two lists.  The file is refused whole, with every bad line named."""
        lists: dict[bool, dict[dt.date, str]] = {True: {}, False: {}}
        problems = []
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for number, row in enumerate(csv.reader(lines), start=1):
                if not any(cell.strip() for cell in row):
                    continue
                try:
                    day, kind, name = (cell.strip() for cell in row)
                    lists[KINDS[kind]][dt.date.fromisoformat(day)] = name
                except (ValueError, KeyError):
                    problems.append(f"第 {number} 行应为“日期,放假或上班,节日”。")
        years = {day.year for days in lists.values() for day in days}
        if not problems and len(years) != 1:
            problems.append("文件应恰好列出一个年份的放假安排。")
        if problems:
            raise CommandError("文件没有采用：\n" + "\n".join(problems))
        return years.pop(), lists[False], lists[True]
