"""What every form of a transition shares: the case, the person, nested rows, and refusals shown beside fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.forms import BaseFormSet

from common.errors import Missing, Refusal
from disputes.models import Dispute

#: Nested rows the REST API may send beside the fields.
Rows = list[dict[str, Any]]


def ask_by_name(form: forms.BaseForm) -> None:
    """Let each required field ask for itself: 请填写履行期限, 请选择义务人, rather than 这个字段是必填项."""
    for field in form.fields.values():
        verb = "请选择" if isinstance(field, forms.ChoiceField | forms.ModelChoiceField) else "请填写"
        if str(field.error_messages.get("required")) == str(forms.Field.default_error_messages["required"]):
            field.error_messages["required"] = f"{verb}{field.label}。"


class TransitionForm(forms.Form):
    """Input of one transition.  ``formsets`` names nested rows: each class is bound with its name as prefix."""

    template = "components/actionform.html"
    formsets: ClassVar[dict[str, type[BaseFormSet[Any]]]] = {}
    #: Fields that a link to the form may fill in beforehand.
    offered: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any = None, *, dispute: Dispute, user: Any, **kwargs: Any) -> None:
        self.dispute, self.user = dispute, user
        super().__init__(data, **kwargs)
        ask_by_name(self)
        self.rows: dict[str, BaseFormSet[Any]] = {
            name: cls(data, prefix=name, initial=self.rows_initial(name), form_kwargs={"dispute": dispute})
            for name, cls in self.formsets.items()
        }

    def rows_initial(self, name: str) -> list[dict[str, Any]] | None:
        """Initial rows of the nested set ``name``."""
        return None

    @property
    def row_sets(self) -> list[BaseFormSet[Any]]:
        return list(self.rows.values())

    def is_valid(self) -> bool:
        own = super().is_valid()
        nested = [rows.is_valid() for rows in self.rows.values()]  # every set is checked, so that every fault is shown
        return all(nested) and own

    def values(self) -> dict[str, Any]:
        """What the verb receives: cleaned fields, and nested rows without empty and deleted ones."""
        nested = {
            name: [form.cleaned_data for form in rows.forms if _is_filled(form)] for name, rows in self.rows.items()
        }
        return {**self.cleaned_data, **nested}

    def show(self, refusal: Refusal) -> None:
        """Put a refusal where the person will see it: beside its field when it names one, else on top."""
        if isinstance(refusal, Missing):
            for name, sentence in refusal.fields.items():
                self.add_error(name if name in self.fields else None, sentence)
        else:
            self.add_error(None, refusal.sentence)


def _is_filled(form: forms.BaseForm) -> bool:
    cleaned = getattr(form, "cleaned_data", {})
    return form.has_changed() and bool(cleaned) and not cleaned.get("DELETE")


def flatten(payload: Mapping[str, Any], formsets: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the JSON of an API call into what a browser would post, so that one form serves both.

    ``{"obligations": [{"what": "还款"}]}`` becomes ``obligations-TOTAL_FORMS=1, obligations-0-what=还款``.
    """
    flat: dict[str, Any] = {}
    for name, value in payload.items():
        if name not in formsets:
            flat[name] = "" if value is None else value
    for name in formsets:
        rows = payload.get(name)
        rows = rows if isinstance(rows, list) else []
        flat |= {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": 0}
        for number, row in enumerate(rows):
            if isinstance(row, Mapping):
                flat |= {f"{name}-{number}-{key}": "" if value is None else value for key, value in row.items()}
    return flat
