"""What the documentation says about filters and bodies, read from the FilterSet and the forms themselves."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from drf_spectacular.utils import OpenApiParameter

from accounts.choices import labels
from disputes.api.fields import input_schema
from disputes.choices import LinkKind
from disputes.filters import DisputeFilter
from disputes.forms.intake import IntakeForm
from disputes.forms.transitions import FORMS
from disputes.workflow import TRANSITIONS

#: Steps whose form shows what the case says now.  What a program leaves out keeps its value, as on the page.
KEEPS = frozenset({"amend", "report_risk"})

VERSION = {
    "type": "integer",
    "minimum": 1,
    "title": "依据的版本",
    "description": "查询时得到的 version；也可以不写，改用请求头 If-Match。",
}
LINKS = {
    "type": "array",
    "title": "与已有纠纷的关系",
    "maxItems": 20,
    "items": {
        "type": "object",
        "properties": {
            "code": {"type": "string", "title": "案件码"},
            "kind": {"type": "string", "enum": [str(value) for value in LinkKind.values]},
        },
        "required": ["code", "kind"],
        "additionalProperties": False,
    },
}


def filter_parameters() -> list[OpenApiParameter]:
    """One query parameter for each condition of the FilterSet."""
    return [
        OpenApiParameter(name, _schema(row), description=_said(row), explode=True if is_many(row) else None)
        for name, row in DisputeFilter.base_filters.items()
    ]


def is_many(row: django_filters.Filter) -> bool:
    return isinstance(row.field, forms.MultipleChoiceField)


def _said(row: django_filters.Filter) -> str:
    parts = [str(row.label or ""), str(row.extra.get("help_text") or ""), "可以写多个" if is_many(row) else ""]
    choices = [(value, label) for value, label in getattr(row.field, "choices", ()) if value]
    if choices:
        parts.append("、".join(f"`{value}` {label}" for value, label in choices))
    return "；".join(part for part in parts if part)


def _schema(row: django_filters.Filter) -> dict[str, Any]:
    field = row.field
    if isinstance(field, forms.ChoiceField):
        values = [str(value) for value, _ in field.choices if value]
        one: dict[str, Any] = {"type": "string"} | ({"enum": values} if values else {"pattern": "^[0-9]{2,12}$"})
        return {"type": "array", "items": one} if is_many(row) else one
    if isinstance(row, django_filters.BooleanFilter):
        return {"type": "boolean"}
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    if isinstance(field, forms.UUIDField):
        return {"type": "string", "format": "uuid"}
    return {"type": "string", "minLength": 1}


def transition_bodies() -> dict[str, dict[str, Any]]:
    """JSON Schema of the body of each transition, by name."""
    return {name: _body(name) for name in TRANSITIONS}


def _body(name: str) -> dict[str, Any]:
    row, form = TRANSITIONS[name], FORMS[name]
    law = f"依据：{row.law}。" if row.law else ""
    return {
        "title": f"{name} {row.label}",
        "description": f"由{labels(row.roles)}办理。{law}",
        **input_schema(form, form.formsets, kept=name in KEEPS, version=VERSION),
    }


def intake_body() -> dict[str, Any]:
    """JSON Schema of a registration.  Its key travels in the header."""
    schema = input_schema(IntakeForm, IntakeForm.formsets, links=LINKS)
    schema["properties"].pop("submission_key")
    schema["required"] = [name for name in schema["required"] if name != "submission_key"] + [
        "applicants",
        "respondents",
    ]
    return {"title": "登记", **schema}
