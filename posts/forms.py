"""Shape of what is typed on the pages of posts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common import phones
from common.formfields import TypedDateField
from common.widgets import Combobox, PhoneInput, Segmented
from grids.models import Division, Organisation
from posts.candidates import MEDIATOR, Candidate
from posts.charges import Charge, Item
from posts.choices import FROM, ChiefKind, LeaveReason, PostKind
from posts.models import Leave, Officer, PostHolding
from posts.presentation import where

#: Values of the choice of a person that are no person.
OTHER, NEW, GAP = "other", "new", "gap"
EARLIEST = dt.date(1990, 1, 1)
LATEST = dt.timedelta(days=3660)


class DayField(TypedDateField):
    """A day that can be meant: not of another century."""

    def clean(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day and not EARLIEST <= day <= timezone.localdate() + LATEST:
            raise ValidationError("请核对年份。", code="range")
        return day


class BoardForm(forms.Form):
    """Conditions of the board; a value that cannot be read is left out, and its field says why."""

    township = forms.ChoiceField(label="乡镇（街道）", required=False)
    kind = forms.ChoiceField(label="岗位", required=False, choices=[("", "六员"), *PostKind.choices])
    on = DayField(label="哪一天", required=False, help_text="不填是今天；过去的日期按当时任职的人显示")

    def __init__(self, data: Any, *, towns: Sequence[Division]) -> None:
        super().__init__(data)
        self.fields["township"].choices = [("", "全部乡镇"), *((place.pk, place.name) for place in towns)]
        self.fields["on"].widget.attrs["placeholder"] = "今天"

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class DayForm(forms.Form):
    """``?on=`` of a page about one village."""

    on = DayField(label="哪一天", required=False)

    def day(self) -> dt.date:
        self.is_valid()
        return self.cleaned_data.get("on") or timezone.localdate()


class OfficerField(forms.Field):
    """Somebody from the book of officers within the reader's scope: by number, or by exact name when typed."""

    default_error_messages = {"required": "请输入姓名后选择。"}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Combobox("/posts/officers/search/", label_for=self._label))
        super().__init__(**kwargs)
        self.queryset = Officer.objects.none()

    def _label(self, value: Any) -> str:
        found = self.queryset.filter(pk=value).select_related("organisation").first() if str(value).isdigit() else None
        return f"{found.name}（{found.organisation}）" if found else str(value)

    def to_python(self, value: Any) -> Officer | None:
        if value in self.empty_values or isinstance(value, Officer):
            return value or None
        text = "".join(one for one in str(value)[:80] if one.isprintable()).strip()
        by_number = text.isascii() and text.isdigit() and len(text) < 12
        found = list(self.queryset.filter(pk=int(text)) if by_number else self.queryset.filter(name=text)[:2])
        if len(found) != 1:
            raise ValidationError(
                "有几个人同名，请从列表里选。" if found else "没有找到这个人；没有登记过的请选“新登记一人”。",
                code="unknown",
            )
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, Officer) else value


class PersonForm(forms.Form):
    """What the book says of an officer."""

    name = forms.CharField(label="姓名", max_length=50, error_messages={"required": "请填写姓名。"})
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="所在单位", error_messages={"required": "请选择所在单位。"},
        widget=forms.Select(attrs={"data-combobox": True}),
    )  # fmt: skip
    title = forms.CharField(label="职务", max_length=50, required=False, help_text="如：员额法官、社区民警")
    phone = forms.CharField(
        label="工作电话", max_length=30, required=False, widget=PhoneInput,
        help_text="印在便民联系卡上；不要填私人号码，不填则显示单位电话",
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = Organisation.objects.active().order_by("code")
        self.fields["organisation"].queryset = bodies.filter(kind__in=kinds) if kinds else bodies

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_phone(self) -> str:
        text: str = self.cleaned_data["phone"]
        return phones.normalise(text) if phones.is_valid(text) else text


class FillForm(PersonForm):
    """Who holds a post from now on: one of those suggested, somebody else from the book, or somebody new."""

    officer = forms.ChoiceField(
        label="由谁担任", widget=forms.RadioSelect, error_messages={"required": "请选择由谁担任。"}
    )
    other = OfficerField(label="姓名", required=False)
    starts_on = DayField(label="从哪天起", help_text="可以早于今天")
    ends_on = DayField(label="到哪天止", required=False, help_text="有任期、聘期的才填")
    note = forms.CharField(label="依据", max_length=100, required=False, help_text="如：任命文件的文号")

    def __init__(
        self, data: Any = None, *, user: Any, kind: str, candidates: Sequence[Candidate], **kwargs: Any
    ) -> None:
        super().__init__(data, kinds=FROM[PostKind(kind)], **kwargs)
        self.candidates = candidates
        self.fields["officer"].choices = [
            *((one.value, one.name) for one in candidates), (OTHER, "其他已登记的人"), (NEW, "新登记一人"),
        ]  # fmt: skip
        self.fields["other"].queryset = Officer.objects.active().visible_to(user)
        chosen = self["officer"].value() if self.is_bound else None
        for name in ("name", "organisation"):
            self.fields[name].required = chosen == NEW
        self.fields["other"].required = chosen == OTHER
        self.fields["starts_on"].initial = timezone.localdate()
        bodies = list(self.fields["organisation"].queryset[:2])
        if len(bodies) == 1:
            self.fields["organisation"].initial = bodies[0].pk

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("starts_on") and cleaned.get("ends_on") and cleaned["ends_on"] < cleaned["starts_on"]:
            self.add_error("ends_on", "不能早于开始的日期。")
        return cleaned

    @property
    def mediator(self) -> int | None:
        """The number of a mediator who is not in the book yet, when one was chosen."""
        chosen = str(self.cleaned_data.get("officer", ""))
        return int(chosen.removeprefix(MEDIATOR)) if chosen.startswith(MEDIATOR) else None


class EndForm(forms.Form):
    last_day = DayField(label="最后一天", help_text="从第二天起是空缺")
    reason = forms.CharField(label="原因", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = timezone.localdate()


class RenewForm(forms.Form):
    ends_on = DayField(label="续任到", required=False, help_text="不填表示不再设期限")


class LeaveBackForm(forms.Form):
    last_day = DayField(label="请假的最后一天", help_text="填请假开始的前一天，就是取消这次请假")

    def __init__(self, *args: Any, leave: Leave, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        self.fields["last_day"].initial = min(max(yesterday, leave.starts_on - dt.timedelta(days=1)), leave.ends_on)


# ---- one person to many: successors and substitutes


class ManyForm(forms.Form):
    """For each post of somebody another person: one choice for all posts of a kind, and exceptions from it.

    ``default_<kind>`` says who takes all of that kind, ``post_<number>`` who takes this one.
    """

    #: What nobody is called.
    nobody = "暂不安排"
    same = "同上"

    def __init__(
        self, data: Any = None, *, posts: Sequence[PostHolding], people: Mapping[str, Sequence[Officer]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.posts, self.people = posts, people
        for kind in self.kinds:
            self._add(f"default_{kind}", f"{PostKind(kind).label}岗位都交给", people[kind], "", required=True)
            for post in self._of(kind):
                self._add(f"post_{post.pk}", where(post.division), people[kind], self.same)

    @property
    def kinds(self) -> list[str]:
        return [kind for kind in PostKind if any(post.kind == kind for post in self.posts)]

    def _of(self, kind: str) -> list[PostHolding]:
        return [post for post in self.posts if post.kind == kind]

    def _add(self, name: str, label: str, people: Sequence[Officer], first: str, required: bool = False) -> None:
        choices = [
            ("", first or "请选择"), (GAP, self.nobody), *((str(one.pk), f"{one.name}（{one.organisation}）") for one in people)
        ]  # fmt: skip
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=choices,
            required=required,
            error_messages={"required": f"请选择，或者选“{self.nobody}”。"},
        )

    def groups(self) -> list[dict[str, Any]]:
        """Bound fields as the page shows them: a kind, its default, its posts."""
        return [
            {
                "label": PostKind(kind).label,
                "default": self[f"default_{kind}"],
                "posts": [self[f"post_{post.pk}"] for post in self._of(kind)],
            }
            for kind in self.kinds
        ]

    def _chosen(self, name: str, default: str, people: Sequence[Officer]) -> Officer | None:
        value = self.cleaned_data.get(name) or self.cleaned_data.get(default) or GAP
        return next((one for one in people if str(one.pk) == value), None)

    def by_post(self) -> dict[int, Officer | None]:
        return {
            post.pk: self._chosen(f"post_{post.pk}", f"default_{post.kind}", self.people[post.kind])
            for post in self.posts
        }


class LeaveForm(ManyForm):
    nobody = "不安排代理"

    starts_on = DayField(label="从哪天起")
    ends_on = DayField(label="到哪天止", help_text="这两天都算在内")
    reason = forms.ChoiceField(label="事由", choices=LeaveReason.choices, initial=LeaveReason.HOLIDAY, widget=Segmented)
    field_order = ("starts_on", "ends_on", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in self.kinds:
            self.fields[f"default_{kind}"].label = f"{PostKind(kind).label}岗位由谁代理"
        self.fields["starts_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("starts_on") and cleaned.get("ends_on") and cleaned["ends_on"] < cleaned["starts_on"]:
            self.add_error("ends_on", "不能早于开始的日期。")
        return cleaned

    def substitutes(self) -> dict[PostHolding, Officer]:
        chosen = self.by_post()
        return {post: other for post in self.posts if (other := chosen[post.pk])}


class HandOverForm(ManyForm):
    """Everything somebody who leaves has in hand, with a successor for each."""

    nobody = "暂不安排，留作空缺"

    last_day = DayField(label="最后一天", help_text="从第二天起由接任的人负责")

    def __init__(
        self,
        data: Any = None,
        *,
        areas: Sequence[Any],
        chiefs: Sequence[Officer],
        charges: Sequence[tuple[Charge, list[Item]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.areas, self.chiefs, self.charges = areas, chiefs, charges
        self.fields["last_day"].initial = timezone.localdate()
        if areas:
            self._add("default_area", "片区都交给", chiefs, "", required=True)
        for area in areas:
            self._add(f"area_{area.pk}", area.township.name, chiefs, self.same)
        for charge, items in charges:
            for item in items:
                if not item.refusal:
                    self.fields[f"charge_{charge.key}_{item.key}"] = forms.ChoiceField(
                        label=item.label, required=False, choices=[("", "先留在原处"), *item.choices]
                    )

    def area_group(self) -> dict[str, Any] | None:
        if not self.areas:
            return None
        return {"default": self["default_area"], "posts": [self[f"area_{area.pk}"] for area in self.areas]}

    def charge_groups(self) -> list[dict[str, Any]]:
        return [
            {
                "title": charge.title,
                "rows": [
                    {"item": item, "field": None if item.refusal else self[f"charge_{charge.key}_{item.key}"]}
                    for item in items
                ],
            }
            for charge, items in self.charges
            if items
        ]

    def by_area(self) -> dict[int, Officer | None]:
        return {area.pk: self._chosen(f"area_{area.pk}", "default_area", self.chiefs) for area in self.areas}

    def charged(self) -> dict[str, dict[str, str]]:
        chosen: dict[str, dict[str, str]] = {}
        for charge, items in self.charges:
            for item in items:
                if value := self.cleaned_data.get(f"charge_{charge.key}_{item.key}"):
                    chosen.setdefault(charge.key, {})[item.key] = value
        return chosen


class AreaForm(forms.Form):
    """Which chief looks after a township."""

    officer = OfficerField(label="负责人", error_messages={"required": "请选择负责人。"})
    kind = forms.ChoiceField(label="四长", choices=ChiefKind.choices, widget=Segmented)
    starts_on = DayField(label="从哪天起")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = Officer.objects.active().visible_to(user)
        self.fields["starts_on"].initial = timezone.localdate()
