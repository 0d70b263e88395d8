-- Who hears of which flag today, worst first, at most so many lines for each person.
-- Parameter: lines. What is new or rose stands in flag_change (flag_changes.sql).
WITH reachable AS (
    SELECT id, role FROM baumkataster_user WHERE is_active AND email <> ''
),
leads AS (
    SELECT u.id AS unit_id, r.id AS person_id
    FROM baumkataster_unit u JOIN reachable r ON r.id IN (u.supervisor_id, u.deputy_id)
),
-- From which level on a person hears of a unit's trees.
audience AS (
    SELECT unit_id, person_id, min(level) AS level
    FROM (
        SELECT m.unit_id, r.id AS person_id, 1 AS level
        FROM baumkataster_unit_members m
        JOIN reachable r ON r.id = m.user_id AND r.role = 'arborist'
        UNION ALL
        SELECT unit_id, person_id, 2 FROM leads
        UNION ALL
        SELECT u.id, r.id, CASE WHEN EXISTS (SELECT 1 FROM leads l WHERE l.unit_id = u.id)
            THEN 3 ELSE 2 END
        FROM baumkataster_unit u CROSS JOIN reachable r WHERE r.role = 'administrator'
    ) everybody
    GROUP BY unit_id, person_id
),
-- Everything new once, whoever hears of it: units and levels say that.
matters AS (
    SELECT
        coalesce(t.unit_id, place.unit_id) AS unit_id,
        c.level_before,
        c.level,
        c.tree_id,
        c.measure_id,
        c.due_on,
        CASE
            WHEN c.immediate THEN 'immediate'
            WHEN c.measure_id IS NOT NULL AND c.level > 1 THEN 'measure_overdue'
            WHEN c.measure_id IS NOT NULL THEN 'measure_due'
            WHEN c.never THEN 'survey'
            WHEN c.level = 3 THEN 'beyond'
            WHEN c.level = 2 THEN 'tolerance'
            ELSE 'due'
        END AS topic,
        coalesce(nullif(t.expectation, ''), place.expectation) AS expectation
    FROM flag_change c
    JOIN baumkataster_tree t ON t.id = c.tree_id
    JOIN baumkataster_site site ON site.id = t.site_id
    JOIN baumkataster_place place ON place.id = site.place_id
    WHERE c.level_before < c.level
),
tallies AS (
    SELECT unit_id, level_before, level, topic, count(*) AS number
    FROM matters GROUP BY unit_id, level_before, level, topic
),
totals AS (
    SELECT
        a.person_id,
        sum(number)::int AS total,
        coalesce(sum(number) FILTER (WHERE topic = 'immediate'), 0)::int AS immediate,
        coalesce(sum(number) FILTER (WHERE topic = 'beyond'), 0)::int AS beyond,
        coalesce(sum(number) FILTER (WHERE topic = 'tolerance'), 0)::int AS tolerance,
        coalesce(sum(number) FILTER (WHERE topic = 'survey'), 0)::int AS survey,
        coalesce(sum(number) FILTER (WHERE topic = 'due'), 0)::int AS due,
        coalesce(sum(number) FILTER (WHERE topic = 'measure_overdue'), 0)::int AS measure_overdue,
        coalesce(sum(number) FILTER (WHERE topic = 'measure_due'), 0)::int AS measure_due
    FROM tallies n JOIN audience a ON a.unit_id = n.unit_id
        AND n.level_before < a.level AND a.level <= n.level
    GROUP BY a.person_id
),
-- Nobody's lines reach deeper into one unit and level; names are looked up for these alone.
foremost AS (
    SELECT * FROM (
        SELECT m.*, rank() OVER (
            PARTITION BY unit_id, level_before, level
            ORDER BY topic <> 'immediate', expectation <> 'higher', due_on
        ) AS turn
        FROM matters m
    ) turns
    WHERE turn <= %(lines)s
),
named AS (
    SELECT
        m.*,
        place.name || ' ' || site.number AS tree,
        coalesce(species.german_name, nullif(t.species_as_given, ''), '') AS species,
        coalesce(kind.name_de, '') AS measure
    FROM foremost m
    JOIN baumkataster_tree t ON t.id = m.tree_id
    JOIN baumkataster_site site ON site.id = t.site_id
    JOIN baumkataster_place place ON place.id = site.place_id
    LEFT JOIN baumkataster_species species ON species.id = t.species_id
    LEFT JOIN inspections_measure work ON work.id = m.measure_id
    LEFT JOIN inspections_measurekind kind ON kind.code = work.kind_id
),
ranked AS (
    SELECT a.person_id, n.*,
        row_number() OVER (
            PARTITION BY a.person_id
            ORDER BY topic <> 'immediate', n.level DESC, expectation <> 'higher', due_on, tree,
                measure
        ) AS line
    FROM named n JOIN audience a ON a.unit_id = n.unit_id
        AND n.level_before < a.level AND a.level <= n.level
)
SELECT
    r.person_id,
    coalesce(nullif(trim(person.first_name || ' ' || person.last_name), ''), person.username),
    topic, tree, species, measure, due_on, total,
    immediate, beyond, tolerance, survey, due, measure_overdue, measure_due
FROM ranked r
JOIN totals USING (person_id)
JOIN baumkataster_user person ON person.id = r.person_id
WHERE line <= %(lines)s
ORDER BY r.person_id, line
