-- Who hears of which flag today, worst first, at most so many lines for each person.
-- Parameters: flags and levels (flags that are new or rose, and their level before), lines.
WITH news AS (
    SELECT * FROM unnest(%(flags)s::uuid[], %(levels)s::int[]) AS n (flag_id, level_before)
),
reachable AS (
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
matters AS (
    SELECT
        a.person_id,
        CASE
            WHEN urgency.immediate THEN 'immediate'
            WHEN m.id IS NOT NULL AND f.level > 1 THEN 'measure_overdue'
            WHEN m.id IS NOT NULL THEN 'measure_due'
            WHEN plan.never THEN 'survey'
            WHEN f.level = 3 THEN 'beyond'
            WHEN f.level = 2 THEN 'tolerance'
            ELSE 'due'
        END AS topic,
        place.name || ' ' || site.number AS tree,
        coalesce(species.german_name, nullif(t.species_as_given, ''), '') AS species,
        coalesce(kind.name_de, '') AS measure,
        f.due_on,
        f.level,
        CASE WHEN t.expectation <> '' THEN t.expectation ELSE place.expectation END AS expectation
    FROM news n
    JOIN inspections_controlflag f ON f.id = n.flag_id
    JOIN baumkataster_tree t ON t.id = f.tree_id
    JOIN baumkataster_site site ON site.id = t.site_id
    JOIN baumkataster_place place ON place.id = site.place_id
    JOIN audience a ON a.unit_id = coalesce(t.unit_id, place.unit_id)
        AND n.level_before < a.level AND a.level <= f.level
    LEFT JOIN baumkataster_species species ON species.id = t.species_id
    LEFT JOIN inspections_controlplan plan ON plan.tree_id = t.id
    LEFT JOIN inspections_measure m ON m.id = f.measure_id
    LEFT JOIN inspections_measurekind kind ON kind.code = m.kind_id
    LEFT JOIN inspections_urgency urgency ON urgency.code = m.urgency_id
),
ranked AS (
    SELECT m.*,
        row_number() OVER (
            PARTITION BY person_id
            ORDER BY topic <> 'immediate', level DESC, expectation <> 'higher', due_on, tree, measure
        ) AS line,
        count(*) OVER everything AS total,
        count(*) FILTER (WHERE topic = 'immediate') OVER everything AS immediate,
        count(*) FILTER (WHERE topic = 'beyond') OVER everything AS beyond,
        count(*) FILTER (WHERE topic = 'tolerance') OVER everything AS tolerance,
        count(*) FILTER (WHERE topic = 'survey') OVER everything AS survey,
        count(*) FILTER (WHERE topic = 'due') OVER everything AS due,
        count(*) FILTER (WHERE topic = 'measure_overdue') OVER everything AS measure_overdue,
        count(*) FILTER (WHERE topic = 'measure_due') OVER everything AS measure_due
    FROM matters m
    WINDOW everything AS (PARTITION BY person_id)
)
SELECT
    r.person_id,
    coalesce(nullif(trim(person.first_name || ' ' || person.last_name), ''), person.username),
    topic, tree, species, measure, due_on, total,
    immediate, beyond, tolerance, survey, due, measure_overdue, measure_due
FROM ranked r JOIN baumkataster_user person ON person.id = r.person_id
WHERE line <= %(lines)s
ORDER BY r.person_id, line
