"""Index for past days: what changed since a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("baumkataster", "0008_application_password_scopes")]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                fields=["table_name", "at"],
                name="change_since",
                condition=models.Q(("operation", "insert"), _negated=True),
            ),
        ),
    ]
