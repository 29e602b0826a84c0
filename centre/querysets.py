"""Named sets of rooms, bookings and checklists; the only home of their row scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, NumericRange
from django.db.models import Q

from centre.choices import ChecklistState
from centre.rights import branch, kept_paths
from disputes.models import Dispute

if TYPE_CHECKING:
    from centre.models import Booking, BookingPerson, Centre, CheckMark, Room, Venue  # noqa: F401  (named in strings)


def below(column: str, paths: Iterable[str]) -> Q:
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{column}__path__startswith": path})
    return condition


class CentreQuerySet(models.QuerySet["Centre"]):
    def active(self) -> CentreQuerySet:
        return self.filter(organisation__is_active=True)

    def visible_to(self, user: Any) -> CentreQuerySet:
        """Centres at or below the caller's places and those above them in the same branch."""
        return self.filter(branch(user, "organisation__division"))

    def kept_by(self, user: Any, *, rooms: bool = False) -> CentreQuerySet:
        """Centres whose venues and checklists (or rooms) the caller may change."""
        return self.filter(below("organisation__division", kept_paths(user, rooms=rooms)))


class RoomQuerySet(models.QuerySet["Room"]):
    def active(self) -> RoomQuerySet:
        return self.filter(is_active=True, centre__organisation__is_active=True)

    def visible_to(self, user: Any) -> RoomQuerySet:
        return self.filter(branch(user, "centre__organisation__division"))

    def kept_by(self, user: Any) -> RoomQuerySet:
        return self.filter(below("centre__organisation__division", kept_paths(user, rooms=True)))

    def with_centre(self) -> RoomQuerySet:
        return self.select_related("centre__organisation__division")


class VenueQuerySet(models.QuerySet["Venue"]):
    def visible_to(self, user: Any) -> VenueQuerySet:
        return self.filter(branch(user, "division"))

    def kept_by(self, user: Any) -> VenueQuerySet:
        return self.filter(below("division", kept_paths(user)))


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, user: Any) -> BookingQuerySet:
        """What somebody may read of: bookings of cases they see, and those of no case in rooms of their branch.

        That a room is taken at all is told to everyone who sees the room (``of_rooms``), without saying for what.
        """
        if not getattr(user, "is_authenticated", False):
            return self.none()
        cases = Q(dispute__in=Dispute.objects.visible_to(user))
        others = Q(dispute=None) & branch(user, "room__centre__organisation__division")
        return self.filter(cases | others)

    def holding(self) -> BookingQuerySet:
        """Not cancelled: the room and its people are taken."""
        return self.filter(cancelled_at=None)

    def overlapping(self, begin: dt.datetime, end: dt.datetime) -> BookingQuerySet:
        return self.filter(period__overlap=DateTimeTZRange(begin, end))

    def after(self, moment: dt.datetime) -> BookingQuerySet:
        """Not over yet."""
        return self.filter(period__endswith__gt=moment)

    def for_calendar(self) -> BookingQuerySet:
        """Everything a line of the calendar shows, in a fixed number of queries."""
        return self.select_related(
            "room__centre__organisation", "dispute__category__parent", "mediator", "made_by"
        ).prefetch_related("dispute__parties")


class BookingPersonQuerySet(models.QuerySet["BookingPerson"]):
    def visible_to(self, user: Any) -> BookingPersonQuerySet:
        booking: Any = self.model._meta.get_field("booking").related_model
        return self.filter(booking__in=booking.objects.visible_to(user))

    def held(self) -> BookingPersonQuerySet:
        return self.filter(is_held=True)

    def same_as(self, keys: Iterable[tuple[str, NumericRange]]) -> BookingPersonQuerySet:
        """Rows that hold one of these people; the same test as the constraint's."""
        condition = Q(pk__in=())
        for key, span in keys:
            condition |= Q(key=key, span__overlap=span)
        return self.filter(condition)

    def overlapping(self, begin: dt.datetime, end: dt.datetime) -> BookingPersonQuerySet:
        return self.filter(period__overlap=DateTimeTZRange(begin, end))


class ChecklistQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ChecklistQuerySet:
        """The lists are rules of the house, for everyone who works in it."""
        return self if user.is_authenticated and user.holdings else self.none()

    def in_force(self) -> ChecklistQuerySet:
        return self.filter(state=ChecklistState.PUBLISHED)


class CheckMarkQuerySet(models.QuerySet["CheckMark"]):
    def visible_to(self, user: Any) -> CheckMarkQuerySet:
        return self.filter(branch(user, "centre__organisation__division"))

    def in_force(self) -> CheckMarkQuerySet:
        return self.filter(superseded_at=None)
