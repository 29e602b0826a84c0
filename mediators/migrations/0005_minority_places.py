import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('mediators', '0004_pinyin_of_mediators')]

    operations = [
        migrations.CreateModel(
            name='MinorityPlace',
            fields=[
                ('division', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='grids.division', verbose_name='区划')),
            ],
            options={
                'verbose_name': '多民族居住地区',
                'verbose_name_plural': '多民族居住地区',
                'ordering': ['division_id'],
            },
        ),
    ]
