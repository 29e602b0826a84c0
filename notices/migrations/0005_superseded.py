from django.db import migrations, models


class Migration(migrations.Migration):
    """One matter is one to-do: what was said of it before gives way."""

    dependencies = [
        ('notices', '0004_digest_runs'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='is_superseded',
            field=models.BooleanField(db_default=False, default=False, help_text='办结时间是更新的一条发出之时', verbose_name='已有更新的消息'),
        ),
    ]
