"""Booking a room and the people who are to come: never twice at one time, whoever asks at once.

What must not overlap is locked by name before it is looked at, so that the slower of two people reads a sentence
rather than an error; the exclusion constraints of the tables hold whatever else may write.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.choices import labels
from centre import hours, people, slots, times
from centre.choices import ARRANGEABLE, BOOK_CASE, BOOK_OTHER, Purpose
from centre.models import Booking, BookingPerson, Room
from common import workdays
from common.errors import Conflict, GuardRefused, Missing, NotPermitted, NotVisible, WrongState
from disputes import presentation
from disputes.choices import Status
from disputes.models import Dispute, MediationSession, Party
from disputes.reach import roles_on
from disputes.services import reveal
from disputes.services.timeline import Note, record

#: Nobody sits longer than a day's hours together, nor plans further ahead than half a year.
LONGEST = dt.timedelta(hours=10)
FURTHEST = dt.timedelta(days=183)


class Taken(Conflict):
    """The room or somebody is taken.  The sentence names what the asker may know of it."""

    code = "taken"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to book."""

    room: Room
    begin: dt.datetime
    end: dt.datetime
    dispute: Dispute | None = None
    parties: tuple[Party, ...] = ()
    purpose: str = Purpose.MEDIATION
    title: str = ""
    note: str = ""
    after_hours: bool = False


# ---- who may


def may_book_case(dispute: Dispute, user: Any) -> bool:
    return bool(roles_on(dispute, user) & BOOK_CASE)


def may_change(booking: Booking, user: Any) -> bool:
    """Whoever made it, or may book for its case; for other purposes those who book such things in that branch."""
    if booking.made_by_id == user.pk:
        return True
    return may_book_case(booking.dispute, user) if booking.dispute else user.holds(*BOOK_OTHER)


def is_open(booking: Booking) -> bool:
    """Still to come or just held, and not yet recorded: what may be moved or cancelled."""
    return not booking.is_cancelled and booking.session_id is None and booking.ends_at > timezone.now()


# ---- the verbs


def book(wish: Wish, *, by: Any) -> Booking:
    """Take the room and the people.  Raises Missing, NotPermitted, GuardRefused, WrongState, NotVisible, Taken."""
    with transaction.atomic():
        _check(wish, by)
        booking = _take(wish, by=by)
        _tell(booking, "book", by, f"{_where_and_when(booking)}。")
    return booking


def move(booking: Booking, wish: Wish, *, by: Any) -> Booking:
    """Give up one time and take another in one step: either both happen or neither."""
    with transaction.atomic():
        old = _locked(booking, by)
        _check(wish, by)
        before = _where_and_when(old)
        _release(old, by=by, why="改期")
        fresh = _take(wish, by=by, replaces=old)
        _tell(fresh, "rebook", by, f"{before}，改为 {_where_and_when(fresh)}。", action="booking.move")
    return fresh


def cancel(booking: Booking, *, by: Any, why: str) -> Booking:
    """Free the time and keep the row."""
    if not why.strip():
        raise Missing({"why": "请写明为什么取消。"})
    with transaction.atomic():
        old = _locked(booking, by)
        _release(old, by=by, why=why.strip())
        _tell(old, "unbook", by, f"{_where_and_when(old)}。{why.strip()}", action="booking.cancel")
    return old


def follow(dispute: Dispute, *, by: Any) -> None:
    """What a step of the case means for its meetings to come: ended, they are off; reassigned, the new mediator comes.

    Called within the transaction of the step.
    """
    coming = Booking.objects.holding().after(timezone.now()).filter(dispute=dispute, session=None)
    for booking in coming.select_related("room__centre__organisation", "mediator").order_by("period"):
        if dispute.status not in ARRANGEABLE or dispute.mediator is None:
            why = f"案件已转为“{Status(dispute.status).label}”" if dispute.mediator else "案件尚未确定调解员"
            _drop(booking, dispute, why)
        elif booking.mediator_id != dispute.mediator_id and not _hand_over(booking, dispute):
            _drop(booking, dispute, "改派后的调解员这一时段另有安排，请另约")


def held(dispute: Dispute, session: MediationSession) -> None:
    """The mediation that was just recorded is the one arranged for that day, if one was."""
    day = timezone.localdate(session.held_at)
    begin, end = hours.at(day, 0), hours.at(day, 24 * 60)
    meant = Booking.objects.holding().overlapping(begin, end).filter(dispute=dispute, session=None)
    booking = min(meant, key=lambda one: abs(one.starts_at - session.held_at), default=None)
    if booking:
        booking.session = session
        booking.save(update_fields=["session"])


# ---- what they rest on


def _check(wish: Wish, by: Any) -> None:
    if not Room.objects.visible_to(by).active().filter(pk=wish.room.pk).exists():
        raise NotVisible("没有这个房间，或者已经停用。")
    if wish.dispute:
        _check_case(wish, by)
    else:
        if not by.holds(*BOOK_OTHER):
            raise NotPermitted(f"为案件以外的事项预约，由{labels(BOOK_OTHER)}办理。")
        if not wish.title.strip():
            raise Missing({"title": "请写明是什么事。"})
    _check_time(wish)


def _check_case(wish: Wish, by: Any) -> None:
    dispute = wish.dispute
    assert dispute is not None
    roles = roles_on(dispute, by)
    if not roles:
        raise NotVisible
    if not roles & BOOK_CASE:
        raise NotPermitted(f"预约调解由{labels(BOOK_CASE)}办理。")
    if dispute.status not in ARRANGEABLE:
        raise WrongState(f"案件现在是“{Status(dispute.status).label}”，不能预约调解。")
    if dispute.mediator is None:
        raise GuardRefused("还没有确定调解员，请先派单或者指定调解员。")
    if not wish.parties:
        raise Missing({"parties": "请选择请谁到场。"})


def _check_time(wish: Wish) -> None:
    now, faults = timezone.now(), {}
    day = timezone.localdate(wish.begin)
    if wish.begin < now:
        faults["begin"] = "这个时间已经过去。"
    elif wish.begin > now + FURTHEST:
        faults["begin"] = "最远预约半年以内。"
    elif wish.begin.minute % 15 or wish.end.minute % 15 or wish.begin.second or wish.end.second:
        faults["begin"] = "时间请取整到一刻钟。"
    elif not dt.timedelta(0) < wish.end - wish.begin <= LONGEST or timezone.localdate(wish.end) != day:
        faults["length"] = "请在当天之内，最长 10 小时。"
    elif not wish.after_hours and not workdays.is_workday(day):
        faults["after_hours"] = f"{times.day_words(day)} 是休息日；已安排人开门的，请勾选“休息日或者开放时间以外也用”。"
    elif not wish.after_hours and not _in_hours(wish):
        spoken = hours.spoken(wish.room.open_hours)
        faults["after_hours"] = f"{wish.room} {spoken} 开放；已安排人开门的，请勾选“休息日或者开放时间以外也用”。"
    if faults:
        raise Missing(faults)


def _in_hours(wish: Wish) -> bool:
    windows = slots.open_windows(wish.room, timezone.localdate(wish.begin))
    return any(begin <= wish.begin and wish.end <= end for begin, end in windows)


def _take(wish: Wish, *, by: Any, replaces: Booking | None = None) -> Booking:
    dispute = wish.dispute
    if dispute:  # the timeline numbers its lines one after another
        Dispute.objects.select_for_update().filter(pk=dispute.pk).values_list("pk").first()
    rows = _people(wish)
    _lock([f"room:{wish.room.pk}", *(row.key for row in rows)])
    if said := clashes(wish, by):
        raise Taken(_refusal(said))
    booking = Booking(
        room=wish.room, period=times.span(wish.begin, wish.end), note=wish.note, made_by=by, replaces=replaces,
        dispute=dispute, mediator=dispute.mediator if dispute else None,
        purpose=Purpose.MEDIATION if dispute else wish.purpose, title="" if dispute else wish.title.strip(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            booking.save()
            for row in rows:
                row.booking = booking
            BookingPerson.objects.bulk_create(rows)
    except IntegrityError as error:  # written by somebody who did not ask for the locks
        raise Taken(_refusal(clashes(wish, by) or ["这一时段刚刚被占用"])) from error
    return booking


def _people(wish: Wish) -> list[BookingPerson]:
    """One row for each key, in an order everyone keeps."""
    if wish.dispute is None or wish.dispute.mediator is None:
        return []
    period = times.span(wish.begin, wish.end)
    mediator = wish.dispute.mediator
    rows = {
        key: BookingPerson(key=key, span=span, mediator=mediator, period=period)
        for key, span in people.of_mediator(mediator)
    }
    for party in wish.parties:
        for key, span in people.of_party(party):
            rows.setdefault(key, BookingPerson(key=key, span=span, party=party, period=period))
    return [rows[key] for key in sorted(rows)]


def _lock(names: Iterable[str]) -> None:
    """Until the end of the transaction nobody else looks at these; always in one order, so that nobody waits in a ring."""
    with connection.cursor() as cursor:
        for name in sorted(set(names)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 620702))", [f"centre/{name}"])


def _locked(booking: Booking, by: Any) -> Booking:
    """The booking as it is now, for somebody who may change it while it can be changed."""
    found = (
        Booking.objects.visible_to(by)
        .select_related("room__centre__organisation", "dispute", "mediator")
        .select_for_update(of=("self",))
        .filter(pk=booking.pk)
        .first()
    )
    if found is None:
        raise NotVisible
    if not may_change(found, by):
        raise NotPermitted("改期和取消由预约人或者承办这件纠纷的人办理。")
    if found.is_cancelled:
        raise WrongState(f"这次预约已经取消（{found.cancelled_why}）。")
    if found.session_id:
        raise WrongState("这次调解已经记录，不能改期或者取消。")
    if found.ends_at <= timezone.now():
        raise WrongState("这次预约的时间已经过去。")
    return found


def _release(booking: Booking, *, by: Any, why: str) -> None:
    booking.cancelled_at, booking.cancelled_by, booking.cancelled_why = timezone.now(), by, why[:200]
    booking.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_why"])
    booking.people.update(is_held=False)


def _drop(booking: Booking, dispute: Dispute, why: str) -> None:
    """Cancelled by what happened to the case; the timeline says so."""
    _release(booking, by=None, why=why)
    record(
        dispute, "unbook", by=None, before=dispute.status, note=Note(f"{_where_and_when(booking)}。{why}。"), quiet=True
    )


def _hand_over(booking: Booking, dispute: Dispute) -> bool:
    """The new mediator comes instead, if free."""
    mediator = dispute.mediator
    assert mediator is not None
    try:
        with transaction.atomic():
            booking.people.filter(mediator__isnull=False).update(is_held=False)
            booking.mediator = mediator
            booking.save(update_fields=["mediator"])
            for key, span in people.of_mediator(mediator):
                BookingPerson.objects.update_or_create(
                    booking=booking, key=key,
                    defaults={"mediator": mediator, "span": span, "period": booking.period, "is_held": True},
                )  # fmt: skip
    except IntegrityError:
        booking.refresh_from_db(fields=["mediator"])
        return False
    return True


def _tell(booking: Booking, event: str, by: Any, text: str, *, action: str = "booking.make") -> None:
    """A line in the timeline of the case, with its audit row; of other bookings the audit row alone."""
    dispute = booking.dispute
    if dispute is None:
        audit.record(action, actor=by, object_type="booking", object_id=str(booking.pk), room=booking.room_id)
        return
    record(dispute, event, by=by, before=dispute.status, note=Note(text, {"booking": booking.pk}), quiet=True)
    Dispute.objects.filter(pk=dispute.pk).update(changed_at=dispute.changed_at)


def _where_and_when(booking: Booking) -> str:
    return f"{times.words(booking.starts_at, booking.ends_at)}，{booking.room.full_name}"


# ---- who stands in the way


def clashes(wish: Wish, user: Any, *, but: Booking | None = None) -> list[str]:
    """What is taken at that time, each in a sentence that tells no more than ``user`` may know.

    Of a case they see: its code.  Of anything else: that the room or the person is taken, not by whom.
    """
    rows = Booking.objects.holding().overlapping(wish.begin, wish.end).filter(room=wish.room)
    people_rows = BookingPerson.objects.held().overlapping(wish.begin, wish.end).exclude(mediator=None, party=None)
    if but:
        rows, people_rows = rows.exclude(pk=but.pk), people_rows.exclude(booking=but)
    said = [_room_sentence(booking, wish.room, user) for booking in rows.order_by("period")[:2]]
    if wish.dispute is None or wish.dispute.mediator is None:
        return said
    said += _mediator_sentences(people_rows, wish, user)
    for party in wish.parties:
        other = people_rows.same_as(people.of_party(party)).select_related("booking").first()
        if other:
            same = other.booking.dispute_id == wish.dispute.pk
            why = "本案这一时段已经约过" if same else "这一时段另有安排"
            said.append(f"{party}{presentation.masked_name(party)}{why}")
    return said


def _room_sentence(booking: Booking, room: Room, user: Any) -> str:
    return f"{room} {times.words(booking.starts_at, booking.ends_at)} {_what(booking, user)}"


def _mediator_sentences(rows: Any, wish: Wish, user: Any) -> list[str]:
    assert wish.dispute is not None and wish.dispute.mediator is not None
    mediator = wish.dispute.mediator
    day = timezone.localdate(wish.begin)
    away = [f"调解员{mediator} {first:%m-%d} 至 {last:%m-%d} 请假" for first, last in people.leaves(mediator, day, day)]
    other = rows.same_as(people.of_mediator(mediator)).select_related("booking__room__centre__organisation").first()
    if other is None:
        return away
    booking = other.booking
    return [*away, f"调解员{mediator} {times.words(booking.starts_at, booking.ends_at)} {_what(booking, user)}"]


def _what(booking: Booking, user: Any) -> str:
    seen = Booking.objects.visible_to(user).select_related("dispute").filter(pk=booking.pk).first()
    if seen is None:
        return "已有安排"
    return f"已有安排（{seen.dispute.code if seen.dispute else seen.title}）"


def _refusal(said: Collection[str]) -> str:
    return "；".join(said) + "。请换一个时间或者房间，下列时间都空。"


# ---- notices


def disclose(booking: Booking, parties: Iterable[Party], *, by: Any, reason: str, words: str = "") -> dict[int, str]:
    """The names of these parties in plain, to be printed on their notices; who asked and why is written for each.

    Raises the refusals of ``disputes.services.reveal``.
    """
    with transaction.atomic():
        return {
            party.pk: reveal.reveal(party, by=by, reason=reason, words=words, only="name").get("name", "")
            for party in parties
        }
