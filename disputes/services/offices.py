"""Which office answers for a case, and which people are told: by office and post, never by ranking persons."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from accounts.choices import Role
from accounts.models import RoleHolding
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
    "ladder": frozenset({Role.GRID_OFFICER, Role.VILLAGE, Role.TOWNSHIP_CENTRE}),
}
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


def people(dispute: Dispute, kind: str, level: int = WarnLevel.REMIND) -> set[int]:
    """Accounts to be told about a clock of this kind at that level of warning."""
    told = set(_turn(dispute, kind))
    for at_least, roles in ALSO:
        if level >= at_least and level != WarnLevel.CLIMB:
            told |= _nearest(dispute, roles)
    return told


def deciders(dispute: Dispute) -> set[int]:
    """Who may decide on a longer limit: the head of the committee, else the nearest centre, else the supervisors."""
    told: set[int] = set()
    if dispute.committee_id:
        told = _holders(organisation_id=dispute.committee_id, role=Role.COMMITTEE_HEAD)
    return told | _nearest(dispute, {Role.TOWNSHIP_CENTRE, Role.DISPATCHER}) or _nearest(dispute, {Role.SUPERVISOR})


def _turn(dispute: Dispute, kind: str) -> set[int]:
    if kind in TURN:
        told = _nearest(dispute, TURN[kind])
        if kind == "accept":
            told.add(dispute.registered_by_id)
        return told
    told = {dispute.mediator.user_id} if dispute.mediator and dispute.mediator.user_id else set()
    if dispute.committee_id:
        told |= _holders(organisation_id=dispute.committee_id, role=Role.COMMITTEE_HEAD)
    return told or _nearest(dispute, {Role.TOWNSHIP_CENTRE, Role.DISPATCHER})


def _nearest(dispute: Dispute, roles: Collection[str]) -> set[int]:
    """Holders of these roles at the lowest place that has any: the village, else the township, else the county."""
    found = list(
        RoleHolding.objects.active(timezone.localdate())
        .filter(role__in=roles, division__path__in=_paths(dispute), user__is_active=True)
        .values_list("user_id", "division__path")
    )
    lowest = max((len(path) for _, path in found), default=0)
    return {user for user, path in found if len(path) == lowest}


def _holders(**where: Any) -> set[int]:
    rows = RoleHolding.objects.active(timezone.localdate()).filter(user__is_active=True, **where)
    return set(rows.values_list("user_id", flat=True))


def _paths(dispute: Dispute) -> list[str]:
    """The path of the place and of every place above it."""
    parts = dispute.place_path.strip("/").split("/")
    return ["/" + "/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)]
