"""Changing the rules of the house, with history: local limits, and when clocks warn.

What the law says is not the house's to change; when it warns of its own clocks is.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.choices import Role
from accounts.models import User
from common import outbox
from common.errors import GuardRefused, Missing, NotPermitted, NotVisible
from disputes import deadlines
from disputes.deadlines import Clock, Warn
from disputes.models import Category, LocalLimit, WarningRule
from disputes.reckoning import LADDER
from disputes.services.clocks import RECHECK_SECONDS, RECKON, forget_rules, rules_in_force
from grids.choices import Level

EDITORS = frozenset({Role.SUPERVISOR})
SET_LIMIT, SET_WARNING = "limit.set", "limit.warning"
ACTIONS = {SET_LIMIT: "规则：修改本地期限", SET_WARNING: "规则：修改提醒和警示"}
#: What the audit trail calls a rule.
OBJECT = "limit"
#: Longer than any limit of the law that is counted in days.
LONGEST = 180
STATUTORY = "这是法定期限，不可修改。"
#: By then every process has noticed a change, and what it began before has ended.
SETTLED_AFTER = dt.timedelta(seconds=2 * RECHECK_SECONDS)


def local_clock(key: str) -> Clock:
    """The limit of that name, if it is the house's own.  Raises NotVisible or GuardRefused."""
    clock = deadlines.BY_KEY.get(key)
    if clock is None:
        raise NotVisible
    if clock.statutory:
        raise GuardRefused(STATUTORY)
    return clock


def warned_of(key: str) -> str:
    """The name of a clock whose warnings may be set.  Raises NotVisible or GuardRefused."""
    if key not in deadlines.NAMES:
        raise NotVisible
    if key.startswith(LADDER):
        raise GuardRefused("四级七天期满即升级，不另设警示。")
    if key in deadlines.RIGHTS:
        raise GuardRefused("这是当事人的权利，只提醒一次，不设警示。")
    return deadlines.NAMES[key]


def only_editors(by: User) -> None:
    if not by.holds(*EDITORS):
        raise NotPermitted("期限规则由中心督办修改。")


@transaction.atomic
def set_limit(key: str, *, days: int, since: dt.date, reason: str, by: User) -> LocalLimit:
    """Another length for a local limit, for clocks that start on ``since`` or later; running ones keep theirs.

    Raises NotPermitted, NotVisible for a limit there is not, GuardRefused for a statutory one, Missing for days or a
    day that will not do.
    """
    only_editors(by)
    clock = local_clock(key)
    if not 1 <= days <= LONGEST:
        raise Missing({"days": f"期限为 1 至 {LONGEST} {clock.unit}。"})
    if since < timezone.localdate():
        raise Missing({"since": "只能从今天或者以后起改，已经开始的期限不变。"})
    forget_rules()
    before = rules_in_force().days(clock, since)
    if before == days:
        raise Missing({"days": f"从这一天起的期限已经是 {days} {clock.unit}。"})
    row = LocalLimit.objects.create(key=key, days=days, since=since, reason=reason, changed_by=by)
    audit.record(
        SET_LIMIT, actor=by, object_type=OBJECT, object_id=key, reason=reason,
        before=before, after=days, starts_on=str(since),
    )  # fmt: skip
    forget_rules()
    transaction.on_commit(forget_rules)
    return row


@transaction.atomic
def set_warning(key: str, warn: Warn, *, category: str = "", level: str = "", reason: str, by: User) -> WarningRule:
    """Other days of warning for a clock: of every case, or of one official type, one level of place, or both.

    Running clocks are worked out again: a day of warning that has passed is not lost, one that was given is not given
    twice.  Raises NotPermitted, NotVisible, GuardRefused for a level of the ladder, Missing for days that do not climb.
    """
    only_editors(by)
    warned_of(key)
    if category and not Category.objects.filter(pk=category, parent=None).exists():
        raise Missing({"category": "没有这个类型，请从列表里选。"})
    if level and level not in Level.values:
        raise Missing({"level": "没有这个层级，请从列表里选。"})
    _climbs(warn)
    forget_rules()
    before = rules_in_force().warn(key, category, level)
    if before == warn and (key, category, level) in rules_in_force().warnings:
        raise Missing({"reason": "与现行的提醒和警示相同，没有改动。"})
    row = WarningRule.objects.create(
        key=key, category=category, level=level, remind=warn.remind, yellow=warn.yellow, red=warn.red,
        leader=warn.leader, reason=reason, changed_by=by,
    )  # fmt: skip
    audit.record(
        SET_WARNING, actor=by, object_type=OBJECT, object_id=key, reason=reason, scope=f"{category}/{level}",
        before=_days(before), after=_days(warn),
    )  # fmt: skip
    outbox.publish(RECKON, f"warning:{row.pk}", {"key": key})
    # And again, for what other processes began with the rules they still remembered.
    outbox.publish(RECKON, f"warning:{row.pk}:again", {"key": key}, due_at=timezone.now() + SETTLED_AFTER)
    forget_rules()
    transaction.on_commit(forget_rules)
    return row


def _climbs(warn: Warn) -> None:
    """Each card comes after the one before; a level that is left out ends the climb."""
    if warn.remind is not None and not 0 <= warn.remind <= LONGEST:
        raise Missing({"remind": f"提醒在届满前 0 至 {LONGEST} 个工作日。"})
    steps = [("yellow", "黄牌", warn.yellow), ("red", "红牌", warn.red), ("leader", "领导关注", warn.leader)]
    last, said = 0, "届满之日"
    for name, label, days in steps:
        if days is None:
            last, said = LONGEST, "上一级警示（没有设置）"
        elif not last < days <= LONGEST:
            raise Missing({name: f"{label}必须晚于{said}，不超过 {LONGEST} 个工作日。"})
        else:
            last, said = days, label


def _days(warn: Warn) -> str:
    return "/".join("-" if n is None else str(n) for n in (warn.remind, warn.yellow, warn.red, warn.leader))
