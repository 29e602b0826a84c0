"""Shape of what is uploaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from imports.reading import MOST_BYTES


class UploadForm(forms.Form):
    file = forms.FileField(
        label="文件",
        help_text=f"Excel 工作簿（.xlsx）或者 CSV，最大 {MOST_BYTES // 1024 // 1024} MB",
        allow_empty_file=True,  # told by us, in the words of every other fault
        widget=forms.FileInput(
            attrs={"accept": ".xlsx,.csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,text/csv"}
        ),
        error_messages={"required": "请选一个文件。", "invalid": "没有收到文件，请重新选择。"},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:  # before its content is looked at
            raise ValidationError(
                f"文件有 {file.size / 1024 / 1024:.0f} MB，最大 {MOST_BYTES // 1024 // 1024} MB。"
                "请删去图片和空白格式，只留数据，或者分几次上传。"
            )
        return file
