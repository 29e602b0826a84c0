"""Mediators who are there already get the reading of their name."""

from django.db import migrations

from common.pinyin import full, initials


def fill(apps, schema_editor):
    mediator = apps.get_model("mediators", "Mediator")
    rows = list(mediator.objects.filter(pinyin=""))
    for row in rows:
        row.pinyin = f"{initials(row.name, name=True)} {full(row.name, name=True)}"[:300]
    mediator.objects.bulk_update(rows, ["pinyin"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("mediators", "0003_mediators_history_and_training")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
