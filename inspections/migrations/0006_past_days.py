"""Indexes for past days: the newest inspection of each tree, and inspections that came late."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0005_entry_alarms")]

    operations = [
        migrations.RemoveIndex(model_name="inspection", name="inspection_newest_of_tree"),
        migrations.AddIndex(
            model_name="inspection",
            index=models.Index(
                fields=["tree", "-inspected_on", "-received_at", "-id"],
                include=["sets_regular_date", "condition", "proposed_months", "set_months"],
                name="inspection_newest_of_tree",
            ),
        ),
        # Few rows: what was received on a later day than it was done. Django cannot say the
        # condition; the model does not know this index.
        migrations.RunSQL(
            """CREATE INDEX inspection_late ON inspections_inspection (inspected_on)
               WHERE (received_at AT TIME ZONE 'Europe/Berlin')::date > inspected_on""",
            "DROP INDEX inspection_late",
        ),
    ]
