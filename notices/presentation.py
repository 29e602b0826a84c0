"""Rows of the message centre as their template wants them: words and dates, no decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.urls import reverse
from django.utils import timezone

from common import workdays
from notices.choices import Channel, kind
from notices.models import Message, Preference
from notices.quiet import next_moment

#: Days before the due date from which it is shown as near.
SOON_DAYS = 3


def message_row(message: Message, now: dt.datetime) -> dict[str, Any]:
    """One line, as ``components/message.html`` takes it."""
    named = kind(message.kind)
    is_done = message.done_at is not None
    return {
        "title": message.title,
        "kind": named.label,
        "color": named.color,
        "is_urgent": message.is_urgent,
        "is_unread": message.read_at is None and not is_done,
        "is_done": is_done,
        "over": over(message),
        "at": message.created_at,
        "ago": ago(message.created_at, now),
        "due": None if is_done else due(message.due_on, timezone.localdate(now)),
        "url": reverse("notices:open", args=[message.pk]),
        "verb": "查看" if is_done else named.verb,
    }


def over(message: Message) -> str:
    """Why it is on the to-do list no more; empty while it is."""
    if message.done_at is None:
        return ""
    if message.is_superseded:
        return "已有更新的消息"
    return "已办结" if message.subject else "已读"


def due(due_on: dt.date | None, today: dt.date) -> dict[str, str] | None:
    """The clock component of a day by which something should be done."""
    if due_on is None:
        return None
    left = (due_on - today).days
    if left < 0:
        return {"state": "late", "text": f"超期 {-left} 天", "due": f"{due_on:%Y-%m-%d}"}
    text = "今日到期" if left == 0 else f"剩 {left} 天"
    return {"state": "soon" if left <= SOON_DAYS else "ok", "text": text, "due": f"{due_on:%Y-%m-%d}"}


def ago(at: dt.datetime, now: dt.datetime) -> str:
    """``5 分钟前``, ``昨天 16:20``, ``11-20 09:00``."""
    minutes = int((now - at).total_seconds() // 60)
    local = timezone.localtime(at)
    days = (timezone.localdate(now) - local.date()).days
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟前"
    if days < 1:
        return f"今天 {local:%H:%M}"
    if days == 1:
        return f"昨天 {local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == timezone.localdate(now).year else f"{local:%Y-%m-%d %H:%M}"


def what_happens_when(wishes: Preference, ways: Collection[str], now: dt.datetime) -> list[dict[str, str]]:
    """The rules in force told by example: when something urgent tonight, and on the next day off, would go out."""
    out = "、".join(str(Channel(way).label) for way in ways if wishes.address(way))
    tonight = timezone.localtime(now).replace(hour=22, minute=30, second=0, microsecond=0)
    off = tonight.replace(hour=10, minute=0)
    while workdays.is_workday(off.date()):
        off += dt.timedelta(days=1)
    rows = []
    for begins in (tonight, off):
        if out:
            at = next_moment(wishes, begins, urgent=True)
            words = f"当时就发{out}" if at == begins else f"{_moment(at, begins)} 发{out}"
            said = f"站内马上看到，{words}"
        else:
            said = "站内马上看到；没有邮箱和手机号可发" if ways else "站内马上看到；本中心没有开通邮件和短信"
        rows.append(
            {"when": f"{begins:%m-%d}（{_WEEKDAYS[begins.weekday()]}）{begins:%H:%M} 有案件亮红牌", "then": said}
        )
    return rows


_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def _moment(at: dt.datetime, begins: dt.datetime) -> str:
    days = (at.date() - begins.date()).days
    return f"{'当天' if days == 0 else '次日' if days == 1 else f'{at:%m-%d}'} {at:%H:%M}"
