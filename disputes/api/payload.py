"""From the JSON of a call to the form that the page uses, and from the form's errors to the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet
from rest_framework.exceptions import ValidationError

from disputes.api.fields import kind

UNKNOWN = "没有这个字段。"

#: What a JSON value may be for a field of this type, and the sentence when it is something else.
SHAPES: dict[str, tuple[tuple[type, ...], str]] = {
    "boolean": ((bool,), "请写 true 或者 false。"),
    "choices": ((list,), "请写由代码组成的数组。"),
    "integer": ((int, str), "请写整数。"),
    "decimal": ((int, float, str), "请写金额。"),
    "choice": ((int, str), "请写选项的代码。"),
}
OTHERWISE: tuple[tuple[type, ...], str] = ((str,), "请写文本。")


def check_shape(
    payload: Mapping[str, Any], fields: Mapping[str, forms.Field], rows: Mapping[str, BaseFormSet[Any]] | None = None
) -> None:
    """Raise for unknown names and for JSON of the wrong kind, which a form would silently ignore or turn into text."""
    rows = rows or {}
    errors: dict[str, Any] = _shape_errors({k: v for k, v in payload.items() if k not in rows}, fields)
    for name, formset in rows.items():
        given = payload.get(name)
        if given is None:
            continue
        if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
            errors[name] = ["请写由对象组成的数组。"]
            continue
        own = {n: f for n, f in formset.empty_form.fields.items() if n != "DELETE"}
        if any(found := [_shape_errors(row, own) for row in given]):
            errors[name] = found
    if errors:
        raise ValidationError(errors)


def _shape_errors(given: Mapping[str, Any], fields: Mapping[str, forms.Field]) -> dict[str, list[str]]:
    errors = {}
    for name, value in given.items():
        if name not in fields:
            errors[name[:60]] = [UNKNOWN]
            continue
        if value is None:
            continue
        type_ = kind(fields[name])
        allowed, sentence = SHAPES.get(type_, OTHERWISE)
        is_bool_elsewhere = isinstance(value, bool) and type_ != "boolean"
        if not isinstance(value, allowed) or is_bool_elsewhere or not all(isinstance(v, str) for v in _items(value)):
            errors[name] = [sentence]
    return errors


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def refuse(form: forms.BaseForm, rows: Mapping[str, BaseFormSet[Any]]) -> None:
    """Raise what ``form`` and its nested rows found wrong, each under the name the program sent it by."""
    errors: dict[str, Any] = {
        ("non_field_errors" if name == "__all__" else name): list(texts) for name, texts in form.errors.items()
    }
    for name, formset in rows.items():
        whole = [str(text) for text in formset.non_form_errors()]
        if whole:
            errors[name] = whole
        elif any(formset.errors):
            errors[name] = [
                {("non_field_errors" if n == "__all__" else n): list(texts) for n, texts in row.items()}
                for row in formset.errors
            ]
    raise ValidationError(errors)
