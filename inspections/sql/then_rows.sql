-- Rows of the past, made inside one transaction by reports/past_rows.py. Parameters: day, and end
-- (the first instant after it). Temporary tables end with the transaction.

-- name: rebuild
-- Every row that an UPDATE or DELETE changed since the day, as it was; words in braces are filled in.
CREATE TEMP TABLE {past} ON COMMIT DROP AS
WITH later AS MATERIALIZED (
    SELECT c.row_id::uuid AS id, jsonb_object_agg(e.key, e.value ORDER BY c.id DESC) AS old,
        bool_or(c.operation = 'delete') AS gone
    FROM public.baumkataster_change c CROSS JOIN LATERAL jsonb_each(c.old) e
    WHERE c.table_name = '{table}' AND c.operation <> 'insert' AND c.at >= %(end)s {among}
    GROUP BY c.row_id
)
SELECT r.* FROM later JOIN public.{table} now USING (id)
CROSS JOIN LATERAL jsonb_populate_record(now, later.old{forget}) r
UNION ALL
-- Rows that an undone import took away were known then.
SELECT r.* FROM later CROSS JOIN LATERAL jsonb_populate_record(
    NULL::public.{table}, '{{"version": 1, "changed_at": "2000-01-01"}}'::jsonb || later.old) r
WHERE {then} AND later.gone AND NOT EXISTS (SELECT FROM public.{table} now WHERE now.id = later.id)

-- name: proved
-- Trees that were recorded later and are not known to have been planted, but were looked at by then.
-- The one scan that finds the later ones may be shared by several processes.
CREATE TEMP TABLE past_later ON COMMIT DROP AS
SELECT t.id, t.planted_on IS NULL AS undated FROM {trees} t
WHERE t.created_at >= %(end)s AND CASE WHEN t.planted_on IS NOT NULL THEN t.planted_on > %(day)s
    ELSE coalesce(t.planted_year, 9999) >= extract(year FROM %(day)s::date) END {among};
ANALYZE past_later;
CREATE TEMP TABLE past_proved ON COMMIT DROP AS
SELECT t.id FROM past_later t
JOIN public.inspections_inspection i ON i.tree_id = t.id AND i.inspected_on <= %(day)s
WHERE NOT EXISTS (SELECT FROM public.inspections_inspection c WHERE c.corrects_id = i.id)
UNION
SELECT t.id FROM past_later t
JOIN public.inspections_inheritedcontrol h ON h.tree_id = t.id AND h.last_on <= %(day)s
WHERE t.undated;
ANALYZE past_proved

-- name: late
-- Records that came after the day and on another day than they were made, by the index of those:
-- usually few, and how many has to be known before the next statement is planned.
CREATE TEMP TABLE past_late ON COMMIT DROP AS
SELECT i.id, i.tree_id, i.inspected_on, i.inspected_at, i.received_at, i.phase, i.seen_expectation
FROM public.inspections_inspection i
WHERE (i.received_at AT TIME ZONE 'Europe/Berlin')::date > i.inspected_on
  AND i.inspected_on <= %(day)s AND i.received_at >= %(end)s {among}

-- name: learned
-- What a tree would have learned from its newest inspection, had it not come late. {each}: OFFSET 0
-- where few are late, so that the other inspections are looked up tree by tree.
ANALYZE past_late;
CREATE TEMP TABLE past_learned ON COMMIT DROP AS
SELECT DISTINCT ON (i.tree_id) i.tree_id AS id, i.phase, i.seen_expectation AS expectation
FROM past_late i
WHERE NOT EXISTS (SELECT FROM public.inspections_inspection c WHERE c.corrects_id = i.id)
  AND NOT EXISTS (
    SELECT FROM public.inspections_inspection j
    WHERE j.tree_id = i.tree_id AND j.inspected_on BETWEEN i.inspected_on AND %(day)s
      AND (j.inspected_at, j.received_at) > (i.inspected_at, i.received_at)
      AND NOT EXISTS (SELECT FROM public.inspections_inspection c WHERE c.corrects_id = j.id)
    {each})
ORDER BY i.tree_id, i.inspected_at DESC, i.received_at DESC

-- name: learn
INSERT INTO past_tree
SELECT t.* FROM past_learned e
JOIN public.baumkataster_tree t ON t.id = e.id
WHERE NOT EXISTS (SELECT FROM past_tree p WHERE p.id = t.id);
UPDATE past_tree p SET phase = l.phase, expectation = l.expectation,
    status = CASE p.status WHEN 'unverified' THEN 'standing' ELSE p.status END
FROM past_learned l WHERE l.id = p.id

-- name: ends
-- As known today a tree was felled on its felling day and planted on its planting day; of rows that
-- did not change since the view says the same (past_rows.ENDS).
UPDATE past_tree p SET
    status = CASE
        WHEN now.felled_on <= %(day)s THEN CASE
            WHEN p.status IN ('felled', 'stump', 'vanished') THEN p.status ELSE now.status END
        WHEN now.felled_on IS NOT NULL AND p.status IN ('felled', 'stump', 'vanished')
            THEN 'standing'
        WHEN now.planted_on > %(day)s AND p.status NOT IN ('felled', 'stump', 'vanished')
            THEN 'planned'
        ELSE p.status END,
    felled_on = CASE WHEN now.felled_on <= %(day)s THEN now.felled_on
        WHEN now.felled_on IS NULL THEN p.felled_on END,
    felling_reason = CASE WHEN now.felled_on <= %(day)s THEN now.felling_reason
        WHEN now.felled_on IS NULL THEN p.felling_reason ELSE '' END
FROM public.baumkataster_tree now
WHERE now.id = p.id AND (now.felled_on IS NOT NULL OR now.planted_on > %(day)s)

-- name: evidence_then
CREATE TEMP VIEW inspections_inspection AS
SELECT i.* FROM public.inspections_inspection i WHERE i.received_at < %(end)s {among};
CREATE TEMP VIEW baumkataster_photo AS
SELECT p.* FROM public.baumkataster_photo p WHERE p.received_at < %(end)s

-- name: evidence_today
-- A record whose last correction says another, later day is none of the day.
CREATE TEMP VIEW inspections_inspection AS
WITH RECURSIVE last (id, correction, inspected_on) AS (
    SELECT c.corrects_id, c.id, c.inspected_on FROM public.inspections_inspection c
    WHERE c.corrects_id IS NOT NULL
    UNION ALL
    SELECT last.id, c.id, c.inspected_on FROM last CROSS JOIN LATERAL (
        SELECT n.id, n.inspected_on FROM public.inspections_inspection n
        WHERE n.corrects_id = last.correction OFFSET 0) c
)
SELECT i.* FROM public.inspections_inspection i
WHERE i.inspected_on <= %(day)s {among}
  AND i.id NOT IN (SELECT last.id FROM last WHERE last.inspected_on > %(day)s);
CREATE TEMP VIEW baumkataster_photo AS
SELECT p.* FROM public.baumkataster_photo p WHERE p.taken_at < %(end)s

-- name: known
-- Whether a tree was recorded by then, or counts because it was inspected by then.
SELECT EXISTS (SELECT FROM public.baumkataster_tree WHERE created_at < %(end)s)
    OR NOT %(then)s AND EXISTS (
        SELECT FROM public.inspections_inspection WHERE inspected_on <= %(day)s)

-- name: first
-- First day with a tree in the cadastre, and with an inspection.
SELECT (SELECT (min(created_at) AT TIME ZONE 'Europe/Berlin')::date FROM public.baumkataster_tree),
    (SELECT min(inspected_on) FROM public.inspections_inspection)

-- name: reset
-- Since when a basis counts that came back because a stronger record was corrected away; of the few
-- trees with corrections, each by index: to read it from their plans would be to read all plans.
CREATE TEMP TABLE past_reset ON COMMIT DROP AS
WITH corrected AS MATERIALIZED (
    SELECT c.tree_id, c.received_at AS at, r.inspected_on, r.received_at
    FROM public.inspections_inspection c
    JOIN public.inspections_inspection r ON r.id = c.corrects_id
    WHERE c.corrects_id IS NOT NULL AND c.received_at < %(end)s AND r.sets_regular_date {among}
)
SELECT tree_id, max(c.at) AS at
FROM (SELECT DISTINCT tree_id FROM corrected) t
CROSS JOIN LATERAL (
    SELECT i.inspected_on, i.received_at FROM public.inspections_inspection i
    WHERE i.tree_id = t.tree_id AND i.sets_regular_date AND i.received_at < %(end)s
      AND NOT EXISTS (
        SELECT FROM public.inspections_inspection n
        WHERE n.corrects_id = i.id AND n.received_at < %(end)s)
    ORDER BY i.inspected_on DESC, i.received_at DESC, i.id DESC LIMIT 1) b
JOIN corrected c USING (tree_id)
WHERE (c.inspected_on, c.received_at) > (b.inspected_on, b.received_at)
GROUP BY tree_id, b.received_at HAVING max(c.at) > b.received_at

-- name: events
-- Changes of phase or expectation since the plan's basis holds.
CREATE TEMP TABLE past_event ON COMMIT DROP AS
WITH place AS MATERIALIZED (
    SELECT c.row_id::uuid AS id, c.at FROM public.baumkataster_change c
    WHERE c.table_name = 'baumkataster_place' AND c.operation = 'update' AND c.at < %(end)s
      AND c.old ? 'expectation'
)
SELECT p.tree_id, c.at
FROM public.baumkataster_change c
JOIN inspections_controlplan p ON p.tree_id = c.row_id::uuid
{reset}
WHERE c.table_name = 'baumkataster_tree' AND c.operation = 'update' AND c.at < %(end)s
  AND c.old ?| ARRAY['phase', 'expectation'] AND p.inspection_id IS NOT NULL
  AND c.at >= {started}
UNION
SELECT p.tree_id, place.at
FROM place
JOIN public.baumkataster_site s ON s.place_id = place.id
JOIN public.baumkataster_tree t ON t.site_id = s.id
JOIN inspections_controlplan p ON p.tree_id = t.id
{reset}
WHERE p.inspection_id IS NOT NULL AND place.at >= {started}

-- name: least
-- Lowest months that the rule gave since the basis holds, of trees whose inputs changed since then.
CREATE TEMP TABLE past_least ON COMMIT DROP AS
WITH rules (phase, condition, expectation, n, months) AS (VALUES {months}),
based AS (
    SELECT p.tree_id, {started} AS start_at, i.condition, i.phase, i.seen_expectation, i.inspected_at
    FROM (SELECT DISTINCT tree_id FROM past_event) e
    JOIN inspections_controlplan p ON p.tree_id = e.tree_id
    {reset}
    JOIN public.inspections_inspection i ON i.id = p.inspection_id
),
moment AS (
    SELECT b.*, b.start_at AS at, true AS first FROM based b
    UNION ALL
    SELECT b.*, e.at, false FROM past_event e JOIN based b USING (tree_id)
    WHERE e.at >= b.start_at
),
-- Phase and expectation just after each moment: the oldest later change says what was before it.
after AS (
    SELECT m.*,
        coalesce((
            SELECT c.old ->> 'phase' FROM public.baumkataster_change c
            WHERE c.table_name = 'baumkataster_tree' AND c.row_id = m.tree_id::text
              AND c.operation <> 'insert' AND c.at > m.at AND c.old ? 'phase'
            ORDER BY c.id LIMIT 1), t.phase) AS phase_then,
        coalesce(nullif(coalesce((
            SELECT c.old ->> 'expectation' FROM public.baumkataster_change c
            WHERE c.table_name = 'baumkataster_tree' AND c.row_id = m.tree_id::text
              AND c.operation <> 'insert' AND c.at > m.at AND c.old ? 'expectation'
            ORDER BY c.id LIMIT 1), t.expectation), ''), (
            SELECT c.old ->> 'expectation' FROM public.baumkataster_change c
            WHERE c.table_name = 'baumkataster_place' AND c.row_id = s.place_id::text
              AND c.operation <> 'insert' AND c.at > m.at AND c.old ? 'expectation'
            ORDER BY c.id LIMIT 1), p.expectation) AS expectation_then,
        first AND NOT EXISTS (
            SELECT FROM public.inspections_inspection newer
            WHERE newer.tree_id = m.tree_id AND newer.received_at <= m.start_at
              AND newer.inspected_at > m.inspected_at) AS as_seen
    FROM moment m
    LEFT JOIN public.baumkataster_tree t ON t.id = m.tree_id
    LEFT JOIN public.baumkataster_site s ON s.id = t.site_id
    LEFT JOIN public.baumkataster_place p ON p.id = s.place_id
),
input AS (
    SELECT tree_id, condition, at, first,
        CASE WHEN as_seen THEN phase ELSE phase_then END AS phase,
        CASE WHEN as_seen THEN seen_expectation ELSE expectation_then END AS expectation
    FROM after
    WHERE first OR phase_then <> phase OR expectation_then <> seen_expectation
),
span AS (
    SELECT i.*, (at AT TIME ZONE 'Europe/Berlin')::date AS from_day,
        coalesce((lead(at) OVER (PARTITION BY tree_id ORDER BY at, first DESC)
            AT TIME ZONE 'Europe/Berlin')::date, %(day)s) AS to_day
    FROM input i
)
SELECT s.tree_id, min(r.months) AS months
FROM span s
JOIN rules r ON r.phase = s.phase AND r.condition = s.condition AND r.expectation = s.expectation
    AND r.n BETWEEN {from_n} AND greatest({from_n}, {to_n})
GROUP BY s.tree_id
HAVING bool_or(NOT s.first)
