"""What a profile says about a source file; called by the readers, the row rules and the import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from geodata.rules.crs import Box
from geodata.rules.values import DecimalMark

#: Lengths in metres; a target's own unit is the end of its name.
UNITS: Final[dict[str, float]] = {"mm": 0.001, "cm": 0.01, "dm": 0.1, "m": 1.0}

#: Everything a source column may be read into, with the kind of value.
TARGETS: Final[dict[str, Literal["length", "count", "year", "day", "text"]]] = {
    "height_m": "length",
    "crown_diameter_m": "length",
    "crown_base_m": "length",
    "girth_cm": "length",
    "trunk_diameter_cm": "length",
    "girth_height_cm": "length",
    "stem_count": "count",
    "tree_count": "count",
    "planted_year": "year",
    "last_control": "day",
    "next_control": "day",
    "place": "text",
    "place_key": "text",
    "number": "text",
    "house_number": "text",
    "tag": "text",
    "remarks": "text",
}


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one column is read: its unit, and whether 0 means "not recorded" here."""

    target: str
    column: str
    kind: str
    factor: float
    unit: str
    zero_is_null: bool
    form: str
    #: Of "Stadtgarten (4)": all, before_brackets (Stadtgarten) or brackets (4).
    part: str = "all"


@dataclass(frozen=True, slots=True)
class SpeciesRule:
    """Where the species stands and which of its texts are no species.

    ``columns`` are joined by blanks. ``kind_columns`` are searched for the texts of empty sites
    and groups (empty: the species columns). All texts are compared casefolded and trimmed.
    """

    columns: tuple[str, ...]
    cultivar_column: str
    german_column: str
    kind_columns: tuple[str, ...]
    empty_site: frozenset[str]
    group: frozenset[str]
    unknown: frozenset[str]
    aliases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlaceKindRule:
    """Which column tells what kind of place a row stands in, and what its texts mean."""

    column: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """A source described: file, position, key, species, fields."""

    name: str
    title: str
    source: str
    licence: str
    licence_url: str
    encoding: str
    delimiter: str
    mark: DecimalMark
    nulls: frozenset[str]
    epsg: int
    x_column: str
    y_column: str
    wkt_column: str
    box: Box
    accuracy_m: float | None
    key_columns: tuple[str, ...]
    key_has_position: bool
    species: SpeciesRule
    fields: tuple[FieldRule, ...]
    place_kind: PlaceKindRule = PlaceKindRule()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the file must have, each once, in the order of the profile."""
        species = self.species
        named = [*self.key_columns, self.x_column, self.y_column, self.wkt_column]
        named += [*species.columns, species.cultivar_column, species.german_column]
        named += [
            *species.kind_columns,
            self.place_kind.column,
            *(rule.column for rule in self.fields),
        ]
        return tuple(dict.fromkeys(name for name in named if name))


@lru_cache(maxsize=20_000)
def compared(text: str) -> str:
    """A text as profiles compare it: blanks collapsed, case ignored."""
    return " ".join(text.split()).casefold()
