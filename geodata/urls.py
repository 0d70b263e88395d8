"""Addresses of geodata: the map page, the field app, tiles, exports, imports and WFS."""

from django.urls import path

from geodata.ogc.service import wfs
from geodata.web import (
    export_page,
    exports,
    field_app,
    import_conflicts,
    import_jobs,
    import_runs,
    import_upload,
    map_page,
    metrics,
    tiles,
)

urlpatterns = [
    path("karte/", map_page.map_page, name="map"),
    path("feld/", field_app.field_start, name="field"),
    path("feld/sw.js", field_app.service_worker, name="field_worker"),
    path("feld/manifest.webmanifest", field_app.manifest, name="field_manifest"),
    path("feld/<slug:language>/", field_app.field_app, name="field_app"),
    path("tiles/trees/<int:z>/<int:x>/<int:y>.mvt", tiles.trees, name="tree_tile"),
    path("grundkarte/<int:z>/<int:x>/<int:y>.mvt", tiles.base_map, name="base_tile"),
    path("export/", export_page.export_page, name="exports"),
    path("export/trees.geojson", exports.trees_geojson, name="export_geojson"),
    path("export/trees.gpkg", exports.trees_gpkg, name="export_gpkg"),
    path("export/trees.csv", exports.trees_csv, name="export_csv"),
    path("wfs", wfs, name="wfs"),
    path("metrics", metrics.metrics, name="metrics"),
    path("import/", import_runs.import_runs, name="imports"),
    path("import/<uuid:run_id>/", import_runs.import_run, name="import_run"),
    path("import/neu/", import_upload.import_upload, name="import_upload"),
    path("import/<uuid:run_id>/stand.json", import_jobs.import_state, name="import_state"),
    path("import/<uuid:run_id>/vorschau/", import_runs.import_preview, name="import_preview"),
    path(
        "import/<uuid:run_id>/meldungen/",
        import_runs.import_problem_list,
        name="import_problem_list",
    ),
    path("import/<uuid:run_id>/probleme.csv", import_runs.import_problems, name="import_problems"),
    path(
        "import/<uuid:run_id>/widersprueche/",
        import_conflicts.import_conflicts,
        name="import_conflicts",
    ),
    path("import/<uuid:run_id>/verschwunden/", import_runs.import_vanished, name="import_vanished"),
    path("import/<uuid:run_id>/pruefen/", import_jobs.import_check, name="import_check"),
    path("import/<uuid:run_id>/eintragen/", import_jobs.import_enter, name="import_enter"),
    path("import/<uuid:run_id>/anhalten/", import_jobs.import_stop, name="import_stop"),
    path("import/<uuid:run_id>/verwerfen/", import_jobs.import_drop, name="import_drop"),
    path("import/<uuid:run_id>/zuruecknehmen/", import_jobs.import_undo, name="import_undo"),
]
