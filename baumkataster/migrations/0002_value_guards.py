"""Value ranges that Django's constraints cannot say: positive stems, positions inside EPSG:25832's Germany."""

from django.db import migrations

#: Metres; a position of degrees, of another zone or with swapped axes lies outside.
WINDOW = "ST_X({0}) BETWEEN 200000 AND 1000000 AND ST_Y({0}) BETWEEN 5200000 AND 6150000"
TABLES = {"baumkataster_tree": "tree", "baumkataster_site": "site", "baumkataster_treegroup": "group"}


def position_guard(table: str, word: str) -> migrations.RunSQL:
    """Check constraint on the column geom."""
    name = f"{word}_position_in_germany"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({WINDOW.format('geom')})",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("baumkataster", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE baumkataster_tree ADD CONSTRAINT tree_stems_positive"
            " CHECK (0 < ALL (stems) AND 2000 >= ALL (stems))",
            "ALTER TABLE baumkataster_tree DROP CONSTRAINT tree_stems_positive",
        ),
        *[position_guard(table, word) for table, word in TABLES.items()],
    ]
