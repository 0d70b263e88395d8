"""People are found by a manager of our own; changes no table."""

from django.db import migrations

import baumkataster.models.people


class Migration(migrations.Migration):
    """Only what Django remembers of the model."""

    dependencies = [("baumkataster", "0010_access_records")]

    operations = [
        migrations.AlterModelManagers(
            name="user", managers=[("objects", baumkataster.models.people.PeopleManager())]
        )
    ]
