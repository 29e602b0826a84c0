"""Tags and filters that the components under templates/components/ are written with.

They shape what is shown; they decide nothing about the domain.  Masks live in ``masks.py``.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, widgets
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.template.defaultfilters import linebreaksbr
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

#: Shown where a figure has no value: never 0, which would be a claim.
NO_DATA = "--"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One drawing from the sprite.  Decorative unless a label is given."""
    href = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="i" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="i" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


@register.filter
def figure(value: Any, places: int | None = None) -> str:
    """1318 -> 1,318; nothing -> ``--``; text is left as it is (``10,000+``)."""
    if value is None or value == "":
        return NO_DATA
    if isinstance(value, str):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"{number:,.{places}f}" if places is not None else f"{number:,}"


@register.filter
def yuan(value: Any) -> str:
    """416300 -> ¥416,300.00"""
    if value is None or value == "":
        return NO_DATA
    return f"¥{Decimal(str(value)):,.2f}"


@register.filter
def stamp(value: datetime | None) -> str:
    """Moment as people here write it, Beijing time: 2026-11-23 10:31."""
    if value is None:
        return NO_DATA
    return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")


@register.filter
def day(value: date | datetime | None) -> str:
    """2026-11-23"""
    if value is None:
        return NO_DATA
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return value.strftime("%Y-%m-%d")


@register.filter
def tel(phone: str | None) -> str:
    """The address that calls a number, "" when it is none: ``0936-8212345转801`` -> ``tel:09368212345,801``."""
    number, *rest = re.findall(r"\d+", (phone or "").replace("-", "")) or [""]
    if len(number) < 3:
        return ""
    return f"tel:{number}" + (f",{rest[0]}" if rest and len(rest[0]) <= 6 else "")


@register.simple_tag(takes_context=True)
def url_with(context: template.Context, **changes: Any) -> str:
    """The current address with some query parameters changed; None or "" drops one.

    The page number always goes, because another condition makes another list.
    """
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, list | tuple):
            query.setlist(name, [str(one) for one in value])
        else:
            query[name] = str(value)
    encoded = query.urlencode()
    return f"{context['request'].path}?{encoded}" if encoded else str(context["request"].path)


@register.filter
def undo_url(message: Any) -> str:
    """The address in ``extra_tags="undo=/…/"``; only a path on this site is taken."""
    for word in (message.extra_tags or "").split():
        if word.startswith("undo=/") and not word.startswith("undo=//"):
            return str(word.removeprefix("undo="))
    return ""


@register.filter
def undo_version(message: Any) -> str:
    """The number in ``extra_tags="… version=7"``: what the undoing starts from."""
    words = (message.extra_tags or "").split()
    return next((word.removeprefix("version=") for word in words if word.startswith("version=")), "")


_KINDS: tuple[tuple[type[widgets.Widget], str], ...] = (
    (widgets.CheckboxSelectMultiple, "checkboxes"),
    (widgets.RadioSelect, "radio"),
    (widgets.CheckboxInput, "checkbox"),
    (widgets.SelectMultiple, "select"),
    (widgets.Select, "select"),
    (widgets.Textarea, "textarea"),
    (widgets.FileInput, "file"),
    (widgets.HiddenInput, "hidden"),
)


@register.filter
def kind(field: BoundField) -> str:
    """Which shape of ``components/field.html`` a bound field takes.

    Widgets of ``common.widgets`` name theirs in ``ui_kind``; Django's own are known by class.
    """
    widget_ = field.field.widget
    named = getattr(widget_, "ui_kind", None)
    if named:
        return str(named)
    return next((name for class_, name in _KINDS if isinstance(widget_, class_)), "text")


_CLASSES = {
    "select": "form-select",
    "checkbox": "form-check-input",
    "checkboxes": "form-check-input",
    "radio": "form-check-input",
    "hidden": "",
}


@register.simple_tag
def control(field: BoundField, hint: str = "", placeholder: str = "", autofocus: bool = False) -> SafeString:
    """The input of a bound field with our classes, tied to its hint and its errors."""
    shape = kind(field)
    attrs: dict[str, Any] = {}
    given = field.field.widget.attrs
    own = _CLASSES.get(shape, "form-control")
    classes = " ".join(part for part in (given.get("class", ""), own, "is-invalid" if field.errors else "") if part)
    if classes:
        attrs["class"] = classes
    described = [word for word in str(given.get("aria-describedby", "")).split() if word]
    if hint or field.help_text:
        described.append(f"{field.auto_id}-hint")
    if field.errors:
        described.append(f"{field.auto_id}-error")
        attrs["aria-invalid"] = "true"
    elif getattr(field.field, "doubt", ""):
        described.append(f"{field.auto_id}-doubt")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    else:
        # Django 5.2 would point at its own help text element, which our markup does not have.
        attrs["aria-describedby"] = False
    if placeholder:
        attrs["placeholder"] = placeholder
    if autofocus:
        attrs["autofocus"] = True
    if shape in {"text", "idnumber", "phone", "date", "datetime", "money", "combobox"}:
        attrs.setdefault("autocomplete", given.get("autocomplete", "off"))
    return field.as_widget(attrs=attrs)


@register.simple_tag
def faults(form: BaseForm, formsets: Any = None, refusal: str = "") -> int:
    """How many sentences components/errorsummary.html lists: those of the form, of its nested rows, and the refusal."""
    sets = list(formsets or ())
    own = sum(len(sentences) for sentences in form.errors.values())
    rows = sum(len(sentences) for rows in sets for one in rows.forms for sentences in one.errors.values())
    return own + rows + sum(len(rows.non_form_errors()) for rows in sets) + bool(refusal)


#: Words beyond this are folded on the screen; on paper and without script they stand whole.
LONG_TEXT = 400


@register.filter
def prose(text: Any) -> SafeString:
    """What people wrote, with their line breaks; a long text is folded by static/js/longtext.js."""
    shown = linebreaksbr(str(text or ""))
    if len(str(text or "")) <= LONG_TEXT:
        return shown
    return format_html('<div class="longtext" data-longtext>{}</div>', shown)


@register.filter
def box(option: BoundWidget) -> SafeString:
    """One checkbox of several, drawn like every other one; Django hands it over bare."""
    option.data["attrs"] = {**option.data["attrs"], "class": "form-check-input"}
    return option.tag()


@register.filter
def attr(field: BoundField, name: str) -> Any:
    """One attribute of a bound field's widget, for templates that must look at it."""
    return field.field.widget.attrs.get(name, "")
