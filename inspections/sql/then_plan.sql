-- The control plan of every tree as it was at the end of a past day: the set-based twin of
-- rules/past.plan_then. reports/past_plans.py fills in the words in braces; {start} is the instant
-- from which a shorter interval binds the basis, {least} the lowest months since then where the inputs
-- changed, {lowest} those by the rules. OFFSET 0 keeps steps apart: folded into one, an expression that
-- three later ones use would be computed three times. What is used twice (counted) costs less to compute
-- again than to hand on.

-- name: all
-- Every tree at once (or a part of them, or those of past_again when they are many).
WITH
-- The newest regular inspection; a corrected one does not count, its correction does in its place.
basis AS (
    SELECT DISTINCT ON (i.tree_id)
        i.tree_id, i.id, i.inspected_on, i.condition, i.proposed_months, i.set_months, i.received_at
    FROM public.inspections_inspection i
    WHERE i.sets_regular_date AND {inspections} {among_i}
      AND i.id NOT IN (
        SELECT c.corrects_id FROM public.inspections_inspection c
        WHERE c.corrects_id IS NOT NULL AND {corrections})
    ORDER BY i.tree_id, i.inspected_on DESC, i.received_at DESC, i.id DESC
),
inherited AS (
    SELECT DISTINCT ON (h.tree_id) h.tree_id, h.id, h.last_on, h.next_on
    FROM {schema}inspections_inheritedcontrol h
    WHERE {inherited} {among_h}
    ORDER BY h.tree_id, h.recorded_at DESC, h.id DESC
),
care AS (
    SELECT m.tree_id, max(m.done_on) AS care_on
    FROM {schema}inspections_measure m
    WHERE m.kind_id = ANY(%(care_kinds)s) AND m.state = 'done' AND m.done_on <= %(day)s
      AND {care} {among_m}
    GROUP BY m.tree_id
),
initial AS (
    SELECT h.tree_id, h.initial_due_on FROM public.inspections_controlplan h
    WHERE h.initial_due_on IS NOT NULL {among_h}
),
-- What few trees have, so that all of them are joined once only; in order, as basis and trees are.
aside AS (
    SELECT tree_id, h.id, h.last_on, h.next_on, care.care_on, initial.initial_due_on
    FROM inherited h FULL JOIN care USING (tree_id) FULL JOIN initial USING (tree_id)
    ORDER BY tree_id
),
source AS (
    SELECT {columns}
    FROM {trees}
    LEFT JOIN basis b ON b.tree_id = t.id
    LEFT JOIN aside h ON h.tree_id = t.id
    {joins}
    WHERE {among} {among_t}
    OFFSET 0
),

-- name: trees
    {schema}baumkataster_tree t
    JOIN {schema}baumkataster_site site ON site.id = t.site_id
    JOIN {schema}baumkataster_place place ON place.id = site.place_id

-- name: few
-- Few trees, those of past_again or past_among, each by index, by the rows of the day.
WITH source AS (
    SELECT {columns}
    FROM {of} a
    CROSS JOIN LATERAL (
        SELECT id, site_id, duty, status, phase, expectation, planted_on, created_at
        FROM baumkataster_tree s WHERE s.id = a.id OFFSET 0) t
    CROSS JOIN LATERAL (
        SELECT place_id FROM baumkataster_site s WHERE s.id = t.site_id OFFSET 0) site
    CROSS JOIN LATERAL (
        SELECT kind, expectation FROM baumkataster_place s WHERE s.id = site.place_id OFFSET 0
    ) place
    LEFT JOIN LATERAL (
        SELECT i.id, i.inspected_on, i.condition, i.proposed_months, i.set_months, i.received_at
        FROM public.inspections_inspection i
        WHERE i.tree_id = a.id AND i.sets_regular_date AND {inspections}
          AND NOT EXISTS (
            SELECT FROM public.inspections_inspection c
            WHERE c.corrects_id = i.id AND {corrections})
        ORDER BY i.inspected_on DESC, i.received_at DESC, i.id DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (
        SELECT i.id, i.last_on, i.next_on FROM inspections_inheritedcontrol i
        WHERE i.tree_id = a.id ORDER BY i.recorded_at DESC, i.id DESC LIMIT 1) h ON true
    LEFT JOIN LATERAL (
        SELECT max(m.done_on) AS care_on FROM inspections_measure m
        WHERE m.tree_id = a.id AND m.state = 'done' AND m.done_on <= %(day)s
          AND m.kind_id = ANY(%(care_kinds)s)
    ) care ON true
    LEFT JOIN LATERAL (
        SELECT p.initial_due_on FROM public.inspections_controlplan p
        WHERE p.tree_id = a.id OFFSET 0) initial ON true
    {joins}
    OFFSET 0
),

-- name: columns
        t.id AS tree_id,
        t.duty = 'city' AS ours,
        t.duty = 'city' AND {status} IN ('planted', 'standing', 'unverified') AS required,
        t.phase,
        coalesce(b.condition, '') AS condition,
        CASE WHEN t.expectation <> '' THEN t.expectation ELSE place.expectation END AS expectation,
        t.planted_on, t.created_at, place.kind,
        initial_due_on, care_on,
        b.id AS inspection_id, b.inspected_on,
        coalesce(b.proposed_months, {default_months}) AS months_then,
        coalesce(b.set_months, b.proposed_months, {default_months}) AS months_set,
        b.condition = 'damaged' OR (b.set_months IS NOT NULL
            AND (b.proposed_months IS NULL OR b.set_months < b.proposed_months)) AS never_exempt,
        {start} AS start_at,
        {least} AS least,
        h.id AS inherited_id, h.last_on, h.next_on

-- name: plan
-- From what is known of each tree to its date. Words are said at the very end: until then, whether a
-- key is there says on what the date is based.
timed AS (
    SELECT f.*,
        CASE WHEN inspection_id IS NOT NULL THEN least({lowest}, f.least) END AS lowest,
        CASE WHEN required AND f.phase = 'youth' AND never_exempt IS NOT TRUE
            THEN (care_on + interval '{youth_care_months} months')::date END AS exempt_until,
        coalesce(inspection_id, inherited_id) IS NOT NULL AS seen,
        initial_due_on IS NULL AND planted_on IS NOT NULL AS planted
    FROM source f
    OFFSET 0
),
counted AS (
    SELECT t.*,
        CASE
            WHEN inspection_id IS NOT NULL THEN
                least(months_set, CASE WHEN lowest < months_then THEN lowest END)
            WHEN CASE WHEN inherited_id IS NOT NULL THEN next_on IS NULL ELSE planted END
                THEN {default_months}
        END AS months,
        CASE WHEN inspection_id IS NOT NULL THEN inspected_on
            WHEN inherited_id IS NOT NULL THEN last_on WHEN planted THEN planted_on END AS basis_on
    FROM timed t
)
-- What all counts read stands first: the rest of a row is not looked through. What follows from these
-- columns alone is said where it is read (shown).
SELECT
    tree_id,
    required,
    required AND NOT seen AS never,
    seen,
    CASE WHEN required THEN greatest(exempt_until, CASE
        WHEN inspection_id IS NOT NULL THEN (basis_on + make_interval(months => months))::date
        WHEN inherited_id IS NOT NULL AND next_on IS NOT NULL THEN next_on
        WHEN seen OR planted THEN (basis_on + make_interval(months => months))::date
        ELSE coalesce(initial_due_on,
            ((created_at AT TIME ZONE 'Europe/Berlin')::date + make_interval(months =>
                coalesce(('{initial_months}'::jsonb ->> kind)::int, {default_months})))::date)
    END) END AS due_on,
    exempt_until,
    care_on,
    phase,
    condition,
    expectation,
    ours,
    planted,
    months,
    basis_on,
    inspection_id,
    CASE WHEN inspection_id IS NULL THEN inherited_id END AS inherited_id,
    initial_due_on,
    start_at
FROM counted

-- name: shown
-- All columns of a control plan, from those that are kept.
SELECT
    tree_id,
    required,
    never,
    due_on,
    CASE WHEN seen THEN (due_on + interval '{tolerance_months} months')::date ELSE due_on END
        AS tolerance_until,
    exempt_until,
    care_on,
    phase,
    condition,
    expectation,
    CASE WHEN required THEN '' WHEN ours THEN 'not_standing' ELSE 'duty' END
        AS not_required_reason,
    CASE WHEN seen OR required THEN months END AS interval_months,
    CASE WHEN inspection_id IS NOT NULL THEN months END AS cap_months,
    CASE WHEN inspection_id IS NOT NULL THEN 'inspection'
        WHEN inherited_id IS NOT NULL THEN 'inherited'
        WHEN NOT required THEN 'none'
        WHEN planted THEN 'planted' ELSE 'initial' END AS basis,
    CASE WHEN seen OR required THEN basis_on END AS basis_on,
    inspection_id,
    inherited_id,
    initial_due_on,
    start_at,
    '{rule_set}'::uuid AS rule_set_id
FROM ({rows}) p
