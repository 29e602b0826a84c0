"""Named sets of messages; the only home of their row scope: everything here is its recipient's alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Now

from notices.choices import State, Weight

if TYPE_CHECKING:
    from notices.models import Delivery, Message, Preference  # noqa: F401  (named in strings)


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: Any) -> MessageQuerySet:
        return self.filter(recipient=user.pk) if user.is_authenticated else self.none()

    def todo(self) -> MessageQuerySet:
        """Those whose matter was not dealt with yet, read or not."""
        return self.filter(done_at=None)

    def unread(self) -> MessageQuerySet:
        """Those to be counted beside the bell; a partial index holds exactly these."""
        return self.filter(read_at=None, done_at=None)

    def under(self, subject: str) -> MessageQuerySet:
        """Those about ``subject`` or about a part of it: ``dispute:7`` has the part ``dispute:7/clock:31``."""
        return self.filter(Q(subject=subject) | Q(subject__startswith=f"{subject}/"))

    def supersede(self, subject: str, weight: str) -> int:
        """Something newer of this weight was said of the subject: these leave the lists, urgent ones only for urgent."""
        older = self.filter(subject=subject)
        if weight != Weight.URGENT:
            older = older.exclude(weight=Weight.URGENT)
        return older.update(done_at=Now(), is_superseded=True)

    def by_urgency(self) -> MessageQuerySet:
        """Urgent ones first, then what is due next, then the newest."""
        is_urgent = Case(When(weight=Weight.URGENT, then=Value(0)), default=Value(1))
        return self.order_by(is_urgent, F("due_on").asc(nulls_last=True), "-created_at", "-pk")

    def newest_first(self) -> MessageQuerySet:
        return self.order_by("-created_at", "-pk")

    def mark_read(self) -> int:
        """Mark these as read; one without a subject is dealt with by that, for nothing else can settle it."""
        return self.update(
            read_at=Coalesce("read_at", Now()),
            done_at=Case(When(subject="", then=Coalesce("done_at", Now())), default=F("done_at")),
        )


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: Any) -> DeliveryQuerySet:
        return self.filter(recipient=user.pk) if user.is_authenticated else self.none()

    def due(self, now: dt.datetime) -> DeliveryQuerySet:
        """Those to be sent now, the longest waiting first."""
        return self.filter(state=State.WAITING, due_at__lte=now).order_by("due_at", "pk")

    def abandoned(self, before: dt.datetime) -> DeliveryQuerySet:
        """Those whose sender died while sending."""
        return self.filter(state=State.SENDING, claimed_at__lt=before)


class PreferenceQuerySet(models.QuerySet["Preference"]):
    def visible_to(self, user: Any) -> PreferenceQuerySet:
        return self.filter(user=user.pk) if user.is_authenticated else self.none()
