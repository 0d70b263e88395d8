"""Table of counters that all web servers share (settings.CACHES)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("baumkataster", "0005_field_settings")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE baumkataster_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX baumkataster_cache_expires ON baumkataster_cache (expires);
            """,
            "DROP TABLE baumkataster_cache;",
        )
    ]
