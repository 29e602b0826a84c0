"""Verbs on the calendar: each one transaction with its audit row, by someone who may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction

from accounts import audit
from accounts.choices import Role
from accounts.models import User
from common import workdays
from common.errors import Conflict, Missing, NotPermitted, WrongState
from common.holidays import DayFact
from common.models import CountyDay, Workday
from common.workdays import PlanChanged, YearPlan

EDITORS = frozenset({Role.SYSTEM_ADMIN})
LOAD, DECIDE, WITHDRAW = "calendar.load", "calendar.decide", "calendar.withdraw"
ACTIONS = {LOAD: "日历：载入放假安排", DECIDE: "日历：区县决定", WITHDRAW: "日历：撤销区县决定"}
#: What the audit trail calls a day or a year of the calendar.
OBJECT = "calendar"
#: Days listed in the audit row; a year has some forty that differ from its weekdays.
MOST_DAYS = 60


def only_editors(by: User | None) -> None:
    """Raises NotPermitted.  ``None`` is someone at the machine itself, who could change the table anyway."""
    if by is not None and not by.holds(*EDITORS):
        raise NotPermitted("工作日历由系统管理员维护。")


def load_year(
    year: int,
    days: Mapping[dt.date, DayFact],
    source: str,
    *,
    by: User | None,
    withdraw: Collection[dt.date] = (),
    expected: str | None = None,
) -> YearPlan:
    """Put the State Council's year into the calendar; what was done.  Nothing to do leaves no trace.

    Decisions of the county stay, save those in ``withdraw``.  Raises Conflict when ``expected`` is not what would be
    done now.
    """
    only_editors(by)
    try:
        with transaction.atomic():
            plan = workdays.set_year(year, days, source, withdraw=withdraw, expected=expected)
            if not plan.is_empty:
                audit.record(
                    LOAD, actor=by, object_type=OBJECT, object_id=str(year), reason=source,
                    changed=len(plan.changes), learnt=plan.learnt, renamed=plan.renamed, kept=len(plan.kept),
                    dates=[f"{c.day:%m-%d} {'班' if c.after else '休'}" for c in plan.changes[:MOST_DAYS]],
                    withdrawn=[f"{row.day:%m-%d}" for row in plan.withdrawn],
                )  # fmt: skip
    except PlanChanged:
        raise Conflict("预览以后日历有变动，请按现在的情况再看一遍。") from None
    return plan


@transaction.atomic
def decide(day: dt.date, is_workday: bool, *, note: str, source: str, reason: str, by: User) -> None:
    """The county departs from the notice on one day.  Raises Missing when the notice says the same already."""
    only_editors(by)
    decision = CountyDay.objects.filter(day=day).first()
    row = Workday.objects.filter(day=day).first()
    stated = decision.stated_workday if decision else row.is_workday if row else None
    if stated == is_workday:
        said = f"通知规定这一天{'上班' if is_workday else '休息'}"
        raise Missing({"is_workday": f"{said}，请撤销区县决定。" if decision else f"{said}，不需要另作决定。"})
    change = workdays.set_day(day, is_workday, note=note, source=source, reason=reason)
    if change is None:
        raise WrongState("没有改动。")
    audit.record(
        DECIDE, actor=by, object_type=OBJECT, object_id=str(day), reason=reason,
        before={True: "上班", False: "休息", None: "未公布"}[change.before], after="上班" if is_workday else "休息",
    )  # fmt: skip


@transaction.atomic
def withdraw(day: dt.date, *, reason: str, by: User) -> None:
    """The notice counts again on a day the county had decided on."""
    only_editors(by)
    if not workdays.withdraw_day(day):
        raise WrongState("这一天没有区县决定。")
    now = Workday.objects.filter(day=day).values_list("is_workday", flat=True).first()
    audit.record(
        WITHDRAW, actor=by, object_type=OBJECT, object_id=str(day), reason=reason,
        after={True: "上班", False: "休息", None: "未公布"}[now],
    )  # fmt: skip
