"""The calendar in words and cells, as its templates want them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.audit import label
from accounts.models import AuditEvent
from common.logs import redact
from common.models import CountyDay, Workday
from common.workdays import PROVISIONAL_NOTE, DayChange, YearPlan

WEEKDAYS = "一二三四五六日"
WORKED = {True: "上班", False: "休息"}
MARK = {True: "班", False: "休"}
#: Days off that need no name: every week has them.
WEEKEND = "周末"


#: What the addresses of days can say (``ganzhou.workcalendar.urls``).
FIRST, LAST = dt.date(2000, 1, 1), dt.date(2199, 12, 31)


def day_url(day: dt.date) -> str:
    """The page of a day; empty for one the calendar cannot hold."""
    return f"{reverse('calendar:year')}{day}/" if FIRST <= day <= LAST else ""


def weekday(day: dt.date) -> str:
    return f"星期{WEEKDAYS[day.weekday()]}"


def months(
    year: int, rows: Mapping[dt.date, Workday], county: Collection[dt.date], today: dt.date
) -> list[dict[str, Any]]:
    """Twelve months of weeks of cells; None where a week reaches into another month."""
    return [
        {
            "number": month,
            "weeks": [
                [
                    cell(day, rows.get(day), day in county, today) if day.month == month else None
                    for day in week
                ]
                for week in calendar.Calendar().monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]  # fmt: skip


def cell(day: dt.date, row: Workday | None, is_county: bool, today: dt.date) -> dict[str, Any]:
    """One day: what stands in the square, and the same in words for who cannot see it."""
    works = row.is_workday if row else day.weekday() < 5
    is_plain = works == (day.weekday() < 5) and (row is None or row.note in ("", WEEKEND))
    said = [f"{day.month}月{day.day}日", weekday(day), WORKED[works]]
    if row and row.note not in ("", WEEKEND):
        said.append(row.note)
    if is_county:
        said.append("区县决定")
    if row is None:
        said.append(PROVISIONAL_NOTE)
    if day == today:
        said.append("今天")
    return {
        "day": day.day,
        "url": day_url(day),
        "mark": "" if is_plain and not is_county else MARK[works],
        "kind": "off" if not works and not is_plain else "on" if works and not is_plain else "end" if not works else "",
        "county": is_county,
        "today": day == today,
        "said": "，".join(said),
    }


def holidays(rows: Iterable[Workday]) -> list[dict[str, str]]:
    """The notice as a table: each festival with its days off, the days worked for it, and where it is written."""
    named = [row for row in rows if row.note not in ("", WEEKEND)]
    worked: dict[str, list[Workday]] = {}
    for row in named:
        if row.is_workday:
            worked.setdefault(row.note.removesuffix("调休上班"), []).append(row)
    shown = []
    # A festival goes on for as long as its days follow one another.
    days_off = [row for row in named if not row.is_workday]
    for (name, _), group in groupby(
        enumerate(days_off), key=lambda one: (one[1].note, one[1].day.toordinal() - one[0])
    ):
        run = [row for _, row in group]
        shown.append(
            {
                "name": name,
                "off": span(run[0].day, run[-1].day),
                "days": str(len(run)),
                "on": "、".join(short(row.day) for row in worked.pop(name, [])),
                "source": run[0].source,
            }
        )
    shown += [
        {"name": name, "off": "", "days": "", "on": "、".join(short(row.day) for row in group), "source": group[0].source}
        for name, group in worked.items()
    ]  # fmt: skip
    return shown


def short(day: dt.date) -> str:
    return f"{day:%m-%d}（{WEEKDAYS[day.weekday()]}）"


def span(first: dt.date, last: dt.date) -> str:
    return short(first) if first == last else f"{short(first)} ～ {short(last)}"


def decisions(rows: Iterable[CountyDay]) -> list[dict[str, Any]]:
    return [
        {
            "day": f"{row.day:%Y-%m-%d}",
            "weekday": weekday(row.day),
            "url": day_url(row.day),
            "works": WORKED[row.is_workday],
            "name": row.note,
            "reason": row.reason,
            "source": row.source,
            "stated": stated(row),
            "at": row.decided_at,
        }
        for row in rows
    ]


def stated(row: CountyDay) -> str:
    """What the notice says of a day the county decided on."""
    if row.stated_workday is None:
        return "还没有公布"
    return WORKED[row.stated_workday] + (f"（{row.stated_note}）" if row.stated_note else "")


def changes(plan: YearPlan) -> list[dict[str, str]]:
    """The days that loading a year would change, as rows of the preview."""
    return [
        {
            "day": f"{change.day:%Y-%m-%d}",
            "weekday": weekday(change.day),
            "before": before(change),
            "after": WORKED[change.after],
            "color": "blue" if change.after else "green",
            "name": change.note,
        }
        for change in plan.changes
    ]


def before(change: DayChange) -> str:
    if change.before is None:
        return f"{WORKED[change.reckoned]}（{PROVISIONAL_NOTE}）"
    return WORKED[change.before] + (f"（{change.note_before}）" if change.note_before else "")


def history(events: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """Who changed what, when and why; newest first."""
    shown = []
    for event in events:
        facts = []
        if "before" in event.detail:
            facts.append(("改动", f"{event.detail['before']} → {event.detail['after']}"))
        elif "after" in event.detail:
            facts.append(("现在", event.detail["after"]))
        if "changed" in event.detail:
            facts.append(("改变", f"{event.detail['changed']} 天，新增 {event.detail.get('learnt', 0)} 天"))
        if event.detail.get("withdrawn"):
            facts.append(("撤销区县决定", "、".join(event.detail["withdrawn"])))
        shown.append(
            {
                "title": f"{label(event.action).removeprefix('日历：')} {event.object_id}",
                "who": event.actor_name or "命令行",
                "at": f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}",
                "iso": event.at.isoformat(),
                "text": "\n".join(filter(None, [redact(event.reason), "、".join(event.detail.get("dates", []))])),
                "facts": facts,
            }
        )
    return shown
