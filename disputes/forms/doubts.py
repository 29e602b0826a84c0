"""What looks unlikely in a registration: said once, beside its field, and never refused.

Whoever submits the same page a second time has looked: people do have long names, and some matters need four words.
Only the page at the window asks; programs that register over the API are not held up.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.forms import BoundField
from django.utils import timezone

from disputes.choices import PartyKind, Willingness

if TYPE_CHECKING:
    from disputes.forms.intake import IntakeForm

#: Names of 少数民族 written out in Chinese reach fifteen or so.
LONGEST_NAME = 20
SHORTEST_SUMMARY = 5
#: People hand in a paper weeks after signing it; older than this is mostly a wrong month.
OLD_APPLICATION = dt.timedelta(days=30)
#: The field whose question is asked when the case is to be accepted at once.
NOTICE = "notice_form"
UNTOLD = "还没有告知权利义务。没有告知也可以受理；告知以前不能派单，也不能记录调解。"


@dataclass(frozen=True)
class Doubt:
    field: BoundField
    sentence: str

    @property
    def key(self) -> str:
        """What the page sends back once it has been read."""
        return self.field.html_name

    def show(self) -> None:
        """Beside the field (components/field.html)."""
        self.field.field.doubt = self.sentence  # type: ignore[attr-defined]


def doubts(form: IntakeForm, *, accept: bool) -> list[Doubt]:
    """What is unlikely in a form that is valid, in the order of the page; ``accept``: the notice is asked for too."""
    return [*_names(form), *_matter(form), *(_notice(form) if accept else ())]


def _names(form: IntakeForm) -> Iterator[Doubt]:
    for rows in form.row_sets:
        for one in rows.filled():
            name = one.cleaned_data["name"]
            if one.cleaned_data["kind"] != PartyKind.PERSON:
                continue
            if re.search(r"\d", name):
                yield Doubt(one["name"], "姓名里有数字，请核对是不是填错了格。")
            elif len(name) > LONGEST_NAME:
                yield Doubt(one["name"], f"姓名有 {len(name)} 个字，请核对；是单位的，请在补充信息里选“单位”。")


def _matter(form: IntakeForm) -> Iterator[Doubt]:
    summary = form.cleaned_data["summary"].strip()
    if len(summary) < SHORTEST_SUMMARY:
        yield Doubt(form["summary"], f"简要情况只有 {len(summary)} 个字，接手的人可能看不懂是什么事。")
    applied = form.cleaned_data.get("applied_on")
    if applied and applied < timezone.localdate() - OLD_APPLICATION:
        days = (timezone.localdate() - applied).days
        yield Doubt(form["applied_on"], f"申请日期在 {days} 天以前，登记后不能更改，请核对年月日。")


def _notice(form: IntakeForm) -> Iterator[Doubt]:
    if form.cleaned_data["willingness"] == Willingness.WILLING and not form.cleaned_data.get(NOTICE):
        yield Doubt(form[NOTICE], UNTOLD)
