from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """News waiting for delivery."""

    dependencies = [("common", "0003_load_state_holidays")]

    operations = [
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=60, verbose_name="主题")),
                ("dedup_key", models.CharField(max_length=160, verbose_name="去重键")),
                ("payload", models.JSONField(default=dict, verbose_name="编号")),
                ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="写入时间")),
                ("due_at", models.DateTimeField(db_default=Now(), verbose_name="应送时间")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="已试次数")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="送达时间")),
                ("dead_at", models.DateTimeField(blank=True, null=True, verbose_name="放弃时间")),
                ("last_error", models.TextField(blank=True, verbose_name="最近错误")),
            ],
            options={
                "verbose_name": "发件箱",
                "verbose_name_plural": "发件箱",
                "indexes": [
                    models.Index(
                        condition=models.Q(done_at=None, dead_at=None),
                        fields=["due_at", "id"],
                        name="outbox_waiting",
                    ),
                    models.Index(condition=models.Q(done_at__isnull=False), fields=["done_at"], name="outbox_done"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("topic", "dedup_key"), name="outbox_says_a_thing_once")
                ],
            },
        ),
    ]
