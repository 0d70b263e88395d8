"""The words, places and rules that a tablet keeps, in both languages, as one document; for api/field.

Its ETag is a hash of the content, so that a tablet that has it is answered in a few bytes.
"""

import json
from collections import defaultdict
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Count, Q

from baumkataster.models import BaseMap, District, Place, Species, Tree, Unit, User
from inspections.filters import units_of
from inspections.models import (
    CatalogueEntry,
    ControlLimit,
    InspectionKind,
    MeasureKind,
    RuleSet,
    Symptom,
    Urgency,
    Zone,
)
from inspections.services.checks import MAKES_GOOD
from inspections.services.entry_facts import TOPPING

#: As in the catalogue document of the API, but with both names and in no reader's language.
CATALOGUES: Final[dict[str, type[CatalogueEntry]]] = {
    "inspection_kinds": InspectionKind,
    "zones": Zone,
    "symptoms": Symptom,
    "measure_kinds": MeasureKind,
    "urgencies": Urgency,
    "control_limits": ControlLimit,
}
PROTECTION_KINDS: Final = Path(settings.BASE_DIR) / "fixtures/catalogues/protection_kinds.json"
#: Years and newest inspections of them whose findings say which symptoms are chosen most.
USE_YEARS: Final = 5
USE_INSPECTIONS: Final = 50_000
RULE_COLUMNS: Final = (
    "version", "valid_from", "matrix", "default_months", "tolerance_months", "youth_care_months",
    "initial_months",
)  # fmt: skip
SPECIES_COLUMNS: Final = (
    "id", "leaf_type", "phase_limit_years", "max_height_m", "max_girth_cm", "max_crown_m",
    "synonyms", "active",
)  # fmt: skip
BASE_MAP_COLUMNS: Final = (
    "id", "name", "kind", "url", "layers", "attribution", "max_zoom", "offline_allowed",
)  # fmt: skip
#: Where the sites of a place lie, with its drawn area; the box of the turned box is wide enough.
BOXES_SQL: Final = """
    SELECT place_id, ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b)
    FROM (
        SELECT place_id, ST_Transform(ST_SetSRID(ST_Extent(geom)::geometry, 25832), 4326) AS b
        FROM (
            SELECT place_id, geom FROM baumkataster_site WHERE active
            UNION ALL
            SELECT id, area FROM baumkataster_place WHERE area IS NOT NULL
        ) parts GROUP BY place_id
    ) boxes"""
#: Carried-over findings were chosen by nobody.
USE_SQL: Final = """
    SELECT t.species_id, f.symptom_id, count(*)
    FROM (
        SELECT id, tree_id FROM inspections_inspection
        WHERE inspected_on BETWEEN %s AND %s ORDER BY inspected_on DESC LIMIT %s
    ) i
    JOIN inspections_finding f ON f.inspection_id = i.id AND f.observation = 'seen'
    JOIN baumkataster_tree t ON t.id = i.tree_id
    GROUP BY 1, 2"""


def reference(*, person: User, day: date, now: datetime) -> dict[str, Any]:
    """The document for ``person`` on ``day``; ``etag`` covers everything but ``server_time``."""
    content = _plain(
        {
            "catalogues": _catalogues(),
            "species": _species(),
            "places": _places(),
            "districts": District.objects.order_by("name").values("id", "name"),
            "units": _units(person),
            "rule_set": _rule_set(day),
            "symptom_use": _symptom_use(day),
            "base_maps": BaseMap.objects.filter(active=True).values(*BASE_MAP_COLUMNS),
            "topping_kinds": sorted(TOPPING),
            "follow_up_kinds": MeasureKind.objects.filter(
                Q(needs_detailed=True) | Q(code__in=MAKES_GOOD)
            )
            .order_by("code")
            .values_list("code", flat=True),
        }
    )
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    etag = sha256(text.encode()).hexdigest()[:24]
    return {"etag": etag, **content, "server_time": now}


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    """Querysets as lists, keys and days as text: what is hashed is what is sent."""

    class Encoder(DjangoJSONEncoder):
        """Reads querysets, too."""

        def default(self, o: Any) -> Any:
            """A queryset becomes a list."""
            return list(o) if hasattr(o, "query") else super().default(o)

    plain: dict[str, Any] = json.loads(json.dumps(content, cls=Encoder))
    return plain


def _catalogues() -> dict[str, Any]:
    """Every entry with all columns; those switched off stay, old records name them."""
    found: dict[str, Any] = {}
    for name, model in CATALOGUES.items():
        columns = [field.attname for field in model._meta.concrete_fields]
        rows = model._default_manager.order_by("position", "code").values(*columns)
        found[name] = [{key.removesuffix("_id"): row[key] for key in columns} for row in rows]
    return found | {"protection_kinds": _protection_kinds()}


@lru_cache(maxsize=1)
def _protection_kinds() -> list[dict[str, Any]]:
    """The one catalogue that comes with the product and has no table."""
    rows: list[dict[str, Any]] = json.loads(PROTECTION_KINDS.read_text(encoding="utf-8"))
    return rows


def _species() -> list[dict[str, Any]]:
    """All species with how many stand here, so that the common ones are found first."""
    counted = Tree.objects.standing().order_by().values_list("species").annotate(Count("pk"))
    standing = dict(counted)
    rows = Species.objects.order_by("botanical_name").values(
        *SPECIES_COLUMNS, "botanical_name", "german_name"
    )
    return [
        {
            "botanical": row.pop("botanical_name"),
            "german": row.pop("german_name"),
            "trees": standing.get(row["id"], 0),
            **row,
        }
        for row in rows
    ]


def _places() -> list[dict[str, Any]]:
    """Streets and grounds in use, each with the box of its sites."""
    with connection.cursor() as cursor:
        cursor.execute(BOXES_SQL)
        boxes = {key: [round(n, 5) for n in box] for key, *box in cursor.fetchall()}
    rows = Place.objects.filter(active=True).order_by("name", "id")
    return [
        {"id": key, "name": name, "kind": kind, "expectation": expectation, "unit": unit,
         "bbox": boxes.get(key)}
        for key, name, kind, expectation, unit in rows.values_list(
            "id", "name", "kind", "expectation", "unit"
        )
    ]  # fmt: skip


def _units(person: User) -> list[dict[str, Any]]:
    """Units; ``mine`` are those that the person works in, leads or stands in for."""
    mine = set(units_of(person.pk))
    rows = Unit.objects.order_by("code").values("id", "code", "name")
    return [{**row, "mine": row["id"] in mine} for row in rows]


def _rule_set(day: date) -> dict[str, Any] | None:
    """The rule of the day."""
    found = RuleSet.objects.valid_on(day)
    return {name: getattr(found, name) for name in RULE_COLUMNS} if found else None


def _symptom_use(day: date) -> dict[str, Any]:
    """How often each symptom was found of late, in all and per species."""
    first = date(day.year - USE_YEARS, 1, 1)
    every: dict[str, int] = defaultdict(int)
    species: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(USE_SQL, [first, day, USE_INSPECTIONS])
        for kind, symptom, number in cursor.fetchall():
            every[symptom] += number
            if kind is not None:
                species[str(kind)][symptom] = number
    return {"all": every, "species": species}
