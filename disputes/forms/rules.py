"""Shape of a changed rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from common.formfields import TypedDateField
from disputes.models import Category
from disputes.services.rules import LONGEST
from grids.choices import Level

REASON_ERRORS = {"required": "请写明理由。", "max_length": "理由最长 200 个字。"}


class LimitForm(forms.Form):
    days = forms.IntegerField(
        label="新的期限",
        min_value=1,
        max_value=LONGEST,
        error_messages={
            "required": "请填写天数。",
            "invalid": "天数请写整数。",
            "min_value": "期限至少 1 日。",
            "max_value": f"期限最长 {LONGEST} 日。",
        },
    )
    since = TypedDateField(
        label="起用日期",
        initial=timezone.localdate,
        help_text="从这一天起开始的期限适用",
        error_messages={"required": "请填写从哪一天起。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="如会议纪要、文号；所有人可见",
        error_messages=REASON_ERRORS,
    )


def _days(label: str, hint: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=LONGEST,
        help_text=hint,
        error_messages={
            "invalid": "天数请写整数。",
            "min_value": "天数不能是负数。",
            "max_value": f"最多 {LONGEST} 个工作日。",
        },
    )


class WarningForm(forms.Form):
    """Days of warning; empty means no such level."""

    category = forms.ChoiceField(
        label="纠纷类型", required=False, error_messages={"invalid_choice": "没有这个类型，请从列表里选。"}
    )
    level = forms.ChoiceField(
        label="发生地层级",
        required=False,
        error_messages={"invalid_choice": "没有这个层级，请从列表里选。"},
        choices=[("", "全部"), *(one for one in Level.choices if one[0] in {"county", "township", "village"})],
    )
    remind = _days("提醒", "届满前；0 为当日，空着不提醒")
    yellow = _days("黄牌", "届满后；空着不发")
    red = _days("红牌", "必须晚于黄牌")
    leader = _days("领导关注", "必须晚于红牌")
    reason = forms.CharField(
        label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}), error_messages=REASON_ERRORS,
        help_text="如会议纪要、文号；所有人可见",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        official = Category.objects.filter(parent=None).values_list("code", "name")
        self.fields["category"].choices = [("", "全部"), *official]  # type: ignore[attr-defined]
