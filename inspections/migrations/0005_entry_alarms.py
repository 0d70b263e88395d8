import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inspections', '0004_tours'),
    ]

    operations = [
        migrations.AddField(
            model_name='controlmail',
            name='entry',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='inspections.fieldentry'),
        ),
        migrations.RemoveConstraint(
            model_name='controlmail',
            name='mail_one_digest_a_day',
        ),
        migrations.AddConstraint(
            model_name='controlmail',
            constraint=models.UniqueConstraint(condition=models.Q(('entry__isnull', True), ('measure__isnull', True)), fields=('recipient', 'day'), name='mail_one_digest_a_day'),
        ),
        migrations.AddConstraint(
            model_name='controlmail',
            constraint=models.UniqueConstraint(condition=models.Q(('entry__isnull', False)), fields=('recipient', 'entry'), name='mail_one_alarm_per_entry'),
        ),
    ]
