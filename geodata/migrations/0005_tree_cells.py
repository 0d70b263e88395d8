"""Kept counts of trees for far zooms of the map, and the marks that say which no longer hold.

The tables have no models: only tiles/kept_cells.py reads and writes them, set-based, and whatever
they hold can be counted anew. The app role may do all with them (grants.py).

geodata_treecell: per square (geodata/rules/tree_cells.py) and state the number of trees on the map,
of open immediate measures and the sums of their places; true for days from ``day`` to before
``until``. geodata_stalecell: squares in which something has changed since; written by triggers in
the transaction of the change, so that whoever sees the change sees the mark. A mark belongs to its
transaction: a later one never relies on the mark of another, which may be about to be settled.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION baum_cell(place geometry) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    world CONSTANT float8 := 20037508.342789244;
    p geometry := public.ST_Transform(place, 3857);
    x bigint := floor((public.ST_X(p) + world) / (2 * world) * 131072);
    y bigint := floor((world - public.ST_Y(p)) / (2 * world) * 131072);
BEGIN
    x := least(greatest(x, 0), 131071);
    y := least(greatest(y, 0), 131071);
    x := (x | (x << 16)) & 281470681808895;
    x := (x | (x << 8)) & 71777214294589695;
    x := (x | (x << 4)) & 1085102592571150095;
    x := (x | (x << 2)) & 3689348814741910323;
    x := (x | (x << 1)) & 6148914691236517205;
    y := (y | (y << 16)) & 281470681808895;
    y := (y | (y << 8)) & 71777214294589695;
    y := (y | (y << 4)) & 1085102592571150095;
    y := (y | (y << 2)) & 3689348814741910323;
    y := (y | (y << 1)) & 6148914691236517205;
    RETURN x | (y << 1);
END $$;

-- The square in EPSG:25832, half a metre wider: its sides are a little curved there.
CREATE FUNCTION baum_cell_area(cell bigint) RETURNS geometry
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    x int := 0;
    y int := 0;
BEGIN
    FOR bit IN 0..16 LOOP
        x := x | (((cell >> (2 * bit)) & 1)::int << bit);
        y := y | (((cell >> (2 * bit + 1)) & 1)::int << bit);
    END LOOP;
    RETURN public.ST_Expand(
        public.ST_Transform(public.ST_TileEnvelope(17, x, y), 25832), 0.5);
END $$;

CREATE FUNCTION baum_mark_cells(cells bigint[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO public.geodata_stalecell (cell, by)
    SELECT DISTINCT c, pg_current_xact_id()::text::bigint FROM unnest(cells) c
    WHERE c IS NOT NULL ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION baum_mark_trees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM public.baum_mark_cells(ARRAY(SELECT public.baum_cell(geom) FROM new_rows));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM public.baum_mark_cells(ARRAY(SELECT public.baum_cell(geom) FROM old_rows));
    ELSE
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT unnest(ARRAY[public.baum_cell(o.geom), public.baum_cell(n.geom)])
            FROM old_rows o JOIN new_rows n ON n.id = o.id
            WHERE o.status <> n.status OR NOT o.geom ~= n.geom));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION baum_mark_plans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom) FROM new_rows n
            JOIN public.baumkataster_tree t ON t.id = n.tree_id));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom) FROM old_rows o
            JOIN public.baumkataster_tree t ON t.id = o.tree_id));
    ELSE
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom) FROM old_rows o
            JOIN new_rows n ON n.tree_id = o.tree_id
            JOIN public.baumkataster_tree t ON t.id = n.tree_id
            WHERE (o.required, o.due_on, o.exempt_until, o.never, o.tolerance_until)
                IS DISTINCT FROM
                (n.required, n.due_on, n.exempt_until, n.never, n.tolerance_until)));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION baum_mark_measures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom) FROM new_rows n
            JOIN public.inspections_urgency u ON u.code = n.urgency_id AND u.immediate
            JOIN public.baumkataster_tree t ON t.id = n.tree_id WHERE n.state = 'open'));
    ELSE
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom) FROM old_rows o
            JOIN new_rows n ON n.id = o.id
            JOIN public.inspections_urgency u ON u.code IN (o.urgency_id, n.urgency_id)
                AND u.immediate
            JOIN public.baumkataster_tree t ON t.id IN (o.tree_id, n.tree_id)
            WHERE (o.state, o.urgency_id, o.tree_id)
                IS DISTINCT FROM (n.state, n.urgency_id, n.tree_id)));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION baum_mark_all_cells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.baum_mark_cells(ARRAY(SELECT DISTINCT cell FROM public.geodata_treecell));
    RETURN NULL;
END $$;
"""
TABLES = """
CREATE TABLE geodata_treecell (
    cell bigint NOT NULL,
    state text NOT NULL,
    trees int NOT NULL,
    immediate int NOT NULL,
    -- Sums in EPSG:3857, for the middle of several squares.
    x float8 NOT NULL,
    y float8 NOT NULL,
    day date NOT NULL,
    until date NOT NULL,
    PRIMARY KEY (cell, state)
);
CREATE TABLE geodata_stalecell (
    cell bigint NOT NULL,
    by bigint NOT NULL,
    PRIMARY KEY (cell, by)
);
"""
#: Of the trees that are there already.
FIRST_MARKS = """
INSERT INTO geodata_stalecell SELECT DISTINCT baum_cell(geom), 0 FROM baumkataster_tree;
"""
#: Table, function, columns of UPDATE that matter.
MARKED = (
    ("baumkataster_tree", "baum_mark_trees"),
    ("inspections_controlplan", "baum_mark_plans"),
    ("inspections_measure", "baum_mark_measures"),
)
ROWS = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}
TRIGGERS = "".join(
    f"CREATE TRIGGER baum_cells_{event} AFTER {event.upper()} ON {table}"
    f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
    for table, function in MARKED
    for event, rows in ROWS.items()
    if (table, event) != ("inspections_measure", "delete")
)
URGENCY = (
    "CREATE TRIGGER baum_cells_update AFTER UPDATE OF immediate ON inspections_urgency"
    " FOR EACH STATEMENT EXECUTE FUNCTION baum_mark_all_cells();"
)


class Migration(migrations.Migration):
    """Functions, tables, triggers; all existing squares begin as not counted."""

    dependencies = [
        ("geodata", "0004_import_undoing"),
        ("baumkataster", "0009_change_since"),
        ("inspections", "0006_past_days"),
    ]

    operations = [migrations.RunSQL(TABLES + FUNCTIONS + FIRST_MARKS + TRIGGERS + URGENCY)]
