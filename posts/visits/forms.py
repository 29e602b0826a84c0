"""One screen for a visit; one sentence is enough."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.formfields import TypedDateField
from common.widgets import Segmented
from grids.models import Division
from posts.choices import VisitKind
from posts.models.visits import MOST_TEXT, Visit
from posts.visits.cases import cases
from posts.visits.querysets import villages_of

#: Nobody writes down today what was years ago.
OLDEST = dt.timedelta(days=366)


class VillageField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name())


class VisitForm(forms.Form):
    """A visit, as the phone asks for it."""

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label="事由", choices=VisitKind.choices, initial=VisitKind.CALL, widget=Segmented,
        error_messages={"required": "请选择事由。", "invalid_choice": "请从列出的事由中选择。"},
    )  # fmt: skip
    said = forms.CharField(
        label="情况", max_length=MOST_TEXT, help_text="一句话即可",
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MOST_TEXT}),
        error_messages={"required": "请写一句情况。", "max_length": f"情况最长 {MOST_TEXT} 个字。"},
    )  # fmt: skip
    village = VillageField(
        Division.objects.none(), label="村（社区）", empty_label="请选择",
        widget=forms.Select(attrs={"data-combobox": True}),
        error_messages={"required": "请选择村（社区）。", "invalid_choice": "请从列出的村（社区）中选择。"},
    )  # fmt: skip
    visited_on = TypedDateField(label="日期", help_text="可以补记以前的", error_messages={"required": "请填写日期。"})
    people_reached = forms.IntegerField(
        label="覆盖人数", required=False, min_value=1, max_value=100_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "覆盖人数请写整数。", "min_value": "覆盖人数至少 1 人，没有可以不填。",
                        "max_value": "覆盖人数过大，请核对。"},
    )  # fmt: skip
    case = forms.CharField(label="相关案件", required=False, max_length=20, help_text="已有的案件填案件码")

    def __init__(self, data: Any = None, *, user: Any, visit: Visit | None = None) -> None:
        self.user, self.visit = user, visit
        villages = villages_of(user).select_related("parent").order_by("code")
        super().__init__(data, initial=self._start(list(villages), visit))
        field: Any = self.fields["village"]
        field.queryset = villages
        if visit:
            field.queryset = (villages | Division.objects.filter(pk=visit.village_id)).select_related("parent")
            del self.fields["case"]

    @staticmethod
    def _start(villages: list[Division], visit: Visit | None) -> dict[str, Any]:
        """One's own village when there is only one, and today."""
        if visit:
            return {
                "uid": visit.uid, "kind": visit.kind, "said": visit.said, "village": visit.village_id,
                "visited_on": visit.visited_on, "people_reached": visit.people_reached,
            }  # fmt: skip
        only = villages[0] if len(villages) == 1 else None
        return {"uid": uuid.uuid4(), "kind": VisitKind.CALL, "visited_on": timezone.localdate(), "village": only}

    def clean_said(self) -> str:
        said = str(self.cleaned_data["said"]).strip()
        if not said:
            raise ValidationError("请写一句情况。")
        return said

    def clean_visited_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["visited_on"]
        today = timezone.localdate()
        if day > today:
            raise ValidationError("日期不能晚于今天。", code="future")
        if day < today - OLDEST:
            raise ValidationError("只能补记一年以内的，请核对年份。", code="too_early")
        return day

    def clean_case(self) -> Any:
        typed = self.cleaned_data["case"].strip()
        if not typed:
            return None
        found = cases().find(self.user, typed)
        if found is None:
            raise ValidationError("没有找到这个案件码，或者不在您的范围内。", code="unknown")
        return found
