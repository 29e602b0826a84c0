"""The first version of the routing rules: what the portal suggested before they could be changed."""

from django.db import migrations, transaction
from django.utils import timezone

REASON = "系统初始规则"
#: (conditions, destination, reason) in their order.
RULES = (
    ({}, "field", "{类型}纠纷有专业调委会"),
    ({"risk_from": "medium"}, "township", "有激化风险，由乡镇（街道）调委会办理"),
    ({"people_from": 10}, "township", "涉及人数较多，由乡镇（街道）调委会办理"),
    ({"has_organisation": True}, "township", "一方是单位，由乡镇（街道）调委会办理"),
    ({}, "village", "风险低，先在村（社区）调解"),
)


@transaction.atomic
def load(apps, schema_editor):
    version = apps.get_model("disputes", "RoutingVersion").objects.create(number=1)
    rule = apps.get_model("disputes", "RoutingRule")
    for position, (conditions, destination, reason) in enumerate(RULES, start=1):
        rule.objects.create(
            version=version, position=position, destination=destination, reason=reason, **conditions
        )
    version.state, version.reason, version.published_at = "published", REASON, timezone.now()
    version.save()


def unload(apps, schema_editor):
    apps.get_model("disputes", "RoutingRule").objects.all().delete()
    apps.get_model("disputes", "RoutingVersion").objects.update(copied_from=None)
    apps.get_model("disputes", "RoutingVersion").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("disputes", "0009_routing_rules_are_rows")]

    operations = [migrations.RunPython(load, unload)]
