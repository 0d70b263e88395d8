"""A preview knows by number, not by time, whether a version was saved since."""

from django.db import migrations, models

KNOWN = """
UPDATE inspections_rulepreview p SET counted_after = coalesce((
    SELECT max(version) FROM inspections_ruleset r
    WHERE r.created_at <= coalesce(p.started_at, p.asked_at)), 0)
"""


class Migration(migrations.Migration):

    dependencies = [("inspections", "0013_replanning_for_care")]

    operations = [
        migrations.AddField(
            "rulepreview", "counted_after", models.PositiveIntegerField(default=0, db_default=0)
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
