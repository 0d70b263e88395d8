"""Tiles of the own base map (/grundkarte/): drawn features and districts, coarser further out."""

from geodata.rules.tilemath import Tile
from geodata.tiles.statement import CONDITIONS, run

EXTENT, BUFFER = 4096, 128
#: Features of these kinds are left out below a zoom at which they are crumbs.
_FIRST_ZOOM = {"building": 15, "path": 15, "road": 12, "green": 10, "water": 9, "rail": 11}
#: Side of a web map tile at zoom 0 in metres; a tile has 256 pixels.
_WORLD_METRES = 40_075_016.68

_TILE = f"""
WITH box AS (
  SELECT ST_TileEnvelope(%(z)s::int, %(x)s::int, %(y)s::int) AS geom,
    ST_Transform(ST_TileEnvelope(%(z)s::int, %(x)s::int, %(y)s::int,
      margin => {BUFFER / EXTENT}), 25832) AS near),
drawn AS (
  SELECT ST_AsMVTGeom(ST_Transform(ST_Simplify(b.geom, %(coarse)s::float8), 3857), box.geom,
      {EXTENT}, {BUFFER}, true) AS geom, b.kind::text AS kind, NULLIF(b.name, '')::text AS name
  FROM box CROSS JOIN baumkataster_basefeature b
  WHERE b.geom && box.near AND NOT b.kind = ANY(%(hidden)s::text[])
    AND (ST_Dimension(b.geom) < 2 OR ST_Area(b.geom) > %(crumb)s::float8)
  ORDER BY array_position(%(order)s::text[], b.kind::text), b.id
  LIMIT 8000),
areas AS (
  SELECT ST_AsMVTGeom(ST_Transform(ST_SimplifyPreserveTopology(d.geom, %(coarse)s::float8), 3857),
      box.geom, {EXTENT}, {BUFFER}, true) AS geom, d.id::text AS id, d.name::text AS name
  FROM box CROSS JOIN baumkataster_district d WHERE d.geom && box.near)
SELECT
  (SELECT COALESCE(ST_AsMVT(f, 'base', {EXTENT}, 'geom'), '')
    FROM (SELECT * FROM drawn WHERE geom IS NOT NULL) f)
  || (SELECT COALESCE(ST_AsMVT(f, 'districts', {EXTENT}, 'geom'), '')
    FROM (SELECT * FROM areas WHERE geom IS NOT NULL) f)
WHERE {CONDITIONS}
"""
#: Painted from the ground up.
_ORDER = ["green", "water", "building", "path", "rail", "road", "main_road"]


def base_tile(tile: Tile) -> bytes:
    """The drawn city of one tile: layers ``base`` (kind, name) and ``districts`` (id, name)."""
    pixel = _WORLD_METRES / 256 / 2**tile.z
    params = {
        "z": tile.z,
        "x": tile.x,
        "y": tile.y,
        "coarse": pixel / 2,
        "crumb": 4 * pixel**2,
        "hidden": [kind for kind, first in _FIRST_ZOOM.items() if tile.z < first],
        "order": _ORDER,
    }
    (layers,) = run(_TILE, params)
    return bytes(layers)
