"""Vocabularies of committees and mediators (人民调解法 第8、13、34条)."""

from django.db import models


class CommitteeKind(models.TextChoices):
    VILLAGE = "village", "村民委员会调委会"
    COMMUNITY = "community", "居民委员会调委会"
    TOWNSHIP = "township", "乡镇调委会"
    SUBDISTRICT = "subdistrict", "街道调委会"
    ENTERPRISE = "enterprise", "企事业单位调委会"
    TRADE = "trade", "行业性、专业性调委会"


class MediatorKind(models.TextChoices):
    FULL_TIME = "full_time", "专职"
    PART_TIME = "part_time", "兼职"


class MediatorStatus(models.TextChoices):
    """人民调解法 第15条: a mediator who breaches duty is corrected, removed or dismissed."""

    SERVING = "serving", "在聘"
    PAUSED = "paused", "暂停"
    REMOVED = "removed", "罢免"
    DISMISSED = "dismissed", "解聘"
