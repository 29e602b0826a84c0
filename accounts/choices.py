"""Roles: who may be held where.  One table; labels, forms, checks and the help page read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models

from grids.choices import Level, OrganisationKind


class Role(models.TextChoices):
    CLERK = "clerk", "窗口受理员"
    DISPATCHER = "dispatcher", "分流员"
    MEDIATOR = "mediator", "调解员"
    COMMITTEE_HEAD = "committee_head", "调委会主任"
    GRID_OFFICER = "grid_officer", "网格员"
    TOWNSHIP_CENTRE = "township_centre", "乡镇综治中心"
    VILLAGE = "village", "村（社区）"
    DEPARTMENT_LIAISON = "department", "部门联络员"
    COURT_LIAISON = "court", "法院联络员"
    SUPERVISOR = "supervisor", "中心督办"
    LEADER = "leader", "政法委领导"
    JUSTICE_BUREAU = "justice", "司法局"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


#: The three administrators of GB/T 22239-2019 level 3 (管理用户权限分离): exclusive of one another, and none reads cases.
ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@dataclass(frozen=True)
class Seat:
    """Where a role may be held: at places of these levels, or at organisations of these kinds."""

    levels: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    does: str = ""


def _at(*levels: str, does: str) -> Seat:
    return Seat(levels=frozenset(levels), does=does)


def _in(*kinds: str, does: str) -> Seat:
    return Seat(kinds=frozenset(kinds), does=does)


SEATS: dict[str, Seat] = {
    Role.CLERK: _at(
        Level.COUNTY, Level.TOWNSHIP, does="在窗口登记来访、告知权利义务、决定受理或者不予受理，打印回执。"
    ),
    Role.DISPATCHER: _at(Level.COUNTY, Level.TOWNSHIP, does="给已受理的纠纷派单：选定调委会和调解员，处理退回和改派。"),
    Role.MEDIATOR: _in(
        OrganisationKind.COMMITTEE,
        does="接收派给自己的纠纷，组织调解，记录经过和结果，登记协议的签名和印章，督促履行，回访。",
    ),
    Role.COMMITTEE_HEAD: _in(
        OrganisationKind.COMMITTEE,
        does="负责本调委会的纠纷：指定调解员、改派、登记协议的签名和印章（印章由本人保管的）、检查归档。",
    ),
    Role.GRID_OFFICER: _at(Level.VILLAGE, does="登记排查发现的纠纷，了解本村（社区）纠纷的进展。"),
    Role.TOWNSHIP_CENTRE: _at(Level.TOWNSHIP, does="统管本乡镇（街道）的纠纷：受理、派单、督促、归档。"),
    Role.VILLAGE: _at(Level.VILLAGE, does="登记和受理本村（社区）的纠纷，派单给村（社区）调委会。"),
    Role.DEPARTMENT_LIAISON: _in(
        OrganisationKind.POLICE,
        OrganisationKind.PETITION,
        OrganisationKind.JUSTICE,
        OrganisationKind.PROCURATORATE,
        OrganisationKind.DEPARTMENT,
        does="查看本部门移送来的和移交给本部门的纠纷。",
    ),
    Role.COURT_LIAISON: _in(OrganisationKind.COURT, does="查看法院委派、委托的纠纷和移交法院的纠纷。"),
    Role.SUPERVISOR: _at(Level.COUNTY, does="查看全区纠纷，督办超期，纠正应受理未受理、应办理未办理。"),
    Role.LEADER: _at(Level.COUNTY, does="查看全区态势和纠纷，作出批示。"),
    Role.JUSTICE_BUREAU: _at(Level.COUNTY, does="指导人民调解，查看和评查卷宗。"),
    Role.SYSTEM_ADMIN: _at(Level.COUNTY, does="维护基础数据和运行参数，不能查看纠纷内容。"),
    Role.SECURITY_ADMIN: _at(Level.COUNTY, does="开立账号、授予和收回角色，不能查看纠纷内容。"),
    Role.AUDIT_ADMIN: _at(Level.COUNTY, does="查看审计日志，不能查看纠纷内容。"),
}


#: Whose browser sessions are kept short: what they can do reaches everyone.
STRICT_ROLES = ADMIN_ROLES | {Role.LEADER}


class Scope(models.TextChoices):
    """What a client program may be allowed: one resource, to read or to write."""

    DISPUTES_READ = "disputes:read", "查询纠纷"
    DISPUTES_WRITE = "disputes:write", "登记和办理纠纷"
    DIVISIONS_READ = "divisions:read", "查询区划"
    CATEGORIES_READ = "categories:read", "查询纠纷类型"
    POSTS_READ = "posts:read", "查询六员"
    ROSTERS_READ = "rosters:read", "查询值班表"
    COMMITTEES_READ = "committees:read", "查询调委会和调解员"
    STATISTICS_READ = "statistics:read", "查询统计数据"


class Ended(models.TextChoices):
    """Why a signed-in browser is signed in no more."""

    SIGNED_OUT = "signed_out", "退出登录"
    TIMEOUT = "timeout", "超时"
    SURPLUS = "surplus", "超过同时登录数"
    BY_OWNER = "by_owner", "本人结束"
    BY_ADMIN = "by_admin", "管理员结束"
    PASSWORD = "password", "密码已修改"
    DISABLED = "disabled", "账号停用"
    ROLES = "roles", "角色有变动"


class Act(models.TextChoices):
    """Audited actions of this app.  Apps above add the names of theirs with ``audit.name``."""

    SIGN_IN = "sign_in", "登录"
    SIGN_IN_FAILED = "sign_in.failed", "登录失败"
    SIGN_IN_LOCKED = "sign_in.locked", "登录受限"
    SIGN_OUT = "sign_out", "退出登录"
    SESSION_END = "session.end", "结束会话"
    PASSWORD_CHANGE = "password.change", "修改密码"
    PASSWORD_RENEW = "password.renew", "重发初始密码"
    ACCOUNT_OPEN = "account.open", "开立账号"
    ACCOUNT_AMEND = "account.amend", "修改账号资料"
    ACCOUNT_DISABLE = "account.disable", "停用账号"
    ACCOUNT_ENABLE = "account.enable", "启用账号"
    ROLE_GRANT = "role.grant", "授予角色"
    ROLE_REVOKE = "role.revoke", "收回角色"
    TOKEN_ISSUE = "token.issue", "签发令牌"
    TOKEN_REVOKE = "token.revoke", "吊销令牌"
    TOKEN_REFUSED = "token.refused", "令牌被拒"


#: Objects of audited actions that are rules everyone works by: who changed them, when and why is no secret.
COMMON_RULES = frozenset({"calendar", "limit", "routing"})


def labels(roles: Iterable[str]) -> str:
    """``窗口受理员、分流员`` in the order of the list above."""
    wanted = set(roles)
    return "、".join(str(role.label) for role in Role if role in wanted)
