"""Marks by which a drawn tile is known to be still true; tiles/marks.py reads and gathers them.

geodata_tilemark: per square of zoom 15 (its number as in geodata/rules/tree_cells.py) and transaction
that changed what a tile shows there, a random word. All words of the squares that a tile touches,
together, are its mark: whoever sees a change sees another mark, in whatever order transactions end.
Square -1 belongs to every tile: catalogues, and the birth of this database, whose tiles must not be
taken for those of another one under the same address.

Like the counted squares of migration 0005 the table has no model. Its triggers are those of 0005
with more columns, and new ones for sites, groups and species.
"""

from django.db import migrations

TABLE = """
CREATE TABLE geodata_tilemark (
    cell int NOT NULL,
    by bigint NOT NULL,
    word bigint NOT NULL DEFAULT (random() * 9007199254740991)::bigint,
    PRIMARY KEY (cell, by)
);
INSERT INTO geodata_tilemark (cell, by) VALUES (-1, 0);
"""
FUNCTIONS = """
CREATE FUNCTION baum_mark_tiles(cells bigint[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO public.geodata_tilemark (cell, by)
    SELECT DISTINCT c >> 4, pg_current_xact_id()::text::bigint FROM unnest(cells) c
    WHERE c IS NOT NULL
    -- Only ever the row of this transaction: nobody waits for anybody.
    ON CONFLICT (cell, by) DO UPDATE SET word = excluded.word;
$$;

CREATE OR REPLACE FUNCTION baum_mark_cells(cells bigint[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO public.geodata_stalecell (cell, by)
    SELECT DISTINCT c, pg_current_xact_id()::text::bigint FROM unnest(cells) c
    WHERE c IS NOT NULL ON CONFLICT DO NOTHING;
    SELECT public.baum_mark_tiles(cells);
$$;

CREATE OR REPLACE FUNCTION baum_mark_trees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counted bigint[];
    drawn bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM public.baum_mark_cells(ARRAY(SELECT public.baum_cell(geom) FROM new_rows));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM public.baum_mark_cells(ARRAY(SELECT public.baum_cell(geom) FROM old_rows));
    ELSE
        SELECT array_agg(c) FILTER (WHERE counts), array_agg(c) FILTER (WHERE NOT counts)
        INTO counted, drawn
        FROM (
            SELECT unnest(ARRAY[public.baum_cell(o.geom), public.baum_cell(n.geom)]) AS c,
                o.status <> n.status OR NOT o.geom ~= n.geom AS counts
            FROM old_rows o JOIN new_rows n ON n.id = o.id
            WHERE NOT o.geom ~= n.geom OR
                (o.status, o.site_id, o.species_id, o.species_as_given, o.crown_diameter_m)
                IS DISTINCT FROM
                (n.status, n.site_id, n.species_id, n.species_as_given, n.crown_diameter_m)
        ) changed;
        IF counted IS NOT NULL THEN PERFORM public.baum_mark_cells(counted); END IF;
        IF drawn IS NOT NULL THEN PERFORM public.baum_mark_tiles(drawn); END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION baum_mark_sites() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM public.baum_mark_tiles(ARRAY(SELECT public.baum_cell(geom) FROM new_rows));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM public.baum_mark_tiles(ARRAY(SELECT public.baum_cell(geom) FROM old_rows));
    ELSE
        PERFORM public.baum_mark_tiles(ARRAY(
            WITH changed AS (
                SELECT o.id, o.geom AS before, n.geom AS after
                FROM old_rows o JOIN new_rows n ON n.id = o.id
                WHERE NOT o.geom ~= n.geom OR (o.number, o.active, o.district_id, o.place_id)
                    IS DISTINCT FROM (n.number, n.active, n.district_id, n.place_id))
            SELECT public.baum_cell(before) FROM changed
            UNION ALL SELECT public.baum_cell(after) FROM changed
            -- A tree is labelled with the number of its site.
            UNION ALL SELECT public.baum_cell(t.geom) FROM changed
                JOIN public.baumkataster_tree t ON t.site_id = changed.id));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION baum_mark_groups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM public.baum_mark_tiles(ARRAY(SELECT public.baum_cell(geom) FROM old_rows));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM public.baum_mark_tiles(ARRAY(SELECT public.baum_cell(geom) FROM new_rows));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION baum_mark_all_tiles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.baum_mark_tiles(ARRAY[-1]);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION baum_mark_all_cells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.baum_mark_cells(ARRAY(SELECT DISTINCT cell FROM public.geodata_treecell));
    PERFORM public.baum_mark_tiles(ARRAY[-1]);
    RETURN NULL;
END $$;
"""
ROWS = {
    "insert": "NEW TABLE AS new_rows",
    "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "OLD TABLE AS old_rows",
}
TRIGGERS = "".join(
    f"CREATE TRIGGER baum_tiles_{event} AFTER {event.upper()} ON {table}"
    f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
    for table, function in (
        ("baumkataster_site", "baum_mark_sites"),
        ("baumkataster_treegroup", "baum_mark_groups"),
    )
    for event, rows in ROWS.items()
)
#: Empty tables: a mark per square would be no use, and none could be told after.
TRUNCATED = "".join(
    f"CREATE TRIGGER baum_tiles_truncate AFTER TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION baum_mark_all_tiles();\n"
    for table in (
        "baumkataster_tree",
        "baumkataster_site",
        "baumkataster_treegroup",
        "inspections_controlplan",
        "inspections_measure",
    )
)
SPECIES = (
    "CREATE TRIGGER baum_tiles_update AFTER UPDATE OF german_name ON baumkataster_species"
    " FOR EACH STATEMENT EXECUTE FUNCTION baum_mark_all_tiles();"
)


class Migration(migrations.Migration):
    """Table, functions and triggers; what was drawn before bears no mark and is asked for anew."""

    dependencies = [("geodata", "0006_open_urgent_measures")]

    operations = [migrations.RunSQL(TABLE + FUNCTIONS + TRIGGERS + TRUNCATED + SPECIES)]
