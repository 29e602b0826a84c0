"""Conditions of a list: what its filters and their form have in common, whatever is listed."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms


class One(django_filters.ChoiceFilter):
    """One of some choices; ``nothing`` is what stands there while none is asked for."""

    def __init__(self, *args: Any, nothing: str = "不限", **kwargs: Any) -> None:
        super().__init__(*args, empty_label=nothing, **kwargs)


class ConditionsForm(forms.Form):
    """Conditions as an address or a program gives them.  Each field says in our words which choice it does not know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            unknown = f"“{field.label}”没有这个选项。"
            field.error_messages |= {"invalid_choice": unknown, "invalid_list": unknown}
