"""The official divisions of 甘州区 (国家统计局统计用区划代码, 2023)."""

import datetime as dt
from pathlib import Path

from django.db import migrations

from grids import loading

FILE = Path(__file__).resolve().parent.parent / "data" / "ganzhou_divisions_2023.csv"


def load(apps, schema_editor):
    loading.apply(apps.get_model("grids", "Division"), loading.read(FILE.read_bytes()), on=dt.date(2023, 12, 31))


def unload(apps, schema_editor):
    division = apps.get_model("grids", "Division")
    for level in ("village", "township", "county", "city", "province"):
        division.objects.filter(level=level).delete()


class Migration(migrations.Migration):
    dependencies = [("grids", "0001_initial")]

    operations = [migrations.RunPython(load, unload)]
