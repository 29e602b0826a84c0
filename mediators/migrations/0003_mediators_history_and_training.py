import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('mediators', '0002_committees_have_members_and_a_seal'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='StatusChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.CharField(choices=[('serving', '在聘'), ('paused', '暂停'), ('removed', '罢免'), ('dismissed', '解聘')], max_length=12, verbose_name='原状态')),
                ('to_status', models.CharField(choices=[('serving', '在聘'), ('paused', '暂停'), ('removed', '罢免'), ('dismissed', '解聘')], max_length=12, verbose_name='现状态')),
                ('ground', models.CharField(choices=[('partial', '偏袒一方当事人'), ('insult', '侮辱当事人'), ('bribe', '索取、收受财物或者牟取其他不正当利益'), ('disclosure', '泄露当事人的个人隐私、商业秘密'), ('term', '任期、聘期届满'), ('request', '本人提出'), ('moved', '工作调动或者离开本地'), ('health', '健康原因'), ('died', '去世'), ('away', '外出、学习或者请假'), ('inquiry', '被反映问题，核查期间'), ('return', '恢复')], max_length=12, verbose_name='原因')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('effective_on', models.DateField(verbose_name='生效日期')),
                ('open_cases', models.PositiveSmallIntegerField(default=0, verbose_name='当时在办（件）')),
                ('handed_over', models.PositiveSmallIntegerField(default=0, verbose_name='当时移交（件）')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='登记时间')),
            ],
            options={
                'verbose_name': '状态变动',
                'verbose_name_plural': '状态变动',
                'ordering': ['-effective_on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_on', models.DateField(verbose_name='日期')),
                ('topic', models.CharField(max_length=100, verbose_name='内容')),
                ('hours', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='学时')),
                ('organiser', models.CharField(blank=True, max_length=100, verbose_name='组织单位')),
            ],
            options={
                'verbose_name': '培训',
                'verbose_name_plural': '培训',
                'ordering': ['-held_on', '-id'],
            },
        ),
        migrations.AddField(
            model_name='mediator',
            name='appointed_on',
            field=models.DateField(blank=True, null=True, verbose_name='聘任日期'),
        ),
        migrations.AddField(
            model_name='mediator',
            name='grade',
            field=models.CharField(blank=True, choices=[('', '未评定'), ('1', '一级'), ('2', '二级'), ('3', '三级'), ('4', '四级')], default='', max_length=1, verbose_name='等级'),
        ),
        migrations.AddField(
            model_name='mediator',
            name='languages',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('zh', '普通话'), ('gz', '甘州话'), ('mn', '蒙古语'), ('bo', '藏语'), ('yu', '裕固语'), ('ug', '维吾尔语'), ('sl', '手语')], max_length=4), blank=True, default=list, size=None, verbose_name='语言'),
        ),
        migrations.AddField(
            model_name='mediator',
            name='pinyin',
            field=models.CharField(blank=True, editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name='mediator',
            name='status_on',
            field=models.DateField(blank=True, null=True, verbose_name='状态起始日期'),
        ),
        migrations.AlterField(
            model_name='mediator',
            name='kind',
            field=models.CharField(choices=[('full_time', '专职'), ('part_time', '兼职'), ('veteran', '五老'), ('legal_hand', '法律明白人'), ('retired', '退休干部'), ('lawyer', '律师')], default='part_time', max_length=12, verbose_name='类别'),
        ),
        migrations.AlterField(
            model_name='mediator',
            name='phone',
            field=models.CharField(blank=True, max_length=30, verbose_name='工作电话'),
        ),
        migrations.AddConstraint(
            model_name='mediator',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['serving', 'paused', 'removed', 'dismissed'])), name='mediator_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='mediator',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['full_time', 'part_time', 'veteran', 'legal_hand', 'retired', 'lawyer'])), name='mediator_kind_is_known'),
        ),
        migrations.AddField(
            model_name='statuschange',
            name='made_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人'),
        ),
        migrations.AddField(
            model_name='statuschange',
            name='mediator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='status_changes', to='mediators.mediator', verbose_name='调解员'),
        ),
        migrations.AddField(
            model_name='training',
            name='mediator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trainings', to='mediators.mediator', verbose_name='调解员'),
        ),
        migrations.AddConstraint(
            model_name='statuschange',
            constraint=models.CheckConstraint(condition=models.Q(('from_status', models.F('to_status')), _negated=True), name='status_change_changes_status'),
        ),
        migrations.AddConstraint(
            model_name='training',
            constraint=models.CheckConstraint(condition=models.Q(('hours__gt', 0), ('hours__lte', 200)), name='training_hours_are_sensible'),
        ),
        migrations.AddConstraint(
            model_name='training',
            constraint=models.UniqueConstraint(fields=('mediator', 'held_on', 'topic'), name='training_is_entered_once'),
        ),
    ]
