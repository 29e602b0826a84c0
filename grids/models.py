"""Places by official statistical code, and the organisations that stand in them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from common.pinyin import initials, sort_key
from grids.choices import DivisionKind, Level, OrganisationKind
from grids.querysets import DivisionQuerySet, OrganisationQuerySet

#: Words that every official name ends in and that nobody says.
LONG_TAILS = (("社区居民委员会", "社区"), ("村村民委员会", "村"), ("居民委员会", "社区"), ("村民委员会", "村"))


def spoken_name(official: str) -> str:
    """The name people use: 交通巷社区居民委员会 -> 交通巷社区, 余家城村村民委员会 -> 余家城村."""
    for tail, said in LONG_TAILS:
        if official.endswith(tail):
            return official.removesuffix(tail) + said
    return official


class Division(models.Model):
    """A place of one of five levels, known by its 12-digit statistical code.

    ``path`` is the chain of codes from the province down and ends in ``/``, so that "at or below" is one
    prefix test and a neighbour with a similar code never matches.  A place is never deleted: cases point at it.
    An abolished place keeps its row, says since when, and names its successor.
    """

    code = models.CharField("统计用区划代码", max_length=12, primary_key=True)
    official_name = models.CharField("全称", max_length=100)
    name = models.CharField("名称", max_length=100)
    level = models.CharField("级别", max_length=10, choices=Level)
    kind = models.CharField("类别", max_length=12, choices=DivisionKind, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级", null=True, blank=True, related_name="children"
    )
    path = models.CharField("路径", max_length=80, unique=True, db_collation="C", editable=False)
    initials = models.CharField("拼音首字母", max_length=60, blank=True, editable=False)
    sort_key = models.CharField("排序键", max_length=200, blank=True, editable=False)
    former_names = models.JSONField("曾用名", default=list, blank=True)
    abolished_on = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, verbose_name="承继单位", null=True, blank=True, related_name="predecessors"
    )

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d{12}$"), name="division_code_is_12_digits"),
            models.CheckConstraint(condition=Q(path__endswith="/"), name="division_path_ends_in_slash"),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE) | Q(parent__isnull=False), name="division_has_parent_below_province"
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("code")), name="division_is_not_its_own_successor"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.abolished_on is None

    def fill_derived(self) -> None:
        """Set every column that follows from code, parent and official name."""
        self.name = spoken_name(self.official_name)
        self.path = (self.parent.path if self.parent else "/") + f"{self.code}/"
        self.initials = initials(self.name)[:60]
        self.sort_key = sort_key(self.name)[:200]

    def full_name(self, below: str = Level.COUNTY) -> str:
        """Name with its ancestors under ``below``: 上秦镇 徐赵寨村.  Reads parents already loaded."""
        names: list[str] = []
        place: Division | None = self
        while place and place.level != below:
            names.append(place.name)
            place = place.parent
        return " ".join(reversed(names)) or self.name


class Organisation(models.Model):
    """A body that people belong to or that a case is handed to: centre, committee, court, department."""

    code = models.CharField("机构代码", max_length=32, unique=True)
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=30, blank=True)
    kind = models.CharField("类别", max_length=16, choices=OrganisationKind)
    division = models.ForeignKey(Division, models.PROTECT, verbose_name="所在地", related_name="organisations")
    phone = models.CharField("公开电话", max_length=30, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    initials = models.CharField("拼音首字母", max_length=100, blank=True, editable=False)
    is_active = models.BooleanField("在用", default=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        ordering = ["code"]
        indexes = [models.Index(fields=["kind", "division"], name="organisation_kind_place")]

    def __str__(self) -> str:
        return self.short_name or self.name
