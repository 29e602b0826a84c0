"""Centres, rooms and venues: registered and changed by those who keep them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts import audit
from centre.models import Centre, Room, Venue
from centre.rights import keeps
from common.errors import NotPermitted

NOT_YOURS = "{what}由本乡镇综治中心、区中心督办和分流员维护。"


def save_centre(centre: Centre, *, by: Any, changed: list[str]) -> Centre:
    """Open hours and size of a centre; its name, phone and address are those of the organisation."""
    _only_keepers(centre, by)
    return _save(centre, "centre.save", by, changed)


def save_room(room: Room, *, by: Any, changed: list[str]) -> Room:
    _only_keepers(room.centre, by)
    return _save(room, "room.save", by, changed)


def save_venue(venue: Venue, *, by: Any, changed: list[str], keepers: Any = None) -> Venue:
    if not keeps(by, venue.division.path):
        raise NotPermitted(NOT_YOURS.format(what="矛调阵地"))
    with transaction.atomic():
        _save(venue, "venue.save", by, changed)
        if keepers is not None:
            venue.keepers.set(keepers)
    return venue


def _only_keepers(centre: Centre, by: Any) -> None:
    if not keeps(by, centre.organisation.division.path, rooms=True):
        raise NotPermitted(NOT_YOURS.format(what="调解室"))


def _save(row: Any, action: str, by: Any, changed: list[str]) -> Any:
    with transaction.atomic():
        row.save()
        kind = action.partition(".")[0]
        audit.record(action, actor=by, object_type=kind, object_id=str(row.pk), fields=changed)
    return row
