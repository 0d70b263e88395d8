-- Which of the codes and keys that a tablet's inspection names are here, in one row; asked by
-- sync/inspecting.py after the tree is locked. Parameters: tree, kind, limits, zones, symptoms,
-- measures, urgencies (codes), findings, photos and corrects (keys).
SELECT
    ARRAY(SELECT code FROM inspections_inspectionkind WHERE code = %(kind)s::text) AS kinds,
    ARRAY(
        SELECT code FROM inspections_controllimit WHERE code = ANY (%(limits)s::text[])
    ) AS limits,
    ARRAY(SELECT code FROM inspections_zone WHERE code = ANY (%(zones)s::text[])) AS zones,
    ARRAY(SELECT code FROM inspections_symptom WHERE code = ANY (%(symptoms)s::text[])) AS symptoms,
    ARRAY(
        SELECT code FROM inspections_measurekind WHERE code = ANY (%(measures)s::text[])
    ) AS measures,
    ARRAY(
        SELECT code FROM inspections_urgency WHERE code = ANY (%(urgencies)s::text[])
    ) AS urgencies,
    ARRAY(SELECT id FROM inspections_finding WHERE id = ANY (%(findings)s::uuid[])) AS findings,
    ARRAY(
        SELECT id FROM baumkataster_photo
        WHERE id = ANY (%(photos)s::uuid[]) AND tree_id = %(tree)s::uuid
    ) AS photos,
    (
        SELECT inspected_at FROM inspections_inspection WHERE id = %(corrects)s::uuid
    ) AS corrected_at
