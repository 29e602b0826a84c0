"""Shape of what is typed about the calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.formfields import TypedDateField
from common.holidays import BrokenNotice, Notice, decode, read_notice
from common.models import CountyDay
from common.widgets import Segmented
from ganzhou.workcalendar.presentation import FIRST, LAST, WORKED

#: A notice has two thousand characters; a spreadsheet dropped by mistake has more.
MOST_BYTES = 200_000
EXAMPLE = "元旦：1月1日（周五）至3日（周日）放假，共3天。\n2027-02-05至2027-02-13,放假,春节\n2027-02-14,上班,春节"


class NoticeForm(forms.Form):
    """The notice of one year, pasted or uploaded.  An uploaded file takes the place of what stands in ``text``."""

    year = forms.TypedChoiceField(label="年份", coerce=int, error_messages={"invalid_choice": "请从列表里选年份。"})
    source = forms.CharField(
        label="依据",
        required=False,
        max_length=60,
        help_text="不填时取通知的文号",
        error_messages={"max_length": "依据最长 60 个字。"},
    )
    file = forms.FileField(
        label="通知文件",
        required=False,
        help_text="TXT 或者 CSV，也可以不传文件，直接粘贴",
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.csv,text/plain,text/csv"}),
    )
    text = forms.CharField(
        label="通知内容",
        required=False,
        help_text="通知原文，或者每行“日期,放假或上班,名称”",
        widget=forms.Textarea(attrs={"rows": 12, "placeholder": EXAMPLE, "spellcheck": "false"}),
    )
    withdraw = forms.TypedMultipleChoiceField(
        label="改按通知的区县决定",
        required=False,
        coerce=dt.date.fromisoformat,
        help_text="不勾选的保留",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "这一天没有区县决定了，请再看一遍。"},
    )
    expected = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, years: list[int], data: Any = None, files: Any = None, **kwargs: Any) -> None:
        self.notice: Notice | None = None
        self.unreadable = ""
        if files and files.get("file"):
            data = self._with_file(data, files["file"])
        super().__init__(data, files, **kwargs)
        self.fields["year"].choices = [(year, f"{year} 年") for year in years]  # type: ignore[attr-defined]
        year = self["year"].value()
        decisions = CountyDay.objects.filter(day__year=int(year)) if str(year).isdigit() and len(str(year)) == 4 else []
        self.fields["withdraw"].choices = [(str(row.day), described(row)) for row in decisions]  # type: ignore[attr-defined]

    def _with_file(self, data: Any, file: Any) -> Any:
        """The file's text goes where pasted text goes, so that a mistake in it can be mended on the page."""
        data = data.copy()
        if file.size > MOST_BYTES:
            self.unreadable = "文件太大，放假安排的通知不会超过 200 KB。"
            return data
        try:
            data["text"] = decode(file.read())
        except BrokenNotice as error:
            self.unreadable = str(error)
        return data

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.unreadable:
            self.add_error("file", self.unreadable)
        elif not cleaned.get("text"):
            self.add_error("text", "请粘贴通知内容，或者选一个文件。")
        elif "year" in cleaned:
            try:
                self.notice = read_notice(cleaned["text"], cleaned["year"])
            except BrokenNotice as error:
                self.add_error("text", ValidationError([ValidationError(one) for one in error.problems]))
        return cleaned


class DecideForm(forms.Form):
    """The county departs from the notice on one day."""

    is_workday = forms.TypedChoiceField(
        label="这一天",
        choices=[("off", "休息"), ("on", "上班")],
        coerce=lambda value: value == "on",
        widget=Segmented,
        error_messages={"required": "请选休息或者上班。"},
    )
    note = forms.CharField(
        label="名称",
        max_length=40,
        help_text="日历上显示的，如：县庆、防汛停工",
        error_messages={"required": "请填写名称。", "max_length": "名称最长 40 个字。"},
    )
    source = forms.CharField(
        label="依据",
        max_length=60,
        help_text="文号或者会议纪要",
        error_messages={"required": "请填写依据，如文号。", "max_length": "依据最长 60 个字。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明理由。", "max_length": "理由最长 200 个字。"},
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明理由。", "max_length": "理由最长 200 个字。"},
    )


class GoToDayForm(forms.Form):
    day = TypedDateField(label="看某一天", error_messages={"required": "请填写日期。"})

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if not FIRST <= day <= LAST:
            raise ValidationError(f"日历只有 {FIRST.year} 至 {LAST.year} 年。", code="range")
        return day


def described(row: CountyDay) -> str:
    return f"{row.day} {WORKED[row.is_workday]}（{row.note}）"
