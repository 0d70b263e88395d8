"""Makes the database views of public and control columns anew after every migrate, from fields.py.

They belong to the owner; the app role may only read them. Before a migration that has work to do
they are dropped, because PostgreSQL changes no column that a view shows.
"""

from typing import Any

from django.conf import settings
from django.db import connections, transaction

from baumkataster.models import STANDING_STATUSES, Duty
from geodata.fields import GEOMETRY, PUBLIC, SIGNED_IN, Column

PUBLIC_VIEW = "geodata_public_tree"
CONTROL_VIEW = "geodata_control_tree"

_TREES = """
FROM baumkataster_tree t
JOIN baumkataster_site s ON s.id = t.site_id
JOIN baumkataster_place p ON p.id = s.place_id
LEFT JOIN baumkataster_species sp ON sp.id = t.species_id
LEFT JOIN baumkataster_district d ON d.id = t.district_id
"""
_CONTROL = """
LEFT JOIN baumkataster_unit u ON u.id = COALESCE(t.unit_id, p.unit_id)
LEFT JOIN inspections_controlplan c ON c.tree_id = t.id
"""


def definitions() -> dict[str, str]:
    """View name -> its SELECT."""
    standing = ", ".join(f"'{status}'" for status in STANDING_STATUSES)
    public = f"WHERE t.status IN ({standing}) AND t.duty = '{Duty.CITY}'"
    return {
        PUBLIC_VIEW: _select(PUBLIC) + _TREES + public,
        CONTROL_VIEW: _select(SIGNED_IN) + _TREES + _CONTROL,
    }


def _select(columns: tuple[Column, ...]) -> str:
    listed = ",\n  ".join(f"{column.sql} AS {column.name}" for column in columns)
    return f"SELECT {listed},\n  t.geom AS {GEOMETRY}"


def install(*, using: str = "default", **_: Any) -> None:
    """Receiver of post_migrate: make both views anew and let the app role read them."""
    connection = connections[using]
    role = connection.ops.quote_name(settings.APP_DB_ROLE)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name, select in definitions().items():
            cursor.execute(f"DROP VIEW IF EXISTS {name}")
            cursor.execute(f"CREATE VIEW {name} AS {select}")
            cursor.execute(f"REVOKE ALL ON {name} FROM PUBLIC")
            cursor.execute(f"GRANT SELECT ON {name} TO {role}")


def remove(*, using: str = "default", plan: list[Any] | None = None, **_: Any) -> None:
    """Receiver of pre_migrate: drop the views when a migration is about to change tables."""
    if plan:
        with connections[using].cursor() as cursor:
            for name in definitions():
                cursor.execute(f"DROP VIEW IF EXISTS {name}")
