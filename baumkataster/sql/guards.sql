-- Functions behind the guards that grants.py attaches to tables. Run by the owner after every migrate.

-- Writes one row of history per changed row. SECURITY DEFINER: the app role cannot write history
-- by itself. Statement-level with transition tables, so that COPY and bulk updates cost one INSERT.
-- Arguments: name of the key column, then columns that never enter the history.
CREATE OR REPLACE FUNCTION baum_record_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    key_column text := TG_ARGV[0];
    hidden text[] := TG_ARGV[1:] || ARRAY['version', 'changed_at'];
    actor uuid := nullif(current_setting('baum.actor', true), '')::uuid;
    why text := coalesce(current_setting('baum.reason', true), '');
    whole bigint := pg_current_xact_id()::text::bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.baumkataster_change
            (table_name, row_id, operation, at, actor_id, db_role, reason, old, new, transaction)
        SELECT TG_TABLE_NAME, n.j ->> key_column, 'insert', clock_timestamp(), actor, session_user,
               why, NULL, n.j - hidden, whole
        -- OFFSET 0: otherwise each row becomes JSON twice.
        FROM (SELECT to_jsonb(r) AS j FROM new_rows r OFFSET 0) n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO public.baumkataster_change
            (table_name, row_id, operation, at, actor_id, db_role, reason, old, new, transaction)
        SELECT TG_TABLE_NAME, o.j ->> key_column, 'delete', clock_timestamp(), actor, session_user,
               why, o.j - hidden, NULL, whole
        FROM (SELECT to_jsonb(r) AS j FROM old_rows r OFFSET 0) o;
    ELSE
        -- A changed key would hide what happened: such rows appear as delete and insert.
        INSERT INTO public.baumkataster_change
            (table_name, row_id, operation, at, actor_id, db_role, reason, old, new, transaction)
        SELECT TG_TABLE_NAME, coalesce(n.j, o.j) ->> key_column,
               CASE WHEN o.j IS NULL THEN 'insert' WHEN n.j IS NULL THEN 'delete' ELSE 'update' END,
               clock_timestamp(), actor, session_user, why,
               CASE WHEN n.j IS NULL THEN o.j ELSE (
                   SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(o.j) e
                   WHERE e.value IS DISTINCT FROM n.j -> e.key) END,
               CASE WHEN o.j IS NULL THEN n.j ELSE (
                   SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(n.j) e
                   WHERE e.value IS DISTINCT FROM o.j -> e.key) END,
               whole
        -- OFFSET 0: otherwise each row becomes JSON once for every column that is compared.
        FROM (SELECT to_jsonb(r) - hidden AS j FROM old_rows r OFFSET 0) o
        FULL JOIN (SELECT to_jsonb(r) - hidden AS j FROM new_rows r OFFSET 0) n
            ON n.j ->> key_column = o.j ->> key_column
        WHERE o.j IS DISTINCT FROM n.j;
    END IF;
    RETURN NULL;
END $$;
-- Nobody may hang this function on a table of their own and so forge history.
REVOKE ALL ON FUNCTION baum_record_change() FROM PUBLIC;

-- One deed may remove evidence: taking a whole import back removes the controls that this import
-- brought (undo_import.sql). It says so in its own transaction and runs as the owner; the app role
-- may say the same but holds no right to delete, and the owner's own DELETE does not say it.
CREATE OR REPLACE FUNCTION baum_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'inspections_inheritedcontrol'
       AND current_setting('baum.undoing', true) = pg_current_xact_id()::text
       AND current_user = (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = TG_RELID)
    THEN
        RETURN NULL;
    END IF;
    -- Names of somebody who has left (baum_forget_person in access.sql).
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'baumkataster_change'
       AND current_setting('baum.forgetting', true) = pg_current_xact_id()::text
       AND current_user = (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = TG_RELID)
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'Nachweise werden nur ergänzt: % auf % ist nicht erlaubt.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Eine Berichtigung ist ein neuer Datensatz, der den alten nennt.';
END $$;

CREATE OR REPLACE FUNCTION baum_count_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.changed_at := now();
    RETURN NEW;
END $$;

-- Arguments: columns whose value may never change.
CREATE OR REPLACE FUNCTION baum_keep_columns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    col text;
BEGIN
    FOREACH col IN ARRAY TG_ARGV LOOP
        IF to_jsonb(NEW) -> col IS DISTINCT FROM to_jsonb(OLD) -> col THEN
            RAISE EXCEPTION 'Die Spalte % von % wird nie geändert: alte Nachweise beziehen sich darauf.',
                col, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

-- Fresh statistics after a bulk load, for the app role, which may not ANALYZE what it does not own.
-- Without them a table that the autovacuum saw empty (after a dry run, which is rolled back) counts
-- as empty, and the planner joins its new rows one by one, for minutes.
CREATE OR REPLACE FUNCTION baum_analyze() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    ANALYZE public.baumkataster_place;
    ANALYZE public.baumkataster_site;
    ANALYZE public.baumkataster_tree;
    ANALYZE public.baumkataster_treegroup;
    ANALYZE public.inspections_inspection;
    ANALYZE public.inspections_measure;
    ANALYZE public.inspections_inheritedcontrol;
    ANALYZE public.inspections_controlplan;
END $$;

-- Where the app role keeps past days (inspections/reports/past_kept.py): tables that can be made anew
-- and that nothing else reads. Here it may make and drop tables of its own, nowhere else.
DO $$
BEGIN
    IF has_database_privilege(current_database(), 'CREATE') THEN
        CREATE SCHEMA IF NOT EXISTS baum_past;
    END IF;
END $$;
