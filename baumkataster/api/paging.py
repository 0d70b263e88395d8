"""Pages of lists: ``limit`` and ``offset``, with the address of the next page in ``next``."""

from typing import Any

from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response


class Pages(LimitOffsetPagination):
    """``{"count", "next", "previous", "results"}``."""

    default_limit = 100
    max_limit = 1000


class FeaturePages(Pages):
    """A GeoJSON FeatureCollection with ``count``, ``next`` and ``previous`` beside the features."""

    def get_paginated_response(self, data: Any) -> Response:
        """``data`` is drf-gis' FeatureCollection of this page."""
        return Response(
            {
                "type": "FeatureCollection",
                "count": self.count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "features": data["features"],
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same for the OpenAPI page."""
        whole = super().get_paginated_response_schema(schema)
        properties = whole["properties"]
        properties["type"] = {"type": "string", "enum": ["FeatureCollection"]}
        features = properties.pop("results")
        # drf-gis hands in the collection; its features are what a page holds
        properties["features"] = features.get("properties", {}).get("features", features)
        whole["required"] = ["type", "count", "features"]
        return whole
