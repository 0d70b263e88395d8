"""What the drawn city consists of, before any tree stands in it: plain values, metres in EPSG:25832."""

from dataclasses import dataclass, field
from uuid import UUID

from shapely import LineString, MultiPolygon, Polygon

#: Kind of street -> (carriageway, whole road from fence to fence), metres.
WIDTHS: dict[str, tuple[float, float]] = {
    "main": (9.5, 25.0),
    "collector": (7.0, 18.0),
    "local": (5.5, 13.0),
    "lane": (5.0, 9.0),
}


@dataclass(slots=True, kw_only=True)
class Street:
    """A named street along its middle line; ``established`` is the year of its present shape."""

    name: str
    kind: str
    line: LineString
    established: int = 1960

    @property
    def carriageway(self) -> float:
        """Width between the kerbs."""
        return WIDTHS[self.kind][0]

    @property
    def corridor(self) -> float:
        """Width between the front gardens."""
        return WIDTHS[self.kind][1]


@dataclass(slots=True, kw_only=True)
class Ground:
    """A piece of city ground with trees of its own; ``kind`` is a place kind of the cadastre."""

    kind: str
    name: str
    area: Polygon | MultiPolygon
    established: int = 1960
    paths: list[LineString] = field(default_factory=list)
    ponds: list[Polygon] = field(default_factory=list)
    houses: list[Polygon] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Quarter:
    """Ortsteil."""

    id: UUID
    code: str
    name: str
    area: Polygon | MultiPolygon


@dataclass(slots=True, kw_only=True)
class CityPlan:
    """The city as a map shows it."""

    radius: float
    outline: Polygon
    built: Polygon
    ring: Polygon
    river: Polygon
    water: list[tuple[str, Polygon]] = field(default_factory=list)
    rail: LineString
    streets: list[Street] = field(default_factory=list)
    quarters: list[Quarter] = field(default_factory=list)
    grounds: list[Ground] = field(default_factory=list)
    houses: list[Polygon] = field(default_factory=list)
