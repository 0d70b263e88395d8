"""Merges what a tablet changed at a tree with what the cadastre holds by now, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, DecimalField, ForeignKey, IntegerField, Model

from baumkataster.models import PositionSource, Site, Tree
from baumkataster.rules.numbering import normalise_number
from baumkataster.services.trees import CORRECTABLE, SITE_FIELDS
from inspections.sync.reading import Body, unreadable

WGS84 = 4326
#: Degrees with seven decimals are a centimetre; nearer than that is the same place.
SAME_PLACE_M = 0.05
#: Name of the position among the fields in dispute.
POSITION = "geom"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field on which tablet and cadastre disagree; plain values."""

    field: str
    base: Any
    theirs: Any
    ours: Any


@dataclass(frozen=True, kw_only=True)
class Merge:
    """What may be applied, and what the office must decide."""

    apply: dict[str, Any]
    conflicts: list[Difference]


def merge_changes(tree: Tree, base: Mapping[str, Any], changes: Mapping[str, Any]) -> Merge:
    """Three-way: not changed there or already so → nothing; unchanged here → apply; else a conflict.

    Raises:
        Unsettled: a field that nobody may change so, or a value of the wrong form.
    """
    apply: dict[str, Any] = {}
    conflicts: list[Difference] = []
    for name in changes:
        before, new = plain(name, base.get(name)), plain(name, changes[name])
        now = current_value(tree, name)
        if new in (before, now):
            continue
        if now == before:
            apply[name] = as_value(name, new)
        else:
            conflicts.append(Difference(field=name, base=before, theirs=now, ours=new))
    return Merge(apply=apply, conflicts=conflicts)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A position as a tablet gives it."""

    geom: Point
    accuracy_m: Decimal | None
    source: str

    def plain(self) -> dict[str, Any]:
        """As it stands in a conflict."""
        accuracy = None if self.accuracy_m is None else float(self.accuracy_m)
        return degrees(self.geom) | {"accuracy_m": accuracy, "source": self.source}


def merge_position(tree: Tree, base: Point, new: Place) -> Difference | bool:
    """True: move it; False: it is there already; else the conflict."""
    if tree.geom.distance(new.geom) <= SAME_PLACE_M:
        return False
    if tree.geom.distance(base) <= SAME_PLACE_M:
        return True
    return Difference(
        field=POSITION, base=degrees(base), theirs=degrees(tree.geom), ours=new.plain()
    )


def read_place(body: Body) -> Place:
    """Position, accuracy and source of a body."""
    source = body.text("source", PositionSource.MAP)
    if source not in PositionSource.values:
        unreadable("source")
    accuracy = body.number("accuracy_m")
    return Place(
        geom=read_point(body),
        accuracy_m=None if accuracy is None else Decimal(str(round(accuracy, 2))),
        source=source,
    )


def read_point(body: Body) -> Point:
    """``lon`` and ``lat`` as a point of the stored reference system."""
    lon, lat = body.needed_number("lon"), body.needed_number("lat")
    if not (-180 <= lon <= 180 and -85 <= lat <= 85):
        unreadable("lat")
    point = Point(lon, lat, srid=WGS84)
    point.transform(settings.SRID)
    return point


def degrees(point: Point) -> dict[str, float]:
    """A stored position as the API says it."""
    copy = point.clone()
    copy.transform(WGS84)
    return {"lon": round(copy.x, 7), "lat": round(copy.y, 7)}


def current_value(tree: Tree, name: str) -> Any:
    """What the cadastre holds now, as a plain value."""
    column = _column(name)
    row = tree if name in CORRECTABLE else tree.site
    return plain(name, getattr(row, column.attname))


def plain(name: str, value: Any) -> Any:
    """A value in the one form in which it is compared and kept: texts, numbers, ISO days, keys.

    Raises:
        Unsettled: the value has another form than the column.
    """
    column = _column(name)
    if isinstance(column, ArrayField):
        if not isinstance(value, list | None):
            unreadable(name)
        return [_plain(column.base_field, name, each) for each in value or []]
    if value is None or value == "":
        return None if column.null else ""
    return _plain(column, name, value)


def as_value(name: str, value: Any) -> Any:
    """A plain value as the row takes it.

    Raises:
        Unsettled: a key that leads nowhere.
    """
    column = _column(name)
    if value is None or isinstance(column, ArrayField):
        return value
    if isinstance(column, ForeignKey):
        model: type[Model] = column.related_model
        return model._default_manager.filter(pk=value).first() or unreadable(name)
    if isinstance(column, DecimalField):
        return Decimal(str(value))
    return date.fromisoformat(value) if isinstance(column, DateField) else value


def _column(name: str) -> Any:
    """The column behind a field that may be corrected."""
    if name in CORRECTABLE:
        return Tree._meta.get_field(name)
    return Site._meta.get_field(name) if name in SITE_FIELDS else unreadable(name)


def _plain(column: Any, name: str, value: Any) -> Any:
    """One value that is not empty."""
    try:
        if isinstance(column, ForeignKey):
            return str(UUID(str(value)))
        if isinstance(column, DecimalField):
            return float(round(Decimal(str(value)), column.decimal_places))
        if isinstance(column, IntegerField):
            return _whole(value)
        if isinstance(column, DateField):
            return date.fromisoformat(str(value)).isoformat()
    except (TypeError, ValueError, InvalidOperation, OverflowError):
        unreadable(name)
    if isinstance(value, bool | dict | list | datetime):
        unreadable(name)
    return normalise_number(str(value)) if name == "number" else str(value)


def _whole(value: Any) -> int:
    """A whole number that is not a yes or no."""
    if isinstance(value, bool) or int(value) != float(value):
        raise ValueError(value)
    return int(value)
