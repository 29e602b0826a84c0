"""Shape of what is typed on the page of one's own wishes."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from common import phones
from common.widgets import PhoneInput
from notices.models import Preference


class ClockField(forms.TimeField):
    """A time of day, typed: 21:00, 2100, 21：00, 21点, 21.  The browser's own picker shows 9:00 PM on many desktops."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.TimeInput(attrs={"inputmode": "numeric", "maxlength": 8}, format="%H:%M"),
            input_formats=["%H:%M", "%H", "%H%M"],
            error_messages={"required": "请填写时间，如 21:00。", "invalid": "看不懂这个时间，请写成 21:00。"},
            **kwargs,
        )

    def to_python(self, value: Any) -> dt.time | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip().removesuffix("点").removesuffix("时")
        return super().to_python(value)


class PreferenceForm(forms.ModelForm):  # type: ignore[type-arg]
    address = forms.EmailField(
        label="电子邮箱",
        required=False,
        max_length=254,
        error_messages={"invalid": "邮箱地址不完整，应类似 name@example.com。"},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    mobile = forms.CharField(
        label="手机号", required=False, max_length=30, widget=PhoneInput(attrs={"autocomplete": "tel"})
    )
    quiet_from = ClockField(label="免打扰从")
    quiet_until = ClockField(label="免打扰到")

    field_order = ("address", "mobile", "email", "sms", "quiet_from", "quiet_until")

    class Meta:
        model = Preference
        fields = (
            "email", "sms", "digest", "quiet_from", "quiet_until", "quiet_days_off", "urgent_on_days_off", "urgent_at_night",
        )  # fmt: skip
        labels = {
            "email": "紧急的事和每日摘要发到邮箱",
            "sms": "紧急的事发短信",
            "digest": "每个工作日 8:00 一份摘要",
            "quiet_days_off": "休息日和法定节假日不打扰",
            "urgent_on_days_off": "紧急的事休息日也发",
            "urgent_at_night": "紧急的事免打扰时段也发",
        }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.initial |= {"address": user.email, "mobile": self.instance.mobile}

    def clean_mobile(self) -> str:
        typed: str = self.cleaned_data["mobile"]
        number = phones.normalise(typed)
        if number and not phones.is_mobile(number):
            raise ValidationError(phones.problem(number) or "这里要填手机号，座机收不到短信。", code="mobile")
        return number
