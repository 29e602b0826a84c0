"""平山湖蒙古族乡 is where the district's nationalities live together; the list can be changed on its page."""

from django.db import migrations

PLACES = ("620702211000",)


def load(apps, schema_editor):
    known = apps.get_model("grids", "Division").objects.filter(pk__in=PLACES)
    place = apps.get_model("mediators", "MinorityPlace")
    place.objects.bulk_create([place(division_id=one.pk) for one in known], ignore_conflicts=True)


def unload(apps, schema_editor):
    apps.get_model("mediators", "MinorityPlace").objects.filter(pk__in=PLACES).delete()


class Migration(migrations.Migration):
    dependencies = [("mediators", "0006_lists_for_the_court"), ("grids", "0002_official_divisions_2023")]

    operations = [migrations.RunPython(load, unload)]
