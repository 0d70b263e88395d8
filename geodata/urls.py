"""Addresses of geodata: the map page, the field app, tiles, exports, imports and WFS."""

from django.urls import path

from geodata.ogc.service import wfs
from geodata.web import export_page, exports, field_app, import_runs, map_page, tiles

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
    path("export/trees.csv", exports.trees_csv, name="export_csv"),
    path("wfs", wfs, name="wfs"),
    path("import/", import_runs.import_runs, name="imports"),
    path("import/<uuid:run_id>/", import_runs.import_run, name="import_run"),
    path("import/<uuid:run_id>/probleme.csv", import_runs.import_problems, name="import_problems"),
]
