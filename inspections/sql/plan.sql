-- What every tree's ControlPlan must hold: the set-based twin of rules/plan.plan_control.
-- Parameters: rule (id of the rule set), ids (trees; null: all), given_ids and given_days (deadlines
-- of initial surveys that a planting or import hands in). Used by services/replanning.py as a CTE.
-- One column more than a ControlPlan has: geom, the tree's place, in whose order a city is written.
rule AS MATERIALIZED (
    SELECT id, matrix, default_months, tolerance_months, youth_care_months, initial_months
    FROM inspections_ruleset WHERE id = %(rule)s
),
-- The newest regular inspection; a corrected one does not count, its correction does in its place.
basis AS (
    SELECT DISTINCT ON (i.tree_id)
        i.tree_id, i.id, i.inspected_on, i.condition, i.proposed_months, i.set_months
    FROM inspections_inspection i
    -- Said so that it stays a filter: for one tree an index is asked, for all the few corrections are
    -- hashed, and the order of the index needs no sort.
    WHERE i.sets_regular_date AND (EXISTS (
        SELECT FROM inspections_inspection correction
        WHERE correction.corrects_id = i.id AND correction.corrects_id IS NOT NULL
    )) IS NOT TRUE
      AND (%(ids)s::uuid[] IS NULL OR i.tree_id = ANY (%(ids)s::uuid[]))
    ORDER BY i.tree_id, i.inspected_on DESC, i.received_at DESC, i.id DESC
),
inherited AS (
    SELECT DISTINCT ON (tree_id) tree_id, id, last_on, next_on
    FROM inspections_inheritedcontrol
    WHERE %(ids)s::uuid[] IS NULL OR tree_id = ANY (%(ids)s::uuid[])
    ORDER BY tree_id, recorded_at DESC, id DESC
),
care AS (
    SELECT m.tree_id, max(m.done_on) AS care_on
    FROM inspections_measure m
    JOIN inspections_measurekind k ON k.code = m.kind_id AND k.young_tree_care
    WHERE m.state = 'done'
      AND (%(ids)s::uuid[] IS NULL OR m.tree_id = ANY (%(ids)s::uuid[]))
    GROUP BY m.tree_id
),
given AS (
    SELECT * FROM unnest(%(given_ids)s::uuid[], %(given_days)s::date[]) AS g (tree_id, due_on)
),
-- One row per tree with all that bears on its date.
facts AS (
    SELECT
        t.id AS tree_id,
        t.geom,
        CASE
            WHEN t.duty <> 'city' THEN 'duty'
            WHEN t.status NOT IN ('planted', 'standing', 'unverified') THEN 'not_standing'
            ELSE ''
        END AS reason,
        t.phase,
        coalesce(b.condition, '') AS condition,
        CASE WHEN t.expectation <> '' THEN t.expectation ELSE place.expectation END AS expectation,
        t.planted_on,
        t.created_at,
        place.kind,
        coalesce(g.due_on, p.initial_due_on) AS initial_due_on,
        care.care_on,
        b.id AS inspection_id,
        b.inspected_on,
        coalesce(b.proposed_months, r.default_months) AS months_then,
        coalesce(b.set_months, b.proposed_months, r.default_months) AS months_set,
        -- A person's reasoned demand is stronger than the exemption by care, damage too.
        b.id IS NOT NULL AND (
            b.condition = 'damaged'
            OR (b.set_months IS NOT NULL
                AND (b.proposed_months IS NULL OR b.set_months < b.proposed_months))
        ) AS never_exempt,
        CASE WHEN p.inspection_id = b.id THEN p.cap_months END AS cap_before,
        h.id AS inherited_id,
        h.last_on,
        h.next_on,
        r.id AS rule_set_id,
        r.default_months,
        r.tolerance_months,
        r.youth_care_months
    FROM baumkataster_tree t
    JOIN baumkataster_site site ON site.id = t.site_id
    JOIN baumkataster_place place ON place.id = site.place_id
    CROSS JOIN rule r
    LEFT JOIN basis b ON b.tree_id = t.id
    LEFT JOIN inherited h ON h.tree_id = t.id
    LEFT JOIN care ON care.tree_id = t.id
    LEFT JOIN given g ON g.tree_id = t.id
    LEFT JOIN inspections_controlplan p ON p.tree_id = t.id
    WHERE %(ids)s::uuid[] IS NULL OR t.id = ANY (%(ids)s::uuid[])
),
-- Own inspection before inherited control before the deadline of the initial survey.
based AS (
    SELECT f.*,
        CASE
            WHEN inspection_id IS NOT NULL THEN 'inspection'
            WHEN inherited_id IS NOT NULL THEN 'inherited'
            WHEN initial_due_on IS NOT NULL THEN 'initial'
            WHEN planted_on IS NOT NULL THEN 'planted'
            ELSE 'initial'
        END AS basis,
        -- Today's proposal as if without care: care puts off the date, it does not lengthen it.
        coalesce(
            ((SELECT matrix FROM rule) ->> concat_ws('.', phase, condition, expectation))::int,
            default_months
        ) AS months_now
    FROM facts f
    -- Here and below: computed once for each row. Put together into one expression, as the planner
    -- would, the matrix is asked again for every column that rests on it.
    OFFSET 0
),
-- The interval set at the inspection holds; what has become shorter since then counts at once and
-- stays so until the next inspection.
timed AS (
    SELECT b.*,
        CASE
            WHEN basis = 'inspection' THEN least(
                months_set, CASE WHEN months_now < months_then THEN months_now END, cap_before)
            WHEN basis = 'inherited' AND next_on IS NULL THEN default_months
            WHEN basis = 'planted' THEN default_months
        END AS months,
        CASE basis WHEN 'inspection' THEN inspected_on WHEN 'inherited' THEN last_on
            WHEN 'planted' THEN planted_on END AS basis_on,
        CASE WHEN reason = '' AND phase = 'youth' AND NOT never_exempt
            THEN (care_on + make_interval(months => youth_care_months))::date END AS exempt_until
    FROM based b
    OFFSET 0
),
dated AS (
    SELECT t.*,
        CASE WHEN reason = '' THEN greatest(exempt_until, CASE
            WHEN basis = 'inherited' AND next_on IS NOT NULL THEN next_on
            WHEN basis = 'initial' THEN coalesce(initial_due_on,
                ((created_at AT TIME ZONE 'Europe/Berlin')::date + make_interval(months => coalesce(
                    ((SELECT initial_months FROM rule) ->> kind)::int, default_months)))::date)
            ELSE (basis_on + make_interval(months => months))::date
        END) END AS due_on,
        basis IN ('inspection', 'inherited') AS seen
    FROM timed t
    OFFSET 0
),
computed AS (
    SELECT
        tree_id,
        geom,
        reason = '' AS required,
        reason AS not_required_reason,
        due_on,
        (due_on + make_interval(months => CASE WHEN seen THEN tolerance_months ELSE 0 END))::date
            AS tolerance_until,
        exempt_until,
        reason = '' AND NOT seen AS never,
        CASE WHEN seen OR reason = '' THEN months END AS interval_months,
        CASE WHEN basis = 'inspection' THEN months END AS cap_months,
        CASE WHEN seen OR reason = '' THEN basis ELSE 'none' END AS basis,
        CASE WHEN seen OR reason = '' THEN basis_on END AS basis_on,
        inspection_id,
        CASE WHEN basis = 'inherited' THEN inherited_id END AS inherited_id,
        initial_due_on,
        phase,
        condition,
        expectation,
        care_on,
        rule_set_id
    FROM dated
)
