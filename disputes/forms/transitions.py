"""One form a transition.  ``FORMS`` maps each row of the table to the input it takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.formfields import MoneyField, TypedDateField, TypedMomentField
from common.widgets import NarrowedSelect
from disputes import assignment, clauses
from disputes.choices import (
    FAIL_REASONS,
    RISK_HINT,
    TERMINATE_REASONS,
    WITHDRAW_REASONS,
    ChosenBy,
    DeclineReason,
    FollowUpWay,
    NoticeForm,
    ObligationKind,
    ObligationState,
    PartyKind,
    RecusalGround,
    Retention,
    Satisfaction,
    SessionMode,
    SignManner,
    SuspendReason,
    Willingness,
)
from disputes.forms.base import TransitionForm, ask_by_name
from disputes.forms.fields import labelled, line, pick, routes, text, without_blank
from disputes.forms.pickers import CategoryField, DivisionField, MediatorField
from disputes.forms.watching import WATCH_FORMS
from disputes.models import Obligation, Party
from disputes.presentation import masked_name, scrubber
from disputes.workflow import HANDLE
from grids.models import Division, Organisation
from mediators.choices import Language
from mediators.models import Committee, Mediator


class NoteForm(TransitionForm):
    note = line("备注")


class ReasonForm(TransitionForm):
    reason = line("理由", required=True)


# ---- 受理


class AcceptForm(TransitionForm):
    notice_form = pick(
        "权利义务告知",
        without_blank(NoticeForm),
        required=False,
        hint="没有告知也可以受理；告知以前不能派单、不能记录调解",
    )
    note = line("备注")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.dispute.notice_form:
            del self.fields["notice_form"]


class DeclineForm(TransitionForm):
    reason = forms.ChoiceField(label="不予受理的原因", choices=DeclineReason.choices)
    destination = line("告知当事人可以去哪里", limit=100, required=True, hint="如：甘州区劳动人事争议仲裁委员会")
    routes_told = routes()
    note = text("说明", rows=2)


class NoticeFormForm(TransitionForm):
    notice_form = pick("告知方式", without_blank(NoticeForm))
    note = line("签收人或者说明")


class RiskForm(TransitionForm):
    risk = pick("风险程度", [(value, RISK_HINT[value]) for value in RISK_HINT])
    may_escalate = forms.BooleanField(label="可能引起治安案件、刑事案件", required=False)
    police_told_at = TypedMomentField(label="报告公安机关时间", required=False, help_text="可能激化的应当及时报告")
    note = line("依据", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {
            "risk": self.dispute.risk,
            "may_escalate": self.dispute.may_escalate,
            "police_told_at": self.dispute.police_told_at,
        }


# ---- 分派


class RowField(forms.ModelChoiceField):
    """A choice of one row.  ``among``: the rows by key, read already, so that a hundred forms do not each ask for them."""

    among: Mapping[str, Any] | None = None

    def to_python(self, value: Any) -> Any:
        if self.among is None or value in self.empty_values:
            return super().to_python(value)
        if str(value) not in self.among:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return self.among[str(value)]


@dataclass(frozen=True)
class Batch:
    """What the forms of several cases share: the pool of suggestions, and the committees and mediators that were chosen."""

    pool: assignment.Pool
    committees: Collection[Committee]
    mediators: Collection[Mediator]


class AssignForm(TransitionForm):
    template = "disputes/forms/assign.html"

    committee = RowField(Committee.objects.none(), label="调委会", empty_label="请选择")
    mediator = RowField(
        Mediator.objects.none(), label="调解员", required=False, help_text="可以留空，由调委会主任指定",
        empty_label="由调委会主任指定", widget=NarrowedSelect("committee", lambda mediator: mediator.committee_id),
    )  # fmt: skip
    chosen_by = pick("当事人选择", ChosenBy.choices, initial=ChosenBy.NOT_ASKED, hint="当事人有权选择或者接受调解员")
    recusal = forms.ChoiceField(label="回避", choices=RecusalGround.choices, required=False)
    reason = line("说明", hint="不采纳建议时请写明理由")

    def __init__(self, *args: Any, batch: Batch | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        self.matter = assignment.Matter.of(self.dispute)
        self.pool = batch.pool if batch else assignment.Pool([self.matter])
        self.suggestion = assignment.suggest(self.matter, self.pool, others=batch is None)
        committees = Committee.objects.active().visible_to(self.user).select_related("organisation__division")
        if self.dispute.township_id:
            committees = assignment.fitting(committees, self.dispute.place_path)
        self.fields["committee"].queryset = committees
        self.fields["mediator"].queryset = (
            Mediator.objects.serving()
            .filter(committee__in=committees)
            .select_related("committee__organisation")
            .order_by("committee__organisation__code", "sort_key", "pk")
        )
        self.fields["mediator"].label_from_instance = lambda m: f"{m.name}（{m.committee}）"
        if batch:
            place, everywhere = self.dispute.place_path, not self.dispute.township_id
            fitting = {str(c.pk): c for c in batch.committees if everywhere or assignment.fits(c, place)}
            self.fields["committee"].among = fitting
            self.fields["mediator"].among = {str(m.pk): m for m in batch.mediators if str(m.committee_id) in fitting}
        if self.suggestion:
            self.initial |= {"committee": self.suggestion.committee, "mediator": self.suggestion.mediator}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        committee, mediator = cleaned.get("committee"), cleaned.get("mediator")
        if committee and mediator and mediator.committee_id != committee.pk:
            self.add_error("mediator", f"{mediator.name}不属于{committee}，请重新选择。")
        if self.suggestion:
            cleaned["suggestion"] = self.suggestion.sentence
            cleaned["followed_suggestion"] = (committee, mediator) == (
                self.suggestion.committee,
                self.suggestion.mediator,
            )
            if committee:
                cleaned["rungs"] = (self.suggestion.rung, assignment.rung(committee))
        if mediator and not cleaned.get("reason") and self._may_be_interested(mediator):
            self.add_error("reason", f"{mediator.name}与当事人可能有利害关系，确需指定的，请写明理由。")
        return cleaned

    def _may_be_interested(self, mediator: Mediator) -> bool:
        # Of a batch everyone was suggested, and nobody is suggested who may be.
        return self.batch is None and bool(self.pool.interested(self.matter, [mediator]))


class ReassignForm(AssignForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].label = "改派的理由"
        self.fields["reason"].error_messages["required"] = "请填写改派的理由。"
        self.fields["reason"].help_text = ""


class AppointForm(TransitionForm):
    mediator = forms.ModelChoiceField(Mediator.objects.none(), label="调解员")
    chosen_by = pick("当事人选择", ChosenBy.choices, initial=ChosenBy.NOT_ASKED)
    recusal = forms.ChoiceField(label="回避", choices=RecusalGround.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mediator"].queryset = Mediator.objects.serving().filter(committee=self.dispute.committee)


# ---- 调解


class SessionForm(TransitionForm):
    template = "disputes/forms/session.html"

    record = text("调解情况", rows=4, limit=4000, required=True, hint="一句话即可")
    mode = pick("方式", SessionMode.choices, initial=SessionMode.FACE_TO_FACE)
    held_at = TypedMomentField(label="调解时间", required=False, help_text="不填即现在；可以补记")
    next_at = TypedMomentField(label="下次调解时间", required=False)
    mediator_accepted = forms.BooleanField(
        label="当事人接受本调解员", required=False, help_text="派单时没有询问，请当面问明"
    )
    place = line("地点", limit=100)
    attendees = line("参加人", limit=200, hint="受邀协助者和在场人")
    invitees_agreed = forms.BooleanField(label="邀请他人参加已征得当事人同意", required=False)
    is_public = forms.BooleanField(label="公开进行", required=False)
    rights_told = forms.BooleanField(label="已告知权利义务", required=False)
    principles_told = forms.BooleanField(label="已告知调解原则、方式和调解人员身份", required=False)
    statements = text("双方陈述", limit=4000)
    facts = text("调查核实与质证", limit=4000)
    risks_told = forms.BooleanField(label="已告知结果风险", required=False)
    result = text("协议内容或者不成原因及救济途径", limit=4000)
    signed = forms.BooleanField(label="各方已签字", required=False)

    #: Shown first; the rest is the full record, opened when wanted.
    SHORT = ("record", "mediator_accepted", "mode", "held_at", "next_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = self.dispute.assignments.filter(ended_at=None).first()
        if current is None or current.chosen_by != ChosenBy.NOT_ASKED:
            del self.fields["mediator_accepted"]

    @property
    def short_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SHORT if name in self.fields]

    @property
    def full_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.SHORT]


class SuspendForm(TransitionForm):
    reason = forms.ChoiceField(label="中止的原因", choices=SuspendReason.choices)
    expected_on = TypedDateField(label="预计恢复日期", required=False)
    note = line("说明")


# ---- 结果


class ObligationForm(forms.Form):
    debtor = forms.ModelChoiceField(Party.objects.none(), label="义务人", to_field_name="uid", empty_label="请选择")
    kind = forms.ChoiceField(label="种类", choices=ObligationKind.choices, required=False, initial=ObligationKind.MONEY)
    what = line("内容", required=True)
    amount = MoneyField(label="金额", required=False)
    how = line("履行方式", limit=100, hint="如：银行转账")
    where = line("履行地点", limit=100)
    due_on = TypedDateField(label="履行期限")
    done_now = forms.BooleanField(label="当场已履行", required=False)

    def __init__(self, *args: Any, dispute: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_by_name(self)
        self.fields["debtor"].queryset = dispute.parties.all()
        self.fields["debtor"].label_from_instance = lambda p: f"{p} {masked_name(p)}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_money = (cleaned.get("kind") or ObligationKind.MONEY) == ObligationKind.MONEY
        if is_money and not cleaned.get("amount") and "amount" not in self.errors:
            self.add_error("amount", "给付金钱须写明金额。")
        return cleaned


ObligationFormSet = forms.formset_factory(ObligationForm, extra=1, max_num=60, absolute_max=60, can_delete=True)


class OralForm(TransitionForm):
    template = "disputes/forms/settle.html"
    formsets = {"obligations": ObligationFormSet}

    agreed_on = TypedDateField(label="达成日期", initial=timezone.localdate)
    amount = MoneyField(label="协议涉及金额", required=False, help_text="不填即各项给付金额之和")
    amount_differs = forms.BooleanField(label="金额不一致属实（如已先付一部分、以物抵偿）", required=False)
    content = text("协议内容", rows=5, limit=4000, hint="写明了义务的可以留空，由义务生成")
    facts = text("主要事实、争议事项及各方责任", limit=4000)
    is_partial = forms.BooleanField(label="只就部分达成", required=False)
    unresolved = text("没有达成的部分", rows=2)
    routes_told = routes(required=False)
    nothing_to_perform = forms.BooleanField(label="无需履行（如：赔礼道歉已当场完成）", required=False)

    def composed(self) -> OralForm:
        """This form again, its content written from its obligations; words that are there stay as they are."""
        rows = [row for row in self.values()["obligations"] if row] if self.rows["obligations"].is_valid() else []
        again = self
        if not self["content"].value() and rows:
            data = self.data.copy()
            data["content"] = clauses.content(rows, self.dispute.parties.all())
            again = type(self)(data, dispute=self.dispute, user=self.user)
            again.composing = "已按各项义务写好协议内容，请核对，可以修改。"
        elif self["content"].value():
            again.composing = "协议内容里已有文字，没有改动；清空后可以由义务生成。"
        else:
            again.composing = "请先写明各项义务：谁、做什么、何时之前。"
        return again

    #: What pressing 由义务生成协议内容 came to.
    composing = ""

    @property
    def asks_about_amount(self) -> bool:
        return bool(self["amount_differs"].errors or self["amount_differs"].value())


class SettleForm(OralForm):
    copies = forms.IntegerField(
        label="协议份数", min_value=2, max_value=50, required=False, help_text="当事人各一份，调委会一份"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["copies"] = len(self.dispute.parties.all()) + 1


def confirmed(label: str, sentence: str) -> forms.BooleanField:
    """A mark somebody must say they have seen: its day may be prefilled, the tick never is."""
    return forms.BooleanField(label=label, error_messages={"required": sentence})


class SignatureForm(forms.Form):
    party = forms.ModelChoiceField(Party.objects.none(), to_field_name="uid", widget=forms.HiddenInput)
    signed = confirmed("已签章", "请核对本人签章后勾选；有一方没有签章的，协议不生效。")
    manner = forms.ChoiceField(label="方式", choices=SignManner.choices, initial=SignManner.SIGNED)
    signed_on = TypedDateField(label="日期", error_messages={"required": "请填写签章日期；没有签章的，协议不生效。"})

    def __init__(self, *args: Any, dispute: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = dispute.parties.all()

    def has_changed(self) -> bool:
        """Every party signs, also when the prefilled row is right as it stands."""
        return True


SignatureFormSet = forms.formset_factory(SignatureForm, extra=0, max_num=200, absolute_max=200)


class TakeEffectForm(TransitionForm):
    template = "disputes/forms/take_effect.html"
    formsets = {"signatures": SignatureFormSet}

    mediator_signed = confirmed("调解员已签名", "请核对调解员签名后勾选；没有签名的，协议不生效。")
    mediator_signed_on = TypedDateField(label="调解员签名日期", initial=timezone.localdate)
    sealed = confirmed("调委会印章已加盖", "请核对调委会印章后勾选；没有盖章的，协议不生效。")
    sealed_on = TypedDateField(label="调委会印章日期", initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "sealed"
        ].help_text = f"印章登记人记为您本人（{self.user.name}）；印章不由您保管的，请保管印章的调委会主任来办理这一步"

    def rows_initial(self, name: str) -> list[dict[str, Any]]:
        today = timezone.localdate()
        return [
            {
                "party": party.uid,
                "manner": SignManner.SEALED if party.kind == PartyKind.ORGANISATION else SignManner.SIGNED,
                "signed_on": today,
            }
            for party in self.dispute.parties.all()
        ]

    @property
    def signature_rows(self) -> list[tuple[str, forms.BaseForm]]:
        """Each party, masked, with the form of its mark."""
        labels = [f"{party} {masked_name(party)}" for party in self.dispute.parties.all()]
        return list(zip(labels, self.rows["signatures"].forms, strict=False))


class FailForm(TransitionForm):
    reason = forms.ChoiceField(label="调解不成的原因", choices=labelled(FAIL_REASONS))
    routes_told = routes()
    undisputed_facts = text("无争议事实", hint="双方共同确认，可以作为后续程序的依据", limit=4000)
    concessions = text("为调解所作的让步", hint="单独记录，不得作为对其不利的依据", limit=4000)
    note = text("说明", rows=2)
    ended_on = TypedDateField(label="日期", required=False, help_text="不填即今天")


class TerminateForm(TransitionForm):
    reason = forms.ChoiceField(label="终止的原因", choices=labelled(TERMINATE_REASONS))
    routes_told = routes()
    note = text("情况", rows=3, required=True)


class WithdrawForm(TransitionForm):
    reason = pick("撤回的原因", labelled(WITHDRAW_REASONS))
    note = text("申请人的意思表示", rows=2, required=True)


class TransferForm(TransitionForm):
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="转往的机构")
    routes_told = routes(required=False)
    note = text("转出的理由", rows=2, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = (
            Organisation.objects.active().visible_to(self.user).exclude(kind="committee").order_by("kind", "code")
        )


# ---- 履行、回访、归档


class PerformForm(TransitionForm):
    obligation = forms.ModelChoiceField(Obligation.objects.none(), label="义务", empty_label=None)
    state = pick("履行情况", [(v, label) for v, label in ObligationState.choices if v != ObligationState.PENDING])
    performed_on = TypedDateField(label="履行日期", required=False)
    performed_amount = MoneyField(label="已付金额", required=False, help_text="部分履行时填写")
    note = line("说明")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreement = self.dispute.current_agreement
        rows = Obligation.objects.filter(agreement=agreement) if agreement else Obligation.objects.none()
        scrub = scrubber(self.dispute)  # programs read these labels too
        self.fields["obligation"].queryset = rows.select_related("agreement", "debtor")
        self.fields["obligation"].label_from_instance = lambda o: (
            f"第 {o.number} 项 {scrub(o.what)}"
            + (f" {o.amount:,.2f} 元" if o.amount else "")
            + f"（{o.due_on:%Y-%m-%d} 前）"
        )
        nearest = next((o for o in rows if o.state in (ObligationState.PENDING, ObligationState.PARTLY)), None)
        self.initial |= {"obligation": nearest, "state": ObligationState.DONE, "performed_on": timezone.localdate()}


class FollowUpForm(TransitionForm):
    record = text("回访情况", required=True, hint="一句话即可")
    visited_on = TypedDateField(label="回访日期", initial=timezone.localdate)
    way = pick("方式", FollowUpWay.choices, initial=FollowUpWay.PHONE)
    whom = line("回访对象", limit=100)
    satisfaction = pick("满意程度", Satisfaction.choices, required=False)
    went_to_court = forms.BooleanField(label="已向人民法院起诉", required=False)
    smoulders = forms.BooleanField(label="有反复、激化苗头", required=False)


class ArchiveForm(TransitionForm):
    template = "disputes/forms/archive.html"

    retention = pick("保管期限", Retention.choices, initial=Retention.LONG)
    checked_by = line("检查人", limit=50)
    missing_reason = line("缺件说明", limit=500)


# ---- 更正


class AmendForm(TransitionForm):
    """Facts of the case.  Parties are corrected one at a time on their own form."""

    division = DivisionField(label="发生地")
    category = CategoryField(label="纠纷类型")
    place_detail = line("详细地点", limit=100)
    summary = text("简要情况", rows=4, required=True)
    claim = text("调解请求", rows=2, limit=1000)
    people_count = forms.IntegerField(label="涉及人数", min_value=1, max_value=100_000)
    language = forms.ChoiceField(
        label="当事人需要的语言", required=False, choices=[("", "不需要翻译"), *Language.choices],
        help_text="首先建议会说的调解员",
    )  # fmt: skip
    wanted_mediator = MediatorField(
        label="当事人选择的调解员", required=False, help_text="派单时首先建议（人民调解法 第19条）"
    )
    amount = MoneyField(label="涉及金额", required=False)
    happened_on = TypedDateField(label="发生日期", required=False)
    willingness = pick("申请人意愿", Willingness.choices)
    source_number = line("来源文号", limit=60)
    reason = line("更正的理由", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = Division.objects.active().visible_to(self.user)
        if (
            self.user.holds(*HANDLE)
            and not self.fields["division"].queryset.filter(pk=self.dispute.division_id).exists()
        ):
            del self.fields["division"]
        around = assignment.fitting(Committee.objects.active(), self.dispute.place_path)
        self.fields["wanted_mediator"].queryset = Mediator.objects.serving().filter(committee__in=around)
        self.initial |= {name: getattr(self.dispute, name) for name in self.fields if name != "reason"}


FORMS: dict[str, type[TransitionForm]] = WATCH_FORMS | {
    "accept": AcceptForm,
    "decline": DeclineForm,
    "unaccept": NoteForm,
    "give_notice": NoticeFormForm,
    "report_risk": RiskForm,
    "assign": AssignForm,
    "recall": NoteForm,
    "appoint": AppointForm,
    "reassign": ReassignForm,
    "take": NoteForm,
    "return_assignment": ReasonForm,
    "record_session": SessionForm,
    "suspend": SuspendForm,
    "resume": NoteForm,
    "settle": SettleForm,
    "settle_orally": OralForm,
    "take_effect": TakeEffectForm,
    "renegotiate": ReasonForm,
    "fail": FailForm,
    "terminate": TerminateForm,
    "withdraw": WithdrawForm,
    "transfer": TransferForm,
    "perform": PerformForm,
    "follow_up": FollowUpForm,
    "archive": ArchiveForm,
    "reopen": ReasonForm,
    "amend": AmendForm,
}
