"""Shape of what is typed about residences, duties and swaps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from common import phones
from common.formfields import TypedDateField
from common.widgets import PhoneInput, Segmented
from grids.choices import OrganisationKind
from grids.models import Organisation
from rosters import rights
from rosters.choices import ResidencyKind
from rosters.models import DutyShift, Residency

MOST_DUTIES = 30


class ResidencyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who resides where.  Organisation and centre are chosen once, when the residence begins."""

    since = TypedDateField(label="自", error_messages={"required": "请填写入驻日期。"})
    until = TypedDateField(label="至", required=False, help_text="不填为长期")

    class Meta:
        model = Residency
        fields = ("centre", "organisation", "kind", "window", "contact", "phone", "since", "until")
        widgets = {
            "kind": Segmented,
            "phone": PhoneInput,
            "organisation": forms.Select(attrs={"data-combobox": True}),
        }
        error_messages = {
            "organisation": {"required": "请选择入驻单位。"},
            "centre": {"required": "请选择综治中心。"},
            "kind": {"required": "请选择入驻方式。"},
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = ResidencyKind.choices  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["centre"], self.fields["organisation"]
            return
        everyone = Organisation.objects.active().visible_to(user)
        centres = everyone.filter(kind=OrganisationKind.CENTRE).select_related("division").order_by("code")
        mine = [centre.pk for centre in centres if rights.may_keep(user, centre)]
        self.fields["centre"].queryset = centres.filter(pk__in=mine)  # type: ignore[attr-defined]
        self.fields["centre"].empty_label = None  # type: ignore[attr-defined]
        self.fields["organisation"].empty_label = "请选择"  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = everyone.exclude(kind=OrganisationKind.CENTRE).filter(  # type: ignore[attr-defined]
            ~Q(kind=OrganisationKind.COMMITTEE) | Q(division__level__in=("county", "township"))
        )

    def clean_window(self) -> str:
        return str(self.cleaned_data["window"]).strip().removesuffix("号窗口").strip()

    def clean_phone(self) -> str:
        number = phones.normalise(self.cleaned_data["phone"])
        if sentence := phones.problem(number):
            raise ValidationError(sentence)
        return number

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "止期不能早于起期。")
        if cleaned.get("kind") == ResidencyKind.RESIDENT and not cleaned.get("window"):
            self.add_error("window", "常驻单位请写明窗口。")
        if cleaned.get("kind") == ResidencyKind.ON_CALL and not cleaned.get("phone"):
            self.add_error("phone", "随叫随驻的单位请写明怎样能叫到。")
        return cleaned


class DutiesForm(forms.Form):
    """A department's duties, one a line."""

    items = forms.CharField(
        label="职责", help_text="每行一项", widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": "请至少写一项职责。"},
    )  # fmt: skip
    basis = forms.CharField(label="依据", required=False, max_length=100, help_text="如：入驻部门管理制度 第4条")
    effective_on = TypedDateField(label="施行日期", error_messages={"required": "请填写施行日期。"})

    def clean_items(self) -> list[str]:
        lines = [line.strip(" \t-·•") for line in self.cleaned_data["items"].splitlines()]
        items = [line for line in lines if line]
        if len(items) > MOST_DUTIES:
            raise ValidationError(f"最多 {MOST_DUTIES} 项，请合并。")
        for number, item in enumerate(items, start=1):
            if len(item) > 200:
                raise ValidationError(f"第 {number} 项超过 200 个字，请拆开或者缩短。")
        return items


class AskSwapForm(forms.Form):
    """Who takes the shift: the one of another shift in return, or somebody by name for nothing."""

    other = forms.ModelChoiceField(
        DutyShift.objects.none(), label="和哪一班对换", required=False, empty_label="不对换，请人代班",
        error_messages={"invalid_choice": "这一班已经改动，请重新选。"},
    )  # fmt: skip
    to_name = forms.CharField(label="代班人", required=False, max_length=20, help_text="不对换时填写姓名")
    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200}),
        error_messages={"required": "请写明换班的原因。"},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, shift: DutyShift, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.shift = shift
        rows = (
            DutyShift.objects.filter(residency__organisation=shift.residency.organisation_id)
            .filter(day__gte=timezone.localdate())
            .exclude(name=shift.name)
            .select_related("residency__organisation")
            .order_by("day", "half")
        )
        field: Any = self.fields["other"]
        field.queryset = rows
        field.label_from_instance = lambda one: f"{one.day:%m-%d} {one.get_half_display()} {one.name}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        name = "".join(str(cleaned.get("to_name", "")).split())
        cleaned["to_name"] = name
        if not cleaned.get("other") and not name and "other" not in self.errors:
            self.add_error("to_name", "请选一班对换，或者填写代班人。")
        return cleaned


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200}),
        error_messages={"required": "请写明不同意的原因。"},
    )  # fmt: skip
