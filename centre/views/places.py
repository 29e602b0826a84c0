"""Rooms of the centres and 标准化矛调阵地: everyone of the branch reads them, their keepers change them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from centre import hours, times
from centre.choices import VenueKind
from centre.forms import CentreForm, RoomForm, VenueForm
from centre.models import Booking, Centre, Room, Venue
from centre.rights import keeps, kept_paths
from centre.services import places
from common.errors import NotPermitted, Refusal
from common.paging import paged

#: The coming days for which a room says how much it is used.
AHEAD = 14


class RoomsView(View):
    """Rooms under their centres, with what stands in them and how many meetings are coming."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user, now = request.user, timezone.now()
        centres = list(
            Centre.objects.visible_to(user).active().select_related("organisation__division")
            .order_by("organisation__division__code")
        )  # fmt: skip
        coming = Count("bookings", filter=Q(bookings__cancelled_at=None, bookings__period__endswith__gt=now))
        found: dict[int, list[dict[str, Any]]] = {}
        for room in Room.objects.filter(centre__in=centres).annotate(coming=coming).order_by("number", "id"):
            found.setdefault(room.centre_id, []).append({
                "room": room, "kind": room.get_kind_display(), "equipment": "、".join(room.equipment),
                "hours": hours.spoken(room.hours) if room.hours else "", "coming": room.coming,
            })  # fmt: skip
        context = {
            "centres": [
                {
                    "centre": one,
                    "hours": hours.spoken(one.hours),
                    "rooms": found.get(one.pk, []),
                    "keeps": keeps(user, one.organisation.division.path, rooms=True),
                }
                for one in centres
            ],
            "total": sum(len(rooms) for rooms in found.values()),
            "may_add": bool(kept_paths(user, rooms=True)),
        }
        return render(request, "centre/rooms.html", context)


class PlaceForm(View):
    """One form for one row: what is asked is shown again when it cannot be taken."""

    template_name = "centre/place_form.html"
    form_class: Any = None
    list_name = ""
    list_label = ""
    done = "已保存。"

    def row(self, **kwargs: Any) -> Any:
        raise NotImplementedError

    def check(self, row: Any) -> None:
        raise NotImplementedError

    def save(self, form: Any) -> Any:
        raise NotImplementedError

    def make_form(self, row: Any, data: Any = None) -> Any:
        return self.form_class(data, instance=row, user=self.request.user)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row(**kwargs)
        self.check(row)
        return self.show(self.make_form(row))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = self.row(**kwargs)
        self.check(row)
        form = self.make_form(row, request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            self.save(form)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            return self.show(form, status=refusal.status)
        messages.success(request, self.done)
        return redirect(self.list_name)

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        # The row itself takes on what was typed, good or bad: its name is read from the form's beginning.
        title = form.initial.get("name") or ""
        context = {
            "form": form,
            "title": title or self.title_of(form.instance),
            "list_url": reverse(self.list_name),
            "list_label": self.list_label,
            "facts": self.facts(form.instance),
        }
        return render(self.request, self.template_name, context, status=status)

    def title_of(self, row: Any) -> str:
        return str(row)

    def facts(self, row: Any) -> list[dict[str, Any]]:
        return []


class OfRooms(PlaceForm):
    form_class = RoomForm
    list_name, list_label = "centre:rooms", "调解室"

    def save(self, form: Any) -> Any:
        return places.save_room(form.save(commit=False), by=self.request.user, changed=form.changed_data)


class NewRoomView(OfRooms):
    done = "房间已登记，可以预约。"

    def row(self, **kwargs: Any) -> Room:
        asked = self.request.GET.get("centre", "")
        centre = (
            Centre.objects.kept_by(self.request.user, rooms=True).filter(pk=asked if asked.isdigit() else 0).first()
        )
        number = Room.objects.filter(centre=centre).count() + 1 if centre else 1
        return Room(centre=centre, number=number) if centre else Room(number=number)

    def check(self, row: Any) -> None:
        if not kept_paths(self.request.user, rooms=True):
            raise NotPermitted(places.NOT_YOURS.format(what="调解室"))

    def title_of(self, row: Any) -> str:
        return "登记房间"


class RoomView(OfRooms):
    def row(self, **kwargs: Any) -> Room:
        found = Room.objects.visible_to(self.request.user).with_centre().filter(pk=kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def check(self, row: Any) -> None:
        if not keeps(self.request.user, row.centre.organisation.division.path, rooms=True):
            raise NotPermitted(places.NOT_YOURS.format(what="调解室"))

    def facts(self, row: Any) -> list[dict[str, Any]]:
        coming = Booking.objects.holding().after(timezone.now()).filter(room=row).order_by("period")
        first = coming.first()
        said = f"{coming.count()} 场，最近 {times.words(first.starts_at, first.ends_at)}" if first else "没有"
        return [{"label": "综治中心", "value": str(row.centre)}, {"label": "以后的预约", "value": said}]


class CentreView(PlaceForm):
    form_class = CentreForm
    list_name, list_label = "centre:rooms", "调解室"

    def make_form(self, row: Any, data: Any = None) -> Any:
        return CentreForm(data, instance=row)

    def row(self, **kwargs: Any) -> Centre:
        found = (
            Centre.objects.visible_to(self.request.user)
            .select_related("organisation__division")
            .filter(pk=kwargs["pk"])
            .first()
        )
        if found is None:
            raise Http404
        return found

    def check(self, row: Any) -> None:
        if not keeps(self.request.user, row.organisation.division.path, rooms=True):
            raise NotPermitted(places.NOT_YOURS.format(what="综治中心"))

    def save(self, form: Any) -> Any:
        return places.save_centre(form.save(commit=False), by=self.request.user, changed=form.changed_data)

    def facts(self, row: Any) -> list[dict[str, Any]]:
        body = row.organisation
        return [
            {"label": "全称", "value": body.name}, {"label": "地址", "value": body.address or "--"},
            {"label": "公开电话", "value": body.phone or "--"},
        ]  # fmt: skip


# ---- venues


class VenuesView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        rows = (
            Venue.objects.visible_to(user).select_related("division__parent__parent")
            .prefetch_related("keepers__committee__organisation").order_by("-is_active", "division__code", "name")
        )  # fmt: skip
        kind = request.GET.get("kind", "")
        if kind in VenueKind.values:
            rows = rows.filter(kind=kind)
        page = paged(request, rows)
        counts = dict(
            Venue.objects.visible_to(user).filter(is_active=True).order_by().values_list("kind").annotate(n=Count("pk"))
        )
        tabs = [{"key": "", "label": "全部", "url": request.path, "count": sum(counts.values()), "current": not kind}]
        tabs += [
            {
                "key": value,
                "label": label,
                "url": f"{request.path}?kind={value}",
                "count": counts.get(value, 0),
                "current": kind == value,
            }
            for value, label in VenueKind.choices
        ]
        context = {
            "rows": [
                {
                    "venue": one,
                    "kind": one.get_kind_display(),
                    "place": one.division.full_name(),
                    "keepers": "、".join(keeper.name for keeper in one.keepers.all()),
                    "keeps": keeps(user, one.division.path),
                }
                for one in page.rows
            ],
            "pager": page.pager,
            "tabs": tabs,
            "may_add": bool(kept_paths(user)),
        }
        return render(request, "centre/venues.html", context)


class OfVenues(PlaceForm):
    form_class = VenueForm
    list_name, list_label = "centre:venues", "标准化矛调阵地"

    def save(self, form: Any) -> Any:
        row = form.save(commit=False)
        return places.save_venue(
            row, by=self.request.user, changed=form.changed_data, keepers=form.cleaned_data.get("keepers")
        )


class NewVenueView(OfVenues):
    done = "阵地已登记。打开它可以选主持人。"

    def row(self, **kwargs: Any) -> Venue:
        return Venue()

    def check(self, row: Any) -> None:
        if not kept_paths(self.request.user):
            raise NotPermitted(places.NOT_YOURS.format(what="矛调阵地"))

    def title_of(self, row: Any) -> str:
        return "登记阵地"


class VenueView(OfVenues):
    def row(self, **kwargs: Any) -> Venue:
        found = Venue.objects.visible_to(self.request.user).select_related("division").filter(pk=kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def check(self, row: Any) -> None:
        if not keeps(self.request.user, row.division.path):
            raise NotPermitted(places.NOT_YOURS.format(what="矛调阵地"))
