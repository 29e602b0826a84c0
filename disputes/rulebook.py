"""The limits of a case in words a lawyer can check, from the very tables the clocks run on.

Nothing here is a second description: whatever stands on the page was read from ``deadlines``, the rules in force and the
calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from accounts.choices import labels
from common import workdays
from common.models import Workday
from disputes import deadlines, presentation
from disputes.choices import SuspendReason, WarnLevel
from disputes.deadlines import LEAVES, RESULT, WORKING, Clock, Given, Warn
from disputes.reckoning import Rules
from disputes.services.offices import ALSO
from disputes.workflow import TRANSITIONS
from grids.choices import Level

WEEKDAYS: Final = "一二三四五六日"
#: Events that are no step of a person.
EVENTS: Final = {"performed": "协议全部履行"}
#: Where the arithmetic is written, in the order of the page.
COUNTING: Final = (
    ("开始的当日不计入，自下一日开始计算。", "民法典 第201条"),
    ("按工作日计算的，只计工作日；调休上班的周六、周日计入，放假的日子不计入。", "国务院办公厅放假安排"),
    ("按自然日计算的，节假日计入；最后一日是法定休假日的，以休假日结束的次日为最后一日。", "民法典 第203条"),
    ("按月计算的，到期月的对应日为最后一日；没有对应日的，月末日为最后一日。", "民法典 第202条"),
    ("暂停的日子不计入，恢复以后接着计算；更正案件信息不重新起算。", "各期限的暂停事由见期限一览"),
    ("还没有公布放假安排的年份，暂按周一至周五推算，并且注明；载入以后自动重新推算。", "本中心约定"),
)  # fmt: skip


# ---- the tables


def clocks(rules: Rules, today: dt.date) -> list[dict[str, Any]]:
    """Every limit, one row each, in the order of a case's life."""
    return [clock_row(clock, rules, today) for clock in deadlines.EVERY_CLOCK] + [
        given_row(clock) for clock in deadlines.GIVEN
    ]


def clock_row(clock: Clock, rules: Rules, today: dt.date) -> dict[str, Any]:
    days = rules.days(clock, today)
    return {
        "key": clock.key,
        "label": clock.label,
        "starts": starts(clock),
        "ends": "届满即止" if clock.is_right else ends(clock.ends),
        "days": days,
        "limit": f"{days} 个{clock.unit}" if clock.unit == WORKING else f"{days} 日（{clock.unit}）",
        "standard": f"原定 {clock.days}" if days != clock.days else "",
        "pauses": pauses(clock.pauses),
        "extend": extension(clock),
        "source": clock.source,
        "statutory": clock.statutory,
        "nature": "法定" if clock.statutory else "本地",
        "color": "blue" if clock.statutory else "grey",
    }


def given_row(clock: Given) -> dict[str, Any]:
    """Not a limit with a length of its own: somebody named the day."""
    return {
        "key": clock.key,
        "label": clock.label,
        "starts": clock.starts,
        "ends": clock.ends,
        "days": None,
        "limit": clock.limit,
        "standard": "",
        "pauses": "不暂停",
        "extend": clock.extend,
        "source": clock.source,
        "statutory": True,
        "nature": clock.nature,
        "color": clock.color,
    }


def starts(clock: Clock) -> str:
    if clock.from_application:
        return "收到申请之日"
    if clock.kind == "ladder" and not clock.starts:
        return "上一级期满或者上报"
    return named(clock.starts)


def ends(stops: Collection[str]) -> str:
    """The steps that meet a limit; the usual endings of a mediation are said as one."""
    rest = set(stops)
    said = []
    if rest >= RESULT:
        rest -= RESULT
        said.append("有调解结果")
    elif rest >= LEAVES:
        rest -= LEAVES
        said.append("终止、撤回、转出")
    return "、".join([part for part in (named(rest), *said) if part])


def named(events: Iterable[str]) -> str:
    """``登记、撤销受理``, in the order of a case's life."""
    order = {name: n for n, name in enumerate(["register", *TRANSITIONS, *EVENTS])}
    return "、".join(
        EVENTS.get(name) or presentation.EVENT_LABEL[name] for name in sorted(events, key=order.__getitem__)
    )


def pauses(reasons: Collection[str]) -> str:
    if not reasons:
        return "不暂停"
    if set(reasons) == deadlines.ANY_PAUSE:
        return "中止调解期间"
    return f"仅{'、'.join(str(reason.label) for reason in SuspendReason if reason in reasons)}期间"


def notes() -> list[tuple[str, str]]:
    """Words of the table that stand for a list."""
    return [
        ("有调解结果", f"{named(RESULT)}。"),
        ("中止调解期间", f"因下列事由中止，到恢复为止：{'；'.join(str(reason.label) for reason in SuspendReason)}。"),
        ("延长", f"由{labels(TRANSITIONS['decide_extension'].roles)}审批，申请人不能审批自己的申请。"),
    ]


def extension(clock: Clock) -> str:
    rule = clock.extend
    if rule is None:
        return "不能延长"
    consent = "，须各方当事人同意" if rule.needs_parties else ""
    return f"合计最多 {rule.days} {'个' if clock.unit == WORKING else ''}{clock.unit}{consent}；{rule.source}"


def warnings(rules: Rules, categories: Mapping[str, str]) -> list[dict[str, str]]:
    """When each clock warns, and where type or level of place make a difference.  ``categories``: code -> name."""
    rows = []
    for key, label in deadlines.NAMES.items():
        rows.append(
            {
                "key": key,
                "label": label,
                "scope": "",
                "edit": "" if key.startswith("ladder") or key in deadlines.RIGHTS else key,
                **warn_words(rules.warn(key, "", "")),
            }
        )
        rows += [
            {"key": key, "label": label, "scope": scope(categories.get(category, category), level), **warn_words(warn)}
            for (ruled, category, level), warn in rules.warnings.items()
            if ruled == key and (category or level)
        ]
    return rows


def warn_words(warn: Warn) -> dict[str, str]:
    after = {"yellow": warn.yellow, "red": warn.red, "leader": warn.leader}
    before = "--" if warn.remind is None else "届满当日" if warn.remind == 0 else f"届满前 {warn.remind} 个工作日"
    return {"remind": before} | {
        name: "--" if n is None else f"届满后第 {n} 个工作日" for name, n in after.items()
    }  # fmt: skip


def warn_line(warn: Warn) -> str:
    names = {"remind": "提醒", "yellow": "黄牌", "red": "红牌", "leader": "领导关注"}
    return "，".join(f"{names[name]}：{words}" for name, words in warn_words(warn).items())


def scope(category: str, level: str) -> str:
    """``邻里，村（社区）``: whom a particular rule is for."""
    return "，".join(part for part in (category, str(Level(level).label) if level else "") if part)


def levels() -> list[dict[str, str]]:
    """What each level of warning means: who is told besides the office whose turn it is."""
    also = {level: labels(roles) for level, roles in ALSO}
    told = "轮到办理的单位和人员"
    rows = []
    for level in (WarnLevel.REMIND, WarnLevel.YELLOW, WarnLevel.RED, WarnLevel.LEADER):
        if level in also:
            told += f"、{also[level]}"
        at_once = "立即" if level in (WarnLevel.RED, WarnLevel.LEADER) else "每日汇总"
        rows.append({"label": str(level.label), "told": told, "how": at_once})
    return rows


def ladder() -> list[dict[str, Any]]:
    """四级七天, with the day by which each level ends when every one before it ran out."""
    rows, total = [], 0
    for rung in deadlines.LADDER:
        total += rung.days
        rows.append({"level": rung.level, "office": rung.office, "days": rung.days, "total": total})
    return rows


# ---- worked examples


@dataclass(frozen=True)
class Example:
    """One limit reckoned before the reader's eyes, on days of the real calendar."""

    title: str
    question: str
    answer: str
    steps: list[tuple[str, str, bool]] = field(default_factory=list)


def examples(days: Mapping[dt.date, Workday]) -> list[Example]:
    """The usual questions, each on days of one loaded year; those for which the year has no day are left out."""
    found = (_first_day(days), _holiday(days), _made_up(days), _rolled(days), _month_end(days), _paused(days))
    return [example for example in found if example]


def _first_day(days: Mapping[dt.date, Workday]) -> Example | None:
    start = next((day for day in days if day.weekday() == 0 and _all_work(days, day, 4)), None)
    if start is None:
        return None
    return _working("起算的当日不计", start, 3, "接收期限 3 个工作日")


def _holiday(days: Mapping[dt.date, Workday]) -> Example | None:
    run = _longest_holiday(days)
    if not run or run[0] - dt.timedelta(days=1) not in days:
        return None
    start = max(day for day in days if day < run[0] and days[day].is_workday)
    return _working(f"遇到{days[run[0]].note}放假", start, 1, "受理期限 1 个工作日")


def _made_up(days: Mapping[dt.date, Workday]) -> Example | None:
    for day, row in days.items():
        before = days.get(day - dt.timedelta(days=1))
        if row.is_workday and day.weekday() >= 5 and before and before.is_workday:
            return _working(f"调休上班的星期{WEEKDAYS[day.weekday()]}算工作日", before.day, 2, "期限 2 个工作日")
    return None


def _rolled(days: Mapping[dt.date, Workday]) -> Example | None:
    run = _longest_holiday(days)
    for last in run[1:-1]:
        start = last - dt.timedelta(days=30)
        row = days.get(start)
        if row and row.is_workday:
            due = workdays.add_days(start, 30)
            return Example(
                "最后一日放假的顺延",
                f"{said(start)}受理，调解期限 30 日（自然日）。",
                f"第 30 日是 {said(last)}，{days[last].note}放假，顺延到 {said(due)}届满。",
            )
    return None


def _month_end(days: Mapping[dt.date, Workday]) -> Example | None:
    start = next((day for day in days if (day.month, day.day) == (1, 31)), None)
    if start is None:
        return None
    last, due = workdays.add_months(start, 1, roll=False), workdays.add_months(start, 1)
    rolled = "" if due == last else f"，这一天休息，顺延到 {said(due)}"
    return Example(
        "按月计算的", f"{said(start)}起算，期限一个月。", f"二月没有 31 日，到月末日 {said(last)}{rolled}届满。"
    )


def _paused(days: Mapping[dt.date, Workday]) -> Example | None:
    start = next((day for day, row in days.items() if day.month == 3 and row.is_workday), None)
    if start is None:
        return None
    since, until = workdays.add_workdays(start, 5), workdays.add_workdays(start, 15)
    lost = workdays.count_workdays(since, until)
    due, without = workdays.add_workdays(start, 30 + lost), workdays.add_workdays(start, 30)
    return Example(
        "鉴定期间不计",
        f"{said(start)}受理医疗纠纷，期限 30 个工作日；{said(since)}中止调解送鉴定，{said(until)}恢复。",
        f"中止 {lost} 个工作日不计：由 {said(without)}延到 {said(due)}届满。",
    )


def _working(title: str, start: dt.date, n: int, limit: str) -> Example:
    due = workdays.add_workdays(start, n)
    return Example(title, f"{said(start)}起算，{limit}。", f"{said(due)}届满。", list(_walk(start, due)))


def _walk(start: dt.date, due: dt.date) -> Iterable[tuple[str, str, bool]]:
    """Day after day from start to due, days off in one step: (day, what it counts as, whether it counts)."""
    yield said(start), "当日，不计", False
    day, n = start + dt.timedelta(days=1), 0
    while day <= due:
        first = day
        if workdays.is_workday(day):
            n += 1
            yield said(day), f"第 {n} 个工作日{'，届满' if day == due else ''}", True
        else:
            while not workdays.is_workday(day + dt.timedelta(days=1)):
                day += dt.timedelta(days=1)
            yield said(first) if first == day else f"{said(first)}至 {said(day)}", "休息，不计", False
        day += dt.timedelta(days=1)


def _all_work(days: Mapping[dt.date, Workday], start: dt.date, n: int) -> bool:
    rows = [days.get(start + dt.timedelta(days=k)) for k in range(n)]
    return all(row is not None and row.is_workday for row in rows)


def _longest_holiday(days: Mapping[dt.date, Workday]) -> list[dt.date]:
    """The longest run of days off that has a name, weekends around it included."""
    best: list[dt.date] = []
    run: list[dt.date] = []
    for day, row in sorted(days.items()):
        run = [] if row.is_workday or row.note == "周末" else [*run, day]
        best = run if len(run) > len(best) else best
    return best


def said(day: dt.date) -> str:
    return f"{day:%m-%d}（{WEEKDAYS[day.weekday()]}）"
