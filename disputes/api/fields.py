"""What a form takes, told to a program: as fields with their choices, and as JSON Schema.

Both are read from the form that the page uses; nothing about a field is written down twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.forms import BaseFormSet, ModelChoiceField

from disputes.forms.pickers import CategoryField, DivisionField
from disputes.models import Dispute

#: Form field -> what the API calls it, most special first.
TYPES: tuple[tuple[type[forms.Field], str], ...] = (
    (DivisionField, "division"),
    (CategoryField, "category"),
    (forms.MultipleChoiceField, "choices"),
    (forms.ModelChoiceField, "choice"),
    (forms.ChoiceField, "choice"),
    (forms.BooleanField, "boolean"),
    (forms.IntegerField, "integer"),
    (forms.DateTimeField, "moment"),
    (forms.DateField, "date"),
    (forms.UUIDField, "uuid"),
)
#: A code out of a list too long to send along.
LISTS = {"division": "/api/v1/divisions/", "category": "/api/v1/categories/"}
#: type -> JSON Schema.  Dates and amounts are read as people type them; a program does best to send the ISO form.
SCHEMAS: dict[str, dict[str, Any]] = {
    "division": {"type": "string", "description": "区划代码（/api/v1/divisions/）"},
    "category": {"type": "string", "description": "类型代码（/api/v1/categories/）"},
    "boolean": {"type": "boolean"},
    "integer": {"type": ["integer", "string"]},
    "decimal": {"type": ["number", "string"], "description": "金额，元"},
    "date": {"type": "string", "description": "日期，如 2026-11-24"},
    "moment": {"type": "string", "description": "时间，如 2026-11-24 09:30"},
    "uuid": {"type": "string", "format": "uuid"},
    "text": {"type": "string"},
}


def kind(field: forms.Field) -> str:
    # IntegerField is the parent of DecimalField
    if isinstance(field, forms.DecimalField):
        return "decimal"
    return next((name for cls, name in TYPES if isinstance(field, cls)), "text")


# ---- for a case that is there: the choices this person has now


def describe(form: Any, rows: Mapping[str, BaseFormSet[Any]] | None = None) -> list[dict[str, Any]]:
    """Name, label, type, whether required, choices and nested fields of everything ``form`` takes."""
    shown = [_field(name, field, form) for name, field in form.fields.items()]
    for name, formset in (rows or {}).items():
        shown.append(
            {
                "name": name,
                "label": NESTED.get(name, name),
                "type": "rows",
                "required": False,
                "choices": None,
                "nested": [
                    _field(n, f, formset.empty_form) for n, f in formset.empty_form.fields.items() if n != "DELETE"
                ],
            }
        )
    return shown


#: What nested rows are called.
NESTED = {"obligations": "履行义务", "signatures": "当事人签章", "applicants": "申请人", "respondents": "被申请人"}


def _field(name: str, field: forms.Field, form: Any) -> dict[str, Any]:
    type_ = kind(field)
    shown: dict[str, Any] = {
        "name": name,
        "label": str(field.label or name),
        "type": type_,
        "required": field.required,
        "choices": _choices(field) if type_ in ("choice", "choices") else None,
        "nested": None,
    }
    if field.help_text:
        shown["help"] = str(field.help_text)
    if isinstance(field, forms.CharField) and field.max_length:
        shown["max_length"] = field.max_length
    if type_ in LISTS:
        shown["choices_href"] = LISTS[type_]
    default = form.get_initial_for_field(field, name)
    if type_ in ("choice", "boolean") and default not in (None, ""):
        shown["default"] = _plain(field, default)
    return shown


def _choices(field: Any) -> list[dict[str, str]]:
    return [{"value": str(value), "label": str(label)} for value, label in field.choices if value not in ("", None)]


def _plain(field: forms.Field, value: Any) -> Any:
    if isinstance(field, ModelChoiceField):
        value = field.prepare_value(value)
    return value if isinstance(value, bool) or value is None else str(value)


# ---- for the documentation: what a form takes on any case


def input_schema(
    form: type[forms.BaseForm], rows: Mapping[str, type[BaseFormSet[Any]]], *, kept: bool = False, **more: Any
) -> dict[str, Any]:
    """JSON Schema of what a program may send to ``form``; ``more`` are properties beside its own.

    ``kept``: fields that show the case may be left out and then keep their value.
    """
    schema = _object(form.base_fields)
    if kept:
        schema["required"] = [name for name in schema["required"] if not hasattr(Dispute, name)]
    for name, formset in rows.items():
        schema["properties"][name] = {
            "type": "array",
            "title": NESTED.get(name, name),
            "maxItems": formset.max_num,
            "items": _object(formset.form.base_fields),
        }
    return schema | {"properties": more | schema["properties"]}


def _object(fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    """Deleting a row is for a page; a program leaves it out."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: field_schema(field) for name, field in fields.items() if name != "DELETE"},
        "additionalProperties": False,
    }
    required = [name for name, field in fields.items() if field.required]
    return schema | ({"required": required} if required else {})


def field_schema(field: forms.Field) -> dict[str, Any]:
    """JSON Schema of one field.  What is not required may also be null, which is the same as left out."""
    type_ = kind(field)
    if isinstance(field, ModelChoiceField):
        schema: dict[str, Any] = {"type": _key_types(field)}
    elif type_ == "choice":
        values = _values(field)  # none: they depend on the case, and stand in its available_transitions
        schema = {"type": "string", "enum": values} if values else {"type": "string"}
    elif type_ == "choices":
        schema = {"type": "array", "items": {"type": "string", "enum": _values(field)}}
    else:
        schema = dict(SCHEMAS[type_])
    if isinstance(field, forms.CharField) and field.max_length:
        schema["maxLength"] = field.max_length
    if field.required and schema["type"] == "string" and "enum" not in schema:
        schema["minLength"] = 1
    if type_ == "integer":
        schema |= {k: v for k, v in (("minimum", field.min_value), ("maximum", field.max_value)) if v is not None}  # type: ignore[attr-defined]
    if field.label:
        schema["title"] = str(field.label)
    if field.help_text:
        schema["description"] = str(field.help_text)
    if not field.required:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        schema["type"] = [*types, "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _values(field: Any) -> list[str]:
    values = [str(value) for value, _ in field.choices]
    return values if field.required or "" in values else ["", *values]


def _key_types(field: ModelChoiceField[Any]) -> list[str]:
    """A row is named by its number or, where the field says so, by another column."""
    model = field.queryset.model  # type: ignore[union-attr]
    key = model._meta.get_field(field.to_field_name) if field.to_field_name else model._meta.pk
    while key.remote_field:  # a committee has the key of its organisation
        key = key.target_field
    return ["integer", "string"] if isinstance(key, models.IntegerField) else ["string"]
