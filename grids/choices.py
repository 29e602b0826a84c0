"""Vocabularies of places and organisations."""

from django.db import models


class Level(models.TextChoices):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县（区）"
    TOWNSHIP = "township", "乡镇（街道）"
    VILLAGE = "village", "村（社区）"


#: Number of leading digits that are significant at each level (国家统计局统计用区划代码).
CODE_DIGITS = {Level.PROVINCE: 2, Level.CITY: 4, Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12}


class DivisionKind(models.TextChoices):
    NONE = "", "—"
    SUBDISTRICT = "subdistrict", "街道"
    TOWN = "town", "镇"
    TOWNSHIP = "township", "乡"
    OTHER = "other", "其他乡级单位"
    COMMUNITY = "community", "社区"
    VILLAGE = "village", "村"


class OrganisationKind(models.TextChoices):
    CENTRE = "centre", "综治中心"
    COMMITTEE = "committee", "人民调解委员会"
    COURT = "court", "人民法院"
    PROCURATORATE = "procuratorate", "人民检察院"
    POLICE = "police", "公安机关"
    PETITION = "petition", "信访部门"
    JUSTICE = "justice", "司法行政机关"
    DEPARTMENT = "department", "其他部门"
