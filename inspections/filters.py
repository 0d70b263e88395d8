"""The filters of map, report, export and API, said once: address → TreeFilter → queryset.

``parse`` reads a request's query, ``apply`` narrows trees. Names in the address: district, place,
species, unit, state, status (each may be repeated), due_until, q, mine, bbox.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from uuid import UUID

from django.contrib.gis.geos import Polygon
from django.db.models import Q
from django.http import QueryDict

from baumkataster.errors import Refused
from baumkataster.models import TreeStatus, Unit
from baumkataster.permissions import Visitor
from baumkataster.querysets import TreeQuerySet
from inspections.filter_values import FilterReader
from inspections.models import ControlPlan
from inspections.rules.states import RISK_ORDER
from inspections.sql_state import state_expression

#: Address names of all filters.
NAMES = (
    "district",
    "place",
    "species",
    "unit",
    "state",
    "status",
    "due_until",
    "q",
    "mine",
    "bbox",
)
#: Filters that ask for nothing but public columns (geodata/fields.py).
PUBLIC_NAMES = frozenset({"district", "place", "species", "q", "bbox"})
#: A straight line in degrees is curved in EPSG:25832, so each side of a box becomes so many pieces.
PIECES_PER_SIDE = 32
#: Reach of EPSG:25832 in degrees; a wider box asks for the same trees.
REACH = (-10.0, 35.0, 30.0, 75.0)


@dataclass(frozen=True, kw_only=True)
class TreeFilter:
    """What somebody wants to see; empty tuples and None ask for nothing."""

    districts: tuple[UUID, ...] = ()
    places: tuple[UUID, ...] = ()
    species: tuple[UUID, ...] = ()
    units: tuple[UUID, ...] = ()
    #: Codes of inspections/rules/states.json.
    states: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    #: Regular control due up to and including this day.
    due_until: date | None = None
    #: Words for number, place or species; every word must be found.
    search: str = ""
    #: The person whose units' trees are asked for.
    mine: UUID | None = None
    #: West, south, east, north in degrees (EPSG:4326).
    box: tuple[float, float, float, float] | None = None

    def without_states(self) -> Self:
        """The same filter for all states, for counts per state."""
        return replace(self, states=())

    def without_box(self) -> Self:
        """The same filter for the whole city (a tile brings its own box)."""
        return replace(self, box=None) if self.box else self


def parse(query: QueryDict, *, visitor: Visitor) -> TreeFilter:
    """Read the filters of a request; names that are no filter are left alone.

    Raises:
        Refused: with a sentence for each filter whose value cannot be meant.
    """
    reader = FilterReader(query)
    tree_filter = TreeFilter(
        districts=reader.keys("district"),
        places=reader.keys("place"),
        species=reader.keys("species"),
        units=reader.keys("unit"),
        states=reader.words("state", RISK_ORDER),
        statuses=reader.words("status", TreeStatus.values),
        due_until=reader.day("due_until"),
        search=reader.search("q"),
        mine=visitor.pk if reader.yes("mine") else None,
        box=reader.box("bbox"),
    )
    if reader.problems:
        raise Refused(reader.problems)
    return tree_filter


def names_used(query: QueryDict) -> frozenset[str]:
    """Names of the filters that a request really sets."""
    return frozenset(name for name in NAMES if any(v.strip() for v in query.getlist(name)))


def apply(trees: TreeQuerySet, tree_filter: TreeFilter, *, day: date) -> TreeQuerySet:
    """Narrow ``trees``; states and due dates are those of ``day``."""
    if tree_filter.districts:
        trees = trees.filter(district_id__in=tree_filter.districts)
    if tree_filter.places:
        trees = trees.filter(site__place_id__in=tree_filter.places)
    if tree_filter.species:
        trees = trees.filter(species_id__in=tree_filter.species)
    if tree_filter.statuses:
        trees = trees.filter(status__in=tree_filter.statuses)
    if tree_filter.units:
        trees = trees.of_units(list(tree_filter.units))
    if tree_filter.mine:
        trees = trees.of_units(units_of(tree_filter.mine))
    if tree_filter.box:
        trees = trees.within(area_of(tree_filter.box))
    for word in tree_filter.search.split():
        trees = trees.filter(_speaks_of(word))
    return _by_control(trees, tree_filter, day)


def _by_control(trees: TreeQuerySet, tree_filter: TreeFilter, day: date) -> TreeQuerySet:
    if tree_filter.due_until:
        plans = ControlPlan.objects.due_by(day=tree_filter.due_until, on=day)
        trees = trees.filter(pk__in=plans.values("tree_id"))
    if tree_filter.states:
        trees = trees.alias(filtered_state=state_expression(day)).filter(
            filtered_state__in=tree_filter.states
        )
    return trees


def units_of(person: UUID) -> list[UUID]:
    """Units in which a person works, which they lead or stand in for."""
    theirs = Q(members=person) | Q(supervisor=person) | Q(deputy=person)
    return list(Unit.objects.filter(theirs).order_by().values_list("pk", flat=True).distinct())


def area_of(box: tuple[float, float, float, float]) -> Polygon:
    """A box of degrees as a polygon whose sides are so short that they may be called straight.

    A box outside the reach of EPSG:25832 gives an empty polygon, in which no tree lies.
    """
    west, south = max(box[0], REACH[0]), max(box[1], REACH[1])
    east, north = min(box[2], REACH[2]), min(box[3], REACH[3])
    if west >= east or south >= north:
        return Polygon(srid=4326)
    return Polygon(closed_ring((west, south, east, north)), srid=4326)


def closed_ring(box: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    """The outline of a box with so many corners that its sides stay true in another system."""
    west, south, east, north = box
    corners = [(west, south), (east, south), (east, north), (west, north)]
    ring = [
        (x1 + (x2 - x1) * i / PIECES_PER_SIDE, y1 + (y2 - y1) * i / PIECES_PER_SIDE)
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True)
        for i in range(PIECES_PER_SIDE)
    ]
    return [*ring, ring[0]]


def _speaks_of(word: str) -> Q:
    """A word names the tree's number (from its beginning), its place or its species."""
    return (
        Q(site__number__istartswith=word)
        | Q(site__place__name__icontains=word)
        | Q(species__german_name__icontains=word)
        | Q(species__botanical_name__icontains=word)
        | Q(species__isnull=True, species_as_given__icontains=word)
    )
