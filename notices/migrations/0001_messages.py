import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Messages: one per event and person, leading into the portal."""

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(help_text='同一事件对同一人只有一条', max_length=120, verbose_name='事件')),
                ('kind', models.CharField(max_length=40, verbose_name='类别')),
                ('weight', models.CharField(choices=[('ordinary', '一般'), ('urgent', '紧急')], default='ordinary', max_length=10, verbose_name='轻重')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('url', models.CharField(max_length=300, verbose_name='去处')),
                ('subject', models.CharField(blank=True, help_text='办结时据以消去', max_length=120, verbose_name='事项')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='截止日')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='发出时间')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='读过时间')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('recipient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to=settings.AUTH_USER_MODEL, verbose_name='收件人')),
            ],
            options={
                'verbose_name': '消息',
                'verbose_name_plural': '消息',
                'indexes': [models.Index(condition=models.Q(('done_at', None), ('read_at', None)), fields=['recipient'], name='message_unread'), models.Index(condition=models.Q(('done_at', None)), fields=['recipient'], name='message_todo'), models.Index(fields=['recipient', '-created_at', '-id'], name='message_newest'), models.Index(condition=models.Q(('done_at', None)), fields=['subject'], name='message_of_subject', opclasses=['varchar_pattern_ops'])],
                'constraints': [models.UniqueConstraint(fields=('event', 'recipient'), name='message_tells_a_person_once'), models.CheckConstraint(condition=models.Q(('url__regex', '^/($|[^/\\\\])')), name='message_leads_into_the_portal')],
            },
        ),
    ]
