"""What people type about committees and mediators, checked in their words; nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.formfields import TypedDateField
from common.phones import normalise
from common.widgets import CheckMenu, PhoneInput, Segmented
from grids.choices import Level, OrganisationKind
from grids.models import Division, Organisation
from mediators import rights
from mediators.choices import (
    BREACHES,
    GONE,
    GROUNDS,
    CommitteeKind,
    Grade,
    Ground,
    Language,
    MediatorKind,
    MediatorStatus,
    MemberPost,
)
from mediators.models import Committee, CommitteeMember, Mediator, term_ends
from mediators.slots import OpenCase, work

HEAD, KEEP = "head", "keep"


class Form(forms.Form):
    #: What a field offers depends on who asks; the stubs know only the plain Field.
    fields: dict[str, Any]


def line(label: str, missing: str = "", *, limit: int = 50, **kwargs: Any) -> forms.CharField:
    kwargs.setdefault("required", bool(missing))
    kwargs["error_messages"] = {"required": missing, "max_length": f"“{label}”最多写 {limit} 个字。"}
    return forms.CharField(label=label, max_length=limit, **kwargs)


def day(label: str, missing: str = "", **kwargs: Any) -> TypedDateField:
    kwargs.setdefault("required", bool(missing))
    return TypedDateField(label=label, error_messages={"required": missing}, **kwargs)


def pick(label: str, choices: Any, missing: str = "", **kwargs: Any) -> forms.ChoiceField:
    kwargs.setdefault("required", bool(missing))
    return forms.ChoiceField(
        label=label, choices=choices, error_messages={"required": missing, "invalid_choice": f"请重新选择{label}。"}, **kwargs
    )  # fmt: skip


def several(label: str, choices: Any = (), **kwargs: Any) -> forms.MultipleChoiceField:
    kwargs.setdefault("widget", forms.CheckboxSelectMultiple())
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, error_messages={"invalid_choice": f"“{label}”没有这个选项。"}, **kwargs
    )  # fmt: skip


def not_in_the_future(value: dt.date | None, label: str) -> dt.date | None:
    if value and value > timezone.localdate():
        raise ValidationError(f"{label}不能晚于今天。")
    return value


# ---- committees


class CommitteeForm(Form):
    """A committee and its organisation.  Where it stands is chosen when it is entered and never changed."""

    name = line("全称", "请填写全称。", limit=100, help_text="与印章一致")
    short_name = line("简称", limit=30)
    kind = pick("类别", [("", "请选择"), *CommitteeKind.choices], "请选择类别。")
    division = forms.ModelChoiceField(
        Division.objects.none(), label="所在地", empty_label="请选择", widget=forms.Select(attrs={"data-combobox": True}),
        error_messages={"required": "请选择所在地。", "invalid_choice": "请选择您管理范围内的地方。"},
    )  # fmt: skip
    fields_ = several("专业领域", help_text="不选表示各类纠纷")
    places = forms.ModelMultipleChoiceField(
        Division.objects.none(), label="管辖区域", required=False, widget=CheckMenu("管辖区域", nothing="所在地"),
        error_messages={"invalid_choice": "请重新选择管辖区域。"},
    )  # fmt: skip
    established_on = day("设立日期")
    seal_name = line("印章名称", limit=100)
    seal_keeper = line("印章保管人")
    phone = line("公开电话", limit=30, widget=PhoneInput())
    address = line("地址", limit=200)
    is_active = forms.BooleanField(
        label="在用", required=False, initial=True, help_text="撤销的调委会保留记录，不再派单"
    )

    def __init__(self, *args: Any, user: Any, committee: Committee | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = Division.objects.active().within(rights.kept_paths(user)).select_related("parent").order_by("code")
        chosen = list(committee.fields) if committee else []
        kinds = [(code, name) for code, name in work().kinds() if len(code) == 2 or code in chosen]
        self.fields["fields_"].choices = kinds
        if committee:
            place = committee.organisation.division
            del self.fields["division"]
            self.fields["places"].queryset = _around(place)
        else:
            del self.fields["places"], self.fields["is_active"]
            self.fields["division"].queryset = kept
            self.fields["division"].label_from_instance = lambda one: one.full_name()

    def clean_established_on(self) -> dt.date | None:
        return not_in_the_future(self.cleaned_data.get("established_on"), "设立日期")

    @property
    def record(self) -> dict[str, Any]:
        """The cleaned values under the names of the columns."""
        data = dict(self.cleaned_data)
        data["fields"] = data.pop("fields_")
        return data


def _around(place: Division) -> Any:
    """Where a committee standing here may answer for: its place and those below, for a village its neighbours too."""
    above = place.parent if place.level == Level.VILLAGE and place.parent else place
    below = Level.TOWNSHIP if above.level == Level.COUNTY else Level.VILLAGE
    rows = Division.objects.active().filter(path__startswith=above.path, level__in=[above.level, below])
    return rows.order_by("code")


class SeatForm(Form):
    """Somebody joins the committee: one of its mediators, or someone new who becomes one by it (人民调解法 第13条)."""

    mediator = forms.ModelChoiceField(
        Mediator.objects.none(), label="从本调委会调解员中选", required=False, empty_label="（新委员，填写姓名）",
        widget=forms.Select(attrs={"data-combobox": True}), error_messages={"invalid_choice": "请重新选择调解员。"},
    )  # fmt: skip
    new_name = line("新委员姓名", help_text="不在调解员名单里的才填；同时登记为调解员")
    post = pick("职务", MemberPost.choices, "请选择职务。", widget=Segmented(), initial=MemberPost.MEMBER)
    starts_on = day("任期起", "请填写任期起始日期。")
    ends_on = day("任期止", help_text="不填按三年计；补选的填本届届满之日")
    is_woman = forms.BooleanField(label="妇女委员", required=False)
    is_minority = forms.BooleanField(label="人数较少民族委员", required=False)

    def __init__(self, *args: Any, committee: Committee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seated = committee.members.current().values("mediator")
        rows = committee.mediators.not_gone().exclude(pk__in=seated).order_by("sort_key", "pk")
        self.fields["mediator"].queryset = rows
        current = committee.members.current().order_by("ends_on").first()
        self.initial.setdefault("starts_on", timezone.localdate())
        if current and current.ends_on > timezone.localdate():
            self.initial.setdefault("ends_on", current.ends_on)

    def clean_new_name(self) -> str:
        return re.sub(r"\s+", "", self.cleaned_data.get("new_name") or "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("mediator")) == bool(cleaned.get("new_name")) and "mediator" in cleaned:
            self.add_error(
                "new_name" if cleaned.get("mediator") else "mediator",
                "选了调解员就不用再填姓名。" if cleaned.get("mediator") else "请选择一名调解员，或者填写新委员的姓名。",
            )
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends <= starts:
            self.add_error("ends_on", "任期止应当晚于任期起。")
        elif starts and ends and ends > term_ends(starts):
            self.add_error("ends_on", "每届任期三年（人民调解法 第9条），任期止不能再晚。")
        return cleaned


class LeaveSeatForm(Form):
    left_on = day("离任日期", "请填写离任日期。")
    why = line("离任原因", "请填写离任原因。", limit=100, help_text="如：本人辞去、工作调动")

    def clean_left_on(self) -> dt.date | None:
        return not_in_the_future(self.cleaned_data.get("left_on"), "离任日期")


class ElectionForm(Form):
    """A new term: who of the present members goes on, and as what."""

    starts_on = day("新一届任期起", "请填写新一届的起始日期。")

    def __init__(self, *args: Any, seats: list[CommitteeMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = seats
        self.initial.setdefault("starts_on", timezone.localdate())
        for seat in seats:
            self.fields[f"seat_{seat.pk}"] = pick(
                f"{seat.mediator.name}（现任{seat.get_post_display()}）",
                [("", "不再担任"), *MemberPost.choices], initial=seat.post, required=False, widget=Segmented(),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chairs = [seat for seat in self.seats if cleaned.get(f"seat_{seat.pk}") == MemberPost.CHAIR]
        if len(chairs) > 1:
            self.add_error(f"seat_{chairs[1].pk}", "主任只能有一人。")
        return cleaned

    @property
    def posts(self) -> dict[int, str]:
        chosen = {seat.pk: self.cleaned_data.get(f"seat_{seat.pk}", "") for seat in self.seats}
        return {pk: post for pk, post in chosen.items() if post}


class MinorityForm(Form):
    places = forms.ModelMultipleChoiceField(
        Division.objects.filter(level=Level.TOWNSHIP, abolished_on=None).order_by("code"),
        label="多民族居住的乡镇（街道）", required=False, widget=forms.CheckboxSelectMultiple(),
        help_text="这些地方的调委会应当有人数较少民族的成员（人民调解法 第8条）；包括所辖村、社区",
        error_messages={"invalid_choice": "请重新选择。"},
    )  # fmt: skip


# ---- mediators


class MediatorForm(Form):
    """Somebody on the list of a committee.  The committee is chosen once: cases hang on it."""

    name = line("姓名", "请填写姓名。")
    committee = forms.ModelChoiceField(
        Committee.objects.none(), label="所在调委会", empty_label="请选择", widget=forms.Select(attrs={"data-combobox": True}),
        error_messages={"required": "请选择调委会。", "invalid_choice": "请选择您管理范围内的调委会。"},
    )  # fmt: skip
    kind = pick("类别", MediatorKind.choices, "请选择类别。", widget=Segmented(), initial=MediatorKind.PART_TIME)
    phone = line("工作电话", limit=30, widget=PhoneInput(), help_text="公开的联系电话；不登记私人电话和证件号码")
    grade = pick("等级", Grade.choices, widget=Segmented(), required=False)
    appointed_on = day("聘任日期")
    specialities = several("擅长类型")
    languages = several("语言", Language.choices)

    def __init__(self, *args: Any, user: Any, mediator: Mediator | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = list(mediator.specialities) if mediator else []
        self.fields["specialities"].choices = [
            (code, name) for code, name in work().kinds() if len(code) == 2 or code in chosen
        ]
        if mediator:
            del self.fields["committee"]
        else:
            rows = Committee.objects.active().kept_by(user).select_related("organisation")
            self.fields["committee"].queryset = rows

    def clean_name(self) -> str:
        return re.sub(r"\s+", "", self.cleaned_data["name"])

    def clean_phone(self) -> str:
        typed = (self.cleaned_data.get("phone") or "").strip()
        return normalise(typed) or typed

    def clean_appointed_on(self) -> dt.date | None:
        return not_in_the_future(self.cleaned_data.get("appointed_on"), "聘任日期")


class TrainingForm(Form):
    held_on = day("日期", "请填写培训日期。")
    topic = line("内容", "请填写培训内容。", limit=100)
    hours = forms.DecimalField(
        label="学时", min_value=Decimal("0.5"), max_value=Decimal(200), max_digits=4, decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={
            "required": "请填写学时。", "invalid": "学时请写数字，如 8 或者 4.5。", "min_value": "学时至少 0.5。",
            "max_value": "学时不能超过 200。", "max_digits": "学时最多写一位小数。", "max_decimal_places": "学时最多写一位小数。",
            "max_whole_digits": "学时不能超过 200。",
        },
    )  # fmt: skip
    organiser = line("组织单位", limit=100)
    others = forms.ModelMultipleChoiceField(
        Mediator.objects.none(), label="同时参加的本调委会调解员", required=False,
        widget=CheckMenu("同时参加", nothing="只有本人"), error_messages={"invalid_choice": "请重新选择。"},
    )  # fmt: skip

    def __init__(self, *args: Any, mediator: Mediator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Mediator.objects.not_gone().filter(committee=mediator.committee_id).exclude(pk=mediator.pk)
        self.fields["others"].queryset = rows.order_by("sort_key", "pk")

    def clean_held_on(self) -> dt.date | None:
        return not_in_the_future(self.cleaned_data.get("held_on"), "培训日期")


class StatusForm(Form):
    """A new status with its ground, and for each open case who takes it over."""

    to_status = pick(
        "改为",
        (),
        "请选择新的状态。",
        widget=Segmented(),
        help_text="委员由推选单位罢免，聘任的由聘任单位解聘（人民调解法 第15条）",
    )
    ground = pick("原因", (), "请选择原因。")
    effective_on = day("生效日期", "请填写生效日期。")
    note = line("说明", limit=200, help_text="如：推选或者聘任单位的决定文号")

    def __init__(self, *args: Any, mediator: Mediator, cases: list[OpenCase], heirs: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mediator = mediator
        self.movable = [case for case in cases if case.may_move]
        self.heirs = {str(one.pk): one for one in heirs}
        others = [status for status in MediatorStatus if status != mediator.status]
        self.fields["to_status"].choices = [(one.value, one.label) for one in others]
        self.fields["ground"].choices = [("", "请选择"), *_grouped(others)]
        self.initial.setdefault("effective_on", timezone.localdate())
        offered: list[tuple[str, Any]] = [(str(one.pk), f"{one.name}（在办 {one.load} 件）") for one in heirs]
        offered += [(HEAD, "由调委会主任指定"), (KEEP, "暂不移交")]
        for number, case in enumerate(self.movable):
            # One after another, so that ten cases do not all go to the one with the lightest load.
            first = offered[number % len(heirs)][0] if heirs else HEAD
            self.fields[f"case_{case.code}"] = pick(case.code, offered, "请选择移交给谁。", initial=first)

    def clean_effective_on(self) -> dt.date | None:
        return not_in_the_future(self.cleaned_data.get("effective_on"), "生效日期")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        to, ground = cleaned.get("to_status"), cleaned.get("ground")
        if to and ground and ground not in GROUNDS[to]:
            allowed = "、".join(str(Ground(one).label) for one in Ground.values if one in GROUNDS[to])
            self.add_error("ground", f"“{MediatorStatus(to).label}”的原因只能是：{allowed}。")
        if to in GONE:
            for case in self.movable:
                if cleaned.get(f"case_{case.code}") == KEEP:
                    self.add_error(f"case_{case.code}", "罢免、解聘的，在办案件应当移交。")
        return cleaned

    @property
    def hand_over(self) -> dict[str, Mediator | None]:
        if self.cleaned_data["to_status"] == MediatorStatus.SERVING:
            return {}
        chosen = {case.code: self.cleaned_data[f"case_{case.code}"] for case in self.movable}
        return {code: self.heirs.get(heir) for code, heir in chosen.items() if heir != KEEP}

    @property
    def case_fields(self) -> list[tuple[OpenCase, Any]]:
        return [(case, self[f"case_{case.code}"]) for case in self.movable]


def _grouped(statuses: list[MediatorStatus]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Grounds under what they lead to; those of 第15条 once, whichever status they lead to."""
    wanted = set().union(*(GROUNDS[one] for one in statuses))
    breach = [(one.value, str(one.label)) for one in Ground if one in wanted & BREACHES]
    ordinary = [(one.value, str(one.label)) for one in Ground if one in wanted - BREACHES]
    groups = [("一般原因", ordinary), ("人民调解法 第15条（严重的予以罢免或者解聘）", breach)]
    return [(label, rows) for label, rows in groups if rows]


# ---- lists for the court


class SendForm(Form):
    court = forms.ModelChoiceField(
        Organisation.objects.active().filter(kind=OrganisationKind.COURT).order_by("code"),
        label="通报的法院", empty_label=None,
        error_messages={"required": "请选择通报的法院。", "invalid_choice": "请重新选择法院。"},
    )  # fmt: skip
    sent_on = day("通报日期", "请填写通报日期。")
    sent_how = line("通报方式", "请填写通报方式。", limit=100, help_text="如：当面送交、公文交换、本平台")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("sent_on", timezone.localdate())
