"""Legal gates: one condition each, in words for the person who is stopped.

A guard takes the case and the person acting, returns None when the gate is open and raises ``GuardRefused``
when it is not.  Guards read what is loaded with the case; none writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from common.errors import GuardRefused
from disputes import deadlines
from disputes.choices import UNPERFORMED, Willingness

if TYPE_CHECKING:
    from disputes.models import Dispute


def applicant_is_willing(dispute: Dispute, actor: Any) -> None:
    """人民调解法 第3条第1项: mediation rests on consent."""
    if dispute.willingness != Willingness.WILLING:
        raise GuardRefused("申请人还没有表示愿意调解，先问明并更正申请人意愿，再受理。")


def no_party_refuses(dispute: Dispute, actor: Any) -> None:
    """人民调解法 第17条: 当事人一方明确拒绝调解的，不得调解."""
    if any(party.refuses for party in dispute.parties.all()):
        raise GuardRefused("有一方当事人明确拒绝调解，不得调解，请不予受理或者终止并告知其他途径。")


def rights_notice_is_given(dispute: Dispute, actor: Any) -> None:
    """人民调解工作若干规定 第30条: told of nature, principles, effect, rights and duties before mediation."""
    if not dispute.notice_form:
        raise GuardRefused("还没有告知当事人调解的性质、原则、效力和权利义务，先记录权利义务告知。")


def escalation_is_reported(dispute: Dispute, actor: Any) -> None:
    """人民调解法 第25条: what may become a public-order or criminal case is reported to the police in time."""
    if dispute.may_escalate and not dispute.police_told_at:
        raise GuardRefused("已标记可能引起治安案件、刑事案件，应当先报告公安机关并记录报告时间。")


def mediator_is_missing(dispute: Dispute, actor: Any) -> None:
    if dispute.mediator_id:
        raise GuardRefused("已经指定了调解员，需要更换请用“改派”。")


def mediator_is_named(dispute: Dispute, actor: Any) -> None:
    if not dispute.mediator_id:
        raise GuardRefused("还没有指定调解员，请调委会主任先指定。")


def mediator_is_serving(dispute: Dispute, actor: Any) -> None:
    """人民调解法 第15条: a mediator who was paused, removed or dismissed handles nothing more."""
    if dispute.mediator and not dispute.mediator.is_serving:
        raise GuardRefused(f"承办调解员当前为“{dispute.mediator.get_status_display()}”，请先改派。")


def was_never_assigned(dispute: Dispute, actor: Any) -> None:
    """Taking acceptance back is for a slip; once the case was sent to a mediator its limits run on."""
    known = vars(dispute).get("was_assigned")  # ``for_page`` brings it along
    if dispute.assignments.exists() if known is None else known:
        raise GuardRefused("这件纠纷已经分派过，不能撤销受理，请用终止、撤回或者转出。")


def a_session_is_recorded(dispute: Dispute, actor: Any) -> None:
    """人民调解法 第27条: the committee records the mediation; one sentence is a record.

    A case that was reopened is mediated anew: records of its earlier life do not count.
    """
    since = dispute.accepted_at
    if not any(since is None or session.recorded_at >= since for session in dispute.sessions.all()):
        raise GuardRefused("还没有调解记录，先记录一次调解（一句话即可）。")


def minors_have_guardians(dispute: Dispute, actor: Any) -> None:
    """民法典 第19、23条: a party under 18 acts through a guardian."""
    today = timezone.localdate()
    for party in dispute.parties.all():
        if party.is_minor(today) and not party.guardian_name:
            raise GuardRefused("有当事人未满 18 周岁，先补充其监护人，由监护人代为签署。")


def oral_form_is_allowed(dispute: Dispute, actor: Any) -> None:
    """劳动争议调解仲裁法 第14条, 土地承包仲裁法 第10条, 医疗纠纷条例 第39条 demand a written agreement."""
    law = dispute.category.written_only_law
    if law:
        raise GuardRefused(f"这类纠纷达成协议应当制作书面调解协议书（{law}），不能用口头协议。")


def performance_is_tracked(dispute: Dispute, actor: Any) -> None:
    """人民调解法 第31条: the committee supervises performance; a due obligation has a recorded state."""
    today = timezone.localdate()
    agreement = dispute.current_agreement
    if agreement is None:
        return
    for obligation in agreement.obligations.all():
        if obligation.state in UNPERFORMED and obligation.due_on <= today:
            raise GuardRefused(
                f"第 {obligation.number} 项义务已到期，先记录履行情况（已履行、未履行或者放弃），再回访。"
            )


def agreement_is_recorded(dispute: Dispute, actor: Any) -> None:
    if dispute.current_agreement is None:
        raise GuardRefused("协议尚未录入。")


# ---- 期限、督办


def _flag(dispute: Dispute, name: str) -> bool:
    """One of the facts that ``for_page`` brings along with the case; asked for when it did not."""
    if not hasattr(dispute, name):
        fresh = type(dispute).objects.with_watch().filter(pk=dispute.pk).values_list(name, flat=True)
        setattr(dispute, name, bool(fresh.first()))
    return bool(getattr(dispute, name))


def no_extension_is_asked(dispute: Dispute, actor: Any) -> None:
    if _flag(dispute, "extension_is_asked"):
        raise GuardRefused("已有一份延期申请等待审批，先等审批结果。")


def an_extension_is_asked(dispute: Dispute, actor: Any) -> None:
    if not _flag(dispute, "extension_is_asked"):
        raise GuardRefused("没有等待审批的延期申请。")


def a_limit_may_be_extended(dispute: Dispute, actor: Any) -> None:
    if not extendable(dispute):
        raise GuardRefused("正在计算的期限都不能延长。")


def extendable(dispute: Dispute) -> list[Any]:
    """Running clocks of the case whose rule allows a longer limit, and that have some of it left."""
    return [
        row
        for row in dispute.clocks.all()
        if row.is_running
        and (rule := deadlines.BY_KEY.get(row.key))
        and rule.extend
        and row.extended_days < rule.extend.days
    ]


def climbs_the_ladder(dispute: Dispute, actor: Any) -> None:
    """四级七天: only a case that is on the ladder, below its top, can be passed up."""
    rungs = [row for row in dispute.clocks.all() if row.is_running and row.kind == "ladder"]
    if not rungs:
        raise GuardRefused("本案没有在“四级七天”的期限里，需要上级协助的，请用改派或者转出。")
    if rungs[0].key == deadlines.LADDER_CLOCKS[-1].key:
        raise GuardRefused("已经到了最高一级。")


def a_supervision_is_open(dispute: Dispute, actor: Any) -> None:
    if not _flag(dispute, "is_supervised"):
        raise GuardRefused("没有未解除的督办。")


def a_supervision_awaits_an_answer(dispute: Dispute, actor: Any) -> None:
    if not _flag(dispute, "supervision_awaits_answer"):
        raise GuardRefused("没有等待回复的督办。")


def an_instruction_awaits_a_report(dispute: Dispute, actor: Any) -> None:
    if not _flag(dispute, "instruction_awaits_report"):
        raise GuardRefused("没有等待报告落实情况的批示。")
