"""Where an area lies and what it weighs, asked before it is taken along; for api/field."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from baumkataster.models import Photo
from baumkataster.permissions import Visitor
from inspections.field.areas import Area, trees_of
from inspections.field.tree_rows import row_sizes

#: Trees and previews that are weighed for the estimate; keys are random, so the first are a sample.
TREE_SAMPLE: Final = 100
PREVIEW_SAMPLE: Final = 20
#: Newest photos of a tree that go along (sql/field_trees.sql).
PHOTOS_PER_TREE: Final = 6
#: Bytes of a preview where none can be weighed.
PREVIEW_BYTES: Final = 15_000
DISTRICT: Final = "SELECT geom FROM baumkataster_district WHERE id = %s"
#: Trees may lie anywhere: what is around them all, and a bit of the street beyond the last.
AROUND: Final = """
    SELECT ST_Buffer(ST_ConvexHull(ST_Collect(geom)), 60, 4) AS geom
    FROM baumkataster_tree WHERE id IN ({trees})"""
#: One ring without holes, 10 m loose: good enough to choose map tiles by.
OUTLINE_SQL: Final = """
    WITH shape AS ({shape}),
    loose AS (
        SELECT ST_Transform(ST_SimplifyPreserveTopology(
            CASE WHEN ST_NumGeometries(geom) = 1 THEN ST_GeometryN(geom, 1)
                ELSE ST_ConvexHull(geom) END, 10), 4326) AS geom
        FROM shape WHERE NOT ST_IsEmpty(geom))
    SELECT ST_AsGeoJSON(ST_ExteriorRing(geom), 6)::json ->> 'coordinates' FROM loose"""
PHOTOS_SQL: Final = """
    SELECT coalesce(sum(least(held.n, %s)), 0) FROM (
        SELECT count(*) AS n FROM ({trees}) t JOIN baumkataster_photo p ON p.tree_id = t.id
        GROUP BY t.id) held"""


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Where an area lies, in degrees; both None where there is nothing."""

    #: West, south, east, north.
    bbox: tuple[float, float, float, float] | None
    #: One closed ring; a district of several parts is drawn around all of them.
    outline: list[list[float]] | None


@dataclass(frozen=True, kw_only=True)
class Weight:
    """Trees and previews of an area, and about how many bytes they are."""

    trees: int
    bytes: int
    photos: int
    photo_bytes: int


def extent_of(area: Area, *, visitor: Visitor, day: date) -> Extent:
    """Where the area lies: a district or ring as drawn, else what surrounds its trees."""
    if area.kind == "polygon":
        return _extent([[lon, lat] for lon, lat in (*area.ring, area.ring[0])])
    if area.kind == "district":
        return _extent(_outline(DISTRICT, [area.district]))
    trees = trees_of(area, visitor=visitor, day=day).order_by().values("id")
    try:
        text, values = trees.query.sql_with_params()
    except EmptyResultSet:
        return _extent(None)
    return _extent(_outline(AROUND.format(trees=text), values))


def weigh(area: Area, *, visitor: Visitor, day: date) -> Weight:
    """What the area weighs, estimated from some of its trees and previews."""
    trees = trees_of(area, visitor=visitor, day=day)
    number = trees.count()
    sample = list(trees.order_by("pk").values_list("pk", flat=True)[:TREE_SAMPLE])
    photos = _photos(trees.order_by().values("id")) if number else 0
    previews = Photo.objects.filter(tree__in=sample).order_by("pk")[:PREVIEW_SAMPLE]
    return Weight(
        trees=number,
        bytes=_scaled(row_sizes(sample, visitor=visitor), number),
        photos=photos,
        photo_bytes=_scaled(_preview_sizes(previews) or [PREVIEW_BYTES], photos),
    )


def _outline(shape: str, values: Iterable[Any]) -> list[list[float]] | None:
    """The one ring around a shape of the database."""
    with connection.cursor() as cursor:
        cursor.execute(OUTLINE_SQL.format(shape=shape), list(values))
        row = cursor.fetchone()
    return json.loads(row[0]) if row else None


def _extent(outline: list[list[float]] | None) -> Extent:
    """An outline with its box."""
    if not outline:
        return Extent(bbox=None, outline=None)
    lons, lats = [p[0] for p in outline], [p[1] for p in outline]
    return Extent(bbox=(min(lons), min(lats), max(lons), max(lats)), outline=outline)


def _photos(trees: Any) -> int:
    """Previews that go along: the newest of each tree."""
    text, values = trees.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(PHOTOS_SQL.format(trees=text), [PHOTOS_PER_TREE, *values])
        return int(cursor.fetchone()[0])


def _preview_sizes(photos: Iterable[Photo]) -> list[int]:
    """Bytes of some previews; a file that is gone weighs nothing here."""
    sizes = []
    for photo in photos:
        try:
            sizes.append(photo.thumbnail.size)
        except OSError:
            continue
    return sizes


def _scaled(sizes: list[int], number: int) -> int:
    """The sample's mean for all."""
    return round(sum(sizes) / len(sizes) * number) if sizes else 0
