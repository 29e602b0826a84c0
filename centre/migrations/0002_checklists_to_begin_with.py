"""The four lists everyone knows by name.  What is not published in full ships as 待本地确认."""

import uuid

from django.db import migrations
from django.utils import timezone

SIX = "甘肃省综治中心规范化建设“六有”"
OPINION = "中央政法委等《关于加强社会治安综合治理中心规范化建设的意见》（2024 年 11 月）"

#: key, name, source, items: (title, how one sees that it is met, to be confirmed here)
LISTS = (
    ("wuyou", "五有", OPINION, (
        ("有牌子", "门口挂综治中心牌子，名称规范", False),
        ("有场地", "区级 1000 至 3000 平方米，乡镇 100 至 300 平方米，接待、调解分开", False),
        ("有力量", "主任、专职人员到位，常驻轮驻部门有名单", False),
        ("有机制", "受理、分流、督办、反馈、归档都有书面制度", False),
        ("有效果", "群众能在一处办成，件件有结果可查", False),
    )),
    ("guifan", "五个规范化", OPINION, (
        ("场所设置规范化", "功能室齐全，标识清楚，无障碍", False),
        ("部门入驻规范化", "常驻、轮驻、随叫随驻有名单和职责清单", False),
        ("运行机制规范化", "程序性事项由中心推进，实体问题由部门解决", False),
        ("督办落实规范化", "应受理未受理、应办理未办理的能查到、有督办", False),
        ("信息化建设规范化", "一案一码，一次录入，报表自动生成", False),
    )),
    ("liuyou", "六有", SIX, (
        ("有工作机构", "", False), ("有固定场所", "", False), ("有人员力量", "", False), ("有配套制度", "", False),
        ("有职责职能", "", False), ("有信息化支撑", "", False),
    )),
    ("bahua", "八化", "甘肃省“八化”，公开报道只见第一项全文，其余待本地确认", (
        ("功能定位科学化", "", False), ("第二项（公开报道作“基础……化”）", "原文待本地确认", True),
        *((f"第{number}项", "原文待本地确认", True) for number in "三四五六七八"),
    )),
)  # fmt: skip


def load(apps, schema_editor):
    Checklist = apps.get_model("centre", "Checklist")
    Item = apps.get_model("centre", "ChecklistItem")
    now = timezone.now()
    for key, name, source, items in LISTS:
        if Checklist.objects.filter(key=key).exists():
            continue
        made = Checklist.objects.create(key=key, name=name, version=1, state="published", source=source, published_at=now)
        Item.objects.bulk_create(
            Item(checklist=made, subject=uuid.uuid4(), number=number, title=title, hint=hint, to_confirm=to_confirm)
            for number, (title, hint, to_confirm) in enumerate(items, start=1)
        )


def unload(apps, schema_editor):
    """Back to no lists, unless somebody has marked them: then they are theirs."""
    Checklist = apps.get_model("centre", "Checklist")
    keys = [key for key, *_ in LISTS]
    Checklist.objects.filter(key__in=keys, version=1, items__marks=None).delete()


class Migration(migrations.Migration):
    dependencies = [("centre", "0001_initial")]
    operations = [migrations.RunPython(load, unload)]
