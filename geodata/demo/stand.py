"""What stands in the demo city: places, sites, trees, groups as plain values; filled by trees.py."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from shapely import MultiPolygon

from geodata.demo.growth import Size
from geodata.demo.taxa import Taxon


@dataclass(slots=True, kw_only=True)
class PlaceRow:
    """A place of the cadastre that has trees."""

    id: UUID
    kind: str
    name: str
    street_key: str
    expectation: str
    area: MultiPolygon | None
    #: Number of the unit, 0 … 3.
    unit: int = 0
    #: Middle of its trees or area.
    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True, kw_only=True)
class SiteRow:
    """A numbered spot."""

    id: UUID
    place: PlaceRow
    number: str
    x: float
    y: float
    house_number: str = ""
    side: str = ""
    open_soil_m2: float | None = None
    active: bool = True


@dataclass(slots=True, kw_only=True)
class TreeRow:
    """A tree in its life; ``ill`` is how damaged the story makes it (0 sound … 1)."""

    id: UUID
    site: SiteRow
    taxon: Taxon
    status: str
    x: float
    y: float
    planted_year: int
    planted_on: date | None = None
    year_known: bool = False
    size: Size | None = None
    phase: str = ""
    expectation: str = ""
    duty: str = "city"
    duty_reason: str = ""
    owner: str = ""
    protection: list[str] = field(default_factory=list)
    felled_on: date | None = None
    felling_reason: str = ""
    replaces: UUID | None = None
    tag: str = ""
    remarks: str = ""
    ill: float = 0.0
    recorded_on: date | None = None
    position_source: str = "gnss"
    accuracy_m: float = 0.5

    @property
    def standing(self) -> bool:
        """Whether somebody could walk under it."""
        return self.status in {"planted", "standing", "unverified"}

    @property
    def expected(self) -> str:
        """The tree's own safety expectation, else its place's."""
        return self.expectation or self.site.place.expectation


@dataclass(slots=True, kw_only=True)
class GroupRow:
    """A tree group with shares of species in percent."""

    id: UUID
    place: PlaceRow
    number: str
    area: MultiPolygon
    tree_count: int
    shares: list[tuple[Taxon, int]]
    duty: str = "city"
    remarks: str = ""


@dataclass(slots=True)
class Stand:
    """All that grows."""

    places: list[PlaceRow] = field(default_factory=list)
    sites: list[SiteRow] = field(default_factory=list)
    trees: list[TreeRow] = field(default_factory=list)
    groups: list[GroupRow] = field(default_factory=list)
