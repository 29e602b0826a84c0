"""Fields as the forms of the transitions write them: label first, limits always."""

from __future__ import annotations

from typing import Any

from django import forms

from common.widgets import Segmented
from disputes.choices import Route


def text(label: str, *, rows: int = 3, limit: int = 2000, required: bool = False, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=limit, help_text=hint, strip=True,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": limit}),
    )  # fmt: skip


def line(label: str, *, limit: int = 300, required: bool = False, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=limit, help_text=hint, strip=True)


def pick(label: str, choices: Any, *, required: bool = True, initial: Any = None, hint: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=required, initial=initial, help_text=hint, widget=Segmented
    )


def routes(*, required: bool = True) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="已告知的途径", choices=Route.choices, required=required, widget=forms.CheckboxSelectMultiple,
        help_text="调解不成应当告知仲裁、行政、司法等途径",
    )  # fmt: skip


def labelled(values: Any) -> list[tuple[str, str]]:
    return [(value.value, str(value.label)) for value in values]


def without_blank(choices: Any) -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in choices.choices if value]
