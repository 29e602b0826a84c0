"""Forms of the steps that watch over a case: extensions, climbing, urging, supervision, instructions, sponsors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from common.formfields import TypedDateField
from disputes import deadlines, guards
from disputes.choices import SupervisionKind
from disputes.forms.base import TransitionForm
from disputes.forms.fields import labelled, line, pick, text
from disputes.models import ClockRow, Supervision
from disputes.presentation import scrubber


def _limit_in_words(row: ClockRow) -> str:
    """A running limit with its last day and how much longer it may become."""
    rule = deadlines.BY_KEY[row.key].extend
    assert rule is not None
    consent = "，须各方当事人同意" if rule.needs_parties else ""
    left = rule.days - row.extended_days
    return f"{row.label}（{row.due_on:%Y-%m-%d} 届满，最多延长 {left} 个{row.unit}{consent}）"


def _card_in_words(row: Supervision) -> str:
    number = f" {row.number}" if row.number else ""
    return f"{row.get_kind_display()}{number}（{'已回复' if row.replied_at else '还没有回复'}）"


class AskExtensionForm(TransitionForm):
    # Choices from the clocks loaded with the case: a model field would ask the database once more for each reader.
    clock = forms.ChoiceField(label="要延长的期限")
    days = forms.IntegerField(label="延长天数", min_value=1, max_value=90, help_text="按该期限自己的单位计算")
    reason = text("延期的理由", rows=2, limit=300, required=True)
    all_parties_agreed = forms.BooleanField(label="各方当事人都同意延长", required=False)
    agreed_on = TypedDateField(label="同意日期", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = guards.extendable(self.dispute)
        choices = [(str(row.pk), _limit_in_words(row)) for row in rows]
        self.fields["clock"].choices = choices if len(rows) == 1 else [("", "请选择"), *choices]
        if not any(deadlines.BY_KEY[row.key].extend.needs_parties for row in rows):  # type: ignore[union-attr]
            del self.fields["all_parties_agreed"], self.fields["agreed_on"]

    def clean_clock(self) -> ClockRow:
        return next(row for row in guards.extendable(self.dispute) if str(row.pk) == self.cleaned_data["clock"])


class DecideExtensionForm(TransitionForm):
    offered = ("decision",)
    #: The request this page showed: another one, asked meanwhile, is not decided by it.
    asked = forms.IntegerField(required=False, widget=forms.HiddenInput)
    decision = pick("意见", [("granted", "批准"), ("refused", "不批准")])
    days_granted = forms.IntegerField(label="批准天数", min_value=1, required=False, help_text="空着就是按申请的天数")
    reason = line("审批意见", hint="不批准的须写明")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.dispute.extensions.waiting().select_related("clock", "asked_by").first()
        if asked:
            self.initial["asked"] = asked.pk
            agreed = f"，各方当事人 {asked.agreed_on:%Y-%m-%d} 同意" if asked.agreed_on else ""
            self.fields["decision"].help_text = (
                f"{asked.asked_by.name}申请{asked.clock.label}期限延长 {asked.days_asked} 个{asked.clock.unit}"
                f"{agreed}。理由：{scrubber(self.dispute)(asked.reason)}"
            )
            self.fields["days_granted"].max_value = asked.days_asked
            self.initial.setdefault("days_granted", asked.days_asked)


class EscalateForm(TransitionForm):
    reason = text("做过的工作和上报的理由", rows=3, limit=500, required=True)


class UrgeForm(TransitionForm):
    note = line("要说的话", limit=200, hint="可以空着；发给责任单位的经办人和负责人")


class SuperviseForm(TransitionForm):
    offered = ("kind",)
    kind = pick("种类", labelled(SupervisionKind), initial=SupervisionKind.ORDINARY)
    reason = text("事由和要求", rows=3, limit=500, required=True)
    reply_by = TypedDateField(label="要求回复日期", required=False, help_text="空着就是 3 个工作日内")


class AnswerForm(TransitionForm):
    reply = text("原因、措施和完成时间", rows=3, limit=1000, required=True)


class LiftForm(TransitionForm):
    which = forms.TypedMultipleChoiceField(
        label="解除哪些", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = line("解除的理由", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(self.dispute.supervisions.open())
        self.fields["which"].choices = [(row.pk, _card_in_words(row)) for row in rows]
        self.initial.setdefault("which", [row.pk for row in rows if row.replied_at])
        if len(rows) == 1:
            del self.fields["which"]


class InstructForm(TransitionForm):
    text = text("批示", rows=3, limit=500, required=True)


class ReportForm(TransitionForm):
    report = text("落实情况", rows=3, limit=1000, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.dispute.instructions.filter(reported_at=None).select_related("given_by").first()
        if given:
            self.fields["report"].help_text = f"{given.given_by.name}批示：{scrubber(self.dispute)(given.text)}"


class SponsorForm(TransitionForm):
    leader = forms.ModelChoiceField(User.objects.none(), label="包案领导", empty_label="请选择")
    note = line("说明")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["leader"].queryset = User.objects.holding(Role.LEADER, today)
        if self.user.holds(Role.LEADER):
            self.initial.setdefault("leader", self.user.pk)


WATCH_FORMS: dict[str, type[TransitionForm]] = {
    "ask_extension": AskExtensionForm,
    "decide_extension": DecideExtensionForm,
    "escalate": EscalateForm,
    "urge": UrgeForm,
    "supervise": SuperviseForm,
    "answer_supervision": AnswerForm,
    "lift_supervision": LiftForm,
    "instruct": InstructForm,
    "report_instruction": ReportForm,
    "sponsor": SponsorForm,
}
