"""Turns the plain values of the demo city into rows of the tables: columns and tuples for COPY."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from shapely import Point, STRtree
from shapely.ops import unary_union

from geodata.demo.basemap import features
from geodata.demo.city import DemoCity
from geodata.demo.copying import multi, point, shape
from geodata.demo.stand import TreeRow
from geodata.demo.workdays import ZONE

Row = tuple[Any, ...]
#: What the source is called where a table asks for one.
SOURCE = "Demostadt"
INHERITED_SOURCE = "Altes Fachverfahren"


class Quarters:
    """Says in which quarter a point lies."""

    def __init__(self, city: DemoCity) -> None:
        """Index the quarters once."""
        self._ids = [quarter.id for quarter in city.plan.quarters]
        self._tree = STRtree([quarter.area for quarter in city.plan.quarters])

    def of(self, x: float, y: float) -> UUID:
        """The quarter that covers the point, else the nearest (rounding at the city limits)."""
        spot = Point(x, y)
        found = sorted(int(i) for i in self._tree.query(spot, predicate="intersects"))
        nearest = self._tree.nearest(spot)
        return self._ids[found[0] if found else int(nearest)]


class Tables:
    """All rows; ``species`` maps botanical names to keys, ``rule_set`` is the version that held."""

    def __init__(self, city: DemoCity, *, species: dict[str, UUID], rule_set: UUID) -> None:
        """Prepare what several tables share."""
        self._city = city
        self._species = species
        self._rule_set = rule_set
        self._quarters = Quarters(city)

    def base_features(self) -> Iterator[Row]:
        """kind, name, geom."""
        for kind, name, geometry in features(self._city.plan):
            yield kind, name, shape(geometry)

    def districts(self) -> Iterator[Row]:
        """id, code, name, geom."""
        for quarter in self._city.plan.quarters:
            yield quarter.id, quarter.code, quarter.name, multi(unary_union(quarter.area))

    def places(self) -> Iterator[Row]:
        """id, kind, name, street_key, expectation, unit_id, area."""
        units = self._city.staff.units
        for place in self._city.stand.places:
            area = multi(place.area) if place.area is not None else None
            unit = units[place.unit].id
            yield (
                place.id, place.kind, place.name, place.street_key, place.expectation, unit, area,
            )  # fmt: skip

    def sites(self) -> Iterator[Row]:
        """id, place_id, number, geom, district_id, house_number, side, open_soil_m2, active, source."""
        for site in self._city.stand.sites:
            yield (
                site.id, site.place.id, site.number, point(site.x, site.y),
                self._quarters.of(site.x, site.y), site.house_number, site.side, site.open_soil_m2,
                site.active, SOURCE,
            )  # fmt: skip

    TREE_COLUMNS = (
        "id", "site_id", "species_id", "status", "geom", "position_accuracy_m", "position_source",
        "district_id", "tag", "planted_on", "planted_year", "planted_year_source", "height_m",
        "crown_diameter_m", "crown_base_m", "girth_cm", "girth_height_cm", "stems", "phase",
        "expectation", "duty", "duty_reason", "owner", "protection", "felled_on", "felling_reason",
        "replaces_id", "remarks", "origin", "source", "created_at",
    )  # fmt: skip

    def trees(self) -> Iterator[Row]:
        """TREE_COLUMNS."""
        for tree in self._city.stand.trees:
            size = tree.size
            measures: Row = (
                (None, None, None, None, None, [])
                if size is None
                else (
                    size.height_m, size.crown_m, size.crown_base_m, size.girth_cm, 100,
                    list(size.stems),
                )
            )  # fmt: skip
            planned = tree.status == "planned"
            yield (
                tree.id, tree.site.id, self._species[tree.taxon.name], tree.status,
                point(tree.x, tree.y), tree.accuracy_m, tree.position_source,
                self._quarters.of(tree.x, tree.y), tree.tag, tree.planted_on,
                None if planned else tree.planted_year,
                "" if planned else "known" if tree.year_known else "estimated",
                *measures, tree.phase, tree.expectation, tree.duty, tree.duty_reason, tree.owner,
                tree.protection, tree.felled_on, tree.felling_reason, tree.replaces, tree.remarks,
                "demo", SOURCE, _recorded_at(tree, self._city.day),
            )  # fmt: skip

    def groups(self) -> Iterator[Row]:
        """id, place_id, number, geom, area, district_id, tree_count, duty, remarks, origin, source."""
        for group in self._city.stand.groups:
            middle = group.area.representative_point()
            yield (
                group.id, group.place.id, group.number, point(middle.x, middle.y), multi(group.area),
                self._quarters.of(middle.x, middle.y), group.tree_count, group.duty, group.remarks,
                "demo", SOURCE,
            )  # fmt: skip

    def shares(self) -> Iterator[Row]:
        """group_id, species_id, percent."""
        for group in self._city.stand.groups:
            for taxon, percent in group.shares:
                yield group.id, self._species[taxon.name], percent

    INSPECTION_COLUMNS = (
        "id", "tree_id", "kind_id", "also_regular", "sets_regular_date", "inspected_at",
        "inspected_on", "received_at", "inspected_by_id", "recorded_by_id", "inspector_id",
        "device", "leaf_state", "weather", "limits", "limits_note", "vitality", "condition", "phase",
        "result", "note", "seen_number", "seen_place", "seen_position", "seen_species", "seen_girth_cm",
        "seen_girth_height_cm", "seen_height_m", "seen_expectation", "rule_set_id",
        "proposed_months", "set_months", "interval_reason", "next_due_on", "corrects_id",
        "correction_reason",
    )  # fmt: skip

    def inspections(self) -> Iterator[Row]:
        """INSPECTION_COLUMNS."""
        for row in self._city.evidence.inspections:
            tree, person = row.tree, row.person.id
            sets = row.sets_regular_date
            yield (
                row.id, tree.id, row.kind, row.also_regular, sets, row.at, row.on, row.received_at,
                person, person, row.identity.id, row.device, row.leaf_state, row.weather,
                row.limits, "", row.vitality, row.condition, row.phase, row.result, row.note,
                tree.site.number, tree.site.place.name, point(tree.x, tree.y), tree.taxon.name,
                row.seen_girth_cm, None if row.seen_girth_cm is None else 100, row.seen_height_m,
                tree.expected, self._rule_set, row.proposed_months if sets else None,
                row.set_months if sets else None, row.interval_reason,
                row.next_due_on if sets else None, row.corrects, row.correction_reason,
            )  # fmt: skip

    def findings(self) -> Iterator[Row]:
        """id, inspection_id, zone_id, symptom_id, severity, note, observation, continues_id, position."""
        for row in self._city.evidence.inspections:
            for position, finding in enumerate(row.findings):
                yield (
                    finding.id, row.id, finding.zone, finding.symptom, finding.severity,
                    finding.note, finding.observation, finding.continues, position,
                )  # fmt: skip

    MEASURE_COLUMNS = (
        "id", "tree_id", "inspection_id", "finding_id", "kind_id", "urgency_id", "ordered_on",
        "deadline_on", "ordered_by_id", "contractor_id", "note", "state", "done_on", "done_by",
        "done_note", "ended_by_id", "ended_at", "end_reason", "replaced_by_id",
    )  # fmt: skip

    def measures(self) -> Iterator[Row]:
        """MEASURE_COLUMNS."""
        for row in self._city.evidence.measures:
            yield (
                row.id, row.tree.id, _id(row.inspection), _id(row.finding), row.kind, row.urgency,
                row.ordered_on, row.deadline_on, row.ordered_by.id, _id(row.contractor), row.note,
                row.state, row.done_on, row.done_by, row.done_note, _id(row.ended_by),
                row.ended_at, row.end_reason, row.replaced_by,
            )  # fmt: skip

    def inherited(self) -> Iterator[Row]:
        """id, tree_id, source, last_on, next_on, details."""
        for row in self._city.evidence.inherited:
            yield row.id, row.tree.id, INHERITED_SOURCE, row.last_on, row.next_on, "{}"


def _id(row: Any) -> UUID | None:
    """The key of a row that may be missing."""
    return None if row is None else row.id


def _recorded_at(tree: TreeRow, day: date) -> datetime:
    """When the record was made, in the morning."""
    return datetime.combine(tree.recorded_on or day, time(8, 30), ZONE)
