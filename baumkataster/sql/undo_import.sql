-- Takes back one whole import, as long as nobody built on it. Run by the owner after every migrate.
--
-- The app role may not delete trees, and may write whatever it likes into geodata_importrun. So
-- nothing here trusts that row: it only points at history (baumkataster_change), which triggers
-- write and nobody else can. What is removed must have been inserted by that one transaction, under
-- an import's reason, and never touched since by anybody else.

-- The transaction behind a run, proved by the history; raises where it is no import, or not all of it.
CREATE OR REPLACE FUNCTION baum_import_transaction(run uuid) RETURNS public.baumkataster_change
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r public.geodata_importrun;
    head public.baumkataster_change;
    tail public.baumkataster_change;
BEGIN
    SELECT * INTO r FROM public.geodata_importrun WHERE id = run;
    SELECT * INTO head FROM public.baumkataster_change WHERE id = r.first_change;
    SELECT * INTO tail FROM public.baumkataster_change WHERE id = r.last_change;
    IF head.transaction IS NULL OR tail.transaction IS DISTINCT FROM head.transaction
       OR head.id > tail.id OR NOT starts_with(head.reason, 'Import: ')
       OR EXISTS (  -- not all of the transaction, or a number that a restored database gave again
           SELECT FROM public.baumkataster_change c
           WHERE c.transaction = head.transaction AND NOT c.id BETWEEN head.id AND tail.id
             AND c.at BETWEEN head.at - interval '1 day' AND tail.at + interval '1 day')
       OR EXISTS (  -- somebody else's deeds among it: an import neither deletes nor renames rows
           SELECT FROM public.baumkataster_change c
           WHERE c.id BETWEEN head.id AND tail.id AND c.transaction = head.transaction
             AND (c.reason <> head.reason OR c.actor_id IS DISTINCT FROM head.actor_id
                  OR c.operation NOT IN ('insert', 'update')
                  OR c.table_name NOT IN ('baumkataster_place', 'baumkataster_site',
                      'baumkataster_tree', 'baumkataster_treegroup', 'baumkataster_unit',
                      'inspections_inheritedcontrol')))
       OR EXISTS (  -- a row that is older than its insert here: it came from another key
           SELECT FROM public.baumkataster_change c JOIN public.baumkataster_change before
               ON before.table_name = c.table_name AND before.row_id = c.row_id AND before.id < c.id
           WHERE c.id BETWEEN head.id AND tail.id AND c.transaction = head.transaction
             AND c.operation = 'insert')
    THEN
        RAISE EXCEPTION 'Die Änderungen dieses Imports lassen sich nicht belegen.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    head.new := jsonb_build_object('last', tail.id);
    RETURN head;
END $$;

-- Keys of the rows of one table that a transaction inserted.
CREATE OR REPLACE FUNCTION baum_import_inserted(head bigint, tail bigint, which text)
RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.row_id::uuid FROM public.baumkataster_change c
    WHERE c.id BETWEEN head AND tail AND c.operation = 'insert' AND c.table_name = which
      AND c.transaction = (SELECT h.transaction FROM public.baumkataster_change h WHERE h.id = head)
$$;

-- Whether a row is again as an import left it: only later imports touched it, and all were taken back.
CREATE OR REPLACE FUNCTION baum_import_as_left(which text, key text, tail bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(bool_and(c.operation = 'update' AND (starts_with(c.reason, 'Import: ')
               OR starts_with(c.reason, 'Rücknahme des Imports: '))), false)
       AND NOT EXISTS (
           SELECT FROM public.baumkataster_change x, jsonb_object_keys(x.new) n(name)
           WHERE x.table_name = which AND x.row_id = key AND x.id > tail
           GROUP BY n.name
           HAVING (array_agg(x.old -> n.name ORDER BY x.id))[1]
               IS DISTINCT FROM (array_agg(x.new -> n.name ORDER BY x.id DESC))[1])
    FROM public.baumkataster_change c
    WHERE c.table_name = which AND c.row_id = key AND c.id > tail
$$;

-- What was built on an import: one row per thing, at most 1,000 of each kind.
CREATE OR REPLACE FUNCTION baum_import_obstacles(run uuid)
RETURNS TABLE (kind text, tree_id uuid, site_id uuid, at timestamptz, by_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    proof public.baumkataster_change := public.baum_import_transaction(run);
    tail bigint := (proof.new ->> 'last')::bigint;
    trees uuid[] := ARRAY(SELECT public.baum_import_inserted(proof.id, tail, 'baumkataster_tree'));
    sites uuid[] := ARRAY(SELECT public.baum_import_inserted(proof.id, tail, 'baumkataster_site'));
    places uuid[] := ARRAY(SELECT public.baum_import_inserted(proof.id, tail, 'baumkataster_place'));
    groups uuid[] := ARRAY(
        SELECT public.baum_import_inserted(proof.id, tail, 'baumkataster_treegroup'));
BEGIN
    RETURN QUERY
    (SELECT 'inspection', i.tree_id, NULL::uuid, i.received_at, i.recorded_by_id
     FROM public.inspections_inspection i WHERE i.tree_id = ANY (trees) LIMIT 1000)
    UNION ALL
    (SELECT 'measure', m.tree_id, NULL, m.created_at, m.ordered_by_id
     FROM public.inspections_measure m WHERE m.tree_id = ANY (trees) LIMIT 1000)
    UNION ALL
    (SELECT 'photo', p.tree_id, NULL, p.received_at, p.uploaded_by_id
     FROM public.baumkataster_photo p WHERE p.tree_id = ANY (trees) LIMIT 1000)
    UNION ALL
    (SELECT 'entry', e.tree, NULL, e.received_at, e.person_id
     FROM public.inspections_fieldentry e WHERE e.tree = ANY (trees) LIMIT 1000)
    UNION ALL
    (SELECT 'tour', s.tree_id, NULL, NULL, NULL
     FROM public.inspections_tourstop s WHERE s.tree_id = ANY (trees) LIMIT 1000)
    UNION ALL
    (SELECT 'replacement', t.id, t.site_id, t.created_at, NULL FROM public.baumkataster_tree t
     WHERE (t.replaces_id = ANY (trees) OR t.site_id = ANY (sites)) AND NOT t.id = ANY (trees)
     LIMIT 1000)
    UNION ALL
    (SELECT 'site', NULL, s.id, NULL, NULL FROM public.baumkataster_site s
     WHERE s.place_id = ANY (places) AND NOT s.id = ANY (sites) LIMIT 1000)
    UNION ALL
    (SELECT 'group', NULL, NULL, NULL, NULL FROM public.baumkataster_treegroup g
     WHERE g.place_id = ANY (places) AND NOT g.id = ANY (groups) LIMIT 1000)
    UNION ALL
    (SELECT 'group', NULL, NULL, NULL, NULL FROM public.baumkataster_treegroupshare h
     WHERE h.group_id = ANY (groups) LIMIT 1000)
    UNION ALL
    (SELECT 'later_import', i.tree_id, NULL, i.recorded_at, NULL
     FROM public.inspections_inheritedcontrol i
     WHERE i.tree_id = ANY (trees) AND i.id NOT IN (
         SELECT public.baum_import_inserted(proof.id, tail, 'inspections_inheritedcontrol'))
     LIMIT 1000)
    UNION ALL
    (SELECT 'settled', f.tree_id, NULL, f.settled_at, f.settled_by_id
     FROM public.geodata_importconflict f WHERE f.run_id = run AND f.decision <> '' LIMIT 1000)
    UNION ALL
    (SELECT CASE WHEN starts_with(l.reason, 'Import: ') THEN 'later_import' ELSE 'change' END,
         CASE WHEN l.table_name = 'baumkataster_tree' THEN l.row_id::uuid END,
         CASE WHEN l.table_name = 'baumkataster_site' THEN l.row_id::uuid END, l.at, l.actor_id
     FROM public.baumkataster_change l
     WHERE l.id > proof.id AND l.transaction IS DISTINCT FROM proof.transaction
       AND l.table_name IN ('baumkataster_place', 'baumkataster_site', 'baumkataster_tree',
           'baumkataster_treegroup', 'inspections_inheritedcontrol')
       AND (l.table_name, l.row_id) IN (
           SELECT c.table_name, c.row_id FROM public.baumkataster_change c
           WHERE c.id BETWEEN proof.id AND tail AND c.transaction = proof.transaction)
       AND NOT public.baum_import_as_left(l.table_name, l.row_id, tail)
     LIMIT 1000);
END $$;

-- Sets the values of one table back to what they were before the import; ids of its rows.
CREATE OR REPLACE FUNCTION baum_import_set_back(head bigint, tail bigint, which text)
RETURNS SETOF uuid LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whole bigint := (SELECT h.transaction FROM public.baumkataster_change h WHERE h.id = head);
    names text;
BEGIN
    SELECT string_agg(quote_ident(k.name), ', ' ORDER BY k.name) INTO names FROM (
        SELECT DISTINCT jsonb_object_keys(c.old) AS name FROM public.baumkataster_change c
        WHERE c.id BETWEEN head AND tail AND c.transaction = whole AND c.table_name = which
          AND c.operation = 'update') k;
    IF names IS NULL THEN
        RETURN;
    END IF;
    -- Of several changes of one row the first knows what stood there before.
    RETURN QUERY EXECUTE format(
        'UPDATE public.%1$I t SET (%2$s) = ROW (%3$s) FROM (
             SELECT f.row_id, jsonb_object_agg(f.key, f.value) AS old FROM (
                 SELECT DISTINCT ON (c.row_id, e.key) c.row_id, e.key, e.value
                 FROM public.baumkataster_change c, jsonb_each(c.old) e
                 WHERE c.id BETWEEN $1 AND $2 AND c.transaction = $3 AND c.table_name = %4$L
                   AND c.operation = ''update'' ORDER BY c.row_id, e.key, c.id) f
             GROUP BY f.row_id) u
         WHERE t.id = u.row_id::uuid RETURNING t.id',
        which, names,
        (SELECT string_agg(format('(jsonb_populate_record(t, u.old)).%s', n), ', ')
         FROM unnest(string_to_array(names, ', ')) n),
        which) USING head, tail, whole;
END $$;

-- Takes an import back and says which trees stay and need a new date.
CREATE OR REPLACE FUNCTION baum_undo_import(run uuid) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    proof public.baumkataster_change;
    tail bigint;
    trees uuid[];
    controls uuid[];
    stay uuid[];
    why text := current_setting('baum.reason', true);
BEGIN
    -- As an import: nobody writes while it is decided, readers are not kept waiting.
    LOCK TABLE public.baumkataster_place, public.baumkataster_site, public.baumkataster_tree,
        public.baumkataster_treegroup IN SHARE ROW EXCLUSIVE MODE;
    proof := public.baum_import_transaction(run);
    tail := (proof.new ->> 'last')::bigint;
    IF EXISTS (SELECT FROM public.baum_import_obstacles(run)) THEN
        RAISE EXCEPTION 'Auf diesem Import wurde aufgebaut; er wird nicht zurückgenommen.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- The next import knows by these words (geodata/importing/reasons.py) that no person wrote it.
    PERFORM set_config('baum.reason', 'Rücknahme des Imports: ' || substr(proof.reason, 9), true);
    trees := ARRAY(SELECT public.baum_import_inserted(proof.id, tail, 'baumkataster_tree'));
    controls := ARRAY(
        SELECT public.baum_import_inserted(proof.id, tail, 'inspections_inheritedcontrol'));
    stay := ARRAY(SELECT DISTINCT i.tree_id FROM public.inspections_inheritedcontrol i
                  WHERE i.id = ANY (controls) AND NOT i.tree_id = ANY (trees));
    DELETE FROM public.inspections_controlplan WHERE tree_id = ANY (trees);
    DELETE FROM public.inspections_controlflag WHERE tree_id = ANY (trees);
    UPDATE public.inspections_controlplan SET inherited_id = NULL WHERE inherited_id = ANY (controls);
    PERFORM set_config('baum.undoing', pg_current_xact_id()::text, true);
    DELETE FROM public.inspections_inheritedcontrol WHERE id = ANY (controls);
    PERFORM set_config('baum.undoing', '', true);
    DELETE FROM public.baumkataster_tree WHERE id = ANY (trees);
    DELETE FROM public.baumkataster_treegroup WHERE id IN (
        SELECT public.baum_import_inserted(proof.id, tail, 'baumkataster_treegroup'));
    DELETE FROM public.baumkataster_site WHERE id IN (
        SELECT public.baum_import_inserted(proof.id, tail, 'baumkataster_site'));
    DELETE FROM public.baumkataster_place WHERE id IN (
        SELECT public.baum_import_inserted(proof.id, tail, 'baumkataster_place'));
    PERFORM public.baum_import_set_back(proof.id, tail, 'baumkataster_treegroup');
    PERFORM public.baum_import_set_back(proof.id, tail, 'baumkataster_site');
    RETURN QUERY SELECT public.baum_import_set_back(proof.id, tail, 'baumkataster_tree')
                 UNION SELECT unnest(stay);
    PERFORM set_config('baum.reason', coalesce(why, ''), true);
END $$;

-- Whoever may connect must not; grants.py lets the app role call the two that it needs.
REVOKE ALL ON FUNCTION baum_import_transaction(uuid), baum_import_obstacles(uuid),
    baum_import_inserted(bigint, bigint, text), baum_import_as_left(text, text, bigint),
    baum_import_set_back(bigint, bigint, text), baum_undo_import(uuid) FROM PUBLIC;
