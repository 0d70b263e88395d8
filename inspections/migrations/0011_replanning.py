"""How far the due dates follow each rule set; those that are there were applied when they were saved.

One whose first day has not come yet was to be applied by the control run of that day.
"""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
INSERT INTO inspections_replanning (rule_set_id, state, asked_at, finished_at)
SELECT id, CASE WHEN valid_from > today.day THEN 'waiting' ELSE 'done' END, created_at,
    CASE WHEN valid_from <= today.day THEN created_at END
FROM inspections_ruleset, (SELECT (now() AT TIME ZONE 'Europe/Berlin')::date AS day) today
WHERE valid_from <= today.day OR EXISTS (
    SELECT FROM inspections_ruleset earlier WHERE earlier.valid_from <= today.day)
"""


class Migration(migrations.Migration):

    dependencies = [("inspections", "0010_deadlines_in_full")]

    operations = [
        migrations.CreateModel(
            name="Replanning",
            fields=[
                ("rule_set", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="replanning", serialize=False, to="inspections.ruleset")),
                ("state", models.CharField(choices=[("waiting", "wartet"), ("running", "wird berechnet"), ("looking", "wird abgeschlossen"), ("done", "fertig"), ("failed", "nicht gelungen")], db_default="waiting", default="waiting", max_length=7)),
                ("asked_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("trees", models.PositiveIntegerField(db_default=0, default=0)),
                ("planned", models.PositiveIntegerField(db_default=0, default=0)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("older", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
            ],
            options={
                "verbose_name": "Neuberechnung der Termine",
                "verbose_name_plural": "Neuberechnungen der Termine",
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
