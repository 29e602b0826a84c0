"""Shape of a changed rule."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from common.formfields import TypedDateField
from disputes.services.rules import LONGEST


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
        error_messages={"required": "请写明理由。", "max_length": "理由最长 200 个字。"},
    )
