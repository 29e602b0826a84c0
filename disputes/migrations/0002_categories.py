"""Kinds of disputes: the official 18 of the justice statistics, in their order, and local second levels."""

from django.db import migrations

from common.pinyin import initials

OFFICIAL = (
    ("01", "婚姻家庭", ("离婚", "抚养探望", "赡养", "继承、分家析产", "家庭成员关系", "恋爱、彩礼")),
    ("02", "邻里", ("相邻通行", "相邻排水、滴水", "相邻采光、噪声", "口角、打架", "其他邻里")),
    ("03", "房屋宅基地", ("宅基地边界", "建房施工", "房屋租赁", "房屋买卖", "房屋漏水")),
    ("04", "合同", ("民间借贷", "买卖", "承揽", "制种合同", "农产品收购", "租赁")),
    ("05", "生产经营", ("灌溉用水", "农机作业", "经营场地", "合伙")),
    ("06", "损害赔偿", ("人身损害", "财产损害", "牲畜致害")),
    ("07", "山林土地", ("土地承包经营权", "土地边界", "草原、林地", "水渠、水源")),
    ("08", "征地拆迁", ("补偿标准", "安置", "青苗和附着物")),
    ("09", "环境污染", ("养殖污染", "噪声、扬尘", "水污染")),
    ("10", "拖欠农民工工资", ("建筑工地欠薪", "企业欠薪", "种植、制种欠薪")),
    ("11", "其他劳动争议", ("工伤待遇", "解除劳动关系", "社会保险")),
    ("12", "旅游", ("旅游服务",)),
    ("13", "电子商务", ("网络购物",)),
    ("14", "其他消费", ("商品质量", "预付卡", "农资质量")),
    ("15", "医疗", ("诊疗损害", "医疗费用")),
    ("16", "道路交通事故", ("人身损害赔偿", "车辆损失赔偿")),
    ("17", "物业", ("物业费", "物业服务", "车位、公共部位")),
    ("18", "其他", ("村务管理", "退休、社保历史遗留", "其他")),
)

#: Where the law demands a written agreement, so that the oral form is closed.
WRITTEN_ONLY = {
    "10": "劳动争议调解仲裁法第14条",
    "11": "劳动争议调解仲裁法第14条",
    "0701": "农村土地承包经营纠纷调解仲裁法第10条",
    "15": "医疗纠纷预防和处理条例第39条",
}


def load(apps, schema_editor):
    category = apps.get_model("disputes", "Category")
    for code, name, below in OFFICIAL:
        law = WRITTEN_ONLY.get(code, "")
        category.objects.create(code=code, name=name, initials=initials(name)[:40], written_only_law=law)
        for number, local in enumerate(below, start=1):
            own = f"{code}{number:02d}"
            category.objects.create(
                code=own,
                name=local,
                parent_id=code,
                initials=initials(local)[:40],
                written_only_law=WRITTEN_ONLY.get(own, law),
            )


def unload(apps, schema_editor):
    category = apps.get_model("disputes", "Category")
    category.objects.exclude(parent=None).delete()
    category.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_initial")]

    operations = [migrations.RunPython(load, unload)]
