"""Runs under Debian's Python with QGIS: writes the project that QGIS Server serves in bench/peers.py."""

import json
import sys

from qgis.core import QgsApplication, QgsDataSourceUri, QgsProject, QgsVectorLayer


def main() -> None:
    """Read where the database is, write the project, end with its complaint if it will not."""
    asked = json.load(sys.stdin)
    application = QgsApplication([], False)
    application.initQgis()
    dsn = asked["dsn"]
    uri = QgsDataSourceUri()
    uri.setConnection(dsn["host"], "5432", dsn["dbname"], dsn["user"], dsn["password"])
    uri.setDataSource(asked["schema"], "trees", "geom", "", "fid")
    uri.setSrid("25832")
    layer = QgsVectorLayer(uri.uri(False), "trees", "postgres")
    if not layer.isValid():
        sys.exit(layer.error().message())
    project = QgsProject.instance()
    project.setCrs(layer.crs())
    project.addMapLayer(layer)
    project.writeEntry("WFSLayers", "/", [layer.id()])
    project.writeEntry("WFSLayersPrecision", f"/{layer.id()}", 7)
    if not project.write(asked["file"]):
        sys.exit(project.error())


main()
