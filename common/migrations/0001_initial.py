import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Running numbers and heartbeats."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("key", models.CharField(max_length=60, primary_key=True, serialize=False, verbose_name="名称")),
                ("value", models.BigIntegerField(default=0, verbose_name="已用到")),
            ],
            options={"verbose_name": "流水号", "verbose_name_plural": "流水号"},
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="名称")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="最近一次")),
            ],
            options={"verbose_name": "心跳", "verbose_name_plural": "心跳"},
        ),
    ]
