"""All catalogues as one document, in both languages, for forms that keep it."""

from typing import Any, ClassVar

from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from baumkataster.api.doors import DoorIsOpen
from baumkataster.models import (
    Duty,
    Expectation,
    LeafType,
    Phase,
    PlaceKind,
    PositionSource,
    TreeStatus,
    YearSource,
)
from baumkataster.permissions import Door
from inspections.models import (
    CatalogueEntry,
    Condition,
    ControlLimit,
    InspectionKind,
    LeafState,
    MeasureKind,
    MeasureState,
    Result,
    Symptom,
    Urgency,
    Vitality,
    Zone,
)

#: Name in the document -> model; codes that are switched off stay, old records name them.
CATALOGUES: dict[str, type[CatalogueEntry]] = {
    "inspection_kinds": InspectionKind,
    "zones": Zone,
    "symptoms": Symptom,
    "measure_kinds": MeasureKind,
    "urgencies": Urgency,
    "control_limits": ControlLimit,
}
#: Name in the document -> fixed words.
CHOICES = {
    "leaf_states": LeafState,
    "vitalities": Vitality,
    "conditions": Condition,
    "phases": Phase,
    "results": Result,
    "expectations": Expectation,
    "duties": Duty,
    "statuses": TreeStatus,
    "position_sources": PositionSource,
    "year_sources": YearSource,
    "place_kinds": PlaceKind,
    "leaf_types": LeafType,
    "measure_states": MeasureState,
}


def catalogue_document() -> dict[str, list[dict[str, Any]]]:
    """Every catalogue with all columns, plus ``name`` and ``help`` in the reader's language."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, model in CATALOGUES.items():
        columns = [field.attname for field in model._meta.concrete_fields]
        found[name] = [
            {column.removesuffix("_id"): getattr(row, column) for column in columns}
            | {"name": row.name, "help": _help(row)}
            for row in model._default_manager.order_by("position", "code")
        ]
    for name, choice in CHOICES.items():
        found[name] = [{"code": code, "name": str(label)} for code, label in choice.choices]
    return found


def _help(row: CatalogueEntry) -> str:
    """The help text in the reader's language."""
    return row.help_en if get_language() == "en" else row.help_de


class CatalogueView(APIView):
    """The one document."""

    permission_classes = [DoorIsOpen]
    doors: ClassVar[dict[str, Door]] = {"*": Door.VIEW_MAP}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Catalogues (with ``active``) and fixed words."""
        answer = Response(catalogue_document())
        answer["Cache-Control"] = "private, max-age=60"
        return answer
