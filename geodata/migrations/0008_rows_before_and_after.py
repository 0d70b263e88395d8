"""Triggers that compare old and new rows of an UPDATE cost the same whatever the session did before.

The first change of a session makes the plan of a trigger's statement. Made for the one row of a deed,
an inner join became a loop in a loop; the next change of ten thousand rows in the same session then
compared each with each, a hundred million times. A full join is hashed or merged, whatever its size.
The other way round, a change of many rows made a plan that reads all trees of the city, and each later
change of one tree read them again: OFFSET 0 looks trees up one by one.
Otherwise the functions are those of the migrations 0005 and 0007.
"""

from django.db import migrations

FUNCTIONS = """
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
                coalesce(o.status <> n.status OR NOT o.geom ~= n.geom, true) AS counts
            FROM old_rows o FULL JOIN new_rows n ON n.id = o.id
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

CREATE OR REPLACE FUNCTION baum_mark_plans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom) FROM new_rows n
            CROSS JOIN LATERAL (SELECT geom FROM public.baumkataster_tree
                WHERE id = n.tree_id OFFSET 0) t));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom) FROM old_rows o
            CROSS JOIN LATERAL (SELECT geom FROM public.baumkataster_tree
                WHERE id = o.tree_id OFFSET 0) t));
    ELSE
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom)
            FROM old_rows o FULL JOIN new_rows n ON n.tree_id = o.tree_id
            CROSS JOIN LATERAL (SELECT geom FROM public.baumkataster_tree
                WHERE id = coalesce(n.tree_id, o.tree_id) OFFSET 0) t
            WHERE (o.required, o.due_on, o.exempt_until, o.never, o.tolerance_until)
                IS DISTINCT FROM
                (n.required, n.due_on, n.exempt_until, n.never, n.tolerance_until)));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION baum_mark_measures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom) FROM new_rows n
            JOIN public.inspections_urgency u ON u.code = n.urgency_id AND u.immediate
            CROSS JOIN LATERAL (SELECT geom FROM public.baumkataster_tree
                WHERE id = n.tree_id OFFSET 0) t
            WHERE n.state = 'open'));
    ELSE
        PERFORM public.baum_mark_cells(ARRAY(
            SELECT public.baum_cell(t.geom)
            FROM old_rows o FULL JOIN new_rows n ON n.id = o.id
            JOIN public.inspections_urgency u ON u.code IN (o.urgency_id, n.urgency_id)
                AND u.immediate
            CROSS JOIN LATERAL (SELECT geom FROM public.baumkataster_tree
                WHERE id IN (o.tree_id, n.tree_id) OFFSET 0) t
            WHERE (o.state, o.urgency_id, o.tree_id)
                IS DISTINCT FROM (n.state, n.urgency_id, n.tree_id)));
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION baum_mark_sites() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM public.baum_mark_tiles(ARRAY(SELECT public.baum_cell(geom) FROM new_rows));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM public.baum_mark_tiles(ARRAY(SELECT public.baum_cell(geom) FROM old_rows));
    ELSE
        PERFORM public.baum_mark_tiles(ARRAY(
            WITH changed AS (
                SELECT coalesce(n.id, o.id) AS id, o.geom AS before, n.geom AS after
                FROM old_rows o FULL JOIN new_rows n ON n.id = o.id
                WHERE NOT o.geom ~= n.geom OR (o.number, o.active, o.district_id, o.place_id)
                    IS DISTINCT FROM (n.number, n.active, n.district_id, n.place_id))
            SELECT public.baum_cell(before) FROM changed
            UNION ALL SELECT public.baum_cell(after) FROM changed
            -- A tree is labelled with the number of its site.
            UNION ALL SELECT public.baum_cell(t.geom) FROM changed
                CROSS JOIN LATERAL (SELECT geom FROM public.baumkataster_tree
                    WHERE site_id = changed.id OFFSET 0) t));
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """Functions only; their triggers stay."""

    dependencies = [("geodata", "0007_tile_marks")]

    operations = [migrations.RunSQL(FUNCTIONS)]
