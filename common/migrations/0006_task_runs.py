import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """The ledger of periodic work."""

    dependencies = [("common", "0005_county_days")]

    operations = [
        migrations.CreateModel(
            name="TaskRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="任务")),
                ("reference", models.CharField(blank=True, max_length=12, verbose_name="编号")),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("ok", models.BooleanField(null=True, verbose_name="成功")),
                ("said", models.CharField(blank=True, max_length=300, verbose_name="结果")),
            ],
            options={
                "verbose_name": "运行记录",
                "verbose_name_plural": "运行记录",
                "indexes": [
                    models.Index(fields=["name", "-id"], name="task_run_newest"),
                    models.Index(condition=models.Q(ok=False), fields=["started_at"], name="task_run_failed"),
                ],
            },
        ),
    ]
