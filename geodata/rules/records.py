"""What a source row becomes: tree, empty site or group; made by the row rules, loaded later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What every kind of record has. ``x``/``y`` are metres in EPSG:25832.

    ``key`` is the source's key as one text; ``source_keys`` the same by column.
    ``species_as_given`` is the source's own wording, whole.
    """

    line: int
    key: str
    source_keys: dict[str, str]
    x: float
    y: float
    species_as_given: str
    place: str = ""
    place_key: str = ""
    place_kind: str = ""
    number: str = ""
    house_number: str = ""
    remarks: str = ""
    last_control: date | None = None
    next_control: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow(SourceRecord):
    """One tree. ``name`` is the botanical name to look up, empty when the source knows none.

    Lengths have their unit in the name and the resolution of the database: whole cm, 0.1 m.
    """

    name: str
    height_m: float | None = None
    crown_diameter_m: float | None = None
    crown_base_m: float | None = None
    girth_cm: int | None = None
    girth_height_cm: int | None = None
    planted_year: int | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow(SourceRecord):
    """An empty planting site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow(SourceRecord):
    """Several trees that the source records as one; the number is often unknown."""

    tree_count: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The values of a row's columns by target, and what has no field of its own, as text."""

    numbers: dict[str, float] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    #: Column and text of everything measured, for rows that have no field for it.
    as_given: dict[str, tuple[str, str]] = field(default_factory=dict)
