from django.db import migrations, models


class Migration(migrations.Migration):
    """How far the digests of a day were written."""

    dependencies = [
        ('notices', '0003_deliveries'),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestRun',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False, verbose_name='日期')),
                ('reached', models.BigIntegerField(default=0, verbose_name='已到')),
                ('written', models.PositiveIntegerField(default=0, verbose_name='份数')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='完成时间')),
            ],
            options={
                'verbose_name': '每日摘要的进度',
                'verbose_name_plural': '每日摘要的进度',
            },
        ),
    ]
