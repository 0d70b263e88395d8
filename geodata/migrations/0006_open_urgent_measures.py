"""An index by which the map finds the few open measures that must be done at once.

It stands here and not at the model: it is the map's, and no list asks for it.
"""

from django.db import migrations


class Migration(migrations.Migration):
    """One partial index."""

    dependencies = [("geodata", "0005_tree_cells")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX geodata_open_measure_urgency ON inspections_measure (urgency_id)"
            " INCLUDE (tree_id) WHERE state = 'open'",
            "DROP INDEX geodata_open_measure_urgency",
        )
    ]
