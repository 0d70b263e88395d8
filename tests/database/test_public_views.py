"""The two views that leave the house: made from fields.py, read only, whole."""

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from geodata.fields import CONTROL, GEOMETRY, PUBLIC, SIGNED_IN
from geodata.models import ControlTree, PublicTree
from geodata.public_views import definitions
from tests.conftest import manage
from tests.factories import load_reference_data, make_city, make_tree

pytestmark = pytest.mark.django_db
SQL_TYPES = {
    "uuid": "uuid",
    "text": "text",
    "integer": "integer",
    "number": "double precision",
    "date": "date",
    "boolean": "boolean",
}
#: Names under which people, free texts, photos and foreign keys stand in the tables.
NEVER_PUBLIC = ("remarks", "note", "source", "as_given", "owner", "tag", "user", "inspect", "photo")


@pytest.mark.parametrize(
    ("view", "columns"), [("geodata_public_tree", PUBLIC), ("geodata_control_tree", SIGNED_IN)]
)
def test_columns_and_types_are_those_of_the_list(view: str, columns: tuple) -> None:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0",
            [view],
        )
        found = dict(cursor.fetchall())
    assert found.pop(GEOMETRY) == "geometry"
    assert found == {column.name: SQL_TYPES[column.type] for column in columns}


@pytest.mark.parametrize("view", sorted(definitions()))
def test_the_app_role_may_only_read(view: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE',"
            " 'TRUNCATE']) privilege WHERE has_table_privilege(%s, %s, privilege)",
            [settings.APP_DB_ROLE, view],
        )
        assert cursor.fetchall() == [("SELECT",)]
        cursor.execute("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = %s", [view])
        assert cursor.fetchone() != (settings.APP_DB_ROLE,)
        for statement in (f"DELETE FROM {view}", f"DROP VIEW {view}"):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)


def test_public_columns_name_nothing_hidden() -> None:
    for column in PUBLIC:
        assert not any(word in column.sql for word in NEVER_PUBLIC), column.name
    assert len({column.name for column in SIGNED_IN}) == len(PUBLIC) + len(CONTROL)


def test_views_follow_every_migrate() -> None:
    # Before this test's transaction touches a table: migrate waits for nobody else.
    name = str(connection.settings_dict["NAME"])
    manage(name, "migrate", "--verbosity=0", PGOPTIONS="-c lock_timeout=20s")
    load_reference_data()
    make_city()
    tree = make_tree(height_m=12.5)
    row = PublicTree._default_manager.get(pk=tree.pk)
    assert (row.hoehe_m, row.objektart, row.staemme) == (12.5, "Straße", 1)
    assert ControlTree._default_manager.get(pk=tree.pk).status == "Bestand"
