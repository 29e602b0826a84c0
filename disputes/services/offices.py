"""Which office answers for a case, and which people are told: by office and post, never by ranking persons."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.choices import Role
from accounts.models import RoleHolding
from accounts.querysets import RoleHoldingQuerySet
from disputes import deadlines
from disputes.choices import WarnLevel
from disputes.models import Dispute
from disputes.workflow import DISPATCH, FILE, INTAKE
from grids.choices import OrganisationKind
from grids.models import Organisation

#: Whose turn it is while a clock runs, by its kind.  Kinds that are absent wait for those who handle the case.
TURN: dict[str, frozenset[str]] = {
    "accept": INTAKE,
    "assign": DISPATCH,
    "archive": FILE - {Role.COMMITTEE_HEAD},
}
#: Who answers for each level of 四级七天 (``deadlines.LADDER``); 镇党委政府 is told through the township's centre.
LADDER_TURN: dict[int, frozenset[str]] = {
    1: frozenset({Role.GRID_OFFICER}),
    2: frozenset({Role.VILLAGE}),
    3: frozenset({Role.TOWNSHIP_CENTRE}),
    4: frozenset({Role.TOWNSHIP_CENTRE}),
}
CENTRE = frozenset({Role.TOWNSHIP_CENTRE, Role.DISPATCHER})
#: Who else is told from which level on: the township's centre, the supervisors of the county, its leaders.
ALSO: tuple[tuple[int, frozenset[str]], ...] = (
    (WarnLevel.YELLOW, frozenset({Role.TOWNSHIP_CENTRE})),
    (WarnLevel.RED, frozenset({Role.SUPERVISOR})),
    (WarnLevel.LEADER, frozenset({Role.LEADER})),
)


def responsible(dispute: Dispute) -> int | None:
    """The organisation that answers: the committee that has the case, else the nearest centre at or above its place."""
    if dispute.committee_id:
        return int(dispute.committee_id)
    centres = Organisation.objects.filter(
        kind=OrganisationKind.CENTRE, is_active=True, division__path__in=_paths(dispute)
    ).values_list("pk", "division__path")
    return max(centres, key=lambda row: len(row[1]), default=(None, ""))[0]


def name_of(dispute: Dispute) -> str:
    """How the timeline calls that office."""
    pk = responsible(dispute)
    found = Organisation.objects.filter(pk=pk).first() if pk else None
    return str(found) if found else "承办单位"


def people(dispute: Dispute, kind: str, level: int = WarnLevel.REMIND, *, rung: int | None = None) -> set[int]:
    """Accounts to be told about a clock of this kind at that level of warning.

    ``rung`` is the level of 四级七天 that is told; without it, the one that runs.
    """
    told = set(_of_rung(dispute, rung) if kind == "ladder" else _turn(dispute, kind))
    for at_least, roles in ALSO:
        if level >= at_least and level != WarnLevel.CLIMB:
            told |= _nearest(dispute, roles)
    return told


def deciders(dispute: Dispute, *, but: int | None) -> set[int]:
    """Who may decide on a longer limit: head of the committee and nearest centre, else the supervisors.

    ``but`` is who asked: nobody decides on their own request, so another office is looked for above.
    """
    heads = _holders(organisation_id=dispute.committee_id, role=Role.COMMITTEE_HEAD) if dispute.committee_id else set()
    told = heads - {but} | _nearest(dispute, CENTRE, but=but)
    return told or _nearest(dispute, {Role.SUPERVISOR}, but=but)


def _turn(dispute: Dispute, kind: str) -> set[int]:
    if kind in TURN:
        told = _nearest(dispute, TURN[kind])
        if kind == "accept":
            told.add(dispute.registered_by_id)
        return told
    told = set()
    if dispute.committee_id:
        handles = Q(role=Role.COMMITTEE_HEAD)
        if dispute.mediator and dispute.mediator.user_id:
            handles |= Q(role=Role.MEDIATOR, user_id=dispute.mediator.user_id)
        told = _holders(handles, organisation_id=dispute.committee_id)
    return told or _nearest(dispute, CENTRE)


def _of_rung(dispute: Dispute, rung: int | None) -> set[int]:
    if rung is None:
        keys = dispute.clocks.filter(kind="ladder", met_on=None, expired_on=None).values_list("key", flat=True)
        rung = max(map(deadlines.rung_of, keys), default=1)
    return _nearest(dispute, LADDER_TURN[rung]) or _nearest(dispute, CENTRE)


def _nearest(dispute: Dispute, roles: Collection[str], *, but: int | None = None) -> set[int]:
    """Holders of these roles at the lowest place that has any: the village, else the township, else the county."""
    found = list(
        _active_holdings()
        .filter(role__in=roles, division__path__in=_paths(dispute))
        .exclude(user_id=but or 0)
        .values_list("user_id", "division__path")
    )
    lowest = max((len(path) for _, path in found), default=0)
    return {user for user, path in found if len(path) == lowest}


def _holders(*which: Q, **where: Any) -> set[int]:
    return set(_active_holdings().filter(*which, **where).values_list("user_id", flat=True))


def _active_holdings() -> RoleHoldingQuerySet:
    """Of accounts that can still sign in: telling a disabled one is telling nobody."""
    return RoleHolding.objects.active(timezone.localdate()).filter(user__is_active=True)


def _paths(dispute: Dispute) -> list[str]:
    """The path of the place and of every place above it."""
    parts = dispute.place_path.strip("/").split("/")
    return ["/" + "/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)]
