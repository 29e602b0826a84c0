"""Changing the rules of the house: local limits, with history.  What the law says is not the house's to change."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.choices import Role
from accounts.models import User
from common.errors import GuardRefused, Missing, NotPermitted, NotVisible
from disputes import deadlines
from disputes.deadlines import Clock
from disputes.models import LocalLimit
from disputes.services.clocks import forget_rules, rules_in_force

EDITORS = frozenset({Role.SUPERVISOR})
SET_LIMIT = "limit.set"
#: What the audit trail calls a rule.
OBJECT = "limit"
#: Longer than any limit of the law that is counted in days.
LONGEST = 180
STATUTORY = "这是法定期限，不可修改。"


def local_clock(key: str) -> Clock:
    """The limit of that name, if it is the house's own.  Raises NotVisible or GuardRefused."""
    clock = deadlines.BY_KEY.get(key)
    if clock is None:
        raise NotVisible
    if clock.statutory:
        raise GuardRefused(STATUTORY)
    return clock


def only_editors(by: User) -> None:
    if not by.holds(*EDITORS):
        raise NotPermitted("本地期限由中心督办修改。")


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
