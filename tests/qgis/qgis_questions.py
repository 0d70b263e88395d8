"""Runs under /usr/bin/python3 with QGIS: reads questions as JSON, asks a WFS layer, prints answers.

A line of questions, a line of answers, until there are no more: to start QGIS computes for seconds.
"""

import json
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Open the layer as a planner would and look at its features."""
    layer = QgsVectorLayer(question["uri"], "Bäume", "WFS")
    if not layer.isValid():
        return {"valid": False, "error": layer.error().message()}
    if question.get("subset"):
        layer.setSubsetString(question["subset"])
    request = QgsFeatureRequest()
    if question.get("box"):
        request.setFilterRect(QgsRectangle(*question["box"]))
    if question.get("expression"):
        request.setFilterExpression(question["expression"])
    if question.get("to"):
        target = QgsCoordinateReferenceSystem(question["to"])
        request.setDestinationCrs(target, QgsProject.instance().transformContext())
    number, first = 0, None
    for feature in layer.getFeatures(request):
        number += 1
        if first is None:
            spot = feature.geometry().asPoint()
            names = feature.fields().names()
            values = [str(value) for value in feature.attributes()]
            first = {"x": spot.x(), "y": spot.y()} | dict(zip(names, values, strict=True))
    return {
        "valid": True,
        "number": number,
        "feature_count": layer.featureCount(),
        "first": first,
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "crs": layer.crs().authid(),
    }


def main() -> None:
    """Questions from standard input, answers to standard output."""
    application = QgsApplication([], False)
    application.initQgis()
    for line in sys.stdin:
        answers = [answer(question) for question in json.loads(line)]
        print("ANSWERS" + json.dumps(answers), flush=True)  # noqa: T201
    application.exitQgis()


main()
