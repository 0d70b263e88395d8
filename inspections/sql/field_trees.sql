-- One JSON object per tree with all that a tablet takes along of it; run by field/tree_rows.py.
-- Parameters: topping (codes of measure kinds that top a crown), and those of the query of the
-- trees' ids that is filled in below. What is not known (null, "", []) is left out of the object.
WITH given AS MATERIALIZED (
    SELECT %(topping)s::text[] AS topping
),
asked AS MATERIALIZED (
    {asked}
)
SELECT json_strip_nulls(row_to_json(r))::text AS text
FROM asked
JOIN baumkataster_tree t ON t.id = asked.id
JOIN baumkataster_site site ON site.id = t.site_id
JOIN baumkataster_place place ON place.id = site.place_id
CROSS JOIN given
LEFT JOIN inspections_controlplan p ON p.tree_id = t.id
CROSS JOIN LATERAL (SELECT ST_Transform(t.geom, 4326) AS lonlat) g
CROSS JOIN LATERAL (
    SELECT
        max(m.done_on) FILTER (WHERE k.cutting = 'heavy') AS cut_on,
        max(m.done_on) FILTER (WHERE m.kind_id = ANY (given.topping)) AS topped_on
    FROM inspections_measure m
    JOIN inspections_measurekind k ON k.code = m.kind_id
    WHERE m.tree_id = t.id AND m.state = 'done'
) work
CROSS JOIN LATERAL (
    SELECT json_agg(row_to_json(open_one) ORDER BY open_one.ordered_on, open_one.id) AS list
    FROM (
        SELECT
            m.id,
            m.version,
            m.kind_id AS kind,
            m.urgency_id AS urgency,
            m.ordered_on,
            m.deadline_on,
            nullif(m.note, '') AS note,
            nullif(coalesce(
                nullif(firm.organisation, ''),
                nullif(concat_ws(' ', nullif(firm.first_name, ''), nullif(firm.last_name, '')), ''),
                firm.username
            ), '') AS contractor,
            m.inspection_id AS inspection,
            m.finding_id AS finding
        FROM inspections_measure m
        LEFT JOIN baumkataster_user firm ON firm.id = m.contractor_id
        WHERE m.tree_id = t.id AND m.state = 'open'
    ) open_one
) measures
CROSS JOIN LATERAL (
    SELECT json_agg(row_to_json(picture)) AS list
    FROM (
        SELECT photo.id,
            to_char(photo.taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS taken_at,
            nullif(photo.caption, '') AS caption
        FROM baumkataster_photo photo
        WHERE photo.tree_id = t.id
        ORDER BY photo.taken_at DESC, photo.id LIMIT 6
    ) picture
) photos
-- The newest that no later record corrects.
CROSS JOIN LATERAL (
    SELECT json_agg(row_to_json(visit)) AS list
    FROM (
        SELECT
            i.id,
            i.kind_id AS kind,
            to_char(i.inspected_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                AS inspected_at,
            i.inspected_on,
            identity.name AS inspector,
            i.leaf_state,
            nullif(i.vitality, '') AS vitality,
            i.condition,
            i.phase,
            i.result,
            nullif(i.limits, '{{}}') AS limits,
            nullif(i.limits_note, '') AS limits_note,
            nullif(i.note, '') AS note,
            i.seen_expectation AS expectation,
            i.sets_regular_date,
            i.proposed_months,
            i.set_months,
            nullif(i.interval_reason, '') AS interval_reason,
            nullif(i.immediate_action, '') AS immediate_action,
            i.carried_over,
            (
                SELECT json_agg(row_to_json(seen))
                FROM (
                    SELECT
                        f.id,
                        f.zone_id AS zone,
                        f.symptom_id AS symptom,
                        f.severity,
                        nullif(f.note, '') AS note,
                        f.observation,
                        f.continues_id AS continues,
                        (
                            SELECT json_agg(link.photo_id ORDER BY link.photo_id)
                            FROM inspections_findingphoto link WHERE link.finding_id = f.id
                        ) AS photos
                    FROM inspections_finding f
                    WHERE f.inspection_id = i.id ORDER BY f.position, f.id
                ) seen
            ) AS findings,
            (
                SELECT json_agg(
                    json_build_object('finding', e.finding_id, 'how', e.how) ORDER BY e.finding_id)
                FROM inspections_findingend e WHERE e.inspection_id = i.id
            ) AS endings
        FROM inspections_inspection i
        JOIN baumkataster_inspectoridentity identity ON identity.id = i.inspector_id
        WHERE i.tree_id = t.id AND NOT EXISTS (
            SELECT FROM inspections_inspection correction WHERE correction.corrects_id = i.id)
        ORDER BY i.inspected_at DESC, i.received_at DESC, i.id LIMIT 3
    ) visit
) visits
CROSS JOIN LATERAL (
    SELECT
        t.id,
        t.version,
        site.number,
        place.id AS place,
        place.name AS place_name,
        nullif(site.house_number, '') AS house_number,
        t.species_id AS species,
        nullif(t.species_as_given, '') AS species_as_given,
        t.status,
        round(ST_X(g.lonlat)::numeric, 7) AS lon,
        round(ST_Y(g.lonlat)::numeric, 7) AS lat,
        t.position_accuracy_m,
        t.position_source,
        nullif(t.tag, '') AS tag,
        t.planted_on,
        t.planted_year,
        nullif(t.planted_year_source, '') AS planted_year_source,
        t.height_m,
        t.crown_diameter_m,
        t.crown_base_m,
        t.girth_cm,
        t.girth_height_cm,
        nullif(t.stems, '{{}}') AS stems,
        nullif(t.phase, '') AS phase,
        nullif(t.expectation, '') AS expectation,
        coalesce(nullif(t.expectation, ''), place.expectation) AS effective_expectation,
        t.unit_id AS unit,
        t.duty,
        nullif(t.protection, '{{}}') AS protection,
        nullif(t.remarks, '') AS remarks,
        t.district_id AS district,
        CASE WHEN p.tree_id IS NOT NULL THEN json_build_object(
            'required', p.required,
            'not_required_reason', nullif(p.not_required_reason, ''),
            'never', p.never,
            'due_on', p.due_on,
            'tolerance_until', p.tolerance_until,
            'exempt_until', p.exempt_until,
            'interval_months', p.interval_months,
            'cap_months', p.cap_months,
            'basis', p.basis,
            'basis_on', p.basis_on,
            'care_on', p.care_on,
            'phase', nullif(p.phase, ''),
            'condition', nullif(p.condition, ''),
            'expectation', nullif(p.expectation, ''),
            'initial_due_on', p.initial_due_on
        ) END AS plan,
        work.cut_on,
        work.topped_on,
        visits.list AS inspections,
        measures.list AS measures,
        photos.list AS photos
) r
ORDER BY t.id
