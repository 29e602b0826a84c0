import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('grids', '0002_official_divisions_2023'), ('mediators', '0001_initial')]

    operations = [
        migrations.CreateModel(
            name='CommitteeMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.CharField(choices=[('chair', '主任'), ('vice_chair', '副主任'), ('member', '委员')], default='member', max_length=12, verbose_name='职务')),
                ('is_woman', models.BooleanField(default=False, verbose_name='妇女委员')),
                ('is_minority', models.BooleanField(default=False, verbose_name='人数较少民族委员')),
                ('starts_on', models.DateField(verbose_name='任期起')),
                ('ends_on', models.DateField(verbose_name='任期止')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='离任日期')),
                ('left_why', models.CharField(blank=True, max_length=100, verbose_name='离任原因')),
            ],
            options={
                'verbose_name': '委员',
                'verbose_name_plural': '委员',
                'ordering': ['committee', 'starts_on', 'id'],
            },
        ),
        migrations.AddField(
            model_name='committee',
            name='places',
            field=models.ManyToManyField(blank=True, help_text='空表示所在地', related_name='+', to='grids.division', verbose_name='管辖区域'),
        ),
        migrations.AddField(
            model_name='committee',
            name='seal_keeper',
            field=models.CharField(blank=True, max_length=50, verbose_name='印章保管人'),
        ),
        migrations.AddField(
            model_name='committee',
            name='seal_name',
            field=models.CharField(blank=True, max_length=100, verbose_name='印章名称'),
        ),
        migrations.AddField(
            model_name='committeemember',
            name='committee',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='mediators.committee', verbose_name='调委会'),
        ),
        migrations.AddField(
            model_name='committeemember',
            name='mediator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='mediators.mediator', verbose_name='调解员'),
        ),
        migrations.AddConstraint(
            model_name='committeemember',
            constraint=models.UniqueConstraint(condition=models.Q(('left_on', None), ('post', 'chair')), fields=('committee',), name='committee_has_one_chair', violation_error_message='这个调委会已经有主任。'),
        ),
        migrations.AddConstraint(
            model_name='committeemember',
            constraint=models.UniqueConstraint(condition=models.Q(('left_on', None)), fields=('mediator',), name='mediator_holds_one_seat', violation_error_message='这名调解员已经是委员。'),
        ),
        migrations.AddConstraint(
            model_name='committeemember',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='member_term_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='committeemember',
            constraint=models.CheckConstraint(condition=models.Q(('left_on', None), ('left_on__gte', models.F('starts_on')), _connector='OR'), name='member_leaves_after_the_start'),
        ),
    ]
