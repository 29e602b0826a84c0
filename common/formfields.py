"""Form fields that read what people type, not only what a computer would."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.typed_dates import parse_date, parse_moment
from common.widgets import DateInput, MomentInput, MoneyInput


class TypedDateField(forms.DateField):
    """20261124, 11-24, 明天 …; the sentence shows an example rather than a format."""

    widget = DateInput
    default_error_messages = {"invalid": "看不懂这个日期，请写成 2026-11-24、11-24 或者“明天”。"}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        found = parse_date(str(value), timezone.localdate())
        if found is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class TypedMomentField(forms.DateTimeField):
    """明天 9:00, 11-24 14:30, 下周三下午3点 …"""

    widget = MomentInput
    default_error_messages = {"invalid": "看不懂这个时间，请写成 2026-11-24 09:00 或者“明天 9:00”。"}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return forms.utils.from_current_timezone(value)
        found = parse_moment(str(value), timezone.localdate())
        if found is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return forms.utils.from_current_timezone(found)


class MoneyField(forms.DecimalField):
    """416,300、¥416300、416300元、41.63万."""

    widget = MoneyInput
    default_error_messages = {"invalid": "金额请写数字，如 416300 或者 41.63 万。"}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("min_value", Decimal(0))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # stubs derive it from IntegerField
        if isinstance(value, str):
            value = re.sub(r"[¥,\s]|元$", "", unicodedata.normalize("NFKC", value).replace("￥", "¥"))
            if value.endswith("万"):
                amount = super().to_python(value[:-1])
                return None if amount is None else (amount * 10_000).normalize().quantize(Decimal("0.01"))
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # A text input: min, max and step belong to type=number, which loses what it does not understand.
        return {}
