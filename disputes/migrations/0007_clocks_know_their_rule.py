"""Clocks that were started before rules had keys get theirs; ``disputes.tasks.reckon_clocks`` adds the warnings."""

from django.db import migrations

FORWARD = """
UPDATE disputes_clockrow SET key = CASE
    WHEN kind <> 'mediate' THEN kind
    WHEN label = '劳动争议调解' THEN 'mediate_labour'
    WHEN label = '医疗纠纷调解' THEN 'mediate_medical'
    ELSE 'mediate' END
WHERE key = '';
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0006_clocks_warn_and_are_extended")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
