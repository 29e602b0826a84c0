"""Verbs: tell people something, and take it off their lists when it was dealt with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import audit
from accounts.choices import Act
from common.logs import redact
from notices import deliveries
from notices.choices import Weight
from notices.models import Message, Preference

if TYPE_CHECKING:
    from accounts.models import User

#: Accounts, their numbers, or a queryset of accounts.
People = Iterable["User | int"]


@transaction.atomic
def post(
    event: str,
    recipients: People,
    *,
    kind: str,
    title: str,
    url: str,
    subject: str = "",
    due_on: dt.date | None = None,
    urgent: bool = False,
) -> int:
    """Tell each of ``recipients`` once; how many had not been told of this event before.

    ``event`` names what happened (``escalation:412``): posting it again changes nothing, however often and from how
    many processes at once.  ``subject`` names the matter (``dispute:7/clock:31``): ``settle`` takes the message off
    the lists; without one, reading it does.  One matter is one to-do: what was said of the same subject before leaves
    the list, unless that was urgent and this is not.  ``url`` is a path of the portal.  Accounts that are disabled are
    left out.  At most two statements, whatever the number of people, and two more when it is urgent, for then it goes
    out by mail and text message too, as each of them wishes.  What is not urgent is counted in the next digest.

    A caller that runs later than its event (a handler of the outbox) must look whether the matter still stands.

    Raises ValueError for a title or address that holds somebody's number, or an address outside the portal.
    """
    _check(title, url)
    weight = Weight.URGENT if urgent else Weight.ORDINARY
    with connection.cursor() as cursor:
        # In the order of the accounts: two transactions that tell the same people wait, and do not deadlock.
        cursor.execute(
            "INSERT INTO notices_message (recipient_id, event, kind, weight, title, url, subject, due_on)"
            " SELECT id, %s, %s, %s, %s, %s, %s, %s FROM accounts_user WHERE is_active AND id = ANY(%s) ORDER BY id"
            " ON CONFLICT (event, recipient_id) DO NOTHING RETURNING id, recipient_id",
            [event, kind, weight, title, url, subject, due_on, _ids(recipients)],
        )
        told = dict(cursor.fetchall())
    if subject and told:
        Message.objects.todo().filter(recipient__in=told.values()).exclude(pk__in=told).supersede(subject, weight)
    if urgent:
        deliveries.plan_messages(told, timezone.now())
    return len(told)


def settle(subject: str, *, of: People | None = None) -> int:
    """The matter was dealt with: its messages, and those of its parts, leave the to-do lists; how many that were.

    ``of`` narrows it to some people: who was relieved of a case has no more to do there.
    """
    if not subject:
        raise ValueError("settle() needs a subject")
    messages = Message.objects.todo().under(subject)
    if of is not None:
        messages = messages.filter(recipient__in=_ids(of))
    return messages.update(done_at=Now())


def waiting_for(subject: str) -> set[int]:
    """The accounts on whose to-do lists this matter, or a part of it, stands."""
    return set(Message.objects.todo().under(subject).values_list("recipient_id", flat=True))


def read(message: Message) -> None:
    """Its recipient opened it."""
    Message.objects.filter(pk=message.pk).mark_read()


def read_all(user: User) -> int:
    """Mark all of a person's messages as read; how many were not.  What is to be done stays to be done."""
    return Message.objects.visible_to(user).unread().mark_read()


@transaction.atomic
def set_preferences(wishes: Preference, *, address: str, mobile: str) -> None:
    """Save what a person wishes, and where they can be written to.  Audited by the names of the fields."""
    user = wishes.user
    changed = [
        name for name, old, new in (("email", user.email, address), ("mobile", wishes.mobile, mobile)) if old != new
    ]
    user.email, wishes.mobile = address, mobile
    user.save(update_fields=["email"])
    wishes.save()
    if changed:
        audit.record(Act.ACCOUNT_AMEND, actor=user, object_type="user", object_id=str(user.pk), fields=changed)


def _ids(people: People) -> list[int]:
    return sorted({person if isinstance(person, int) else person.pk for person in people})


def _check(title: str, url: str) -> None:
    if not title or redact(title) != title or redact(url) != url:
        raise ValueError("a message holds codes and counts, nobody's numbers")
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError("a message leads to a page of the portal")
