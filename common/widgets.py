"""Inputs that Django does not have.  ``components/field.html`` gives each its shape by ``ui_kind``.

All are plain inputs without script; static/js/ makes them comfortable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms import widgets
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Segmented(widgets.RadioSelect):
    """A row of buttons of which one is pressed: for two to about eight choices."""

    ui_kind = "radio"


class DateInput(widgets.DateInput):
    ui_kind = "date"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(attrs={"data-date": "day", **(attrs or {})}, format="%Y-%m-%d")


class MomentInput(widgets.DateTimeInput):
    ui_kind = "datetime"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(attrs={"data-date": "moment", **(attrs or {})}, format="%Y-%m-%d %H:%M")


class MoneyInput(widgets.TextInput):
    ui_kind = "money"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(attrs={"inputmode": "decimal", "data-money": True, **(attrs or {})})


class PhoneInput(widgets.TextInput):
    ui_kind = "phone"
    input_type = "tel"


class IdNumberInput(widgets.TextInput):
    """Checked and read in the browser while typing; the server checks again."""

    ui_kind = "idnumber"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            attrs={
                "data-idnumber": True,
                "spellcheck": "false",
                "autocapitalize": "characters",
                **(attrs or {}),
            }
        )


class NarrowedSelect(widgets.Select):
    """A list that offers what belongs to the value of another field: the mediators of the chosen committee.

    ``owner(row)`` is the value of the field ``by`` that an option belongs to.  Without script every option is offered,
    and the form checks in any case.
    """

    def __init__(self, by: str, owner: Callable[[Any], Any], attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"data-narrow-by": by, **(attrs or {})})
        self.owner = owner

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if (row := getattr(value, "instance", None)) is not None:
            option["attrs"]["data-of"] = self.owner(row)
        return option


class Combobox(widgets.Widget):
    """A text input that asks the server for matches; the chosen value travels in a hidden input.

    Without script the hidden input stays empty and the typed text arrives instead, so the form field must accept
    either a value or an exact name (``to_python``).  ``label_for(value)`` gives the text of a stored value.
    """

    ui_kind = "combobox"

    def __init__(
        self,
        url: str,
        label_for: Callable[[Any], str] | None = None,
        attrs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(dict(attrs or {}))
        self.url = url
        self.label_for = label_for or str

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        label = ""
        if value not in (None, ""):
            try:
                label = self.label_for(value)
            except (LookupError, ValueError):
                label = str(value)
        text = self.build_attrs(self.attrs, attrs)
        return format_html(
            '<span class="combo" data-combobox data-url="{}">'
            '<input type="text" name="{}_text" value="{}" data-combobox-text{}>'
            '<input type="hidden" name="{}" value="{}" data-combobox-value></span>',
            self.url,
            name,
            label,
            flatatt(text),
            name,
            "" if value is None else value,
        )

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        return str(data.get(name) or data.get(f"{name}_text") or "").strip()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data


class CheckMenu(widgets.CheckboxSelectMultiple):
    """Several choices behind one control that says what is chosen.  A <details>, so that it works without script."""

    ui_kind = "checkmenu"

    def __init__(self, label: str = "", *, nothing: str = "不限", attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(dict(attrs or {}))
        self.label = label
        self.nothing = nothing

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return id_ if index is None else super().id_for_label(id_, index)

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = {str(one) for one in value or ()}
        options = [(str(key), str(label)) for key, label in self.choices]
        names = [label for key, label in options if key in chosen]
        said = self.nothing if not names else names[0] if len(names) == 1 else f"{names[0]}等 {len(names)} 项"
        boxes = format_html_join(
            "",
            '<label class="menu-item form-check"><input class="form-check-input" type="checkbox" name="{}" value="{}"{}>{}</label>',
            ((name, key, " checked" if key in chosen else "", label) for key, label in options),
        )
        return format_html(
            '<details class="menu checkmenu" data-menu><summary class="form-select{}" id="{}" aria-label="{}：{}">{}</summary>'
            '<div class="menu-body" role="group" aria-label="{}">{}</div></details>',
            " is-invalid" if "is-invalid" in str((attrs or {}).get("class", "")) else "",
            (attrs or {}).get("id", ""),
            self.label,
            "、".join(names) or self.nothing,
            said,
            self.label,
            boxes,
        )
