"""The choices of the background as maps in the browser read them; for the map page and the reports."""

from typing import Any

from baumkataster.models import BaseMap


def base_maps() -> list[dict[str, Any]]:
    """All base maps in use, in order: id, name, kind, url, layers, attribution, max_zoom."""
    return [
        {
            "id": str(row.pk),
            "name": row.name,
            "kind": row.kind,
            "url": row.url,
            "layers": row.layers,
            "attribution": row.attribution,
            "max_zoom": row.max_zoom,
        }
        for row in BaseMap.objects.filter(active=True)
    ]
