from django.db import migrations

from common import workdays


def load(apps, schema_editor):
    workdays.load_published()


def unload(apps, schema_editor):
    apps.get_model("common", "Workday").objects.filter(source=workdays.STATE_SOURCE).delete()


class Migration(migrations.Migration):
    """The State Council's yearly notices as the installed chinesecalendar knows them (2004 to 2026 when written)."""

    dependencies = [("common", "0002_workdays")]

    operations = [migrations.RunPython(load, unload)]
