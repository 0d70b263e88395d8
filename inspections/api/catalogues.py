"""All catalogues as one document, in both languages, for forms that keep it."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
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
#: Shipped files without a table of their own; trees name their codes.
SHIPPED = ("protection_kinds",)
FIXTURES = Path(settings.BASE_DIR) / "fixtures" / "catalogues"
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
    for name, rows in shipped_catalogues().items():
        found[name] = [row | {"name": row[f"name_{_language()}"]} for row in rows]
    for name, choice in CHOICES.items():
        found[name] = [{"code": code, "name": str(label)} for code, label in choice.choices]
    return found


@lru_cache(maxsize=1)
def shipped_catalogues() -> dict[str, list[dict[str, Any]]]:
    """Catalogues that come with the product and have no table: kinds of protection."""
    files = {name: FIXTURES / f"{name}.json" for name in SHIPPED}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in files.items()}


def _language() -> str:
    """The reader's language: de or en."""
    return "en" if get_language() == "en" else "de"


def _help(row: CatalogueEntry) -> str:
    """The help text in the reader's language."""
    text: str = getattr(row, f"help_{_language()}")
    return text


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
