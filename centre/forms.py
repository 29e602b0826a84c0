"""Shape of what is typed about bookings, rooms and venues."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils import timezone

from centre import hours
from centre.choices import OTHER_PURPOSES, Finding
from centre.models import Centre, Room, Venue
from centre.rights import kept_paths
from common.formfields import TypedDateField, TypedMomentField
from common.widgets import PhoneInput, Segmented
from disputes.forms.base import ask_by_name
from disputes.models import Dispute
from disputes.presentation import masked_name
from grids.models import Division
from mediators.models import Mediator

LENGTHS = (
    ("30", "30 分"),
    ("60", "1 小时"),
    ("90", "1 小时半"),
    ("120", "2 小时"),
    ("180", "3 小时"),
    ("240", "4 小时"),
)
USUAL_LENGTH = "90"


class GroupedRooms(forms.ModelChoiceField):
    """Rooms under the names of their centres; the seats beside each, so that the right size is taken."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Room.objects.none(), label="调解室", empty_label="请选择", **kwargs)

    def offer(self, rooms: Any) -> None:
        self.queryset = rooms
        groups: dict[str, list[tuple[Any, str]]] = {}
        for room in rooms:
            groups.setdefault(str(room.centre), []).append((room.pk, room_label(room)))
        self.widget.choices = [("", "请选择"), *groups.items()]


def room_label(room: Room) -> str:
    return "，".join(part for part in (room.name, room.floor, f"{room.seats} 座") if part)


class BookForm(forms.Form):
    """A room, a time, and who is to come.  ``dispute`` None: for something else than a case."""

    purpose = forms.ChoiceField(label="用途", choices=OTHER_PURPOSES, widget=Segmented)
    title = forms.CharField(label="事项", max_length=60, help_text="如：物业纠纷会商；不要写当事人姓名")
    room = GroupedRooms()
    begin = TypedMomentField(label="开始")
    length = forms.ChoiceField(label="多长", choices=LENGTHS, widget=Segmented)
    parties = forms.MultipleChoiceField(label="请谁到场", widget=forms.CheckboxSelectMultiple)
    after_hours = forms.BooleanField(label="休息日或者开放时间以外也用（已安排人开门）", required=False)
    note = forms.CharField(label="备注", max_length=200, required=False, help_text="印在通知书上，如：请带上借条原件")

    def __init__(self, data: Any = None, *, dispute: Dispute | None, user: Any, **kwargs: Any) -> None:
        self.dispute = dispute
        super().__init__(data, **kwargs)
        ask_by_name(self)
        self.fields["room"].offer(Room.objects.visible_to(user).active().with_centre())
        if dispute:
            del self.fields["purpose"], self.fields["title"]
            people = [(str(p.uid), f"{p} {masked_name(p)}") for p in dispute.parties.all()]
            self.fields["parties"].choices = people
            self.fields["parties"].error_messages["required"] = "请选择请谁到场。"
        else:
            del self.fields["parties"]
            self.fields["note"].help_text = ""

    def wish(self) -> dict[str, Any]:
        """What the verb takes, beside the case."""
        cleaned = self.cleaned_data
        length = dt.timedelta(minutes=int(cleaned["length"]))
        found = {
            "room": cleaned["room"],
            "begin": cleaned["begin"],
            "end": cleaned["begin"] + length,
            "note": cleaned["note"],
            "after_hours": cleaned["after_hours"],
        }
        if self.dispute is None:
            return found | {"purpose": cleaned["purpose"], "title": cleaned["title"]}
        chosen = set(cleaned["parties"])
        return found | {
            "dispute": self.dispute,
            "parties": tuple(party for party in self.dispute.parties.all() if str(party.uid) in chosen),
        }


class FindForm(forms.Form):
    """Where and from when to look for a free time.  Beside the booking form, and part of it."""

    find_in = forms.ChoiceField(label="在哪里", required=False)
    find_from = TypedDateField(label="从哪天起", required=False)

    def __init__(self, data: Any = None, *, centres: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["find_in"].choices = [(str(centre.pk), str(centre)) for centre in centres]
        for field in self.fields.values():
            field.widget.attrs["form"] = "book"


class CancelForm(forms.Form):
    why = forms.CharField(label="为什么取消", max_length=200, error_messages={"required": "请写明为什么取消。"})


class PlainForm(forms.Form):
    """Why notices are printed with the names in plain."""

    reason = forms.ChoiceField(label="为什么")
    reason_text = forms.CharField(label="说明", max_length=100, required=False)


# ---- rooms, centres, venues


class HoursField(forms.CharField):
    """``8:30-12:00，14:30-18:00``, kept as the table wants it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return hours.written(hours.read(text))
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault


class WordsField(forms.CharField):
    """Words separated by any kind of comma, kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = [word for word in re.split(r"[、，,；;\s]+", super().to_python(value) or "") if word]
        if too_long := next((word for word in words if len(word) > 20), None):
            raise forms.ValidationError(f"“{too_long}”太长，一项最多 20 个字。")
        return list(dict.fromkeys(words))[:12]


class CentreForm(forms.ModelForm):
    hours = HoursField(label="开放时间", help_text=f"如 {hours.USUAL}")

    class Meta:
        model = Centre
        fields = ["hours", "area", "is_model"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_by_name(self)


class RoomForm(forms.ModelForm):
    hours = HoursField(label="开放时间", required=False, help_text="不填即与综治中心相同")
    equipment = WordsField(
        label="设备", required=False, max_length=120, help_text="用顿号隔开，如：录音录像、打印机、无障碍通道"
    )

    class Meta:
        model = Room
        fields = ["centre", "name", "kind", "floor", "seats", "equipment", "hours", "number", "is_active"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_by_name(self)
        self.fields["centre"].queryset = (
            Centre.objects.kept_by(user, rooms=True).active().select_related("organisation")
        )
        self.fields["centre"].empty_label = "请选择"
        self.fields["number"].help_text = "在日历里排在第几"
        if self.instance.pk:
            del self.fields["centre"]

    def clean_is_active(self) -> bool:
        """A room with people on their way to it is not closed under them."""
        active = bool(self.cleaned_data["is_active"])
        if self.instance.pk and not active:
            coming = self.instance.bookings.holding().after(timezone.now()).count()
            if coming:
                raise forms.ValidationError(f"还有 {coming} 场预约，请先改期或者取消。")
        return active


class VenueForm(forms.ModelForm):
    opened_on = TypedDateField(label="启用日期", required=False)

    class Meta:
        model = Venue
        fields = ["name", "kind", "division", "address", "phone", "brand", "keepers", "opened_on", "is_active"]
        widgets = {
            "phone": PhoneInput,
            "brand": forms.Textarea(attrs={"rows": 3, "maxlength": 200}),
            "keepers": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_by_name(self)
        places = Division.objects.active().within(kept_paths(user)).filter(level__in=["township", "village", "county"])
        self.fields["division"].queryset = places.select_related("parent").order_by("code")
        self.fields["division"].empty_label = "请选择"
        self.fields["division"].label_from_instance = lambda place: place.full_name()
        place = self.instance.division if self.instance.pk else None
        near = Mediator.objects.none()
        if place is not None:
            near = Mediator.objects.serving().filter(committee__organisation__division__path__startswith=place.path)
        chosen = self.instance.keepers.all() if self.instance.pk else Mediator.objects.none()
        self.fields["keepers"].queryset = (near | chosen).distinct().select_related("committee__organisation")
        self.fields["keepers"].label_from_instance = lambda one: f"{one.name}（{one.committee}）"
        if place is None:
            del self.fields["keepers"]


# ---- checklists


class MarkForm(forms.Form):
    finding = forms.ChoiceField(label="情况", choices=Finding.choices, widget=Segmented)
    evidence = forms.CharField(
        label="依据", max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        help_text="一句话：看到了什么，文件在哪里；不符合的写差什么",
    )  # fmt: skip
    found_on = TypedDateField(label="查看日期", initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_by_name(self)


class ListForm(forms.Form):
    source = forms.CharField(label="出处", max_length=200, required=False)
    note = forms.CharField(label="这一版改了什么", max_length=200, required=False)


class ItemForm(forms.Form):
    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label="条目", max_length=60, required=False)
    hint = forms.CharField(label="怎样算符合", max_length=200, required=False)
    to_confirm = forms.BooleanField(label="待本地确认", required=False)


ItemFormSet = forms.formset_factory(ItemForm, extra=1, max_num=30, absolute_max=40, can_delete=True)
