import common.fields
import datetime
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """How each person wishes to be told."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('notices', '0001_messages'),
    ]

    operations = [
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='notice_preference', serialize=False, to=settings.AUTH_USER_MODEL, verbose_name='人员')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('mobile', common.fields.EncryptedTextField(blank=True, verbose_name='手机号')),
                ('email', models.BooleanField(default=True, verbose_name='发邮件')),
                ('sms', models.BooleanField(default=True, verbose_name='发短信')),
                ('digest', models.BooleanField(default=True, verbose_name='每日摘要')),
                ('quiet_from', models.TimeField(default=datetime.time(21, 0), verbose_name='免打扰从')),
                ('quiet_until', models.TimeField(default=datetime.time(7, 0), verbose_name='免打扰到')),
                ('quiet_days_off', models.BooleanField(default=True, verbose_name='休息日免打扰')),
                ('urgent_on_days_off', models.BooleanField(default=True, verbose_name='紧急的休息日也发')),
                ('urgent_at_night', models.BooleanField(default=False, verbose_name='紧急的夜里也发')),
            ],
            options={
                'verbose_name': '消息设置',
                'verbose_name_plural': '消息设置',
            },
        ),
    ]
