import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """Decisions of the county on single days, kept beside what the notice says of them."""

    dependencies = [("common", "0004_outbox")]

    operations = [
        migrations.CreateModel(
            name="CountyDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                ("is_workday", models.BooleanField(verbose_name="工作日")),
                ("note", models.CharField(blank=True, max_length=40, verbose_name="名称")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="理由")),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="依据")),
                ("stated_workday", models.BooleanField(editable=False, null=True, verbose_name="通知规定上班")),
                ("stated_note", models.CharField(blank=True, editable=False, max_length=40, verbose_name="通知的说明")),
                ("stated_source", models.CharField(blank=True, editable=False, max_length=60, verbose_name="通知的依据")),
                ("decided_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="决定时间")),
            ],
            options={
                "verbose_name": "区县对工作日历的决定",
                "verbose_name_plural": "区县对工作日历的决定",
                "ordering": ["day"],
            },
        ),
    ]
