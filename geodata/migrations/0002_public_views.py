"""Names the two views to Django; their columns come from fields.py, made by public_views.py."""

from django.db import migrations, models


def _view(name, table):
    """State of an unmanaged model: Django compares no columns of those."""
    return migrations.CreateModel(
        name=name,
        fields=[("id", models.UUIDField(primary_key=True, serialize=False))],
        options={"db_table": table, "managed": False},
    )


class Migration(migrations.Migration):

    dependencies = [("geodata", "0001_initial")]

    operations = [
        _view("ControlTree", "geodata_control_tree"),
        _view("PublicTree", "geodata_public_tree"),
    ]
