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

-- name: needed
-- By plan p, as numbers.by_day: a state that is not none, without the words of all others.
p.required AND (p.exempt_until IS NULL OR p.exempt_until < %(day)s)

-- name: known
-- How many trees there are, as the kept ones and those with a mark know.
SELECT (SELECT coalesce(sum(trees), 0) FROM {cells})
    - (SELECT count(*) FROM {trees} WHERE id = ANY (%(touched)s::uuid[]))
    + (SELECT count(*) FROM baumkataster_tree WHERE id = ANY (%(touched)s::uuid[]))

-- name: every
-- Of each cell, where trees may be without a plan: all plans are hashed.
SELECT k.cell, {counts}
FROM {placed} k JOIN inspections_controlplan p ON p.tree_id = k.id
WHERE p.required AND k.id <> ALL (%(touched)s::uuid[])
GROUP BY k.cell

-- name: few
-- Of each cell, where every tree has a plan: only those are looked at that are late or need no control;
-- how many trees a cell has, the kept ones know.
SELECT c.cell, c.trees - coalesce(f.free, 0) - coalesce(m.marked, 0) AS trees,
    coalesce(f.overdue, 0) AS overdue, coalesce(f.tolerance, 0) AS tolerance,
    coalesce(f.never, 0) AS never, f.oldest
FROM {cells} c
LEFT JOIN (
    SELECT k.cell, count(*) FILTER (WHERE NOT p.required) AS free, {counts}
    FROM {placed} k JOIN inspections_controlplan p ON p.tree_id = k.id
    WHERE (NOT p.required OR p.never OR p.due_on < %(day)s)
      AND p.tree_id <> ALL (%(touched)s::uuid[])
    GROUP BY k.cell
) f USING (cell)
LEFT JOIN (
    SELECT cell, count(*) AS marked FROM {trees}
    WHERE id = ANY (%(touched)s::uuid[]) GROUP BY cell
) m USING (cell)

-- name: cells
SELECT d.name, u.code, c.place_kind, x.trees, x.overdue, x.tolerance, x.never, x.oldest
FROM ({of_cells}) x
JOIN {cells} c USING (cell)
LEFT JOIN baumkataster_district d ON d.id = c.district_id
LEFT JOIN baumkataster_unit u ON u.id = c.unit_id
WHERE x.trees > 0
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
-- Due dates, of all plans: how many trees need a control then, how many of them at some kinds of places
-- (kinds), and how many plans there are. One reading of all plans, with few trees hashed.
SELECT p.due_on, count(*) FILTER (WHERE {needed}), count(k.id) FILTER (WHERE {needed}), count(*)
FROM inspections_controlplan p
LEFT JOIN {children} k ON k.id = p.tree_id AND k.id <> ALL (%(touched)s::uuid[])
GROUP BY 1
UNION ALL
SELECT p.due_on, 0, count(*), 0
FROM baumkataster_tree t
JOIN baumkataster_site site ON site.id = t.site_id
JOIN baumkataster_place place ON place.id = site.place_id
JOIN inspections_controlplan p ON p.tree_id = t.id
WHERE place.kind = ANY (%(kinds)s) AND t.id = ANY (%(touched)s::uuid[]) AND {needed}
GROUP BY 1

-- What follows are trees that belonged elsewhere on the past day that the transaction sees: other
-- district, unit or site, or is gone since; a site of another place; a place of another unit or kind.
-- The tables of schema public are today's, from which the kept trees were made.

-- name: past_tree
SELECT p.id FROM past_tree p LEFT JOIN public.baumkataster_tree t USING (id)
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
