"""The life of a dispute, in one table (DESIGN §4; gates from 人民调解法 and the rules cited in each row).

Everything that depends on the life cycle is derived from ``TRANSITIONS``: the buttons of the case page, the
API's available_transitions, each role's to-do list, the help page and the generated tests.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from accounts.choices import Role, labels
from common import workflow as engine
from common.errors import Refusal
from common.workflow import Transition
from disputes import guards
from disputes.choices import OPEN_STATES, Status

if TYPE_CHECKING:
    from disputes.models import Dispute

S = Status

#: Who receives people and decides on acceptance.
INTAKE = frozenset({Role.CLERK, Role.DISPATCHER, Role.TOWNSHIP_CENTRE, Role.VILLAGE})
#: Who may register a dispute.
REGISTER = INTAKE | {Role.GRID_OFFICER}
#: Who sends a case to a committee and mediator.
DISPATCH = frozenset({Role.DISPATCHER, Role.TOWNSHIP_CENTRE, Role.VILLAGE})
#: Who handles the case: the mediator it is assigned to, or the head of the committee it is assigned to.
HANDLE = frozenset({Role.MEDIATOR, Role.COMMITTEE_HEAD})
#: Who watches over offices: cards, orders, reminders.
OVERSEE = frozenset({Role.SUPERVISOR, Role.LEADER, Role.TOWNSHIP_CENTRE})
#: Who decides on a longer limit; never the person who asked.
EXTEND = frozenset({Role.COMMITTEE_HEAD, Role.TOWNSHIP_CENTRE, Role.DISPATCHER, Role.SUPERVISOR})
#: Who closes the file.
FILE = frozenset({Role.COMMITTEE_HEAD, Role.TOWNSHIP_CENTRE, Role.VILLAGE, Role.CLERK, Role.DISPATCHER})

BEFORE_RESULT = frozenset({S.REGISTERED, S.ACCEPTED, S.ASSIGNED, S.MEDIATING, S.SUSPENDED})
UNDER_WAY = frozenset({S.ACCEPTED, S.ASSIGNED, S.MEDIATING, S.SUSPENDED})
NOT_FILED = frozenset(Status) - {S.ARCHIVED}


def _row(name: str, label: str, done: str, sources: Any, target: str | None, roles: Any, **more: Any) -> Transition:
    return Transition(name, label, done, frozenset(sources), target, frozenset(roles), **more)


TRANSITIONS: dict[str, Transition] = {
    row.name: row
    for row in (
        # ---- 受理
        _row("accept", "受理", "受理", {S.REGISTERED}, S.ACCEPTED, INTAKE, todo=True, primary=True, undo="unaccept",
             guards=(guards.applicant_is_willing, guards.no_party_refuses), law="人民调解法 第17、18条"),
        _row("decline", "不予受理", "不予受理", {S.REGISTERED}, S.DECLINED, INTAKE, asks=True,
             law="人民调解工作若干规定 第22条"),
        _row("unaccept", "撤销受理", "撤销受理", {S.ACCEPTED}, S.REGISTERED, INTAKE,
             guards=(guards.was_never_assigned,)),
        _row("give_notice", "权利义务告知", "告知权利义务", BEFORE_RESULT, None, INTAKE | HANDLE,
             law="人民调解法 第23、24条；人民调解工作若干规定 第30条"),
        _row("report_risk", "调整风险", "调整风险", NOT_FILED, None, INTAKE | HANDLE | {Role.SUPERVISOR, Role.GRID_OFFICER},
             law="人民调解法 第25条"),
        # ---- 分派: the step, its state and its board; 派单 is what one does there, on buttons and in to-dos
        _row("assign", "派单", "分派", {S.ACCEPTED}, S.ASSIGNED, DISPATCH, todo=True, primary=True, undo="recall",
             guards=(guards.rights_notice_is_given, guards.escalation_is_reported), law="人民调解法 第19条"),
        _row("recall", "撤回派单", "撤回分派", {S.ASSIGNED}, S.ACCEPTED, DISPATCH),
        _row("appoint", "指定调解员", "指定调解员", {S.ASSIGNED}, S.ASSIGNED, {Role.COMMITTEE_HEAD}, todo=True, primary=True,
             guards=(guards.mediator_is_missing,), law="人民调解法 第19条"),
        _row("reassign", "改派", "改派", {S.ASSIGNED, S.MEDIATING, S.SUSPENDED}, S.ASSIGNED,
             DISPATCH | {Role.COMMITTEE_HEAD}, asks=True, law="人民法院特邀调解规定 第13、15条"),
        _row("take", "接收", "接收", {S.ASSIGNED}, S.MEDIATING, HANDLE, todo=True, primary=True,
             guards=(guards.mediator_is_named, guards.mediator_is_serving, guards.no_party_refuses), law="人民法院在线调解规则 第12条"),
        _row("return_assignment", "退回", "退回", {S.ASSIGNED, S.MEDIATING}, S.ACCEPTED, HANDLE, asks=True,
             law="人民法院在线调解规则 第12条"),
        # ---- 调解
        _row("record_session", "记录调解", "记录调解", {S.MEDIATING}, None, HANDLE, todo=True, primary=True,
             guards=(guards.mediator_is_serving, guards.rights_notice_is_given, guards.no_party_refuses,
                     guards.escalation_is_reported), law="人民调解法 第17、27条"),
        _row("suspend", "中止", "中止调解", {S.MEDIATING}, S.SUSPENDED, HANDLE, asks=True,
             law="人民法院在线调解规则 第26条；人民法院特邀调解规定 第18条"),
        _row("resume", "恢复调解", "恢复调解", {S.SUSPENDED}, S.MEDIATING, HANDLE, primary=True),
        # ---- 结果
        _row("settle", "达成书面协议", "达成书面协议", {S.MEDIATING}, S.SETTLED, HANDLE,
             guards=(guards.mediator_is_serving, guards.no_party_refuses, guards.a_session_is_recorded,
                     guards.escalation_is_reported, guards.minors_have_guardians),
             law="人民调解法 第28、29条"),
        _row("settle_orally", "达成口头协议", "达成口头协议", {S.MEDIATING}, S.PERFORMING, HANDLE,
             guards=(guards.mediator_is_serving, guards.no_party_refuses, guards.a_session_is_recorded,
                     guards.oral_form_is_allowed, guards.escalation_is_reported, guards.minors_have_guardians),
             law="人民调解法 第28、30条"),
        _row("take_effect", "签章生效", "协议生效", {S.SETTLED}, S.PERFORMING, HANDLE, todo=True, primary=True,
             guards=(guards.mediator_is_serving, guards.agreement_is_recorded, guards.no_party_refuses,
                     guards.minors_have_guardians), law="人民调解法 第17、29条"),
        _row("renegotiate", "恢复协商", "协议未生效，恢复协商", {S.SETTLED}, S.MEDIATING, HANDLE, asks=True),
        _row("fail", "调解不成", "调解不成", {S.MEDIATING, S.SUSPENDED, S.SETTLED}, S.FAILED, HANDLE, asks=True,
             guards=(guards.a_session_is_recorded,), law="人民调解法 第26条"),
        _row("terminate", "终止", "终止调解", UNDER_WAY, S.TERMINATED, HANDLE | DISPATCH, asks=True,
             law="人民法院在线调解规则 第25条"),
        _row("withdraw", "撤回申请", "申请人撤回", BEFORE_RESULT, S.WITHDRAWN, INTAKE | HANDLE, asks=True,
             law="人民调解法 第23条第2项"),
        _row("transfer", "转出", "转出", BEFORE_RESULT, S.TRANSFERRED, DISPATCH | {Role.CLERK}, asks=True,
             law="人民调解法 第25、26条"),
        # ---- 履行、回访、归档
        _row("perform", "记录履行", "记录履行", {S.PERFORMING, S.FOLLOWED_UP}, None, HANDLE, todo=True,
             law="人民调解法 第31条"),
        _row("follow_up", "回访", "回访", {S.PERFORMING}, S.FOLLOWED_UP, HANDLE | {Role.TOWNSHIP_CENTRE, Role.CLERK},
             todo=True, primary=True, guards=(guards.performance_is_tracked,), law="人民调解工作若干规定 第36条"),
        _row("archive", "归档", "归档", {S.FOLLOWED_UP, S.FAILED, S.TERMINATED, S.WITHDRAWN, S.DECLINED, S.TRANSFERRED},
             S.ARCHIVED, FILE, todo=True, primary=True, asks=True, law="人民调解法 第27条"),
        _row("reopen", "重开", "重开", {S.ARCHIVED, S.FOLLOWED_UP, S.PERFORMING, S.FAILED, S.TERMINATED, S.WITHDRAWN, S.DECLINED},
             S.ACCEPTED, INTAKE | {Role.COMMITTEE_HEAD}, asks=True,
             guards=(guards.applicant_is_willing, guards.no_party_refuses), law="人民调解法 第17、32条"),
        # ---- 期限、督办：不改变环节，不使别人打开的页面过时
        _row("ask_extension", "申请延期", "申请延期", OPEN_STATES, None, INTAKE | HANDLE, quiet=True, rare=True,
             guards=(guards.no_extension_is_asked, guards.a_limit_may_be_extended),
             law="人民法院特邀调解规定 第27条；医疗纠纷预防和处理条例 第38条"),
        _row("decide_extension", "审批延期", "审批延期", OPEN_STATES, None, EXTEND, quiet=True, rare=True,
             guards=(guards.an_extension_is_asked,), law="延长调解期限须各方当事人同意"),
        _row("escalate", "上报上一级", "上报上一级", BEFORE_RESULT - {S.SUSPENDED}, None,
             HANDLE | {Role.GRID_OFFICER, Role.VILLAGE, Role.TOWNSHIP_CENTRE}, quiet=True, rare=True,
             guards=(guards.climbs_the_ladder,), law="“四级七天”工作法（本地约定）"),
        _row("urge", "催办", "催办", OPEN_STATES, None, OVERSEE | {Role.DISPATCHER}, quiet=True,
             law="催办到责任单位，不到个人排名"),
        _row("supervise", "督办", "督办", OPEN_STATES, None, OVERSEE, quiet=True, asks=True,
             law="综治中心督办：应受理未受理、应办理未办理、不依法办理"),
        _row("answer_supervision", "回复督办", "回复督办", Status, None, INTAKE | HANDLE | FILE, quiet=True, rare=True,
             guards=(guards.a_supervision_awaits_an_answer,), law="督办只能回复或者解除，不能删除"),
        _row("lift_supervision", "解除督办", "解除督办", Status, None, {Role.SUPERVISOR, Role.LEADER}, quiet=True, rare=True,
             asks=True, guards=(guards.a_supervision_is_open,), law="解除督办须写明理由"),
        _row("instruct", "批示", "领导批示", NOT_FILED, None, {Role.LEADER}, quiet=True, law="信访工作条例 第18条（参照）"),
        _row("report_instruction", "报告落实情况", "报告批示落实情况", Status, None, INTAKE | HANDLE | {Role.SUPERVISOR},
             quiet=True, rare=True, guards=(guards.an_instruction_awaits_a_report,)),
        _row("sponsor", "包案", "领导包案", OPEN_STATES, None, {Role.LEADER, Role.SUPERVISOR}, quiet=True,
             law="信访工作条例 第18条（领导包案，参照）"),
        # ---- 更正：随时可以，处处留痕
        _row("amend", "更正", "更正", NOT_FILED, None, INTAKE | HANDLE),
    )
}  # fmt: skip

#: Whose page 督办 is: who issues, answers or lifts.
SUPERVISION = frozenset().union(
    *(TRANSITIONS[name].roles for name in ("supervise", "answer_supervision", "lift_supervision"))
)
#: Whose inbox 延期审批 is: who decides, and who watches that it is decided.
DECIDE = EXTEND | {Role.LEADER}

#: The steps shown on top of a case: label and the states in which it is the current one.
STEPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("登记", frozenset({S.REGISTERED})),
    ("受理", frozenset({S.ACCEPTED})),
    ("分派", frozenset({S.ASSIGNED})),
    ("调解", frozenset({S.MEDIATING, S.SUSPENDED})),
    ("结果", frozenset({S.SETTLED, S.FAILED, S.TERMINATED, S.WITHDRAWN, S.DECLINED, S.TRANSFERRED})),
    ("履行", frozenset({S.PERFORMING})),
    ("回访", frozenset({S.FOLLOWED_UP})),
    ("归档", frozenset({S.ARCHIVED})),
)


def check(transition: Transition, dispute: Dispute, actor: Any, roles: Collection[str]) -> None:
    """Return when ``actor``, holding ``roles`` on this case, may do it now; else raise the refusal to read."""
    engine.check(
        transition,
        state=dispute.status,
        state_label=str(Status(dispute.status).label),
        roles=roles,
        role_labels=labels,
        subject=dispute,
        actor=actor,
    )


def available(dispute: Dispute, actor: Any, roles: Collection[str]) -> list[Transition]:
    """The rows that pass now, in table order: the buttons of the page and the API's available_transitions."""
    passing = []
    for transition in TRANSITIONS.values():
        try:
            check(transition, dispute, actor, roles)
        except Refusal:
            continue
        passing.append(transition)
    return passing


def gated(dispute: Dispute, actor: Any, roles: Collection[str]) -> list[tuple[Transition, str]]:
    """Rows that are this person's and start from this state, but whose gate is closed, with its sentence.

    The page shows them greyed with the reason, so that people need not guess why a button is missing.
    """
    closed = []
    for transition in TRANSITIONS.values():
        if dispute.status in transition.sources and transition.roles & set(roles) and not transition.rare:
            try:
                check(transition, dispute, actor, roles)
            except Refusal as refusal:
                closed.append((transition, refusal.sentence))
    return closed


def states_awaiting(role: str) -> frozenset[str]:
    """States in which a case waits for ``role``."""
    return frozenset().union(*(row.sources for row in TRANSITIONS.values() if row.todo and role in row.roles))
