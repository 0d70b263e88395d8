"""Streams trees out of PostGIS as GeoJSON or CSV; called by web/exports.py.

The database writes the bytes (COPY), Python only passes them on: memory stays flat however many
trees there are, and the first of them leaves before the last is read. A statement that the database
refuses raises at the first ``next``, before anything has left.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import psycopg
from django.db import connection

from baumkataster.models import Role, Tree, User
from baumkataster.spreadsheets import FORMULA_STARTS
from geodata.copied_blocks import copied_blocks
from geodata.fields import PUBLIC, SIGNED_IN, Column
from geodata.public_views import CONTROL_VIEW, PUBLIC_VIEW
from inspections.filters import TreeFilter, apply
from inspections.rules.states import STATES
from inspections.sql_state import STATE

#: Decimals of a degree: 7 are about a centimetre.
DECIMALS = 7
Dialect = Literal["excel", "plain"]
#: What a spreadsheet takes for the beginning of a formula, as ascii() says it.
_FORMULA = ", ".join(str(ord(sign)) for sign in FORMULA_STARTS)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which trees with which columns go out; make one by ``public`` or ``signed_in``."""

    view: str
    columns: tuple[Column, ...]
    #: SQL condition on v, the view, with its values; positional places.
    condition: str
    params: tuple[Any, ...]

    @property
    def has_due_dates(self) -> bool:
        """Whether what goes out depends on the rule."""
        return self.view == CONTROL_VIEW


def public(*, tree_filter: TreeFilter, day: date) -> Selection:
    """Standing trees of the city with the public columns."""
    condition, params = "TRUE", ()
    if tree_filter != TreeFilter():
        condition, params = _among(apply(Tree.objects.all(), tree_filter, day=day))
    return Selection(view=PUBLIC_VIEW, columns=PUBLIC, condition=condition, params=params)


def signed_in(*, visitor: User, tree_filter: TreeFilter, day: date) -> Selection:
    """All trees that ``visitor`` may see, with due dates and the control state of ``day``."""
    condition, params = "TRUE", ()
    if visitor.role == Role.CONTRACTOR or tree_filter != TreeFilter():
        seen = Tree.objects.visible_to(visitor)
        condition, params = _among(apply(seen, tree_filter, day=day))
    columns = (*SIGNED_IN, _state_of(day))
    return Selection(view=CONTROL_VIEW, columns=columns, condition=condition, params=params)


def _among(trees: Any) -> tuple[str, tuple[Any, ...]]:
    text, params = trees.order_by().values("pk").query.sql_with_params()
    return f"v.id IN ({text})", params


def _state_of(day: date) -> Column:
    """The control state of one day in words; the view has no day, so it cannot have this column."""
    state = STATE.format(
        required="v.kontrolle_noetig",
        due_on="v.faellig_am",
        exempt_until="v.befreit_bis",
        never="v.nie_kontrolliert",
        tolerance_until="v.toleranz_bis",
        day=f"'{day.isoformat()}'::date",
    )
    words = " ".join(f"WHEN '{each.code}' THEN '{each.label_de}'" for each in STATES.states)
    return Column(name="kontrollstand", title="", type="text", sql=f"(CASE {state} {words} END)")


def value_of(column: Column) -> str:
    """SQL of a column of the view; only the state of a day is no column of it."""
    return column.sql if column.name == "kontrollstand" else f"v.{column.name}"


def geojson(selection: Selection, *, about: str = "") -> Iterator[bytes]:
    """A FeatureCollection as RFC 7946 wants it: EPSG:4326, longitude first, 7 decimals.

    ``about`` is a foreign member "description", which GDAL and QGIS show of the layer.
    """
    listed = ", ".join(f"{value_of(c)} AS {c.name}" for c in selection.columns if c.name != "id")
    row = (
        """',{"type":"Feature","id":"' || v.id || '","geometry":'"""
        f" || ST_AsGeoJSON(ST_Transform(v.geom, 4326), {DECIMALS})"
        """ || ',"properties":' || row_to_json(p)::text || '}'"""
    )
    # No JSON text holds these two characters, so the row leaves the database as it is.
    options = r"FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02'"
    blocks = copied(selection, row, f", LATERAL (SELECT {listed}) p", options)
    # Every feature begins with a comma but the first.
    said = f'"description":{json.dumps(about, ensure_ascii=False)},' if about else ""
    head = f'{{"type":"FeatureCollection","name":"baeume",{said}"features":[\n'
    yield head.encode() + next(blocks, b"")[1:]
    yield from blocks
    yield b"]}\n"


def csv(
    selection: Selection, *, dialect: Dialect = "excel", srid: int | None = None
) -> Iterator[bytes]:
    """A table with a header line, positions in EPSG:4326 (and EPSG:``srid`` when asked for).

    ``excel``: what a German Excel opens by double click: byte order mark, semicolon, decimal comma.
    ``plain``: comma and decimal point. Texts that a spreadsheet would take for a formula get an
    apostrophe before them.
    """
    comma = dialect == "excel"
    columns = {column.name: _cell(column, comma=comma) for column in selection.columns}
    columns["laenge"] = _number(f"round(ST_X(g.lonlat)::numeric, {DECIMALS})", comma=comma)
    columns["breite"] = _number(f"round(ST_Y(g.lonlat)::numeric, {DECIMALS})", comma=comma)
    if srid not in (None, 4326):
        decimals = DECIMALS if srid == 4258 else 3
        for name, axis in {"rechtswert": "X", "hochwert": "Y"}.items():
            value = f"round(ST_{axis}(ST_Transform(v.geom, {srid:d}))::numeric, {decimals})"
            columns[f"{name}_{srid}"] = _number(value, comma=comma)
    delimiter = ";" if comma else ","
    options = f"FORMAT csv, DELIMITER '{delimiter}'"
    lateral = ", LATERAL (SELECT ST_Transform(v.geom, 4326) AS lonlat) g"
    blocks = copied(selection, ", ".join(columns.values()), lateral, options)
    mark = b"\xef\xbb\xbf" if comma else b""
    yield mark + f"{delimiter.join(columns)}\n".encode() + next(blocks, b"")
    yield from blocks


def _cell(column: Column, *, comma: bool) -> str:
    """SQL of one cell of a CSV file."""
    value = value_of(column)
    if column.type == "number":
        return _number(value, comma=comma)
    if column.type == "boolean":
        return f"CASE WHEN {value} THEN 'ja' WHEN NOT {value} THEN 'nein' END"
    if column.type == "text":
        # By its number: a regular expression would cost a tenth of the whole statement.
        return f"CASE WHEN ascii({value}) IN ({_FORMULA}) THEN '''' || {value} ELSE {value} END"
    return value


def _number(value: str, *, comma: bool) -> str:
    return f"replace(({value})::text, '.', ',')" if comma else value


def statement(selection: Selection, columns: str, lateral: str, options: str) -> str:
    """The COPY of a selection, with places for its params."""
    return (
        f"COPY (SELECT {columns} FROM {selection.view} v{lateral}"
        f" WHERE {selection.condition}) TO STDOUT WITH ({options})"
    )


def copied(selection: Selection, columns: str, lateral: str, options: str) -> Iterator[bytes]:
    """Blocks of rows as the database writes them; leaving early cancels the statement."""
    text = statement(selection, columns, lateral, options)
    with export_session() as session:
        yield from copied_blocks(session, text, selection.params)


@contextmanager
def export_session() -> Iterator[psycopg.Connection[Any]]:
    """A connection for one file alone, closed at its end.

    The request's own must stay free: whoever asks it something while a COPY runs (a middleware
    that saves the session) would wait for ever. Inside a transaction, as in tests, the rows are
    visible there only, so that one is used.
    """
    if connection.in_atomic_block:
        yield connection.connection
        return
    own = connection.copy()
    try:
        own.ensure_connection()
        yield own.connection
    finally:
        own.close()
