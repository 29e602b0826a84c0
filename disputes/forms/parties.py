"""Someone on one side of a dispute, as typed at the window: person or organisation, document, phone, where they live.

A document number that looks wrong warns and is kept unchecked: the person at the window cannot always settle it, and
nobody is turned away for a region code.  Only what cannot be a number at all (too short, foreign characters) is
sent back.  Sex and birth date follow from an 18-digit number whatever the browser filled in.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone

from common import phones
from common.formfields import TypedDateField
from common.idnumbers import OLDEST_BIRTH, Fault, IdKind, IdNumber, Sex, Uscc
from common.masks import mask_address, mask_id_number, mask_name, mask_org, mask_phone
from common.widgets import IdNumberInput, PhoneInput, Segmented
from disputes.choices import PartyKind, PartyRole
from disputes.models import Party

#: What people write when there is nothing to write.
NOTHING = frozenset({"无", "没有", "暂无", "无电话", "没有电话", "无手机", "无号码"})
#: One submission carries at most so many people a side; more are added on the case's page.
MOST_PARTIES = 100
#: Faults of a number with which it can still be somebody's: kept, marked unchecked.
DOUBTFUL = frozenset({Fault.CHECK_DIGIT, Fault.BIRTH_DATE, Fault.PREFIX})

#: Endings that no person's name has, and those that need a longer name before them (李建社 is a person).
_SURELY = re.compile(
    r"(公司|集团|合作社|信用社|银行|医院|卫生院|诊所|学校|小学|中学|幼儿园|委员会|村委会|居委会|人民政府|办事处|物业|超市|酒店|宾馆|饭店|项目部|工程队|经营部|工作室|事务所|协会|基金会|服务中心)$"
)
_PROBABLY = re.compile(r"(厂|店|局|院|社|站|所|场|中心|大队|部)$")


def looks_like_organisation(name: str) -> bool:
    """Whether a name reads as a company or body; the clerk may say otherwise."""
    name = name.rstrip("）)")
    if "·" in name:
        return False
    return (len(name) >= 4 and bool(_SURELY.search(name))) or (len(name) >= 5 and bool(_PROBABLY.search(name)))


class PhoneField(forms.CharField):
    """A number that can be called back, in its stored form; 无 is an answer too and is stored as nothing."""

    widget = PhoneInput

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        return typed if typed in NOTHING else phones.normalise(typed)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value not in NOTHING and (sentence := phones.problem(value)):
            raise ValidationError(sentence, code="invalid")


@dataclass
class Identity:
    """What the document says about a party, with what must be corrected and what should be looked at again."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    warning: str = ""


def read_identity(kind: str, *, id_kind: str, number: str, reason: str, sex: str, birth: dt.date | None) -> Identity:
    """Check a document and derive what follows from it."""
    if kind == PartyKind.ORGANISATION:
        return _read_code(number)
    found = Identity(
        {
            "id_kind": id_kind,
            "id_number": "",
            "no_id_reason": "",
            "id_is_checked": False,
            "sex": sex,
            "birth_date": birth,
        }
    )
    if id_kind == IdKind.NONE or (not number.strip() and reason):
        parsed = IdNumber.parse(number, IdKind.NONE, reason=reason)
        if Fault.LENGTH in parsed.faults:
            found.errors["id_number"] = parsed.problem
        if Fault.REASON in parsed.faults:
            found.errors["no_id_reason"] = "没有证件的，请注明原因。"
        found.values |= {"id_kind": IdKind.NONE, "no_id_reason": reason}
        return found
    if not number.strip():
        if id_kind not in ("", IdKind.ID_CARD):
            found.errors["id_number"] = "请填写证件号码；确实没有的，请选择“无证件”并注明原因。"
        found.values["id_kind"] = ""  # the card was not shown: nothing is known, which is not the same as having none
        return found
    parsed = IdNumber.parse(number, id_kind or IdKind.ID_CARD)
    if parsed.faults - DOUBTFUL:
        found.errors["id_number"] = parsed.problem
        return found
    found.warning = parsed.problem
    found.values |= {"id_kind": parsed.kind, "id_number": parsed.text, "id_is_checked": parsed.is_valid}
    if parsed.is_valid:  # the document decides
        found.values |= {"sex": parsed.sex or sex, "birth_date": parsed.birth_date or birth}
    else:  # it only helps out
        found.values |= {"sex": sex or parsed.sex or "", "birth_date": birth or parsed.birth_date}
    return found


def _read_code(number: str) -> Identity:
    """An organisation's 统一社会信用代码; without one it is known by its name."""
    found = Identity(
        {"id_kind": "", "id_number": "", "no_id_reason": "", "id_is_checked": False, "sex": "", "birth_date": None}
    )
    if not number.strip():
        return found
    code = Uscc.parse(number)
    if code.problem and code.fault != Fault.CHECK_DIGIT:
        found.errors["id_number"] = code.problem
        return found
    found.warning = code.problem
    found.values |= {"id_number": code.text, "id_is_checked": code.is_valid}
    return found


def check_name(name: str) -> str:
    """A name with single blanks; raises when it holds no letter at all, which is a number typed into the wrong field."""
    name = " ".join(name.split())
    if name and not any(character.isalpha() for character in name):
        raise ValidationError("姓名或名称里没有文字，请核对是不是填错了格。", code="invalid")
    return name


def check_birth(birth: dt.date | None) -> dt.date | None:
    if birth and birth > timezone.localdate():
        raise ValidationError("出生日期不能晚于今天。", code="future")
    if birth and birth < OLDEST_BIRTH:
        raise ValidationError("出生日期早于 1900 年，请核对年份。", code="too_early")
    return birth


def say_limits(form: forms.BaseForm) -> None:
    """Say how long is too long the way one would at the window."""
    for given in form.fields.values():
        for validator in given.validators:
            if isinstance(validator, MaxLengthValidator):
                validator.message = "最多 %(limit_value)d 个字，现在 %(show_value)d 个，请精简。"


def _line(label: str, limit: int, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=limit, help_text=hint)


class PartyFields(forms.Form):
    """The fields every party form has, in the order of the window."""

    id_number = forms.CharField(label="证件号码", required=False, max_length=60, widget=IdNumberInput)
    name = forms.CharField(
        label="姓名或单位名称", max_length=100, error_messages={"required": "请填写姓名或者单位名称。"}
    )
    phone = PhoneField(label="联系电话", required=False, max_length=40)
    kind = forms.ChoiceField(
        label="类别", choices=[("", "按名称判断"), *PartyKind.choices], required=False, widget=Segmented
    )
    id_kind = forms.ChoiceField(
        label="证件类型", choices=IdKind.choices, required=False, initial=IdKind.ID_CARD,
        widget=forms.Select(attrs={"data-idkind": True}),
    )  # fmt: skip
    no_id_reason = _line("无证件原因", 60, "如：遗失补办中")
    sex = forms.ChoiceField(
        label="性别",
        choices=[("", "未填"), *Sex.choices],
        required=False,
        widget=Segmented(attrs={"data-id-sex": True}),
    )
    birth_date = TypedDateField(label="出生日期", required=False)
    address = _line("住址", 200)
    guardian_name = _line("监护人", 50, "未满 18 周岁的填写")
    agent_name = _line("代理人", 50, "受委托的人")
    contact_name = _line("负责人", 50, "单位的填写")
    refuses = forms.BooleanField(label="已明确拒绝调解", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warning = ""
        say_limits(self)
        self.fields["birth_date"].widget.attrs["data-id-birth"] = True

    def clean_name(self) -> str:
        return check_name(self.cleaned_data["name"])

    def clean_id_number(self) -> str:
        number: str = self.cleaned_data["id_number"]
        return "" if number in NOTHING else number

    def clean_birth_date(self) -> dt.date | None:
        return check_birth(self.cleaned_data["birth_date"])

    def take(self, identity: Identity) -> None:
        """Put what the document says into the cleaned data, its faults beside their fields."""
        self.cleaned_data |= identity.values
        self.warning = identity.warning
        for name, sentence in identity.errors.items():
            self.add_error(name, sentence)

    def blank_for_kind(self, kind: str) -> None:
        """Drop what the other kind of party has: a company has no guardian, a person no manager."""
        self.cleaned_data["guardian_name" if kind == PartyKind.ORGANISATION else "contact_name"] = ""


class PartyForm(PartyFields):
    """One party of a registration."""

    side: str = PartyRole.APPLICANT

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        name, number = cleaned.get("name", ""), cleaned.get("id_number", "")
        kind = cleaned.get("kind") or kind_of(name, number)
        cleaned["kind"] = kind
        cleaned["phone"] = "" if cleaned.get("phone", "") in NOTHING else cleaned.get("phone", "")
        self.take(
            read_identity(
                kind, id_kind=cleaned.get("id_kind", ""), number=number, reason=cleaned.get("no_id_reason", ""),
                sex=cleaned.get("sex", ""), birth=cleaned.get("birth_date"),
            )
        )  # fmt: skip
        self.blank_for_kind(kind)
        return self.cleaned_data

    @property
    def masked(self) -> str:
        """The name as it may be shown in a message."""
        name = self.cleaned_data.get("name", "")
        return mask_org(name) if self.cleaned_data.get("kind") == PartyKind.ORGANISATION else mask_name(name)


def kind_of(name: str, number: str) -> str:
    """Person or organisation, from the code or the name, for a clerk who did not say."""
    by_code = bool(number) and Uscc.parse(number).is_valid and not IdNumber.parse(number).is_valid
    return PartyKind.ORGANISATION if by_code or looks_like_organisation(name) else PartyKind.PERSON


class ApplicantForm(PartyForm):
    """The one who stands at the window, and those who came along.  A phone is asked for; 无 is an answer."""

    side = PartyRole.APPLICANT
    refuses = None  # type: ignore[assignment]  # their will is asked once, for the case

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["id_number"].label = "身份证号"
        self.fields["name"].label = "姓名"
        self.fields["name"].error_messages["required"] = "请填写申请人的姓名。"
        phone = self.fields["phone"]
        phone.label = "电话"
        phone.required = True
        phone.error_messages["required"] = "请填写联系电话；没有电话的填“无”。"


class RespondentForm(PartyForm):
    """The other side, of whom often only the name is known."""

    side = PartyRole.RESPONDENT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["id_number"].label = "对方证件号码"
        self.fields["name"].label = "对方姓名或单位"
        self.fields["name"].error_messages["required"] = "请填写对方的姓名或者单位名称。"
        self.fields["phone"].label = "对方电话"
        self.fields["refuses"].label = "对方已明确拒绝调解"


class PartyFormSet(BaseFormSet):  # type: ignore[type-arg]
    """Everyone on one side; the first is always there and always filled in."""

    default_error_messages = {
        "missing_management_form": "页面不完整，请重新打开登记页。",
        "too_many_forms": f"一次最多登记 {MOST_PARTIES} 位，其余请登记后在案件页添加。",
    }

    def total_form_count(self) -> int:
        return max(1, super().total_form_count())

    @property
    def first(self) -> PartyForm:
        return self.forms[0]

    @property
    def others(self) -> list[PartyForm]:
        return self.forms[1:]

    def filled(self) -> list[PartyForm]:
        """Forms that somebody wrote in: an extra row left blank is nobody."""
        return [form for form in self.forms if form.cleaned_data.get("name")]

    @property
    def warnings(self) -> list[str]:
        return [f"{form.masked}：{form.warning}" for form in self.filled() if form.warning]


def _formset(form: type[PartyForm]) -> type[PartyFormSet]:
    return formset_factory(
        form,
        formset=PartyFormSet,
        extra=0,
        min_num=1,
        max_num=MOST_PARTIES,
        absolute_max=MOST_PARTIES + 1,
        validate_max=True,
    )


ApplicantFormSet = _formset(ApplicantForm)
RespondentFormSet = _formset(RespondentForm)


# ---- on the case page


def _reason(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=300, error_messages={"required": "请写明理由，如：当事人补充、核对证件后更正。"}
    )


class AddPartyForm(PartyForm):
    """One more party of a case that is under way."""

    role = forms.ChoiceField(
        label="地位", choices=PartyRole.choices, widget=Segmented, error_messages={"required": "请选择是哪一方。"}
    )
    reason = _reason("添加的理由")
    field_order = ["role", "name", "phone"]

    def values(self) -> dict[str, Any]:
        row = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return {"new_parties": [row], "reason": self.cleaned_data["reason"]}


class AmendPartyForm(PartyFields):
    """Correct one party without being shown who they are: what is left blank stays, 无 takes it out."""

    #: Personal: never put back into the page, only described by its mask.
    KEPT = ("name", "id_number", "phone", "address", "birth_date", "contact_name", "guardian_name", "agent_name")

    reason = _reason("更正的理由")
    field_order = ["name", "phone", "id_number"]

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        self.party = party
        shown = {"kind": party.kind, "id_kind": party.id_kind or IdKind.ID_CARD, "sex": party.sex,
                 "no_id_reason": party.no_id_reason, "refuses": party.refuses}  # fmt: skip
        super().__init__(*args, initial=shown, **kwargs)
        self.fields["name"].required = False
        self.fields["kind"].choices = PartyKind.choices
        if party.role == PartyRole.APPLICANT:
            del self.fields["refuses"]
        for name in self.KEPT:
            self.fields[name].help_text = self._as_it_is(name)

    def _as_it_is(self, name: str) -> str:
        value = getattr(self.party, name)
        if not value:
            return "尚未填写"
        if name == "birth_date":
            return f"现为 {self.party.age(timezone.localdate())} 岁，不改留空"
        mask = {"id_number": mask_id_number, "phone": mask_phone, "address": mask_address}.get(name, mask_name)
        if name == "name" and self.party.kind == PartyKind.ORGANISATION:
            mask = mask_org
        return f"现为 {mask(value)}，不改留空" + ("" if name in ("name", "id_number") else "，填“无”清除")

    def clean(self) -> dict[str, Any]:
        cleaned, party = self.cleaned_data, self.party
        kind = cleaned.get("kind") or party.kind
        cleaned["kind"] = kind
        without = cleaned.get("id_kind") == IdKind.NONE
        typed = cleaned.get("id_number", "")
        number = typed or ("" if without else party.id_number)
        touched = typed or without or kind != party.kind or cleaned.get("id_kind") != (party.id_kind or IdKind.ID_CARD)
        birth = cleaned.get("birth_date") or party.birth_date
        if touched or cleaned.get("no_id_reason") != party.no_id_reason:
            self.take(
                read_identity(
                    kind, id_kind=cleaned.get("id_kind", ""), number=number, reason=cleaned.get("no_id_reason", ""),
                    sex=cleaned.get("sex", ""), birth=birth,
                )
            )  # fmt: skip
        else:
            cleaned["birth_date"] = birth
            for name in ("id_number", "id_kind", "no_id_reason"):
                cleaned[name] = getattr(party, name)
        for name in ("name", "phone", "address", "contact_name", "guardian_name", "agent_name"):
            value = cleaned.get(name, "")
            cleaned[name] = getattr(party, name) if not value else "" if value in NOTHING and name != "name" else value
        self.blank_for_kind(kind)
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the verb ``amend`` receives; equal values are no change to it."""
        row = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return {"party": self.party, "party_data": row, "reason": self.cleaned_data["reason"]}
