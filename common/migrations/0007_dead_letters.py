from django.db import migrations, models


class Migration(migrations.Migration):
    """Dead letters are counted on every look at /healthz: found without reading what was delivered."""

    dependencies = [("common", "0006_task_runs")]

    operations = [
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(condition=models.Q(dead_at__isnull=False), fields=["dead_at"], name="outbox_dead"),
        ),
    ]
