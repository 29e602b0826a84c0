"""A draft of the routing rules that waits to be tried: contracts of the seed trade, the district's own, go to its committee."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from disputes.choices import Destination, RoutingState
from disputes.models import RoutingRule, RoutingVersion
from mediators.models import Committee

DRAFTER = "fenliu"
SEED_TRADE = "GZ-TW-H10"
#: Before the rules that send heavy cases to the township.
POSITION = 2


def write(at: dt.datetime) -> None:
    """Copy what is in force and add the one rule; nothing where a draft lies already."""
    if RoutingVersion.objects.filter(state=RoutingState.DRAFT).exists():
        return
    in_force = RoutingVersion.objects.get(state=RoutingState.PUBLISHED)
    draft = RoutingVersion.objects.create(
        number=in_force.number + 1, copied_from=in_force, made_by=User.objects.get(username=DRAFTER), made_at=at
    )
    rows = list(in_force.rules.order_by("position"))
    rows.insert(
        POSITION - 1,
        RoutingRule(
            category_id="0404", destination=Destination.NAMED, reason="制种合同专业性强，由种业调委会办理",
            committee=Committee.objects.get(organisation__code=SEED_TRADE),
        ),
    )  # fmt: skip
    for position, row in enumerate(rows, start=1):
        row.pk, row.version, row.position = None, draft, position
        row._state.adding = True
    RoutingRule.objects.bulk_create(rows)
