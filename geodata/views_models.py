"""Models of the two database views, made from the lists of fields.py; read by WFS and exports."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.gis.db import models

from geodata.fields import GEOMETRY, PUBLIC, SIGNED_IN, Column

_FIELDS: dict[str, type[models.Field[Any, Any]]] = {
    "uuid": models.UUIDField,
    "text": models.TextField,
    "integer": models.IntegerField,
    "number": models.FloatField,
    "date": models.DateField,
    "boolean": models.BooleanField,
}


def _field(column: Column) -> models.Field[Any, Any]:
    """The model field of one column; the first key of a view is its ``id``."""
    kind, is_key = _FIELDS[column.type], column.name == "id"
    return kind(column.title, primary_key=is_key, null=not is_key)


def _model(name: str, table: str, columns: tuple[Column, ...], doc: str) -> type[models.Model]:
    """An unmanaged, read-only model with one field per column and the geometry."""
    meta = type("Meta", (), {"managed": False, "db_table": table, "app_label": "geodata"})
    fields: dict[str, Any] = {column.name: _field(column) for column in columns}
    fields[GEOMETRY] = models.PointField(srid=settings.SRID)
    return type(
        name, (models.Model,), {**fields, "Meta": meta, "__module__": __name__, "__doc__": doc}
    )


PublicTree = _model(
    "PublicTree",
    "geodata_public_tree",
    PUBLIC,
    "A standing tree of the city with the columns that everybody may see.",
)
ControlTree = _model(
    "ControlTree",
    "geodata_control_tree",
    SIGNED_IN,
    "Any tree with its due date; for signed-in people only.",
)
