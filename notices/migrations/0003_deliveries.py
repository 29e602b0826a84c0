import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What leaves the portal: one per event, channel and person."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('notices', '0002_preferences'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=120, verbose_name='事件')),
                ('channel', models.CharField(choices=[('email', '邮件'), ('sms', '短信')], max_length=10, verbose_name='渠道')),
                ('title', models.CharField(max_length=200, verbose_name='标题')),
                ('text', models.TextField(verbose_name='正文')),
                ('urgent', models.BooleanField(default=False, verbose_name='紧急')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='防重键')),
                ('state', models.CharField(choices=[('waiting', '待发'), ('sending', '正在发'), ('sent', '已发出'), ('dropped', '不必发'), ('dead', '没有发出'), ('unclear', '不明')], default='waiting', max_length=10, verbose_name='状态')),
                ('due_at', models.DateTimeField(verbose_name='应发时间')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='过时时间')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='已试次数')),
                ('claimed_at', models.DateTimeField(blank=True, null=True, verbose_name='开始发送')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='结束时间')),
                ('said', models.CharField(blank=True, max_length=200, verbose_name='结果说明')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notices.message', verbose_name='消息')),
                ('recipient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='收件人')),
            ],
            options={
                'verbose_name': '外发',
                'verbose_name_plural': '外发',
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at', 'id'], name='delivery_waiting'), models.Index(condition=models.Q(('state', 'sending')), fields=['claimed_at'], name='delivery_claimed')],
                'constraints': [models.UniqueConstraint(fields=('event', 'channel', 'recipient'), name='delivery_goes_out_once_a_channel')],
            },
        ),
    ]
