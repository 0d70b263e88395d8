"""Rows for tests with one call each; every value can be overridden, every default is plausible."""

import csv
import itertools
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from baumkataster.models import (
    BaseMap,
    CitySettings,
    District,
    InspectorIdentity,
    Place,
    Site,
    Species,
    Tree,
    Unit,
    User,
)
from inspections.models import (
    ControlLimit,
    InspectionKind,
    MeasureKind,
    RuleSet,
    Symptom,
    Urgency,
    Zone,
)
from inspections.services import InspectionEntry, Recorded, record_inspection, replan

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
#: Market square of the test city, EPSG:25832.
CENTRE = (447_000.0, 5_888_000.0)
PASSWORD = "ein-langes-kennwort-1"
counter = itertools.count(1)

MATRIX = {
    f"{phase}.{condition}.{expectation}": months
    for (phase, condition), row in {
        ("youth", "sound"): (None, None),
        ("mature", "sound"): (36, 24),
        ("aging", "sound"): (24, 12),
        ("youth", "damaged"): (12, 12),
        ("mature", "damaged"): (12, 12),
        ("aging", "damaged"): (12, 12),
    }.items()
    for expectation, months in zip(("lower", "higher"), row, strict=True)
}
INITIAL_MONTHS = {"playground": 3, "school": 3, "daycare": 3, "street": 6, "park": 12}


def point(dx: float = 0, dy: float = 0) -> Point:
    """A point in metres east and north of the centre."""
    return Point(CENTRE[0] + dx, CENTRE[1] + dy, srid=25832)


def square(dx: float = 0, dy: float = 0, side: float = 100) -> MultiPolygon:
    """A square whose south-west corner lies dx, dy metres from the centre."""
    x, y = CENTRE[0] + dx, CENTRE[1] + dy
    box = Polygon.from_bbox((x, y, x + side, y + side))
    return MultiPolygon(box, srid=25832)


def make_city(**values: Any) -> CitySettings:
    """The settings row; all public doors closed unless said."""
    city, _ = CitySettings.objects.update_or_create(id=1, defaults={"name": "Teststadt"} | values)
    BaseMap.objects.get_or_create(name="ohne", defaults={"kind": "none"})
    return city


def make_user(role: str = "arborist", **values: Any) -> User:
    """A person who can sign in with PASSWORD; arborists get a qualification."""
    number = next(counter)
    defaults: dict[str, Any] = {
        "username": f"person{number}",
        "first_name": "Kim",
        "last_name": f"Muster{number}",
        "email": f"person{number}@example.org",
        "role": role,
    }
    if role == "administrator":
        defaults |= {"is_staff": True, "is_superuser": True}
    user = User.objects.create_user(password=PASSWORD, **(defaults | values))
    if role == "arborist":
        make_identity(user)
    return user


def make_identity(user: User, **values: Any) -> InspectorIdentity:
    """A qualification that holds since 2000."""
    defaults = {
        "name": user.get_full_name(),
        "qualification": "FLL-zertifizierter Baumkontrolleur",
        "certificate_number": "4711",
        "valid_from": date(2000, 1, 1),
    }
    return InspectorIdentity.objects.create(user=user, **(defaults | values))


def make_unit(**values: Any) -> Unit:
    """A Revier without people."""
    number = next(counter)
    return Unit.objects.create(**({"code": f"R{number}", "name": f"Revier {number}"} | values))


def make_district(**values: Any) -> District:
    """A district of 10 × 10 km around the centre."""
    number = next(counter)
    defaults = {"name": f"Ortsteil {number}", "geom": square(-5000, -5000, 10_000)}
    return District.objects.create(**(defaults | values))


def make_place(**values: Any) -> Place:
    """A street of higher expectation."""
    defaults = {"kind": "street", "name": f"Lindenweg {next(counter)}", "expectation": "higher"}
    if "unit" not in values:
        defaults["unit"] = make_unit()
    return Place.objects.create(**(defaults | values))


def make_site(**values: Any) -> Site:
    """A numbered site."""
    number = next(counter)
    defaults: dict[str, Any] = {"number": str(number), "geom": point(number % 300, number // 300)}
    if "place" not in values:
        defaults["place"] = make_place()
    return Site.objects.create(**(defaults | values))


def make_species(**values: Any) -> Species:
    """A lime tree; the same one is used again."""
    defaults: dict[str, Any] = {
        "genus": "Tilia",
        "species": "cordata",
        "botanical_name": "Tilia cordata",
        "german_name": "Winter-Linde",
        "leaf_type": "deciduous",
        "phase_limit_years": 80,
    }
    merged = defaults | values
    found, _ = Species.objects.get_or_create(
        botanical_name=merged["botanical_name"], defaults=merged
    )
    return found


def make_tree(**values: Any) -> Tree:
    """A standing mature tree of the city."""
    defaults: dict[str, Any] = {
        "status": "standing",
        "phase": "mature",
        "planted_year": 1980,
        "planted_year_source": "estimated",
        "girth_cm": 140,
        "girth_height_cm": 100,
        "height_m": 14,
        "crown_diameter_m": 9,
    }
    if "site" not in values:
        site_values = {k: values.pop(k) for k in ("place", "number") if k in values}
        if "geom" in values:
            site_values["geom"] = values["geom"]
        defaults["site"] = make_site(**site_values)
    if "species" not in values:
        defaults["species"] = make_species()
    merged = defaults | values
    merged.setdefault("geom", merged["site"].geom)
    return Tree.objects.create(**merged)


def load_catalogues() -> None:
    """The shipped catalogues; tests/conftest.py loads them once for all tests that roll back."""
    if Urgency.objects.exists():
        return
    for name, model in {
        "inspection_kinds": InspectionKind,
        "zones": Zone,
        "measure_kinds": MeasureKind,
        "urgencies": Urgency,
        "control_limits": ControlLimit,
        "symptoms": Symptom,
    }.items():
        columns = {field.attname for field in model._meta.fields} | {"zone"}
        for row in json.loads((FIXTURES / "catalogues" / f"{name}.json").read_text("utf-8")):
            values = {key: value for key, value in row.items() if key in columns}
            if model is Symptom:
                values["zone_id"] = values.pop("zone")
            model.objects.create(**values)


def load_rule_set(**values: Any) -> RuleSet:
    """Version 1 of the rule, valid since 2000."""
    defaults = {
        "version": 1,
        "title": "Regelkontrolle",
        "valid_from": date(2000, 1, 1),
        "matrix": MATRIX,
        "initial_months": INITIAL_MONTHS,
    }
    return RuleSet.objects.create(**(defaults | values))


def load_reference_data() -> None:
    """Catalogues and rule set: what every deed of inspections needs."""
    load_catalogues()
    load_rule_set()


def species_rows() -> list[dict[str, str]]:
    """The shipped species list as plain rows."""
    with (FIXTURES / "species.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def make_entry(tree: Tree, inspector: User, **values: Any) -> InspectionEntry:
    """A regular inspection without findings, made on 1 June 2026 at 9:00 UTC."""
    defaults: dict[str, Any] = {
        "id": uuid4(),
        "tree_id": tree.pk,
        "kind": "regular",
        "inspected_at": datetime(2026, 6, 1, 9, tzinfo=UTC),
        "inspected_by_id": inspector.pk,
        "device": "Test",
        "leaf_state": "leafy",
        "condition": "sound",
        "phase": "mature",
        "result": "safe",
        "vitality": "1",
    }
    return InspectionEntry(**(defaults | values))


def record(tree: Tree, inspector: User, **values: Any) -> Recorded:
    """Record an inspection that arrives an hour after it was made."""
    entry = make_entry(tree, inspector, **values)
    return record_inspection(
        by=inspector, entry=entry, received_at=entry.inspected_at + timedelta(hours=1)
    )


def replan_all(day: date) -> int:
    """Due dates for trees that were made without a deed."""
    return replan(day=day)
