from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """The table of working days, by which time limits are reckoned."""

    dependencies = [("common", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Workday",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                ("is_workday", models.BooleanField(verbose_name="工作日")),
                ("note", models.CharField(blank=True, max_length=40, verbose_name="说明")),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="依据")),
                ("index", models.PositiveIntegerField(default=0, editable=False, verbose_name="工作日序号")),
                ("changed_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="更新时间")),
            ],
            options={
                "verbose_name": "工作日历",
                "verbose_name_plural": "工作日历",
                "ordering": ["day"],
                "indexes": [
                    models.Index(condition=models.Q(is_workday=True), fields=["index"], name="workday_by_index")
                ],
            },
        ),
    ]
