"""Shape of a routing rule, of a case made up to try the rules on, and of a publication."""

from __future__ import annotations

from typing import Any

from django import forms

from common.widgets import Combobox, Segmented
from disputes.choices import Destination, Risk, Source
from disputes.forms.pickers import CategoryField, DivisionField, category_label, division_label
from disputes.models import RoutingRule
from grids.models import Division
from mediators.models import Committee

WHOLE_NUMBER = {"invalid": "人数请写整数。", "min_value": "至少 2 人。", "max_value": "人数过大，请核对。"}
REASON_ERRORS = {"required": "请写明为什么改。", "max_length": "最长 200 个字。"}


def _category(**more: Any) -> CategoryField:
    return CategoryField(label="纠纷类型", widget=Combobox("/categories/", label_for=category_label), **more)


def _people(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=2, max_value=100_000, error_messages=WHOLE_NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class RuleForm(forms.Form):
    """One rule.  Every condition may stay empty; where it stands is found by itself unless somebody says."""

    category = _category(required=False, help_text="不填为所有类型；选一级类型的，包含它的二级类型")
    place = DivisionField(label="发生地", required=False, help_text="不填为全区；选乡镇（街道）的，包含它的村（社区）")
    source = forms.ChoiceField(label="来源", required=False, choices=[("", "不限"), *Source.choices])
    risk_from = forms.ChoiceField(
        label="风险程度", required=False, widget=Segmented,
        choices=[("", "不限"), (Risk.MEDIUM, "中以上"), (Risk.HIGH, "高")],
    )  # fmt: skip
    people_from = _people("涉及人数达到")
    has_organisation = forms.BooleanField(label="有一方是单位", required=False)
    destination = forms.ChoiceField(
        label="派给", choices=Destination.choices, widget=forms.RadioSelect,
        error_messages={"required": "请选择派给谁。", "invalid_choice": "请从列出的去向中选择。"},
    )  # fmt: skip
    committee = forms.ModelChoiceField(
        Committee.objects.none(), label="指定的调委会", required=False, empty_label="请选择",
        widget=forms.Select(attrs={"data-combobox": True}),
        error_messages={"invalid_choice": "没有找到这个调委会，请从列出的调委会中选择。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="显示给派单人的理由", required=False, max_length=100,
        help_text="可以写 {类型}、{地点}，显示时换成案件的类型、发生地",
    )  # fmt: skip
    position = forms.TypedChoiceField(
        label="排在", required=False, coerce=int, empty_value=None,
        error_messages={"invalid_choice": "规则刚刚有改动，请重新选择。"},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, rules: Any = (), rule: RoutingRule | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["place"].queryset = Division.objects.active()
        self.fields["committee"].queryset = (
            Committee.objects.active().select_related("organisation__division").order_by("organisation__code")
        )
        if rule:
            del self.fields["position"]
        else:
            spots = [(one.position, f"第 {one.position} 条之前：{one.sentence}") for one in rules]
            self.fields["position"].choices = [("", "自动：排在会先接走它的规则之前"), *spots, (len(spots) + 1, "最后")]


class TryForm(forms.Form):
    """A case that exists, or one made up: the kind, the place, and what else rules ask about."""

    case = forms.CharField(label="案件码", required=False, max_length=20, help_text="或者填写下面的类型和发生地")
    category = _category(required=False)
    place = DivisionField(label="发生地", required=False, widget=Combobox("/places/", label_for=division_label))
    source = forms.ChoiceField(label="来源", required=False, choices=Source.choices, initial=Source.WINDOW)
    risk = forms.ChoiceField(label="风险程度", required=False, choices=Risk.choices, initial=Risk.LOW, widget=Segmented)
    people_count = _people("涉及人数")
    has_organisation = forms.BooleanField(label="有一方是单位", required=False)

    def __init__(self, data: Any = None, *, user: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["place"].queryset = Division.objects.active().visible_to(user)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("case") and not self.errors:
            for name, sentence in (("category", "请选择纠纷类型。"), ("place", "请选择发生地。")):
                if not cleaned.get(name):
                    self.add_error(name, sentence)
        return cleaned


class PublishForm(forms.Form):
    reason = forms.CharField(
        label="发布理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}), error_messages=REASON_ERRORS,
        help_text="如会议纪要、文号；所有人可见",
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput)
