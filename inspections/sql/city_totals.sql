-- The whole city's totals from kept trees (reports/past_trees.py), for reports/city_totals.py; trees
-- that something has happened to since (touched) are read from where they stand. Parameters: day,
-- touched; {state} is sql_state.STATE, {counts} the part of that name.

-- name: counts
-- By plan p; that the state of most trees need not be said is seen by their date alone.
count(*) AS trees,
    count(*) FILTER (WHERE p.due_on < %(day)s AND {state} = 'overdue') AS overdue,
    count(*) FILTER (WHERE p.due_on < %(day)s AND {state} = 'tolerance') AS tolerance,
    count(*) FILTER (WHERE p.never AND {state} = 'never') AS never,
    min(p.due_on) FILTER (WHERE p.due_on < %(day)s AND {state} IN ('overdue', 'tolerance')) AS oldest

-- name: cells
SELECT d.name, u.code, c.place_kind, x.trees, x.overdue, x.tolerance, x.never, x.oldest
FROM (
    SELECT k.cell, {counts}
    FROM {trees} k JOIN inspections_controlplan p ON p.tree_id = k.id
    WHERE p.required AND k.id <> ALL (%(touched)s::uuid[])
    GROUP BY k.cell
) x
JOIN {cells} c USING (cell)
LEFT JOIN baumkataster_district d ON d.id = c.district_id
LEFT JOIN baumkataster_unit u ON u.id = c.unit_id
UNION ALL
SELECT d.name, u.code, place.kind, {counts}
FROM baumkataster_tree t
JOIN baumkataster_site site ON site.id = t.site_id
JOIN baumkataster_place place ON place.id = site.place_id
JOIN inspections_controlplan p ON p.tree_id = t.id
LEFT JOIN baumkataster_district d ON d.id = t.district_id
LEFT JOIN baumkataster_unit u ON u.id = coalesce(t.unit_id, place.unit_id)
WHERE p.required AND t.id = ANY (%(touched)s::uuid[])
GROUP BY d.name, u.code, place.kind

-- name: days
-- Due dates of trees at some kinds of places (kinds), before a day (last).
SELECT p.due_on, count(*)
FROM {trees} k JOIN inspections_controlplan p ON p.tree_id = k.id
WHERE k.place_kind = ANY (%(kinds)s) AND k.id <> ALL (%(touched)s::uuid[])
  AND p.required AND p.due_on < %(last)s AND {state} <> 'none'
GROUP BY 1
UNION ALL
SELECT p.due_on, 1
FROM baumkataster_tree t
JOIN baumkataster_site site ON site.id = t.site_id
JOIN baumkataster_place place ON place.id = site.place_id
JOIN inspections_controlplan p ON p.tree_id = t.id
WHERE place.kind = ANY (%(kinds)s) AND t.id = ANY (%(touched)s::uuid[])
  AND p.required AND p.due_on < %(last)s AND {state} <> 'none'

-- What follows are trees that belonged elsewhere on the past day that the transaction sees: other
-- district, unit or site; a site of another place; a place of another unit or kind. The tables of
-- schema public are today's, from which the kept trees were made.

-- name: past_tree
SELECT p.id FROM past_tree p JOIN public.baumkataster_tree t USING (id)
WHERE (p.district_id, p.unit_id, p.site_id) IS DISTINCT FROM (t.district_id, t.unit_id, t.site_id)

-- name: past_site
SELECT t.id FROM past_site p JOIN public.baumkataster_site s USING (id)
JOIN public.baumkataster_tree t ON t.site_id = s.id
WHERE p.place_id IS DISTINCT FROM s.place_id

-- name: past_place
SELECT t.id FROM past_place p JOIN public.baumkataster_place c USING (id)
JOIN public.baumkataster_site s ON s.place_id = c.id
JOIN public.baumkataster_tree t ON t.site_id = s.id
WHERE (p.unit_id, p.kind) IS DISTINCT FROM (c.unit_id, c.kind)
