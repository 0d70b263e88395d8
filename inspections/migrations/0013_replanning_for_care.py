"""Due dates are also asked for when a catalogue changes what counts as care of young trees."""

from django.db import migrations, models

KNOWN = "UPDATE inspections_replanning SET applied_at = finished_at WHERE state = 'done'"


class Migration(migrations.Migration):

    dependencies = [("inspections", "0012_rule_previews")]

    operations = [
        migrations.AddField("replanning", "applied_at", models.DateTimeField(null=True)),
        migrations.AddField("replanning", "care_changed_at", models.DateTimeField(null=True)),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
