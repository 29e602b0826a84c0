from django.conf import settings
from django.db import migrations, models

FROM_TIMELINE = """
    UPDATE disputes_agreement AS agreement
       SET seal_recorded_by_id = event.actor_id
      FROM disputes_disputeevent AS event
     WHERE event.name = 'take_effect'
       AND event.dispute_id = agreement.dispute_id
       AND (event.detail->>'agreement')::bigint = agreement.id
       AND agreement.seal_recorded_by_id IS NULL
"""


class Migration(migrations.Migration):
    """Who recorded the committee's seal stands with the agreement; agreements in force learn it from the timeline."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("disputes", "0004_index_of_work_in_hand"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="seal_recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="印章登记人",
            ),
        ),
        migrations.RunSQL(FROM_TIMELINE, migrations.RunSQL.noop),
    ]
