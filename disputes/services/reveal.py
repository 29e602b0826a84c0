"""Showing personal data in plain: for a reason, in the audit trail, and not without end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts import audit
from accounts.choices import Role
from accounts.models import AuditEvent
from common.errors import Missing, NotPermitted, Refusal
from common.logs import redact
from disputes.models import Party
from disputes.reach import roles_on

#: Who works with people directly.  Leaders, supervisors and the justice bureau read cases masked.
ROLES = frozenset(
    {
        Role.CLERK, Role.DISPATCHER, Role.MEDIATOR, Role.COMMITTEE_HEAD, Role.TOWNSHIP_CENTRE, Role.VILLAGE,
        Role.GRID_OFFICER, Role.COURT_LIAISON,
    }
)  # fmt: skip
#: 网络安全: a person who reveals more than this in a day is stopped and seen.
DAILY_LIMIT = 200
FIELDS = ("name", "id_number", "phone", "address")


class Reason(models.TextChoices):
    CONTACT = "contact", "联系当事人"
    VERIFY = "verify", "核对身份"
    DOCUMENT = "document", "制作文书"
    SERVICE = "service", "送达"
    OTHER = "other", "其他"


def reveal(party: Party, *, by: Any, reason: str, words: str = "", only: str | None = None) -> dict[str, str]:
    """Return the plain values of ``party`` (or of one field) and write who asked and why, in one transaction.

    Raises NotPermitted, Missing (no reason), Refusal with status 429 past the daily limit.
    """
    if not roles_on(party.dispute, by) & ROLES:
        raise NotPermitted("您的角色只能查看脱敏信息。")
    if reason not in Reason.values:
        raise Missing({"reason": "请选择为什么查看。"})
    if reason == Reason.OTHER and not words.strip():
        raise Missing({"reason_text": "选“其他”时请写明原因。"})
    wanted = (only,) if only in FIELDS else FIELDS
    with transaction.atomic():
        since = timezone.now() - dt.timedelta(days=1)
        if AuditEvent.objects.filter(actor=by, action="party.reveal", at__gte=since).count() >= DAILY_LIMIT:
            refusal = Refusal(f"24 小时内查看已达 {DAILY_LIMIT} 次，请联系安全管理员。")
            refusal.status = 429
            raise refusal
        audit.record(
            "party.reveal", actor=by, object_type="party", object_id=str(party.uid),
            reason=str(Reason(reason).label) + (f"：{redact(words.strip())}" if words.strip() else ""),
            dispute=party.dispute.code, fields=list(wanted),
        )  # fmt: skip
    return {name: getattr(party, name) for name in wanted if getattr(party, name)}
