"""Vocabularies of the case: value, label and badge colour in one place."""

from __future__ import annotations

from django.db import models


class Status(models.TextChoices):
    """The states of a case, in the order of its life."""

    REGISTERED = "registered", "已登记"
    DECLINED = "declined", "不予受理"
    ACCEPTED = "accepted", "已受理"
    ASSIGNED = "assigned", "已分派"
    MEDIATING = "mediating", "调解中"
    SUSPENDED = "suspended", "中止"
    SETTLED = "settled", "达成协议"
    PERFORMING = "performing", "履行中"
    FOLLOWED_UP = "followed_up", "已回访"
    FAILED = "failed", "调解不成"
    TERMINATED = "terminated", "终止"
    WITHDRAWN = "withdrawn", "撤回"
    TRANSFERRED = "transferred", "已转出"
    ARCHIVED = "archived", "已归档"


#: Badge colour of each state: grey, amber, blue, green, purple (templates/components/badge.html).
STATUS_COLOR = {
    Status.REGISTERED: "amber",
    Status.DECLINED: "grey",
    Status.ACCEPTED: "amber",
    Status.ASSIGNED: "amber",
    Status.MEDIATING: "blue",
    Status.SUSPENDED: "grey",
    Status.SETTLED: "green",
    Status.PERFORMING: "green",
    Status.FOLLOWED_UP: "green",
    Status.FAILED: "purple",
    Status.TERMINATED: "grey",
    Status.WITHDRAWN: "grey",
    Status.TRANSFERRED: "purple",
    Status.ARCHIVED: "grey",
}

#: What each state means to a newcomer; the help page prints it.
STATUS_MEANS = {
    Status.REGISTERED: "来访已经登记，等待决定受理还是不予受理。申请时间自登记起固定，是时效中断的证据。",
    Status.DECLINED: "不属于人民调解范围或者一方明确拒绝，已告知可以去哪里。",
    Status.ACCEPTED: "已经受理，等待派单给调委会和调解员。",
    Status.ASSIGNED: "已经分派，等待调解员接收；调解员可以写明理由退回。",
    Status.MEDIATING: "调解员已经接收，正在调解。",
    Status.SUSPENDED: "因鉴定等原因暂停，期限不计入。",
    Status.SETTLED: "书面协议已经拟定，当事人签名、调解员签名、调委会印章三项齐备之日生效。",
    Status.PERFORMING: "协议已经生效，正在按约定履行。",
    Status.FOLLOWED_UP: "已经回访，等待归档。",
    Status.FAILED: "调解不成，已告知仲裁、行政、司法途径。这是正常的结果。",
    Status.TERMINATED: "因联系不上、虚假调解等原因终止。",
    Status.WITHDRAWN: "申请人撤回，或者双方自行和解。",
    Status.TRANSFERRED: "已转给其他机关或者其他层级办理。",
    Status.ARCHIVED: "已立卷归档。再起争议可以重开。",
}

#: States in which somebody in the portal still has something to do.
OPEN_STATES = frozenset(
    {
        Status.REGISTERED, Status.ACCEPTED, Status.ASSIGNED, Status.MEDIATING,
        Status.SUSPENDED, Status.SETTLED, Status.PERFORMING, Status.FOLLOWED_UP,
    }
)  # fmt: skip
#: Ended without an agreement, file not yet closed.
ENDED_STATES = frozenset({Status.DECLINED, Status.FAILED, Status.TERMINATED, Status.WITHDRAWN, Status.TRANSFERRED})


class Outcome(models.TextChoices):
    """How the mediation itself ended, whatever state the file is in now."""

    NONE = "", "未结"
    WRITTEN = "written", "书面协议"
    ORAL = "oral", "口头协议"
    FAILED = "failed", "调解不成"
    TERMINATED = "terminated", "终止"
    WITHDRAWN = "withdrawn", "撤回"
    DECLINED = "declined", "不予受理"
    TRANSFERRED = "transferred", "转出"


SETTLED_OUTCOMES = frozenset({Outcome.WRITTEN, Outcome.ORAL})


class Source(models.TextChoices):
    """The ten channels a dispute comes in by (PRACTICE A3)."""

    WINDOW = "window", "窗口来访"
    QR = "qr", "二维码"
    PHONE = "phone", "电话"
    GRID = "grid", "网格排查"
    COURT = "court", "法院委派委托"
    POLICE = "police", "派出所移送"
    PETITION = "petition", "信访转办"
    HOTLINE = "hotline", "12345 转办"
    SUPERIOR = "superior", "上级交办"
    DEPARTMENT = "department", "部门移送"


class ApplicationForm(models.TextChoices):
    WRITTEN = "written", "书面申请"
    ORAL = "oral", "口头申请"
    COMMITTEE = "committee", "调委会主动调解"


class Risk(models.TextChoices):
    LOW = "low", "低"
    MEDIUM = "medium", "中"
    HIGH = "high", "高"


RISK_HINT = {Risk.LOW: "低", Risk.MEDIUM: "中（有推搡、扬言）", Risk.HIGH: "高（涉众、涉命案风险）"}


class Willingness(models.TextChoices):
    """What the applicant said when asked face to face."""

    WILLING = "willing", "愿意调解"
    CONSULTING = "consulting", "先咨询"
    UNWILLING = "unwilling", "不愿调解，告知其他途径"


class NoticeForm(models.TextChoices):
    """人民调解工作若干规定 第30条: the notice of rights may be oral or written."""

    NONE = "", "尚未告知"
    ORAL = "oral", "口头告知"
    WRITTEN = "written", "书面告知并签收"


class PartyRole(models.TextChoices):
    APPLICANT = "applicant", "申请人"
    RESPONDENT = "respondent", "被申请人"


class PartyKind(models.TextChoices):
    PERSON = "person", "个人"
    ORGANISATION = "organisation", "单位"


class DeclineReason(models.TextChoices):
    """人民调解工作若干规定 第22条 and 人民调解法 第17条."""

    OTHER_BODY_ONLY = "other_body", "依法只能由专门机关管辖处理"
    BARRED = "barred", "法律、法规禁止用民间调解方式解决"
    IN_COURT = "in_court", "人民法院已经受理或者解决"
    IN_POLICE = "in_police", "公安机关已经受理或者解决"
    IN_ADMINISTRATION = "in_administration", "其他行政机关已经受理或者解决"
    REFUSED = "refused", "一方当事人明确拒绝调解"
    NOT_CIVIL = "not_civil", "不涉及民事权利义务争议"


class Route(models.TextChoices):
    """Where else a person can turn (人民调解法 第26条: 仲裁、行政、司法等途径)."""

    COURT = "court", "向人民法院起诉"
    ARBITRATION = "arbitration", "申请仲裁"
    ADMINISTRATION = "administration", "向行政机关申请处理"
    POLICE = "police", "向公安机关报案"
    PETITION = "petition", "向信访部门反映"
    LEGAL_AID = "legal_aid", "申请法律援助"


class ChosenBy(models.TextChoices):
    """人民调解法 第19条: the committee may name mediators, and the parties may choose them."""

    PARTIES = "parties", "当事人选择"
    ACCEPTED = "accepted", "调委会指定，当事人接受"
    NOT_ASKED = "not_asked", "尚未询问当事人"


class RecusalGround(models.TextChoices):
    """人民法院特邀调解规定 第15条, used by analogy for people's mediation."""

    NONE = "", "没有人提出回避"
    KIN = "kin", "是一方当事人或其代理人的近亲属"
    INTEREST = "interest", "与纠纷有利害关系"
    OTHER = "other", "有其他可能影响公正的关系"
    ASKED = "asked", "当事人要求更换调解员"


class RoutingState(models.TextChoices):
    """The life of a set of routing rules."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "现行"
    SUPERSEDED = "superseded", "已停用"


class Destination(models.TextChoices):
    """Where a routing rule sends a case.  Where a level has no committee, the next one above takes it."""

    VILLAGE = "village", "村（社区）调委会"
    TOWNSHIP = "township", "乡镇（街道）调委会"
    FIELD = "field", "对口的行业性、专业性调委会"
    NAMED = "named", "指定的调委会"
    DISTRICT = "district", "区级调委会"


class SessionMode(models.TextChoices):
    FACE_TO_FACE = "face", "面对面"
    BACK_TO_BACK = "apart", "背对背"
    PHONE = "phone", "电话"
    VIDEO = "video", "视频"
    VISIT = "visit", "上门"


class SuspendReason(models.TextChoices):
    APPRAISAL = "appraisal", "鉴定、评估"
    EVIDENCE = "evidence", "等待调查取证"
    PARTY = "party", "当事人申请暂缓"
    PARTY_ABSENT = "absent", "一方暂时不能参加"
    SHAM = "sham", "疑似虚假调解，核查中"


class EndReason(models.TextChoices):
    """Why a mediation ended without agreement (人民法院在线调解规则 第25条, 深圳条例 第28条)."""

    GAP = "gap", "分歧较大，难以达成协议"
    UNWILLING = "unwilling", "一方明确表示不愿继续调解"
    EXPIRED = "expired", "期限届满未达成协议，且未合意延长"
    NOT_SIGNED = "not_signed", "一方拒绝在协议上签章"
    UNREACHABLE = "unreachable", "调解期限内联系不上当事人"
    SHAM = "sham", "隐瞒事实、虚假调解"
    COLLUSION = "collusion", "恶意串通，损害公共利益或者他人权益"
    SELF_SETTLED = "self_settled", "当事人自行和解"
    APPLICANT_WITHDREW = "withdrew", "申请人撤回申请"
    OTHER = "other", "其他"


FAIL_REASONS = (EndReason.GAP, EndReason.UNWILLING, EndReason.EXPIRED, EndReason.NOT_SIGNED, EndReason.OTHER)
TERMINATE_REASONS = (EndReason.UNREACHABLE, EndReason.SHAM, EndReason.COLLUSION, EndReason.OTHER)
WITHDRAW_REASONS = (EndReason.SELF_SETTLED, EndReason.APPLICANT_WITHDREW)


class WarnLevel(models.IntegerChoices):
    """How far the warnings of one clock have climbed.  A level of the ladder that ran out passes the case on."""

    NONE = 0, "未提醒"
    REMIND = 1, "提醒"
    YELLOW = 2, "黄牌"
    RED = 3, "红牌"
    LEADER = 4, "领导关注"
    CLIMB = 5, "升级"


class SupervisionKind(models.TextChoices):
    """督办 in rising weight, and the letter of warning (预警函) for what may grow."""

    LETTER = "letter", "预警函"
    ORDINARY = "ordinary", "普通督办"
    YELLOW = "yellow", "黄牌督办"
    RED = "red", "红牌督办"
    LISTED = "listed", "挂牌督办"


#: How each is called on a badge, and its colour.
CARD_BADGE = {
    SupervisionKind.LETTER: ("预警函", "amber"),
    SupervisionKind.ORDINARY: ("督办", "blue"),
    SupervisionKind.YELLOW: ("黄牌", "amber"),
    SupervisionKind.RED: ("红牌", "red"),
    SupervisionKind.LISTED: ("挂牌", "red"),
}


class ExtensionState(models.TextChoices):
    ASKED = "asked", "待审批"
    GRANTED = "granted", "已批准"
    REFUSED = "refused", "不批准"


class AgreementForm(models.TextChoices):
    WRITTEN = "written", "书面协议"
    ORAL = "oral", "口头协议"


class SignManner(models.TextChoices):
    """人民调解法 第29条: 签名、盖章或者按指印."""

    SIGNED = "signed", "签名"
    SEALED = "sealed", "盖章"
    FINGERPRINT = "fingerprint", "按指印"


class ObligationKind(models.TextChoices):
    MONEY = "money", "给付金钱"
    ACT = "act", "完成行为"


class ObligationState(models.TextChoices):
    PENDING = "pending", "待履行"
    DONE = "done", "已履行"
    PARTLY = "partly", "部分履行"
    BROKEN = "broken", "未履行"
    WAIVED = "waived", "权利人放弃"


#: An obligation in one of these states still has something to be done.
UNPERFORMED = (ObligationState.PENDING, ObligationState.PARTLY)


class Satisfaction(models.TextChoices):
    VERY = "very", "很满意"
    SATISFIED = "satisfied", "满意"
    FAIR = "fair", "基本满意"
    NOT = "not", "不满意"
    UNRATED = "", "未评价"


class FollowUpWay(models.TextChoices):
    PHONE = "phone", "电话回访"
    VISIT = "visit", "上门回访"
    WINDOW = "window", "当事人来访时回访"


class LinkKind(models.TextChoices):
    RECURRENCE = "recurrence", "反复纠纷"
    RELATED = "related", "关联纠纷"
    DISTINCT = "distinct", "不是同一件"


class Retention(models.TextChoices):
    """Classes in common use; 人民调解法 fixes no period, so years are local policy."""

    SHORT = "short", "短期"
    LONG = "long", "长期"
    PERMANENT = "permanent", "永久"
