"""Booking a room: the form with its free times beside it, one booking, moving and cancelling it, and the notices."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views import View

from accounts.choices import labels
from centre import hours, notices, people, slots, standing, times
from centre.choices import ARRANGEABLE, BOOK_CASE, BOOK_OTHER
from centre.forms import LENGTHS, USUAL_LENGTH, BookForm, CancelForm, FindForm
from centre.models import Booking, Centre, Room
from centre.services import booking as verbs
from common import typed_dates
from common.errors import GuardRefused, Missing, NotPermitted, Refusal, WrongState
from disputes import presentation
from disputes.choices import Status
from disputes.models import Dispute
from disputes.services import reveal
from disputes.views.case import case_for


def booking_for(user: Any, pk: int) -> Booking:
    """The booking with everything its pages read, or 404 when it does not exist or is not for this person to read."""
    rows = (
        Booking.objects.visible_to(user)
        .for_calendar()
        .select_related("cancelled_by", "session", "replaces", "replaced_by")
    )
    booking = rows.filter(pk=pk).first()
    if booking is None:
        raise Http404
    return booking


def only_bookers(user: Any, dispute: Dispute | None) -> None:
    """Raise the refusal of somebody who may not book, or of a case that cannot be arranged, before a form is shown."""
    if dispute is None:
        if not user.holds(*BOOK_OTHER):
            raise NotPermitted(f"为案件以外的事项预约，由{labels(BOOK_OTHER)}办理。")
        return
    if not verbs.may_book_case(dispute, user):
        raise NotPermitted(f"预约调解由{labels(BOOK_CASE)}办理。")
    if dispute.status not in ARRANGEABLE:
        raise WrongState(f"案件现在是“{Status(dispute.status).label}”，不能预约调解。")
    if dispute.mediator is None:
        raise GuardRefused("还没有确定调解员，请先派单或者指定调解员。")


class BookView(View):
    """GET proposes the first free time; pressing a proposal or 查找 changes the form and books nothing."""

    heading, submit_label = "预约调解室", "预约"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.old: Booking | None = None

    def case(self) -> Dispute | None:
        code = self.request.GET.get("case", "")
        return case_for(self.request.user, code) if code else None

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        dispute = self.case()
        only_bookers(request.user, dispute)
        find = self._find(dispute)
        initial = self._initial(dispute)
        found = self._slots(dispute, find, int(initial["length"]))
        if "begin" not in initial and found:
            initial |= {"room": found[0].room.pk, "begin": found[0].begin}
        form = BookForm(dispute=dispute, user=request.user, initial=initial)
        return self._show(dispute, form, find, found)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        dispute = self.case()
        only_bookers(request.user, dispute)
        find = self._find(dispute)
        if "slot" in request.POST or "find" in request.POST:
            return self._rewritten(dispute, find)
        form = BookForm(request.POST, dispute=dispute, user=request.user)
        if not form.is_valid():
            return self._show(dispute, form, find, self._slots(dispute, find, _length(request.POST)), status=422)
        try:
            booking = self.perform(verbs.Wish(**form.wish()))
        except Missing as refusal:
            for name, sentence in refusal.fields.items():
                form.add_error(name if name in form.fields else None, sentence)
            return self._show(dispute, form, find, self._slots(dispute, find, _length(request.POST)), status=422)
        except Refusal as refusal:
            # The time that was wanted is the time to look from.
            found = self._slots(dispute, find, _length(request.POST), after=form.cleaned_data["begin"])
            return self._show(dispute, form, find, found, status=refusal.status, refusal=refusal.sentence)
        messages.success(request, f"已预约 {times.words(booking.starts_at, booking.ends_at)} {booking.room}。")
        return redirect(booking)

    def perform(self, wish: verbs.Wish) -> Booking:
        return verbs.book(wish, by=self.request.user)

    # ---- what the page shows

    def _initial(self, dispute: Dispute | None) -> dict[str, Any]:
        given = self.request.GET
        initial: dict[str, Any] = {"length": USUAL_LENGTH}
        if given.get("room", "").isdigit():
            initial["room"] = given["room"]
        begin = typed_dates.parse_moment(given.get("begin", ""), timezone.localdate())
        if begin:
            initial["begin"] = timezone.make_aware(begin)
        if dispute:
            initial["parties"] = [str(party.uid) for party in dispute.parties.all()]
            last = max(dispute.sessions.all(), key=lambda one: one.number, default=None)
            if "begin" not in initial and last and last.next_at and last.next_at > timezone.now():
                initial["begin"] = last.next_at
        return initial

    def _find(self, dispute: Dispute | None) -> FindForm:
        """Where and from when to look: as asked for, else the nearest centre and tomorrow (people need to be told)."""
        user, today = self.request.user, timezone.localdate()
        centres = list(
            Centre.objects.visible_to(user).active().filter(rooms__is_active=True).distinct()
            .select_related("organisation__division").order_by("organisation__division__code")
        )  # fmt: skip
        near = standing.nearest(centres, dispute.place_path) if dispute else standing.own(centres, user)
        begin = timezone.localdate() + dt.timedelta(days=1) if dispute else today
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        asked = FindForm(data, centres=centres)
        asked.is_valid()
        room = Room.objects.visible_to(user).filter(pk=data["room"]).first() if data.get("room", "").isdigit() else None
        chosen = (
            asked.cleaned_data.get("find_in") or (str(room.centre_id) if room else "") or (str(near.pk) if near else "")
        )
        find = FindForm(
            {"find_in": chosen, "find_from": f"{asked.cleaned_data.get('find_from') or begin:%Y-%m-%d}"},
            centres=centres,
        )
        find.is_valid()
        return find

    def _slots(
        self, dispute: Dispute | None, find: FindForm, minutes: int, after: dt.datetime | None = None
    ) -> list[slots.Slot]:
        chosen = find.cleaned_data.get("find_in")
        parties = self._chosen_parties(dispute)
        seats = len(parties) + 1 if dispute else 2
        rooms = Room.objects.visible_to(self.request.user).active().with_centre()
        wanted = [room for room in rooms.filter(centre=chosen) if room.seats >= seats] if chosen else []
        keys = [key for party in parties for key in people.of_party(party)]
        if dispute and dispute.mediator:
            keys += people.of_mediator(dispute.mediator)
        begin = hours.at(find.cleaned_data.get("find_from") or timezone.localdate(), 0)
        if after and timezone.localdate(after) >= timezone.localdate(begin):
            begin = hours.at(timezone.localdate(after), 0)
        return slots.find(
            wanted, keys, dt.timedelta(minutes=minutes), max(begin, timezone.now()), but=self.old,
            mediator=dispute.mediator if dispute else None,
        )  # fmt: skip

    def _chosen_parties(self, dispute: Dispute | None) -> list[Any]:
        if dispute is None:
            return []
        everyone = list(dispute.parties.all())
        if self.request.method != "POST":
            return everyone
        chosen = set(self.request.POST.getlist("parties"))
        return [party for party in everyone if str(party.uid) in chosen]

    def _rewritten(self, dispute: Dispute | None, find: FindForm) -> HttpResponse:
        """The form as typed, with the time that was pressed in place of the old one."""
        data = self.request.POST.copy()
        room, _, begin = data.pop("slot", [""])[0].partition("|")
        if begin:
            data["room"], data["begin"] = room, begin
        form = BookForm(data, dispute=dispute, user=self.request.user)
        initial = {name: form[name].value() for name in form.fields}
        shown = BookForm(dispute=dispute, user=self.request.user, initial=initial)
        return self._show(dispute, shown, find, self._slots(dispute, find, _length(data)))

    def _show(
        self,
        dispute: Dispute | None,
        form: BookForm,
        find: FindForm,
        found: list[slots.Slot],
        *,
        status: int = 200,
        refusal: str = "",
    ) -> HttpResponse:
        old = self.old
        context = {
            "heading": self.heading,
            "submit_label": self.submit_label,
            "dispute": dispute,
            "title": presentation.title(dispute) if dispute else "",
            "mediator": dispute.mediator if dispute else None,
            "old": f"{times.words(old.starts_at, old.ends_at)}，{old.room.full_name}" if old else "",
            "form": form,
            "find": find,
            "slots": [
                {
                    "value": f"{one.room.pk}|{timezone.localtime(one.begin):%Y-%m-%d %H:%M}",
                    "when": times.words(one.begin, one.end),
                    "room": one.room,
                }
                for one in found
            ],
            "refusal": refusal,
            "cancel_url": old.get_absolute_url()
            if old
            else dispute.get_absolute_url()
            if dispute
            else reverse("centre:calendar"),
            "calendar_url": f"{reverse('centre:calendar')}?{urlencode({'case': dispute.code} if dispute else {})}",
        }
        return render(self.request, "centre/book.html", context, status=status)


def _length(data: Any) -> int:
    typed = data.get("length", "")
    return int(typed) if typed in dict(LENGTHS) else int(USUAL_LENGTH)


class MoveView(BookView):
    """Another time or room for a booking: the same form, filled with what was arranged."""

    heading, submit_label = "改期", "改期"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.old = booking_for(request.user, kwargs["pk"])

    def case(self) -> Dispute | None:
        old = self.old
        assert old is not None
        if not verbs.may_change(old, self.request.user):
            raise NotPermitted("改期和取消由预约人或者承办这件纠纷的人办理。")
        if not verbs.is_open(old):
            raise WrongState("这次预约已经取消、已经记录或者已经过去，不能改期。")
        return case_for(self.request.user, old.dispute.code) if old.dispute else None

    def _initial(self, dispute: Dispute | None) -> dict[str, Any]:
        old = self.old
        assert old is not None
        minutes = str(int((old.ends_at - old.starts_at).total_seconds() // 60))
        parties = {str(person.party.uid) for person in old.people.exclude(party=None).select_related("party")}
        return {
            "room": old.room_id, "begin": old.starts_at, "note": old.note, "purpose": old.purpose, "title": old.title,
            "length": minutes if minutes in dict(LENGTHS) else USUAL_LENGTH, "parties": sorted(parties),
        }  # fmt: skip

    def perform(self, wish: verbs.Wish) -> Booking:
        assert self.old is not None
        return verbs.move(self.old, wish, by=self.request.user)


class BookingView(View):
    """One booking: when, where, who comes, and what may be done about it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        booking = booking_for(request.user, pk)
        change = verbs.may_change(booking, request.user) and verbs.is_open(booking)
        return render(request, "centre/booking.html", notices.booking_context(booking) | {"may_change": change})


class CancelView(View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(booking_for(request.user, pk), CancelForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        booking = booking_for(request.user, pk)
        form = CancelForm(request.POST)
        if not form.is_valid():
            return self._show(booking, form, status=422)
        try:
            verbs.cancel(booking, by=request.user, why=form.cleaned_data["why"])
        except Refusal as refusal:
            return self._show(booking, form, status=refusal.status, refusal=refusal.sentence)
        messages.success(request, "已取消，时间已经空出来。")
        return redirect(booking.dispute or "centre:calendar")

    def _show(self, booking: Booking, form: CancelForm, status: int = 200, refusal: str = "") -> HttpResponse:
        context = notices.booking_context(booking) | {"form": form, "refusal": refusal}
        return render(self.request, "centre/cancel.html", context, status=status)


class NoticeView(View):
    """调解通知书 for each party (or 邀请函 with a blank for the name), one A4 page each: masked on GET, plain for a reason."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(self._booking(pk), {})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        booking = self._booking(pk)
        try:
            names = verbs.disclose(
                booking, self._parties(booking), by=request.user,
                reason=request.POST.get("reason", ""), words=request.POST.get("reason_text", ""),
            )  # fmt: skip
        except Refusal as refusal:
            return self._show(booking, {}, status=refusal.status, refusal=refusal.sentence)
        return self._show(booking, names)

    def _booking(self, pk: int) -> Booking:
        booking = booking_for(self.request.user, pk)
        if booking.dispute is None or booking.is_cancelled:
            raise Http404
        return booking

    def _parties(self, booking: Booking) -> list[Any]:
        """Those who are asked to come, or the one of them that was named."""
        invited = notices.invited(booking)
        only = self.request.GET.get("party", "")
        return [party for party in invited if not only or str(party.uid) == only]

    def _show(self, booking: Booking, names: dict[Any, str], status: int = 200, refusal: str = "") -> HttpResponse:
        for_guest = self.request.GET.get("for") == "guest"
        sheets = [notices.letter(booking)] if for_guest else [
            notices.notice(booking, party, names.get(party.pk, "")) for party in self._parties(booking)
        ]  # fmt: skip
        context = {
            "booking": booking,
            "sheets": sheets,
            "for_guest": for_guest,
            "is_plain": bool(names),
            "may_reveal": bool(reveal.ROLES & self.request.user.roles) and not for_guest,
            "reasons": [
                (one.value, one.label) for one in (reveal.Reason.SERVICE, reveal.Reason.DOCUMENT, reveal.Reason.OTHER)
            ],
            "guest_url": f"{self.request.path}?for=guest",
            "party_url": self.request.path,
            "refusal": refusal,
            "back_url": booking.get_absolute_url(),
        }
        return render(self.request, "centre/notice.html", context, status=status)
