"""The registration at the window: at most twelve fields in sight, six of them required, the rest folded away.

The same form reads what a browser posts, what a draft kept and what the REST API sends (``disputes.forms.base.flatten``
with ``IntakeForm.formsets``).  It decides what is typed wrong; who may register where, and once only, is decided by
``disputes.services.register``.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils import timezone

from accounts.choices import Role
from common.errors import Missing, Refusal
from common.formfields import MoneyField, TypedDateField, TypedMomentField
from common.widgets import Combobox, Segmented
from disputes.choices import RISK_HINT, ApplicationForm, LinkKind, NoticeForm, Risk, Source, Willingness
from disputes.forms.parties import ApplicantFormSet, PartyFormSet, RespondentFormSet, say_limits
from disputes.forms.pickers import CategoryField, DivisionField, category_label, division_label
from disputes.models import Dispute
from disputes.workflow import REGISTER
from grids.choices import Level, OrganisationKind
from grids.models import Division, Organisation
from mediators.choices import Language
from posts.models import Visit

#: 人民调解法 took effect; nobody applied to a committee under it before.
FIRST_APPLICATION = dt.date(2011, 1, 1)
#: A choice beside a possible duplicate travels as ``link-GZ2026-000123=recurrence``.
LINK = "link-"
LINKED = re.compile(r"link-([A-Z]{2}\d{4}-\d{6,8})", re.ASCII)
#: Filled in by the browser from the number.
DERIVED = frozenset({"sex", "birth_date"})
#: Who can send a matter in; committees receive matters, they do not send them.
SENDERS = (
    OrganisationKind.COURT, OrganisationKind.PROCURATORATE, OrganisationKind.POLICE, OrganisationKind.PETITION,
    OrganisationKind.JUSTICE, OrganisationKind.DEPARTMENT, OrganisationKind.CENTRE,
)  # fmt: skip


def _choice(label: str, choices: Any, initial: Any, *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, initial=initial, required=required, widget=Segmented,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"请从列出的{label}中选择。"},
    )  # fmt: skip


def _text(label: str, limit: int, rows: int, hint: str = "", required: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=bool(required), help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": limit}), error_messages={"required": required},
    )  # fmt: skip


def registering_paths(user: Any) -> tuple[str, ...]:
    """Places at or below which this person may register."""
    return tuple(sorted({h.division.path for h in user.holdings if h.role in REGISTER and h.division}))


class IntakeForm(forms.Form):
    """One registration: the case, its applicants and its respondents."""

    formsets: ClassVar[dict[str, type[PartyFormSet]]] = {
        "applicants": ApplicantFormSet,
        "respondents": RespondentFormSet,
    }

    submission_key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": "登记页已失效，请重新打开。", "invalid": "登记页已失效，请重新打开。"},
    )
    visit = forms.UUIDField(
        label="来自入格日志", required=False, widget=forms.HiddenInput,
        error_messages={"invalid": "没有找到这条入格日志。"},
    )  # fmt: skip
    source = _choice("来源", Source.choices, Source.WINDOW)
    category = CategoryField(
        label="纠纷类型", help_text="可输拼音首字母，如 zjd", error_messages={"required": "请选择纠纷类型。"},
        widget=Combobox("/categories/", label_for=category_label),
    )  # fmt: skip
    division = DivisionField(
        label="发生地", help_text="村、社区名称或拼音首字母", error_messages={"required": "请选择发生地。"},
        widget=Combobox("/places/?for=register", label_for=division_label),
    )  # fmt: skip
    risk = _choice("风险程度", [(risk, RISK_HINT[risk]) for risk in Risk], Risk.LOW)
    summary = _text(
        "简要情况", 2000, 3, "谁、何时、何地、因何事、想怎样解决；一两句即可", required="请写简要情况，一两句即可。"
    )
    willingness = _choice("申请人意愿", Willingness.choices, Willingness.WILLING)
    notice_form = _choice("权利义务告知", NoticeForm.choices, NoticeForm.NONE, required=False)

    place_detail = forms.CharField(
        label="详细地点", required=False, max_length=100, help_text="如：三社、某小区 2 号楼"
    )
    happened_on = TypedDateField(label="发生日期", required=False)
    claim = _text("调解请求", 1000, 2, "希望对方做什么、赔多少")
    people_count = forms.IntegerField(
        label="涉及人数", required=False, min_value=1, max_value=100_000, help_text="不填按当事人计",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "涉及人数请写整数。", "min_value": "涉及人数至少 1 人。", "max_value": "涉及人数过大，请核对。"},
    )  # fmt: skip
    amount = MoneyField(
        label="涉及金额", required=False,
        error_messages={"min_value": "金额不能是负数。", "max_digits": "金额过大，请核对单位是不是“元”。",
                        "max_whole_digits": "金额过大，请核对单位是不是“元”。", "max_decimal_places": "金额最多写到分。"},
    )  # fmt: skip
    language = forms.ChoiceField(
        label="当事人需要的语言", required=False, choices=[("", "不需要翻译"), *Language.choices],
        error_messages={"invalid_choice": "请从列出的语言中选择。"},
    )  # fmt: skip
    application_form = _choice("申请方式", ApplicationForm.choices, ApplicationForm.ORAL)
    applied_on = TypedDateField(label="申请日期", required=False, help_text="不填为今天；登记后不能更改")
    source_organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="移送机构", required=False, empty_label="没有",
        widget=forms.Select(attrs={"data-combobox": True}),
        error_messages={"invalid_choice": "没有找到这个机构，请从列出的机构中选择。"},
    )  # fmt: skip
    source_number = forms.CharField(label="来源文号", required=False, max_length=60, help_text="如法院案号、信访件编号")
    may_escalate = forms.BooleanField(label="可能引起治安案件、刑事案件", required=False)
    police_told_at = TypedMomentField(
        label="报告公安时间", required=False, help_text="先采取疏导措施，并及时报告（人民调解法第25条）"
    )

    #: Folded into 补充信息, in its order.
    FOLDED: ClassVar[tuple[str, ...]] = (
        "place_detail", "happened_on", "claim", "people_count", "amount", "language", "application_form", "applied_on",
        "source_organisation", "source_number", "may_escalate", "police_told_at",
    )  # fmt: skip
    FOLDED_PARTY: ClassVar[tuple[str, ...]] = (
        "kind", "id_kind", "no_id_reason", "sex", "birth_date", "address", "guardian_name", "agent_name", "contact_name",
    )  # fmt: skip
    FOLDED_RESPONDENT: ClassVar[tuple[str, ...]] = (*FOLDED_PARTY[:2], "id_number", *FOLDED_PARTY[2:], "refuses")

    def __init__(self, data: Any = None, *, user: Any, **kwargs: Any) -> None:
        self.user = user
        if data is None:
            kwargs["initial"] = self._start(user) | kwargs.get("initial", {})
        super().__init__(data, **kwargs)
        say_limits(self)
        # Nobody scans a code at the window; programs may still say so.
        self.fields["source"].widget.choices = [(s, label) for s, label in Source.choices if s != Source.QR]
        self.fields["division"].queryset = Division.objects.active().within(registering_paths(user))
        self.fields["source_organisation"].queryset = (
            Organisation.objects.active().visible_to(user).filter(kind__in=SENDERS).order_by("kind", "code")
        )
        self.rows: dict[str, PartyFormSet] = {name: cls(data, prefix=name) for name, cls in self.formsets.items()}

    @staticmethod
    def _start(user: Any) -> dict[str, Any]:
        """A fresh key, the channel that belongs to the person's role, and their own place when it is below the county."""
        places = {h.division for h in user.holdings if h.role in REGISTER and h.division}
        own = [place for place in places if place.level in (Level.TOWNSHIP, Level.VILLAGE)]
        is_grid = user.roles & REGISTER == {Role.GRID_OFFICER}
        return {
            "submission_key": uuid.uuid4(),
            "source": Source.GRID if is_grid else Source.WINDOW,
            "division": own[0] if len(places) == 1 and own else None,
        }

    @classmethod
    def unjudged(cls, data: Any, *, user: Any) -> IntakeForm:
        """What was typed, shown again without a word about it: a draft taken up, or one more row asked for."""
        form = cls(data, user=user)
        form._errors, form.cleaned_data = ErrorDict(), {}
        for rows in form.rows.values():
            rows._errors, rows._non_form_errors = [], ErrorList()
            for one in rows.forms:
                one._errors, one.cleaned_data = ErrorDict(), {}
        return form

    # -- what the page asks

    @property
    def row_sets(self) -> list[PartyFormSet]:
        return list(self.rows.values())

    @property
    def has_faults(self) -> bool:
        """Whether anything at all is wrong, on the form or in its rows."""
        return bool(self.errors) or any(rows.total_error_count() for rows in self.row_sets)

    @property
    def folded_count(self) -> int:
        return len(self.FOLDED) + len(self.FOLDED_PARTY) + len(self.FOLDED_RESPONDENT)

    @property
    def is_unfolded(self) -> bool:
        """Open when something in there is wrong, or was written by hand (sex and birth date come with the number)."""
        if not self.is_bound:
            return False
        first, second = self.rows["applicants"], self.rows["respondents"]
        return (
            bool(first.others or second.others)
            or _has_something(self, self.FOLDED)
            or _has_something(first.first, self.FOLDED_PARTY)
            or _has_something(second.first, self.FOLDED_RESPONDENT)
        )

    @property
    def warnings(self) -> list[str]:
        """Numbers that were kept although they look wrong."""
        return [warning for rows in self.row_sets for warning in rows.warnings]

    # -- what is typed wrong

    def is_valid(self) -> bool:
        own = super().is_valid()
        judged = [rows.is_valid() for rows in self.row_sets]
        if all(judged):  # only what each row says of itself is sound can be compared
            self._compare_sides()
        return own and all(judged) and not self.errors and not any(r.total_error_count() for r in self.row_sets)

    def clean_visit(self) -> Visit | None:
        uid = self.cleaned_data["visit"]
        found = Visit.objects.visible_to(self.user).filter(uid=uid).first() if uid else None
        if uid and found is None:
            raise ValidationError("没有找到这条入格日志，或者不在您的范围内。", code="unknown")
        return found

    def clean_applied_on(self) -> dt.date | None:
        day = self.cleaned_data["applied_on"]
        if day and day > timezone.localdate():
            raise ValidationError("申请日期不能晚于今天。", code="future")
        if day and day < FIRST_APPLICATION:
            raise ValidationError("申请日期早于人民调解法施行之日（2011-01-01），请核对年份。", code="too_early")
        return day

    def clean_happened_on(self) -> dt.date | None:
        day = self.cleaned_data["happened_on"]
        if day and day > timezone.localdate():
            raise ValidationError("发生日期不能晚于今天。", code="future")
        return day

    def clean_police_told_at(self) -> dt.datetime | None:
        moment = self.cleaned_data["police_told_at"]
        if moment and moment > timezone.now():
            raise ValidationError("报告时间不能晚于现在。", code="future")
        return moment

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        happened, applied = cleaned.get("happened_on"), cleaned.get("applied_on")
        if happened and applied and happened > applied:
            self.add_error("happened_on", f"发生日期不能晚于申请日期（{applied:%Y-%m-%d}）。")
        if cleaned.get("police_told_at"):
            cleaned["may_escalate"] = True  # nobody reports to the police what cannot escalate
        return cleaned

    def _compare_sides(self) -> None:
        applicants, respondents = (rows.filled() for rows in self.row_sets)
        numbers = {form.cleaned_data["id_number"] for form in applicants} - {""}
        for form in respondents:
            if form.cleaned_data["id_number"] in numbers:
                form.add_error("id_number", "和申请人的证件号码相同，请核对。")
        there = len(applicants) + len(respondents)
        count = self.cleaned_data.get("people_count")
        if count and count < there:
            self.add_error("people_count", f"已经填写了 {there} 位当事人，涉及人数不能少于 {there} 人。")

    def show(self, refusal: Refusal) -> None:
        """Put a refusal where the person will see it: beside its field when it names one, else on top."""
        if isinstance(refusal, Missing):
            for name, sentence in refusal.fields.items():
                self.add_error(name if name in self.fields else None, sentence)
        else:
            self.add_error(None, refusal.sentence)

    # -- what the verb receives

    def values(self) -> dict[str, Any]:
        """Arguments of ``services.register`` beside the person."""
        data = dict(self.cleaned_data)
        key = data.pop("submission_key")
        parties = {name: [form.cleaned_data for form in rows.filled()] for name, rows in self.rows.items()}
        return {"data": data | {"links": self.links()}, **parties, "submission_key": key}

    def links(self) -> list[tuple[Dispute, str]]:
        """Cases that the clerk compared with this one.  A case out of sight is passed over in silence."""
        chosen = links_in(self.data)
        seen = Dispute.objects.visible_to(self.user).filter(code__in=chosen) if chosen else ()
        return [(dispute, chosen[dispute.code]) for dispute in seen]


def _has_something(form: forms.BaseForm, names: tuple[str, ...]) -> bool:
    for name in names:
        if name not in form.fields:
            continue
        bound = form[name]
        if bound.errors or (name not in DERIVED and form.fields[name].has_changed(bound.initial, bound.data)):
            return True
    return False


def links_in(data: Mapping[str, Any]) -> dict[str, str]:
    """``{code: kind}`` of the choices beside possible duplicates."""
    found = {match[1]: str(data[key]) for key in data if (match := LINKED.fullmatch(key))}
    return {code: kind for code, kind in found.items() if kind in LinkKind.values}


def worth_keeping(data: QueryDict) -> dict[str, list[str]]:
    """The posted fields that belong to a registration: what a draft keeps, and nothing else."""
    own = set(IntakeForm.base_fields) | {f"{name}_text" for name in IntakeForm.base_fields}
    prefixes = (*(f"{name}-" for name in IntakeForm.formsets), LINK)
    return {name: data.getlist(name) for name in data if name in own or name.startswith(prefixes)}


def as_posted(kept: Mapping[str, list[str]]) -> QueryDict:
    """A draft's fields as if they had just been posted."""
    data = QueryDict(mutable=True)
    for name, values in kept.items():
        data.setlist(name, [str(value) for value in values])
    return data
