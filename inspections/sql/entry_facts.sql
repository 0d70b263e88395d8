-- All that other records say about one entry, in one row; asked by services/entry_facts.py after the
-- tree is locked. Parameters: id, tree, day, today, at, inspector, kind, limits, symptoms, measures, urgencies
-- (codes of the entry), findings and photos (keys it refers to), corrects, topping (codes).
SELECT
    EXISTS (SELECT FROM inspections_inspection WHERE id = %(id)s::uuid) AS known,
    -- The version that holds on a day; the oldest one for days before all of them.
    (
        SELECT id FROM inspections_ruleset
        ORDER BY valid_from <= %(day)s::date DESC,
            CASE WHEN valid_from <= %(day)s::date THEN valid_from END DESC,
            CASE WHEN valid_from <= %(day)s::date THEN version END DESC,
            valid_from, version
        LIMIT 1
    ) AS rule_set,
    (
        SELECT id FROM inspections_ruleset
        ORDER BY valid_from <= %(today)s::date DESC,
            CASE WHEN valid_from <= %(today)s::date THEN valid_from END DESC,
            CASE WHEN valid_from <= %(today)s::date THEN version END DESC,
            valid_from, version
        LIMIT 1
    ) AS rule_set_today,
    EXISTS (SELECT FROM baumkataster_user WHERE id = %(inspector)s::uuid) AS inspector_known,
    (
        SELECT jsonb_build_object(
            'id', id, 'name', name, 'qualification', qualification,
            'certificate_number', certificate_number)
        FROM baumkataster_inspectoridentity
        WHERE user_id = %(inspector)s::uuid AND valid_from <= %(day)s::date
        ORDER BY valid_from DESC, recorded_at DESC LIMIT 1
    ) AS identity,
    (SELECT to_jsonb(k) FROM inspections_inspectionkind k WHERE code = %(kind)s::text) AS kind,
    (
        SELECT jsonb_agg(to_jsonb(l)) FROM inspections_controllimit l
        WHERE code = ANY (%(limits)s::text[])
    ) AS limits,
    (
        SELECT jsonb_agg(to_jsonb(s) || jsonb_build_object('zone', to_jsonb(z)))
        FROM inspections_symptom s JOIN inspections_zone z ON z.code = s.zone_id
        WHERE s.code = ANY (%(symptoms)s::text[])
    ) AS symptoms,
    (
        SELECT jsonb_agg(to_jsonb(k)) FROM inspections_measurekind k
        WHERE code = ANY (%(measures)s::text[])
    ) AS measure_kinds,
    (
        SELECT jsonb_agg(to_jsonb(u)) FROM inspections_urgency u
        WHERE code = ANY (%(urgencies)s::text[])
    ) AS urgencies,
    (
        SELECT jsonb_object_agg(f.id, i.inspected_at)
        FROM inspections_finding f JOIN inspections_inspection i ON i.id = f.inspection_id
        WHERE f.id = ANY (%(findings)s::uuid[]) AND i.tree_id = %(tree)s::uuid
    ) AS earlier_findings,
    (
        SELECT jsonb_agg(id) FROM baumkataster_photo
        WHERE id = ANY (%(photos)s::uuid[]) AND tree_id = %(tree)s::uuid
    ) AS photos,
    EXISTS (
        SELECT FROM inspections_inspection
        WHERE id = %(corrects)s::uuid AND tree_id = %(tree)s::uuid
    ) AS corrected_is_here,
    EXISTS (
        SELECT FROM inspections_inspection WHERE corrects_id = %(corrects)s::uuid
    ) AS corrected_before,
    EXISTS (
        SELECT FROM inspections_inspection
        WHERE tree_id = %(tree)s::uuid AND inspected_at > %(at)s::timestamptz
    ) AS newer_is_here,
    done.cut_on, done.topped_on, done.cared_on
FROM (
    SELECT
        max(m.done_on) FILTER (WHERE k.cutting = 'heavy') AS cut_on,
        max(m.done_on) FILTER (WHERE k.code = ANY (%(topping)s::text[])) AS topped_on,
        max(m.done_on) FILTER (WHERE k.young_tree_care AND m.done_on <= %(day)s::date) AS cared_on
    FROM inspections_measure m JOIN inspections_measurekind k ON k.code = m.kind_id
    WHERE m.tree_id = %(tree)s::uuid AND m.state = 'done'
) done
