"""Runs a statement as the server's prepared one: planned once per connection, values beside it.

Django writes values into the text, so that every call is parsed and planned anew; for statements
with many joins that costs more than their work. Deeds that happen thousands of times a day ask here.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar

import psycopg
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.db.models import Field, JSONField, Model, QuerySet
from psycopg import ClientCursor

M = TypeVar("M", bound=Model)

#: Django tells psycopg to prepare nothing at all; with this only what asks for it is prepared.
_ONLY_ASKED: Final = 1 << 30


def prepared(statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a statement in Django's own connection and transaction, by column."""
    names, rows = _asked(statement, parameters)
    return [dict(zip(names, row, strict=True)) for row in rows]


def prepared_row(statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row, by position: for several tables whose columns have the same names."""
    _names, rows = _asked(statement, parameters)
    return rows[0] if rows else None


@cache
def fields(model: type[Model], *only: str) -> "tuple[Field[Any, Any], ...]":
    """The model's columns, or those of them that are wanted; others are read when asked for."""
    return tuple(f for f in model._meta.concrete_fields if not only or f.attname in only)


@cache
def columns(model: type[Model], alias: str, *only: str) -> str:
    """Columns for a SELECT list, in the order that ``kept`` takes them."""
    return ", ".join(f'{alias}."{field.column}"' for field in fields(model, *only))


def kept(model: type[M], values: Sequence[Any], *only: str) -> M:
    """A row that is in the database, from the values of its columns as they were read there."""
    given = list(values)
    for position, read in _readers(model, *only):
        if given[position] is not None:
            given[position] = read(given[position])
    return model.from_db("default", _names(model, *only), given)


@cache
def _names(model: type[Model], *only: str) -> list[str]:
    return [field.attname for field in fields(model, *only)]


@cache
def _readers(model: type[Model], *only: str) -> list[tuple[int, Callable[[Any], Any]]]:
    """Places of the columns that come as text, and what makes values of them."""
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for position, field in enumerate(fields(model, *only)):
        if isinstance(field, GeometryField):
            found.append((position, GEOSGeometry))
        elif isinstance(field, JSONField):
            found.append((position, json.loads))
    return found


def named(rows: QuerySet[Any, Any]) -> tuple[str, dict[str, Any]]:
    """A queryset as SQL with named places, to stand inside a larger statement, and its values."""
    text, values = rows.query.sql_with_params()
    params = {f"f{position}": value for position, value in enumerate(values)}
    names = iter(params)

    def name(match: re.Match[str]) -> str:
        return match[0] if match[0] == "%%" else f"%({next(names)})s"

    return re.sub(r"%[%s]", name, text), params


def preparing_session() -> "psycopg.Connection[Any]":
    """Django's own connection, open, and preparing what asks for it."""
    connection.ensure_connection()
    session: psycopg.Connection[Any] = connection.connection
    if session.prepare_threshold is None:
        session.prepare_threshold = _ONLY_ASKED
    return session


def _asked(
    statement: str, parameters: Mapping[str, Any]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names of the columns, and all rows."""
    names: list[str]
    rows: list[tuple[Any, ...]]
    # Often the first statement of a request: after a restart of the server the line may be dead.
    connection.close_if_health_check_failed()
    session = preparing_session()
    connection.validate_no_broken_transaction()
    names, rows = [], []
    with connection.wrap_database_errors, psycopg.Cursor(session) as cursor:
        cursor.execute(statement, parameters, prepare=True)
        # Without cursor.description, which looks up the type of every column.
        if (result := cursor.pgresult) is not None and result.nfields:
            names = [(result.fname(n) or b"").decode() for n in range(result.nfields)]
            rows = cursor.fetchall()
    if connection.queries_logged:
        text = ClientCursor(session).mogrify(statement, parameters)
        connection.queries_log.append({"sql": text, "time": "0"})
    return names, rows
