"""Loads what every installation starts with: species, catalogues, the first rule set, base maps.

Called by the commands start_city and demo_city. Adds what is missing and never changes a row that
is there: the lists are the city's from the first day on.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from baumkataster.models import BaseMap, BaseMapKind, Species, User
from baumkataster.rules.species import botanical_name
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
from inspections.rules.intervals import DEFAULT_INITIAL_MONTHS, DEFAULT_MATRIX

FIXTURES: Final = settings.BASE_DIR / "fixtures"
SPECIES_FILE: Final = FIXTURES / "species.csv"
#: File of fixtures/catalogues -> table, in an order in which each finds what it refers to.
CATALOGUES: Final[dict[str, type[CatalogueEntry]]] = {
    "inspection_kinds": InspectionKind,
    "zones": Zone,
    "measure_kinds": MeasureKind,
    "symptoms": Symptom,
    "urgencies": Urgency,
    "control_limits": ControlLimit,
}
#: Backgrounds of a real installation, most used first; hosts stand in BAUM_BASE_MAP_HOSTS.
BASE_MAPS: Final[dict[str, dict[str, Any]]] = {
    "basemap": {
        "name": "basemap.de",
        "kind": BaseMapKind.WMS,
        "url": "https://sgx.geodatenzentrum.de/wms_basemapde",
        "layers": "de_basemapde_web_raster_farbe",
        "attribution": "© basemap.de / BKG",
    },
    "topplus": {
        "name": "TopPlusOpen",
        "kind": BaseMapKind.WMS,
        "url": "https://sgx.geodatenzentrum.de/wms_topplus_open",
        "layers": "web",
        "attribution": "© BKG, dl-de/by-2-0, Datenquellen: TopPlusOpen",
    },
    "luftbild": {
        "name": "Luftbild Niedersachsen",
        "kind": BaseMapKind.WMS,
        "url": "https://opendata.lgln.niedersachsen.de/doorman/noauth/dop_wms",
        "layers": "ni_dop20",
        "attribution": "© LGLN, CC BY 4.0",
    },
    "demo": {"name": "Grundkarte", "kind": BaseMapKind.DEMO, "attribution": "Eigene Zeichnung"},
    "ohne": {"name": "Ohne Hintergrund", "kind": BaseMapKind.NONE},
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were new."""

    species: int
    entries: int
    rule_sets: int


def load_reference_data(*, day: date, by: User | None, valid_from: date | None = None) -> Loaded:
    """Add missing species, catalogue entries and, where there is none, the first rule set.

    ``day`` is the day from which the rule set holds unless ``valid_from`` says otherwise; ``by``
    is named as its author. The caller opens ``authored``.
    """
    with transaction.atomic():
        return Loaded(
            species=_load_species(),
            entries=sum(_load_catalogue(name) for name in CATALOGUES),
            rule_sets=_load_rule_set(valid_from or day, by),
        )


def load_base_maps(*, chosen: list[str]) -> None:
    """Add the base maps of these words (BASE_MAPS) in the order of choice, the first one preset."""
    for position, word in enumerate(chosen):
        values = {**BASE_MAPS[word], "position": position}
        BaseMap.objects.get_or_create(name=values.pop("name"), defaults=values)


def species_rows() -> Iterator[Species]:
    """The shipped species as unsaved rows."""
    with SPECIES_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            hybrid = row["hybrid"] == "1"
            parts = {key: row[key] for key in ("genus", "species", "infraspecific", "cultivar")}
            yield Species(
                **parts,
                hybrid=hybrid,
                botanical_name=botanical_name(hybrid=hybrid, **parts),
                german_name=row["german_name"],
                leaf_type=row["leaf_type"],
                phase_limit_years=int(row["phase_limit_years"]),
                max_height_m=int(row["max_height_m"]),
                max_girth_cm=int(row["max_girth_cm"]),
                max_crown_m=int(row["max_crown_m"]),
                synonyms=[s.strip() for s in row["synonyms"].split(";") if s.strip()],
            )


def _load_species() -> int:
    """Add species whose name is not in the list; how many."""
    known = set(Species.objects.values_list("botanical_name", flat=True))
    fresh = [row for row in species_rows() if row.botanical_name not in known]
    return len(Species.objects.bulk_create(fresh, batch_size=500))


def _load_catalogue(name: str) -> int:
    """Add entries whose code is not in the table; how many."""
    model = CATALOGUES[name]
    columns = {field.attname for field in model._meta.concrete_fields}
    known = set(model._default_manager.values_list("code", flat=True))
    rows = json.loads((FIXTURES / "catalogues" / f"{name}.json").read_text("utf-8"))
    fresh: list[models.Model] = []
    for row in rows:
        if "zone" in row:
            row["zone_id"] = row.pop("zone")
        if row["code"] not in known:
            fresh.append(model(**{key: value for key, value in row.items() if key in columns}))
    return len(model._default_manager.bulk_create(fresh))  # type: ignore[arg-type]


def _load_rule_set(valid_from: date, by: User | None) -> int:
    """Add version 1 where the city has no rule set at all; how many."""
    if RuleSet.objects.exists():
        return 0
    RuleSet.objects.create(
        version=1,
        title=_("Regelkontrollintervalle"),
        basis=_("GALK-Musterdienstanweisung 2021, in Anlehnung an die FLL-Baumkontrollrichtlinien"),
        valid_from=valid_from,
        matrix=dict(DEFAULT_MATRIX),
        initial_months=dict(DEFAULT_INITIAL_MONTHS),
        created_by=by,
    )
    return 1
