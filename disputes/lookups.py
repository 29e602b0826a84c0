"""Looking people up by number: the search box and the check for duplicates answer alike whether somebody is known.

Both are counted together, by different numbers an hour, and both leave an audit row that holds the blind index of the
number, never the number.  Asking again for the same number within the hour costs nothing and writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models.fields.json import KT
from django.utils import timezone

from accounts.models import AuditEvent

#: 网络安全: a person who tries more numbers than this in an hour is stopped and seen.
NUMBERS_AN_HOUR = 120
#: Audit actions whose detail holds the index of the number.
CHECK = "dispute.check"
ACTIONS = ("search.phone", "search.document", CHECK)


def tried(user: Any) -> set[str]:
    """Blind indexes of the numbers ``user`` looked up in the last hour."""
    since = timezone.now() - dt.timedelta(hours=1)
    rows = AuditEvent.objects.filter(actor=user, action__in=ACTIONS, at__gte=since).order_by()
    return set(rows.values_list(KT("detail__index"), flat=True).distinct())


def allowed(wanted: Collection[str], known: Collection[str]) -> frozenset[str]:
    """Which of the ``wanted`` indexes may be looked up: those ``known`` already, and new ones as far as the hour lasts."""
    new = sorted(set(wanted) - set(known))
    return frozenset(wanted) - frozenset(new[max(0, NUMBERS_AN_HOUR - len(known)) :])
