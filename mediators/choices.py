"""Vocabularies of committees and mediators (人民调解法 第8、13、15、34条)."""

from django.db import models


class CommitteeKind(models.TextChoices):
    VILLAGE = "village", "村民委员会调委会"
    COMMUNITY = "community", "居民委员会调委会"
    TOWNSHIP = "township", "乡镇调委会"
    SUBDISTRICT = "subdistrict", "街道调委会"
    ENTERPRISE = "enterprise", "企事业单位调委会"
    TRADE = "trade", "行业性、专业性调委会"


#: What the kinds are called on tabs and in narrow columns.
COMMITTEE_KIND_SHORT = {
    CommitteeKind.VILLAGE: "村",
    CommitteeKind.COMMUNITY: "社区",
    CommitteeKind.TOWNSHIP: "乡镇",
    CommitteeKind.SUBDISTRICT: "街道",
    CommitteeKind.ENTERPRISE: "企事业单位",
    CommitteeKind.TRADE: "行业专业",
}


class MemberPost(models.TextChoices):
    """人民调解法 第8条: one chair; deputies where needed."""

    CHAIR = "chair", "主任"
    VICE_CHAIR = "vice_chair", "副主任"
    MEMBER = "member", "委员"


class MediatorKind(models.TextChoices):
    FULL_TIME = "full_time", "专职"
    PART_TIME = "part_time", "兼职"
    VETERAN = "veteran", "五老"
    LEGAL_HAND = "legal_hand", "法律明白人"
    RETIRED = "retired", "退休干部"
    LAWYER = "lawyer", "律师"


class MediatorStatus(models.TextChoices):
    """人民调解法 第15条: a mediator who breaches duty is corrected, removed or dismissed."""

    SERVING = "serving", "在聘"
    PAUSED = "paused", "暂停"
    REMOVED = "removed", "罢免"
    DISMISSED = "dismissed", "解聘"


MEDIATOR_STATUS_BADGE = {
    MediatorStatus.SERVING: "green",
    MediatorStatus.PAUSED: "amber",
    MediatorStatus.REMOVED: "red",
    MediatorStatus.DISMISSED: "grey",
}
#: Left the list of mediators for good; a pause is not leaving.
GONE = frozenset({MediatorStatus.REMOVED, MediatorStatus.DISMISSED})


class Grade(models.TextChoices):
    """等级 given by the justice bureau; a qualification, not a measure of work done here."""

    NONE = "", "未评定"
    FIRST = "1", "一级"
    SECOND = "2", "二级"
    THIRD = "3", "三级"
    FOURTH = "4", "四级"


class Language(models.TextChoices):
    """What people of the district bring to a mediation; a hearing is held in a language both sides speak."""

    MANDARIN = "zh", "普通话"
    GANZHOU = "gz", "甘州话"
    MONGOLIAN = "mn", "蒙古语"
    TIBETAN = "bo", "藏语"
    YUGUR = "yu", "裕固语"
    UYGHUR = "ug", "维吾尔语"
    SIGN = "sl", "手语"


class Ground(models.TextChoices):
    """Why a mediator's status changed.  The first four are those of 人民调解法 第15条, in its order."""

    PARTIAL = "partial", "偏袒一方当事人"
    INSULT = "insult", "侮辱当事人"
    BRIBE = "bribe", "索取、收受财物或者牟取其他不正当利益"
    DISCLOSURE = "disclosure", "泄露当事人的个人隐私、商业秘密"
    TERM = "term", "任期、聘期届满"
    REQUEST = "request", "本人提出"
    MOVED = "moved", "工作调动或者离开本地"
    HEALTH = "health", "健康原因"
    DIED = "died", "去世"
    AWAY = "away", "外出、学习或者请假"
    INQUIRY = "inquiry", "被反映问题，核查期间"
    RETURN = "return", "恢复"


#: 人民调解法 第15条: grounds on which the body that elected or appointed somebody removes or dismisses them.
BREACHES = frozenset({Ground.PARTIAL, Ground.INSULT, Ground.BRIBE, Ground.DISCLOSURE})
#: Grounds each new status may have.  罢免 is for a breach of duty; 解聘 also for an ordinary end.
GROUNDS: dict[str, frozenset[Ground]] = {
    MediatorStatus.PAUSED: frozenset({Ground.HEALTH, Ground.AWAY, Ground.INQUIRY, Ground.REQUEST}),
    MediatorStatus.REMOVED: BREACHES,
    MediatorStatus.DISMISSED: BREACHES | {Ground.TERM, Ground.REQUEST, Ground.MOVED, Ground.HEALTH, Ground.DIED},
    MediatorStatus.SERVING: frozenset({Ground.RETURN}),
}
