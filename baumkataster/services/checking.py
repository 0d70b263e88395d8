"""What every deed checks: is the row still as the person saw it, and do field and constraint agree."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    FieldDoesNotExist,
    ObjectDoesNotExist,
    ValidationError,
)
from django.db import IntegrityError, transaction
from django.db.models import Model, UniqueConstraint
from django.utils.translation import gettext as _

from baumkataster.errors import NON_FIELD, Conflict, Refused, Stale

M = TypeVar("M", bound=Model)
#: West, east, south, north in metres of EPSG:25832.
WINDOW = (200_000, 1_000_000, 5_200_000, 6_150_000)


def locked(model: type[M], key: Any, *related: str) -> M:
    """The row under ``key``, locked until the deed ends, so that two deeds cannot cross.

    ``related`` rows are read along, and not locked.

    Raises:
        Refused: there is no such row.
    """
    try:
        rows = model._default_manager.select_for_update(of=("self",))
        found = (rows.select_related(*related) if related else rows).get(pk=key)
    except (ObjectDoesNotExist, ValidationError, ValueError) as error:
        name = model._meta.verbose_name
        raise Refused(_("%(name)s nicht gefunden.") % {"name": name}) from error
    return found


def ensure_current(row: Any, version: int | None, changes: Mapping[str, Any]) -> None:
    """Refuse a change that was made on an older version, saying both values of each field.

    ``version=None`` skips the check: the deed itself read the row just now.

    Raises:
        Stale: ``row.version`` is another than ``version``.
    """
    if version is None or row.version == version:
        return
    conflicts = [
        Conflict(field=name, label=label_of(type(row), name), yours=value, theirs=theirs)
        for name, value in changes.items()
        if (theirs := getattr(row, name, None)) != value
    ]
    raise Stale(current=row, conflicts=conflicts)


def ensure_position(geom: Point) -> None:
    """Refuse a position that cannot be meant: degrees, another zone, swapped axes.

    The database has the same window (migration 0002), but only forms can explain it.

    Raises:
        Refused: outside Germany's part of EPSG:25832.
    """
    west, east, south, north = WINDOW
    if geom.srid != settings.SRID or not (west <= geom.x <= east and south <= geom.y <= north):
        raise Refused(
            {"geom": [_("Diese Lage liegt nicht in Deutschland. Bitte auf der Karte wählen.")]}
        )


def assign(row: Any, changes: Mapping[str, Any]) -> list[str]:
    """Set the values that differ; the names of the fields that did."""
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    return changed


def save_checked(row: Model, *, fields: list[str] | None = None) -> None:
    """Save a row after Django's field and constraint checks.

    Raises:
        Refused: with the problems by field, in words.
    """
    ensure_clean(row, fields=fields)
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError as error:
        raise Refused(said(row, error)) from error


def ensure_clean(row: Model, *, fields: list[str] | None = None) -> None:
    """What can be checked of a row without saving it.

    Raises:
        Refused: with the problems by field, in words.
    """
    try:
        row.clean_fields(exclude=needs_no_check(row, fields))
        row.validate_unique()
    except ValidationError as error:
        raise Refused(
            {
                NON_FIELD if name == NON_FIELD_ERRORS else name: list(texts)
                for name, texts in error.message_dict.items()
            }
        ) from error


def label_of(model: type[Model], name: str) -> str:
    """The field's name as people read it."""
    try:
        return str(getattr(model._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        return name


def said(row: Model, error: IntegrityError) -> dict[str, list[str]]:
    """What the database refused, as Django's own checks would say it."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for rule in row._meta.constraints:
        if rule.name == name and isinstance(rule, UniqueConstraint) and not rule.condition:
            field = rule.fields[0] if len(rule.fields) == 1 else NON_FIELD
            message = row.unique_error_message(type(row), rule.fields)
            return {field: list(message.messages)}
        if rule.name == name:
            return {NON_FIELD: [str(rule.get_violation_error_message())]}
    if name and name.endswith("_pkey"):
        return {"id": [_("Diese Angaben widersprechen dem, was schon gespeichert ist.")]}
    return {NON_FIELD: [_("Ein Datensatz, auf den sich die Angaben beziehen, ist nicht da.")]}


def needs_no_check(row: Model, fields: list[str] | None) -> set[str]:
    """Names of fields that the deed does not touch or that may be, and are, null.

    Constraints are checked over all fields: a rule about two of them counts when one changes.
    """
    return {
        field.name
        for field in row._meta.fields
        if (fields is not None and field.name not in fields)
        or (field.null and getattr(row, field.attname) is None)
    }
