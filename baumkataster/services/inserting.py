"""Adds the rows of one deed, of several tables, in one statement; for records that people hand in.

Each row costs Django a statement of its own, which is put together and planned anew every time.
Here one prepared statement takes the rows of each table as JSON.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Field, ForeignKey, Model
from django.db.models.expressions import DatabaseDefault

from baumkataster.errors import Refused
from baumkataster.prepared import prepared
from baumkataster.services.checking import needs_no_check, said


def insert_checked(*rows: Model) -> None:
    """Add rows after Django's field checks; keys, references and rules are left to the database.

    As save_checked for rows that are only added, without a query per reference and constraint: what
    the database refuses is said in the same words. The deed ends with it, and with it its
    transaction. Columns that the database fills are read when they are asked for.

    Raises:
        Refused: with the problems by field, in words.
    """
    for row in rows:
        _check(row)
    tables: dict[type[Model], list[Model]] = {}
    for row in rows:
        tables.setdefault(type(row), []).append(row)
    given = {model: _given(alike) for model, alike in tables.items()}
    statement = _statement(tuple((m, tuple(f.column for f in given[m])) for m in tables))
    parameters = {m._meta.db_table: _json(alike, given[m]) for m, alike in tables.items()}
    try:
        prepared(statement, parameters)
    except IntegrityError as error:
        table = getattr(getattr(error.__cause__, "diag", None), "table_name", None)
        row = next((row for row in rows if row._meta.db_table == table), rows[0])
        raise Refused(said(row, error)) from error
    for row in rows:
        _is_there(row)


def insert_unless_known(rows: Sequence[Model]) -> set[Any]:
    """Add rows of one table as they are, but for those that a unique rule knows; keys of the added."""
    given, table = _given(rows), rows[0]._meta.db_table
    listed = ", ".join(f'"{field.column}"' for field in given)
    statement = (
        f'INSERT INTO "{table}" ({listed}) SELECT {listed}'
        f' FROM json_populate_recordset(NULL::"{table}", CAST(%(rows)s AS json))'
        " ON CONFLICT DO NOTHING RETURNING id"
    )
    added = {row["id"] for row in prepared(statement, {"rows": _json(rows, given)})}
    for row in rows:
        if row.pk in added:
            _is_there(row)
    return added


def _check(row: Model) -> None:
    """Django's checks of each field by itself."""
    try:
        row.clean_fields(exclude=needs_no_check(row, None) | _references(type(row)))
    except ValidationError as error:
        raise Refused(dict(error.message_dict)) from error


@cache
def _references(model: type[Model]) -> frozenset[str]:
    return frozenset(f.name for f in model._meta.fields if isinstance(f, ForeignKey))


def _given(rows: Sequence[Model]) -> list["Field[Any, Any]"]:
    """The columns that any of the rows has a value for; all others are the database's."""
    return [
        field
        for field in rows[0]._meta.concrete_fields
        if any(not isinstance(vars(row)[field.attname], DatabaseDefault) for row in rows)
    ]


@cache
def _statement(tables: tuple[tuple[type[Model], tuple[str, ...]], ...]) -> str:
    """One INSERT per table, all in one statement; references are checked at its end or later."""
    parts = []
    for number, (model, names) in enumerate(tables):
        table = model._meta.db_table
        listed = ", ".join(f'"{name}"' for name in names)
        parts.append(
            f'added{number} AS (INSERT INTO "{table}" ({listed}) SELECT {listed}'
            f' FROM json_populate_recordset(NULL::"{table}", CAST(%({table})s AS json)))'
        )
    return f"WITH {', '.join(parts)} SELECT"


def _json(rows: Iterable[Model], fields: Sequence["Field[Any, Any]"]) -> str:
    """The rows as the database reads them."""
    values = [{f.column: _value(vars(row)[f.attname], f) for f in fields} for row in rows]
    return json.dumps(values, default=_word, ensure_ascii=False)


def _value(value: Any, field: "Field[Any, Any]") -> Any:
    """What a row that is not the first leaves to the database, where another row does not."""
    if isinstance(value, DatabaseDefault):
        raise ValueError(f"{field}: rows of one table give the same columns")
    return value


def _word(value: Any) -> str:
    """Whatever JSON has no form for, in the database's own."""
    if isinstance(value, GEOSGeometry):
        return str(value.hexewkb.decode())
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return str(value)


def _is_there(row: Model) -> None:
    """From now on the row is one of the database's; what that filled is read when it is asked for."""
    row._state.adding, row._state.db = False, "default"
    values = vars(row)
    for name in [name for name, value in values.items() if isinstance(value, DatabaseDefault)]:
        del values[name]
