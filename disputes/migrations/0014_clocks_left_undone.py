"""A clock that ended although nobody did what it asked for says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disputes", "0013_what_parties_need_of_a_mediator")]

    operations = [
        migrations.AddField(
            model_name="clockrow",
            name="was_left",
            field=models.BooleanField(default=False, verbose_name="未办而止"),
        ),
        migrations.AddConstraint(
            model_name="clockrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("was_left", False), ("met_on__isnull", False), _connector="OR"),
                name="clock_was_left_on_a_day",
            ),
        ),
    ]
