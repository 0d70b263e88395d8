"""Kept past days, and the marks that say which trees have changed since (reports/past_kept.py).

The tables have no models: only past_kept.py reads and writes them, set-based. Unlogged, as the tables
in the schema baum_past that they speak of: a crash empties all of them together.

inspections_keptday: a row per kept day, with the statements it was made by (key) and the transactions
it knows (seen). inspections_pastmark: trees that something happened to on which a past day may depend,
and in which transaction; the key 0 stands for all trees. Marks are only added, by triggers in the
transaction of the change: whoever sees the change sees the mark.
"""

from django.db import migrations

TABLES = """
CREATE UNLOGGED TABLE inspections_keptday (
    id bigserial PRIMARY KEY,
    key text NOT NULL,
    parts int NOT NULL,
    others text[] NOT NULL,
    seen pg_snapshot NOT NULL
);
CREATE UNLOGGED TABLE inspections_pastmark (
    by xid8 NOT NULL,
    tree_id uuid NOT NULL,
    PRIMARY KEY (by, tree_id)
);
"""
#: {rows} gives the ids of the trees. More than two thousand are not named one by one.
NAMED = """
CREATE FUNCTION baum_past_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.inspections_pastmark (by, tree_id)
    SELECT pg_current_xact_id(), CASE WHEN count(*) OVER () > 2000
        THEN '00000000-0000-0000-0000-000000000000' ELSE id END
    FROM (SELECT id FROM ({rows}) r(id) LIMIT 2001) touched
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
ALL = """
CREATE FUNCTION baum_past_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.inspections_pastmark (by, tree_id)
    VALUES (pg_current_xact_id(), '00000000-0000-0000-0000-000000000000') ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
BOTH = "SELECT {0} FROM new_rows UNION ALL SELECT {0} FROM old_rows"
OF_SITES = """SELECT t.id FROM new_rows s JOIN public.baumkataster_tree t ON t.site_id = s.id"""
OF_PLACES = """SELECT t.id FROM new_rows p JOIN public.baumkataster_site s ON s.place_id = p.id
    JOIN public.baumkataster_tree t ON t.site_id = s.id"""
#: Only the deadline of a plan is an input; the rest follows from what has marks of its own.
DEADLINES = """SELECT n.tree_id FROM new_rows n JOIN old_rows o USING (tree_id)
    WHERE n.initial_due_on IS DISTINCT FROM o.initial_due_on"""
NEW = "SELECT {} FROM new_rows"
#: Table, event, ids of the trees (empty: all of them).
MARKED = (
    ("baumkataster_tree", "insert", NEW.format("id")),
    ("baumkataster_tree", "update", BOTH.format("id")),
    ("baumkataster_tree", "delete", ""),
    ("baumkataster_site", "update", OF_SITES),
    ("baumkataster_site", "delete", ""),
    ("baumkataster_place", "update", OF_PLACES),
    ("baumkataster_place", "delete", ""),
    ("inspections_measure", "insert", NEW.format("tree_id")),
    ("inspections_measure", "update", BOTH.format("tree_id")),
    ("inspections_measure", "delete", ""),
    ("inspections_inspection", "insert", NEW.format("tree_id")),
    ("inspections_inheritedcontrol", "insert", NEW.format("tree_id")),
    ("inspections_inheritedcontrol", "delete", ""),
    (
        "inspections_controlplan",
        "insert",
        NEW.format("tree_id") + " WHERE initial_due_on IS NOT NULL",
    ),
    ("inspections_controlplan", "update", DEADLINES),
    # Names are forgotten there, by one function of the owner.
    ("baumkataster_change", "update", ""),
    ("baumkataster_change", "delete", ""),
)
SEEN_ROWS = {
    "insert": " REFERENCING NEW TABLE AS new_rows",
    "update": " REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
}


def _statements() -> str:
    """Functions and triggers."""
    parts = [TABLES, ALL]
    for table, event, rows in MARKED:
        name = f"{table.partition('_')[2]}_{event}" if rows else "all"
        if rows:
            parts.append(NAMED.format(name=name, rows=rows))
        parts.append(
            f"CREATE TRIGGER baum_past_{event} AFTER {event.upper()} ON {table}"
            f"{SEEN_ROWS[event] if rows else ''}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION baum_past_{name}();\n"
        )
    return "".join(parts)


class Migration(migrations.Migration):
    """Tables, functions, triggers, and indexes for what all plans are made from."""

    dependencies = [
        ("inspections", "0008_plan_by_risk"),
        ("baumkataster", "0010_access_records"),
    ]

    operations = [
        migrations.RunSQL(_statements()),
        migrations.RunSQL(
            """CREATE INDEX plan_initial_deadline ON inspections_controlplan (tree_id)
               INCLUDE (initial_due_on) WHERE initial_due_on IS NOT NULL""",
            "DROP INDEX plan_initial_deadline",
        ),
        # Care that was done, without a look into the table.
        migrations.RunSQL(
            """CREATE INDEX measure_done ON inspections_measure (kind_id, tree_id)
               INCLUDE (done_on, ordered_on, created_at, ended_at) WHERE state = 'done'""",
            "DROP INDEX measure_done",
        ),
    ]
