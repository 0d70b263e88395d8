"""The tours that a person can take along."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.permissions import signed_in
from inspections.api.field.areas import FieldView
from inspections.services.tours import tours_of


class ToursView(FieldView):
    """Open tours: one's own first, then those of nobody."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Each with the number of its trees and of those that are still to be inspected."""
        return Response({"tours": [_tour(tour) for tour in tours_of(signed_in(request.user))]})


def _tour(tour: Any) -> dict[str, Any]:
    """One line of the list."""
    return {
        "id": str(tour.pk),
        "name": tour.name,
        "planned_on": tour.planned_on,
        "assignee_name": str(tour.assignee) if tour.assignee else "",
        "mine": tour.mine,
        "trees": tour.trees,
        "open": tour.open,
    }
