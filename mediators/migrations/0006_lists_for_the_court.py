import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('mediators', '0005_minority_places'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='CourtList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('number', models.PositiveSmallIntegerField(verbose_name='序号')),
                ('as_of', models.DateField(verbose_name='截至日期')),
                ('content', models.JSONField(editable=False, verbose_name='名单')),
                ('committee_count', models.PositiveIntegerField(verbose_name='调委会（个）')),
                ('mediator_count', models.PositiveIntegerField(verbose_name='调解员（名）')),
                ('change_count', models.PositiveIntegerField(verbose_name='变动（项）')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='制作时间')),
                ('sent_on', models.DateField(blank=True, null=True, verbose_name='通报日期')),
                ('sent_how', models.CharField(blank=True, max_length=100, verbose_name='通报方式')),
            ],
            options={
                'verbose_name': '通报名单',
                'verbose_name_plural': '通报名单',
                'ordering': ['-year', '-number'],
            },
        ),
        migrations.AddField(
            model_name='courtlist',
            name='court',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.organisation', verbose_name='通报法院'),
        ),
        migrations.AddField(
            model_name='courtlist',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='制作人'),
        ),
        migrations.AddField(
            model_name='courtlist',
            name='previous',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='mediators.courtlist', verbose_name='上一份'),
        ),
        migrations.AddField(
            model_name='courtlist',
            name='sent_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='通报人'),
        ),
        migrations.AddConstraint(
            model_name='courtlist',
            constraint=models.UniqueConstraint(fields=('year', 'number'), name='court_list_number_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='courtlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('court', None), ('sent_by', None), ('sent_on', None)), models.Q(('court__isnull', False), ('sent_by__isnull', False), ('sent_on__isnull', False)), _connector='OR'), name='court_list_sending_is_whole'),
        ),
    ]
