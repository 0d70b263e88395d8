"""The SQL texts of tree tiles; put together by trees.py, run by statement.py."""

from functools import lru_cache
from typing import Final

from geodata.tiles.statement import CONDITIONS
from inspections.rules.states import STATES
from inspections.sql_state import IMMEDIATE_TREES, rank_sql, state_sql

#: What the map shows: felled and vanished trees leave an empty site.
ON_MAP: Final = ["planned", "planted", "standing", "unverified", "stump"]
#: The margin is what a symbol on the edge needs in a tile of 256 pixels; our map leaves it out.
EXTENT, BUFFER = 4096, 128

_TILE = "%(z)s::int, %(x)s::int, %(y)s::int"
_NEAR = f"ST_Transform(ST_TileEnvelope({_TILE}, margin => {BUFFER / EXTENT}), 25832)"
RANKED = ", ".join(f"'{s.code}'" for s in sorted(STATES.states, key=lambda s: s.rank))


#: SQL of a point by ``_in_tile``; NULL outside of tile and margin: ST_AsMVT leaves it out.
_PLACED = (
    f"CASE WHEN u BETWEEN {-BUFFER} AND {EXTENT + BUFFER} AND v BETWEEN {-BUFFER} AND"
    f" {EXTENT + BUFFER} THEN ST_MakePoint(round(u), round(v)) END"
)


def _line(name: str, x: str = "x", y: str = "y") -> str:
    """SQL of a·x + b·y + c with the numbers of a side or axis of the tile."""
    return f"%({name}a)s::float8 * {x} + %({name}b)s::float8 * {y} + %({name}c)s::float8"


def _in_tile(geometry: str) -> str:
    """SQL of a row ``u, v``: where a point lies in the tile, in its own coordinates.

    By the tile's axes (rules/tilemath.py), which at street zoom are the grid's own to less than one
    of its 4096 steps: to transform each tree would be a quarter of the work.
    """
    x, y = f"ST_X({geometry})", f"ST_Y({geometry})"
    u, v = (f"({_line(n, x, y)}) * {EXTENT} AS {n}" for n in "uv")
    return f"LATERAL (SELECT {u}, {v})"


def _drawn(geometry: str) -> str:
    """SQL of an area in the tile's own coordinates; NULL outside of tile and margin."""
    return f"ST_AsMVTGeom(ST_Transform({geometry}, 3857), box.geom, {EXTENT}, {BUFFER}, true)"


def layer(name: str, rows: str) -> str:
    """SQL of one layer as bytes; no bytes without rows."""
    drawn = f"SELECT * FROM ({rows}) r WHERE r.geom IS NOT NULL"
    return f"(SELECT COALESCE(ST_AsMVT(f, '{name}', {EXTENT}, 'geom'), '') FROM ({drawn}) f)"


def _of_chosen_place(alias: str) -> str:
    """SQL condition: in the chosen districts and places, if any are chosen."""
    return "".join(
        f" AND (%({name})s::uuid[] IS NULL OR {alias}.{column} = ANY(%({name})s::uuid[]))"
        for name, column in {"districts": "district_id", "places": "place_id"}.items()
    )


#: What a tree carries; the words only at street zooms: before, two joins and half of the bytes are
#: saved.
_CARRIED = f"{_PLACED} AS geom, q.id, q.st, q.due, q.tol, q.ex, q.req, q.nv, q.imm"
_WORDS = """,
      COALESCE(n.number, (SELECT s.number FROM baumkataster_site s WHERE s.id = t.site_id))::text
        AS nr,
      COALESCE(sp.german_name, NULLIF(t.species_as_given, ''))::text AS sp,
      t.crown_diameter_m::real AS cr"""
_OF_WORDS = """LEFT JOIN near_sites n ON n.id = t.site_id
    LEFT JOIN baumkataster_species sp ON sp.id = t.species_id"""
#: All trees that must be seen to at once: few, found by an index (migration 0006). Put into an array
#: and taken out again, because the planner expects few rows of an array: of the index it expects a
#: hundredth of all measures, and to make room for them takes as long as a tile of a street.
_URGENT = """SELECT unnest(ARRAY(SELECT m.tree_id FROM inspections_measure m WHERE m.state = 'open'
    AND m.urgency_id = ANY(ARRAY(SELECT u.code FROM inspections_urgency u WHERE u.immediate))))
    AS tree_id"""
#: Read once, as they lie: nearly every tree of the tile stands at one of these, and only the few
#: others, and the few sites without a tree here, are looked up one by one.
_NEAR_SITES = """SELECT e.id, e.number, e.geom, e.active, e.district_id, e.place_id
    FROM box CROSS JOIN baumkataster_site e WHERE e.geom && {near}"""


def _trees(allowed: str, limit: int, near: str, *, words: bool, there: str) -> str:
    return f"""
    SELECT u, v, t.id::text AS id, t.status::text AS st,
      c.due_on::text AS due, c.tolerance_until::text AS tol, c.exempt_until::text AS ex,
      COALESCE(c.required, false) AS req, COALESCE(c.never, true) AS nv,
      t.id IN (SELECT tree_id FROM urgent) AS imm{_WORDS if words else ""},
      t.site_id AS site, {there} AS there
    FROM box CROSS JOIN baumkataster_tree t
    LEFT JOIN inspections_controlplan c ON c.tree_id = t.id
    {_OF_WORDS if words else ""}
    CROSS JOIN {_in_tile("t.geom")} placed
    WHERE t.geom && {near} AND t.status = ANY(%(statuses)s::text[]) {allowed}
    LIMIT {limit}"""


_GROUPS = f"""
    SELECT {_drawn("g.geom")} AS geom, g.id::text AS id, g.number::text AS nr, g.tree_count AS n
    FROM box CROSS JOIN baumkataster_treegroup g
    WHERE %(groups)s::boolean AND g.active AND g.geom && {{near}} {{chosen}}
    ORDER BY g.id LIMIT 1000"""
_SITES = f"""
    SELECT {_PLACED} AS geom, e.id::text AS id, e.number::text AS nr
    FROM near_sites e CROSS JOIN {_in_tile("e.geom")} placed
    WHERE %(sites)s::boolean AND e.active {{chosen}}
      AND e.id NOT IN (SELECT unnest(taken) FROM trees)
      AND NOT EXISTS (SELECT FROM baumkataster_tree o
        WHERE o.site_id = e.id AND o.status = ANY(%(on_map)s::text[]))
    ORDER BY e.id LIMIT 1000"""


@lru_cache(maxsize=8)
def street_tile(
    allowed: str, *, limit: int, words: bool = True, planned_once: bool = False, mark: str = "''"
) -> str:
    """One row: ``mark``, number of trees (at most ``limit``), the tile with trees, groups, sites.

    ``words``: with number, species and crown, and with sites. ``planned_once``: the planner does
    not get to see where the tile lies, so that it keeps one plan for all; in a large city it would
    plan each tile anew, which takes longer than a tile of few trees. Only without filters: those
    need to know how little of the city the tile is. A tile with filters is known by its bytes: it
    is in the order of the keys, so that the same trees are the same bytes whatever plan is chosen.
    One without is known by its ``mark``, and to sort it would be a tenth of the work.
    """
    near = "box.near" if planned_once else _NEAR
    once = f"MATERIALIZED (SELECT ST_TileEnvelope({_TILE}) AS geom, {_NEAR} AS near)"
    box = once if planned_once else f"(SELECT ST_TileEnvelope({_TILE}) AS geom)"
    sites = f", near_sites AS MATERIALIZED ({_NEAR_SITES.format(near=near)})" if words else ""
    there = "true" if planned_once else "t.status = ANY(%(on_map)s::text[])"
    rows = _trees(allowed, limit, near, words=words, there=there)
    chosen = ["" if planned_once else _of_chosen_place(alias) for alias in "ge"]
    groups = layer("groups", _GROUPS.format(near=near, chosen=chosen[0]))
    empty = layer("sites", _SITES.format(chosen=chosen[1]))
    text = f"""
    WITH box AS {box}, urgent AS MATERIALIZED ({_URGENT}){sites},
      trees AS MATERIALIZED (SELECT count(*) AS number,
        COALESCE(ST_AsMVT(f, 'trees', {EXTENT}, 'geom'), '') AS layer
        {", array_agg(q.site) FILTER (WHERE q.there) AS taken" if words else ""}
        FROM ({rows if planned_once else f"SELECT * FROM ({rows}) r ORDER BY id"}) q
        CROSS JOIN LATERAL (SELECT {_CARRIED}{", q.nr, q.sp, q.cr" if words else ""}) f)
    SELECT {mark}, trees.number, trees.layer || {groups}
      {f"|| {empty}" if words else ""} FROM trees WHERE {CONDITIONS}"""
    # psycopg keeps what it has read of a text only up to 4096 letters.
    text = " ".join(text.split())
    return _without_choice(text) if planned_once else text


def _without_choice(text: str) -> str:
    """What no visitor chooses as constants, so that the planner has no reason to look at values.

    It keeps a plan for all values only while plans for the given ones are not the cheaper ones.
    """
    on_map = "'{" + ",".join(ON_MAP) + "}'"
    constants = {"statuses": on_map, "on_map": on_map, "groups": "true", "sites": "true"}
    for name, constant in constants.items():
        text = text.replace(f"%({name})s", constant)
    return text


def cell_tile(allowed: str, *, side: int) -> str:
    """One row: the tile with its ``side`` × ``side`` cells, each at the middle of its trees.

    Places in the tile come from the tile's own axes (rules/tilemath.py): to transform each tree
    would cost more than all the rest.
    """

    return f"""
    WITH near AS (
      SELECT ST_X(t.geom) AS x, ST_Y(t.geom) AS y, {rank_sql(state_sql("c"))} AS rank,
        t.id IN {IMMEDIATE_TREES} AS imm
      FROM baumkataster_tree t LEFT JOIN inspections_controlplan c ON c.tree_id = t.id
      WHERE t.geom && ST_GeomFromText(%(quad)s, 25832)
        AND t.status = ANY(%(statuses)s::text[]) {allowed}
      OFFSET 0),
    placed AS (
      SELECT {_line("u")} AS u, {_line("v")} AS v, rank, imm FROM near
      WHERE {_line("w")} >= 0 AND {_line("e")} < 0 AND {_line("n")} >= 0 AND {_line("s")} < 0
      OFFSET 0),
    cells AS (
      SELECT ST_MakePoint(round(avg(u) * {EXTENT}), round(avg(v) * {EXTENT})) AS geom,
        count(*) AS n, (ARRAY[{RANKED}])[max(rank) + 1] AS worst,
        count(*) FILTER (WHERE imm) AS imm
      FROM placed GROUP BY {_step("v", side)} * {side} + {_step("u", side)})
    SELECT {layer("cells", "SELECT * FROM cells")}"""


def _step(axis: str, side: int) -> str:
    """SQL of the row or column of a cell."""
    return f"LEAST(GREATEST(floor({axis} * {side})::int, 0), {side - 1})"
