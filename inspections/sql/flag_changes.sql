-- What becomes of the flags on a day: every matter that somebody must know of beside the open flags,
-- and of both only what differs. services/flags.py fills in levels (sql_state.py) and the days from
-- which somebody must know. Parameter: day.
WITH wanted AS (
    SELECT * FROM (
        SELECT p.tree_id, NULL::uuid AS measure_id, p.due_on, {control_level} AS level,
            p.never, false AS immediate
        FROM inspections_controlplan p
        WHERE p.required AND p.due_on <= %(day)s::date + {soon}
        UNION ALL
        SELECT m.tree_id, m.id, coalesce(m.deadline_on, p.due_on), {measure_level},
            false, u.immediate
        FROM inspections_measure m
        JOIN inspections_urgency u ON u.code = m.urgency_id
        LEFT JOIN inspections_controlplan p ON p.tree_id = m.tree_id
        WHERE m.state = 'open'
    ) matter
    WHERE level > 0
),
open_flags AS (
    SELECT id, tree_id, measure_id, due_on, level
    FROM inspections_controlflag WHERE resolved_on IS NULL
)
SELECT
    f.id AS flag_id,
    -- A later date is a new matter: what was due has been done, so its flag is settled.
    f.id IS NOT NULL AND (w.due_on <= f.due_on) IS NOT TRUE AS settled,
    w.tree_id IS NOT NULL AND (w.due_on <= f.due_on) IS NOT TRUE AS raised,
    CASE WHEN w.due_on <= f.due_on THEN f.level ELSE 0 END AS level_before,
    w.tree_id, w.measure_id, w.due_on, w.level, w.never, w.immediate
FROM wanted w
-- Said as equalities, so that both sides are hashed once: with IS NOT DISTINCT FROM every matter
-- would look through all flags.
FULL JOIN open_flags f ON f.tree_id = w.tree_id
    AND coalesce(f.measure_id, {nobody}) = coalesce(w.measure_id, {nobody})
WHERE (f.level, f.due_on) IS DISTINCT FROM (w.level, w.due_on)
