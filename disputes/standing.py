"""What stands open for a person wherever they are: the sets whose lengths the shell of every page shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from disputes.models import Extension, Supervision
from disputes.workflow import DECIDE, SUPERVISION
from notices.models import Message


def waiting(user: Any) -> dict[str, QuerySet[Any]]:
    """Unread messages; cards and orders to answer or lift; longer limits to decide on.  Only what the menu shows."""
    sets: dict[str, QuerySet[Any]] = {"unread": Message.objects.visible_to(user).unread()}
    if user.holds(*SUPERVISION):
        sets["supervision"] = Supervision.objects.awaiting(user)
    if user.holds(*DECIDE):
        sets["extensions"] = Extension.objects.to_decide(user)
    return sets
