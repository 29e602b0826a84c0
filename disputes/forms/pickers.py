"""Fields that take a code picked from a list, or the exact name when typed without script."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.widgets import Combobox
from disputes.models import Category
from grids.models import Division
from mediators.models import Mediator


def _readable(value: Any) -> str:
    """What was typed, without what no name holds (a NUL would stop the database)."""
    return "".join(character for character in str(value)[:200] if character.isprintable()).strip()


class DivisionField(forms.Field):
    """A place within the person's own scope.  A place elsewhere is answered as unknown."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Combobox("/places/", label_for=division_label))
        super().__init__(**kwargs)
        self.queryset = Division.objects.none()

    def to_python(self, value: Any) -> Division | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Division):
            return value
        typed = _readable(value)
        found = list(self._rows(typed).select_related("parent__parent")[:2])
        if len(found) != 1:
            raise ValidationError("没有找到这个地方，请输入村（社区）名称或者拼音首字母后选择。", code="unknown")
        return found[0]

    def _rows(self, typed: str) -> Any:
        """By code, or by name as the list shows it: 徐赵寨村, or 上秦镇 徐赵寨村 where several have that name."""
        if typed.isdigit():
            return self.queryset.filter(code=typed)
        *above, name = typed.split() or [""]
        rows = self.queryset.filter(name=name)
        return rows.filter(parent__name=above[-1]) if above else rows

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, Division) else value


class CategoryField(forms.Field):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Combobox("/categories/", label_for=category_label))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Category | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Category):
            return value
        typed = _readable(value)
        rows = Category.objects.active().select_related("parent")
        name = typed.split("›")[-1].strip()
        found = rows.filter(pk=typed).first() or rows.filter(name=name).order_by("-code").first()
        if found is None:
            raise ValidationError("没有找到这个纠纷类型，请输入名称或者拼音首字母后选择。", code="unknown")
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, Category) else value


class MediatorField(forms.Field):
    """A serving mediator of ``queryset``, by number or by the name when only one has it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Combobox("/disputes/mediators/", label_for=mediator_label))
        super().__init__(**kwargs)
        self.queryset = Mediator.objects.none()

    def to_python(self, value: Any) -> Mediator | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Mediator):
            return value
        typed = _readable(value).split("（")[0]
        is_number = typed.isascii() and typed.isdecimal() and len(typed) < 19
        rows = self.queryset.filter(pk=typed) if is_number else self.queryset.filter(name=typed)
        found = list(rows[:2])
        if len(found) != 1:
            raise ValidationError("没有找到这位调解员，请输入姓名或者拼音首字母后选择。", code="unknown")
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, Mediator) else value


def mediator_label(value: Any) -> str:
    """``马秀英（上秦镇调委会）``."""
    rows = Mediator.objects.select_related("committee__organisation")
    found = value if isinstance(value, Mediator) else rows.filter(pk=value).first() if str(value).isdecimal() else None
    return f"{found.name}（{found.committee}）" if found else str(value)


def division_label(value: Any) -> str:
    place = value if isinstance(value, Division) else Division.objects.select_related("parent").filter(pk=value).first()
    return place.full_name() if place else str(value)


def category_label(value: Any) -> str:
    row = value if isinstance(value, Category) else Category.objects.select_related("parent").filter(pk=value).first()
    return str(row or value)
