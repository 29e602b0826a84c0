"""Conditions of the lists of committees and of mediators: one set for page and API.  None of them is personal data."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django import forms
from django.utils import timezone

from common.conditions import ConditionsForm, One
from common.widgets import CheckMenu
from grids.choices import Level
from grids.models import Division
from mediators.choices import CommitteeKind, Grade, Language, MediatorKind, MediatorStatus
from mediators.models import Committee, Mediator
from mediators.slots import work
from mediators.warnings import WARNINGS

WARNED = [("any", "有提醒"), *((one.key, one.label) for one in WARNINGS)]
#: A search box longer than any name of a body.
LONGEST = 60


class Words(django_filters.CharFilter):
    def __init__(self, placeholder: str, **kwargs: Any) -> None:
        super().__init__(
            method="by_words", max_length=LONGEST, widget=forms.TextInput(attrs={"placeholder": placeholder}), **kwargs
        )


class Many(django_filters.MultipleChoiceFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, distinct=False, widget=CheckMenu(kwargs.get("label", "")), **kwargs)


class Conditions(django_filters.FilterSet):
    """A value that cannot be read is left out and its field says why; the other conditions still hold."""

    #: Conditions whose choices are kinds of disputes.
    of_kinds: ClassVar[tuple[str, ...]] = ()
    #: Where the division of a row is.
    place: ClassVar[str] = "organisation__division"

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kinds of disputes by code, read once for the conditions and for the rows."""
        return dict(work().kinds())

    @cached_property
    def towns(self) -> list[tuple[str, str]]:
        """Townships this reader may choose among."""
        rows = Division.objects.visible_to(self.request.user).active().filter(level=Level.TOWNSHIP)
        return list(rows.order_by("code").values_list("code", "name"))

    @property
    def form(self) -> Any:
        if not hasattr(self, "_form"):
            fields = super().form.fields
            fields["township"].choices = self.towns
            for name in self.of_kinds:
                fields[name].choices = [(code, label) for code, label in self.kinds.items() if len(code) == 2]
        return self._form

    @property
    def qs(self) -> Any:
        rows = self.queryset.all()
        for name, value in self.given.items():
            rows = self.filters[name].filter(rows, value)
        return rows

    @property
    def given(self) -> dict[str, Any]:
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}

    def without(self, *names: str) -> Any:
        """Under all conditions but these."""
        rows = self.queryset.all()
        for name, value in self.given.items():
            if name not in names:
                rows = self.filters[name].filter(rows, value)
        return rows

    def at_township(self, rows: Any, name: str, code: str) -> Any:
        return rows.filter(**{f"{self.place}__path__contains": f"/{code}/"})

    def by_words(self, rows: Any, name: str, typed: str) -> Any:
        return rows.matching(typed)


class CommitteeFilter(Conditions):
    """Give it rows of ``with_members`` that are already ``visible_to`` the reader."""

    of_kinds = ("field",)

    q = Words("名称、乡镇或者拼音首字母", label="调委会")
    township = One(label="乡镇（街道）", nothing="全部乡镇", choices=[], method="at_township")
    field = One(label="专业领域", choices=[], method="of_field")
    warning = One(label="法定要求", choices=WARNED, method="warned")
    state = One(label="状态", choices=[("active", "在用"), ("ended", "已撤销")], method="in_state")
    kind = One(label="类别", choices=CommitteeKind.choices, field_name="kind")

    class Meta:
        model = Committee
        form = ConditionsForm
        fields: list[str] = []

    def of_field(self, rows: Any, name: str, code: str) -> Any:
        """An official kind, or one of its local kinds."""
        codes = [code, *(one for one in self.kinds if one.startswith(code))]
        return rows.filter(fields__overlap=codes)

    def warned(self, rows: Any, name: str, key: str) -> Any:
        return rows.warned(key, timezone.localdate())

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(organisation__is_active=value == "active")


class MediatorFilter(Conditions):
    of_kinds = ("speciality",)
    place = "committee__organisation__division"

    q = Words("姓名或者拼音", label="姓名")
    township = One(label="乡镇（街道）", nothing="全部乡镇", choices=[], method="at_township")
    committee = django_filters.CharFilter(
        label="调委会", method="of_committee", max_length=LONGEST,
        widget=forms.TextInput(attrs={"placeholder": "名称或者拼音首字母"}),
    )  # fmt: skip
    kind = Many(label="类别", choices=MediatorKind.choices, field_name="kind")
    speciality = Many(label="擅长类型", choices=[], method="good_at")
    language = Many(label="语言", choices=Language.choices, method="speaks")
    grade = Many(label="等级", choices=[(value or "none", label) for value, label in Grade.choices], method="of_grade")
    status = One(label="状态", choices=MediatorStatus.choices, field_name="status")

    class Meta:
        model = Mediator
        form = ConditionsForm
        fields: list[str] = []

    def of_committee(self, rows: Any, name: str, typed: str) -> Any:
        """By key, or as the list of committees searches."""
        if typed.isascii() and typed.isdigit():
            return rows.filter(committee_id=int(typed[:9]))
        return rows.filter(committee__in=Committee.objects.matching(typed))

    def good_at(self, rows: Any, name: str, codes: list[str]) -> Any:
        return rows.filter(specialities__overlap=list(codes)) if codes else rows

    def speaks(self, rows: Any, name: str, codes: list[str]) -> Any:
        """All of these languages: a hearing may need someone who speaks both sides' own."""
        return rows.filter(languages__contains=list(codes)) if codes else rows

    def of_grade(self, rows: Any, name: str, grades: list[str]) -> Any:
        return rows.filter(grade__in=["" if one == "none" else one for one in grades]) if grades else rows
